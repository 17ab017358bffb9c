import AfterwordCore
import AfterwordPipeline

/// One period of a picture, a dump or a month: what it brought, and the part that the picture is
/// about, such as negative reviews.
struct PicturePeriod: Sendable {
    /// As the table names it, such as `week 10 (2026-03-09)`.
    var name: String
    /// The label of the time axis.
    var label: String
    var at: Instant
    var reviews: Int64
    var part: Int64
    /// The reviews that the share is of, for instance those with a rating.
    var whole: Int64
    /// Its bar is not drawn: the first dump brought everything that there was.
    var isFirst = false
    /// The mean rating after it.
    var mean: String?

    var share: Share? { AfterwordCore.share(part, of: whole) }
}

/// Something that is marked on the time axis, such as a catalog load.
struct PictureMark: Sendable {
    var name: String
    var at: Instant
}

/// New reviews over time, drawn as SVG: bars with the part that the picture is about, above them
/// its share with the 95 % interval, on one true time axis. The same numbers follow as a table.
struct Picture: PageRow {
    /// Tells several pictures of a page apart: `months` for one of months of writing.
    var id: String
    /// What the part is, such as `negative`.
    var part: String
    var periods: [PicturePeriod]
    fileprivate var drawing: PictureDrawing

    /// Nil where fewer than two periods, or no time between them, would be shown.
    init?(
        _ id: String, part: String, _ periods: [PicturePeriod],
        marks: [PictureMark] = [], frame: PictureFrame = .full
    ) {
        guard let drawing = PictureDrawing(periods, marks, part, frame) else { return nil }
        (self.id, self.part, self.periods) = (id, part, periods)
        self.drawing = drawing
    }

    static let members: KeyValuePairs<String, Member<Picture>> = [
        "id": .text { $0.id }, "title": .text { $0.title }, "part": .text { $0.part },
        "words": .text { $0.words }, "width": .number { $0.drawing.frame.width },
        "height": .number { $0.drawing.frame.height },
        "levels": .rows { $0.drawing.levels }, "ticks": .rows { $0.drawing.ticks },
        "bands": .rows { $0.drawing.bands }, "lines": .rows { $0.drawing.lines },
        "bars": .rows { $0.drawing.bars }, "marks": .rows { $0.drawing.marks },
        "mark_names": .maybe { picture in
            let names = picture.drawing.marks.map(\.label)
            return names.isEmpty ? nil : names.joined(separator: "; ")
        },
        "rows": .rows { picture in
            let hasMeans = picture.periods.contains { $0.mean != nil }
            return picture.periods.reversed().map { own in
                PictureRow(period: own, mean: hasMeans ? own.mean ?? "–" : nil)
            }
        },
        "has_means": .flag { $0.periods.contains { $0.mean != nil } },
        "first": .maybe { picture in
            picture.periods.first { $0.isFirst }.map {
                "\($0.name): \(several($0.reviews, "review")), \(grouped($0.part)) "
                    + picture.part + "."
            }
        },
    ]

    private var title: String {
        id == "months" ? "Reviews by month of writing" : "New reviews of each dump"
    }

    /// The picture in a sentence.
    var words: String {
        let drawn = periods.filter { !$0.isFirst }
        guard let first = drawn.first, let last = drawn.last else { return title }
        let most = drawn.max { $0.reviews < $1.reviews } ?? last
        return "\(title), \(first.label) to \(last.label). Most: \(most.label) with "
            + "\(several(most.reviews, "review")). Last: \(several(last.reviews, "review")), "
            + "\(grouped(last.part)) \(part), \(percent(last.share))."
    }
}

/// A period in the table behind a picture.
struct PictureRow: PageRow {
    var period: PicturePeriod
    /// Nil where no period has a mean.
    var mean: String?

    static let members: KeyValuePairs<String, Member<PictureRow>> = [
        "name": .text { $0.period.name }, "reviews": .text { grouped($0.period.reviews) },
        "part": .text { grouped($0.period.part) }, "share": .text { percent($0.period.share) },
        "interval": .maybe { interval($0.period.share) }, "mean": .maybe { $0.mean },
    ]
}

/// Where the parts of a picture are, in units of the drawing.
struct PictureFrame: Sendable {
    var width: Int
    var height: Int
    var left: Int
    var right: Int
    /// The share's panel, from 0 up.
    var shareTop: Int
    var shareGround: Int
    /// The bars' panel.
    var barTop: Int
    var ground: Int
    var hasText: Bool

    static let full = PictureFrame(
        width: 480, height: 232, left: 50, right: 468, shareTop: 28, shareGround: 104,
        barTop: 124, ground: 204, hasText: true)
    static let small = PictureFrame(
        width: 160, height: 56, left: 2, right: 158, shareTop: 3, shareGround: 23, barTop: 28,
        ground: 54, hasText: false)
}
