import AfterwordCore

/// A share before a day and since, drawn as SVG: two lines with their 95 % intervals on a true time
/// axis, and the day between them. The sentences beside it are its text.
struct FixPicture: PageRow {
    var words: String
    var frame: PictureFrame
    var levels: [PictureLevel]
    var sides: [FixSide]
    var ticks: [PictureTick]
    /// The day.
    var mark: PictureTick

    static let members: KeyValuePairs<String, Member<FixPicture>> = [
        "words": .text { $0.words }, "width": .number { $0.frame.width },
        "height": .number { $0.frame.height }, "levels": .rows { $0.levels },
        "sides": .rows { $0.sides }, "ticks": .rows { $0.ticks }, "mark": .row { $0.mark },
    ]

    /// Nil where one side has no reviews.
    init?(_ found: FixComparison) {
        let (old, new) = (found.sumBefore, found.sumAfter)
        guard let before = share(old.part, of: old.whole),
            let after = share(new.part, of: new.whole),
            let first = found.before.first?.at, let last = found.after.last?.at
        else { return nil }
        let frame = PictureFrame.fix
        self.frame = frame
        words = found.words
        let top = PictureDrawing.shareTop(over: max(before.high, after.high))
        let axis = TimeAxis(
            first, last, from: frame.left, to: frame.right,
            places: [first, found.day, last])
        // A side of one dump still has a length that can be seen.
        let place = min(
            frame.right - Self.shortest,
            max(frame.left + Self.shortest, axis.place(found.day)))
        levels = [(0, frame.shareGround), (top, frame.shareTop)].map { share, y in
            PictureLevel(frame: frame, y: y, label: "\(share / 10_000) %")
        }
        sides = [
            FixSide(before, from: frame.left, to: place, top: top, frame),
            FixSide(after, from: place, to: frame.right, top: top, frame),
        ]
        ticks = [(frame.left, first), (frame.right, last)].map { x, at in
            PictureTick(x: x, y: frame.shareGround, label: at.day)
        }
        mark = PictureTick(x: place, y: frame.shareGround, label: "Fixed, \(found.day.day)")
    }

    private static let shortest = 60
}

/// One side of the day: the share as a line with its interval as a band.
struct FixSide: PageRow {
    var share: Share
    var x: Int
    var end: Int
    /// The heights of the share, and of the interval's upper and lower end.
    var y: Int
    var top: Int
    var ground: Int
    /// The base line of the label: above the interval, and above the upper level where that would
    /// cross the letters.
    var labelY: Int

    /// - Parameter top: The share at the top of the panel, in millionths.
    fileprivate init(
        _ share: Share, from x: Int, to end: Int, top: Int64, _ frame: PictureFrame
    ) {
        func height(_ own: Int64) -> Int {
            let room = Int64(frame.shareGround - frame.shareTop)
            return frame.shareGround - Int(min(own, top) * room / top)
        }
        (self.share, self.x, self.end) = (share, x, end)
        (y, self.top, ground) = (height(share.value), height(share.high), height(share.low))
        labelY = min(self.top, self.top < frame.shareTop + 18 ? frame.shareTop : self.top) - 4
    }

    static let members: KeyValuePairs<String, Member<FixSide>> = [
        "x": .number { $0.x }, "end": .number { $0.end }, "y": .number { $0.y },
        "top": .number { $0.top }, "label_y": .number { $0.labelY },
        "width": .number { $0.end - $0.x },
        "height": .number { max(1, $0.ground - $0.top) },
        "middle": .number { ($0.x + $0.end) / 2 }, "share": .text { percent($0.share) },
    ]
}

extension PictureFrame {
    /// The picture of a fix: a panel of shares with its time axis, and no bars.
    static let fix = PictureFrame(
        width: 480, height: 144, left: 50, right: 430, shareTop: 40, shareGround: 112,
        barTop: 112, ground: 112, hasText: true)
}
