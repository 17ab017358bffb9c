import AfterwordCore

/// The shapes of a picture, placed in its frame.
struct PictureDrawing: Sendable {
    let frame: PictureFrame
    private(set) var levels: [PictureLevel] = []
    private(set) var ticks: [PictureTick] = []
    private(set) var bands: [PicturePoints] = []
    private(set) var lines: [PicturePoints] = []
    private(set) var bars: [PictureBar] = []
    private(set) var marks: [PictureTick] = []
    /// The share at the top of its panel, in millionths.
    private var greatestShare: Int64 = 1_000_000

    init?(
        _ periods: [PicturePeriod], _ marks: [PictureMark], _ part: String, _ frame: PictureFrame
    ) {
        let drawn = periods.filter { !$0.isFirst }
        guard drawn.count > 1, let first = periods.map(\.at).min(),
            let last = periods.map(\.at).max(), first < last
        else { return nil }
        self.frame = frame
        let axis = TimeAxis(first, last, from: frame.left, to: frame.right, places: drawn.map(\.at))
        placeShares(periods, axis)
        placeBars(periods, axis, part)
        ticks = axis.ticks(periods, at: frame.ground)
        self.marks = marks.filter { first <= $0.at && $0.at <= last }.map {
            PictureTick(x: axis.place($0.at), y: frame.ground, label: $0.name)
        }
    }

    private mutating func placeShares(_ periods: [PicturePeriod], _ axis: TimeAxis) {
        let most = periods.compactMap { $0.share?.value }.max() ?? 0
        // Ends well above the greatest share, so that its interval is seen.
        greatestShare = Self.shareTop(over: (most * 5 + 3) / 4)
        levels += [(0, frame.shareGround), (greatestShare, frame.shareTop)].map { share, y in
            PictureLevel(frame: frame, y: y, label: "\(share / 10_000) %")
        }
        // A period without a share interrupts the line.
        for run in periods.split(whereSeparator: { $0.share == nil }) {
            let points = run.compactMap { own in own.share.map { (axis.place(own.at), $0) } }
            let upper = points.map { "\($0),\(sharePlace($1.high))" }
            let lower = points.reversed().map { "\($0),\(sharePlace($1.low))" }
            bands.append(PicturePoints(points: (upper + lower).joined(separator: " ")))
            lines.append(
                PicturePoints(
                    points: points.map { "\($0),\(sharePlace($1.value))" }
                        .joined(separator: " ")))
        }
    }

    /// The height of a share in its panel; greater ones are cut at its top.
    private func sharePlace(_ share: Int64) -> Int {
        let height = Int64(frame.shareGround - frame.shareTop)
        return frame.shareGround - Int(min(share, greatestShare) * height / greatestShare)
    }

    /// The end of an axis of shares that holds one, in millionths.
    static func shareTop(over most: Int64) -> Int64 {
        shareTops.first { $0 >= most } ?? 1_000_000
    }

    private static let shareTops = [1, 2, 5, 10, 20, 30, 40, 50, 60, 80].map { Int64($0) * 10_000 }

    private mutating func placeBars(
        _ periods: [PicturePeriod], _ axis: TimeAxis, _ part: String
    ) {
        let greatest = periods.filter { !$0.isFirst }.map(\.reviews).max() ?? 0
        let top = niceTop(greatest)
        let height = Int64(frame.ground - frame.barTop)
        levels += [(0, frame.ground), (top, frame.barTop)].map { count, y in
            PictureLevel(frame: frame, y: y, label: grouped(count))
        }
        for own in periods {
            let whole = own.isFirst ? 0 : Int(own.reviews * height / top)
            // Even one negative review is drawn at least one unit high.
            let bad = own.isFirst || own.part == 0 ? 0 : max(1, Int(own.part * height / top))
            let share = own.share.map { ", \(percent($0))" } ?? ""
            bars.append(
                PictureBar(
                    name: "\(own.name): \(several(own.reviews, "review")), "
                        + "\(grouped(own.part)) \(part)\(share)",
                    x: axis.place(own.at) - axis.barWidth / 2, width: axis.barWidth, bad: bad,
                    good: max(0, whole - bad),
                    dot: own.share.map { share in
                        PictureDot(x: axis.place(own.at), y: sharePlace(share.value))
                    }, frame: frame))
        }
    }
}

/// The least of 1, 2, 5, 10, 20, 50… that is not below a count.
private func niceTop(_ count: Int64) -> Int64 {
    var unit: Int64 = 1
    while unit < count / 10 { unit *= 10 }
    for step in [unit, 2 * unit, 5 * unit, 10 * unit] where step >= count { return step }
    return max(1, count)
}

/// A level of a vertical axis.
struct PictureLevel: PageRow {
    var frame: PictureFrame
    var y: Int
    var label: String

    static let members: KeyValuePairs<String, Member<PictureLevel>> = [
        "y": .number { $0.y }, "text_y": .number { $0.y + 4 }, "label": .text { $0.label },
        "left": .number { $0.frame.left }, "right": .number { $0.frame.right },
    ]
}

/// A place on the time axis with its label.
struct PictureTick: PageRow {
    var x: Int
    /// The ground of the bars.
    var y: Int
    var label: String

    static let members: KeyValuePairs<String, Member<PictureTick>> = [
        "x": .number { $0.x }, "y": .number { $0.y }, "label": .text { $0.label },
    ]
}

/// The points of a line or an area.
struct PicturePoints: PageRow {
    var points: String

    static let members: KeyValuePairs<String, Member<PicturePoints>> = [
        "points": .text { $0.points }
    ]
}

/// The share of a period.
struct PictureDot: PageRow {
    var x: Int
    var y: Int

    static let members: KeyValuePairs<String, Member<PictureDot>> = [
        "x": .number { $0.x }, "y": .number { $0.y },
    ]
}

/// The bar of a period: the part that the picture is about on the ground, the others on it.
struct PictureBar: PageRow {
    var name: String
    var x: Int
    var width: Int
    var bad: Int
    var good: Int
    var dot: PictureDot?
    var frame: PictureFrame

    static let members: KeyValuePairs<String, Member<PictureBar>> = [
        "name": .text { $0.name }, "x": .number { $0.x }, "width": .number { $0.width },
        "bad": .number { $0.bad }, "good": .number { $0.good }, "dot": .row { $0.dot },
        "bad_top": .number { $0.frame.ground - $0.bad },
        "good_top": .number { $0.frame.ground - $0.bad - $0.good },
        "top": .number { $0.frame.shareTop },
        "height": .number { $0.frame.ground - $0.frame.shareTop },
        "middle": .number { ($0.frame.left + $0.frame.right) / 2 },
    ]
}
