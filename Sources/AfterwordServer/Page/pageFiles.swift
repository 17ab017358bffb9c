import AfterwordCore

// Templates, style sheet and script are files of `CAfterwordData/data`, compiled into the program.

/// The page templates and their parts, by name. All values are escaped.
///
/// The names in a template are the members of its row; see `PageRow`.
let pageTemplates = Dictionary(
    uniqueKeysWithValues: EmbeddedFile.names(in: "html").map { name in
        (String(name.dropFirst("html/".count).dropLast(".html".count)), pageFile(name))
    })

/// The HTML template of a report, a file that needs nothing beside it.
let reportTemplate = EmbeddedFile("html/report.html").text

/// The style sheet of the pages, light and dark.
let pageStyle = pageFile("css/page.css")

/// The SVG icon of the pages.
let pageIcon = pageFile("svg/icon.svg")

/// The script of the pages. Pages work without it: the dumps are then a list with a button, and
/// links.
///
/// A step in time replaces only the content and leaves the slider in place, so that keyboard focus
/// and scroll position are kept. `data-shown` on the root element holds the address of the
/// displayed content, and is set once the content is displayed.
let pageScript = pageFile("js/page.js")

/// The text of an embedded file, without the line break at its end.
private func pageFile(_ name: String) -> String {
    let text = EmbeddedFile(name).text
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
}
