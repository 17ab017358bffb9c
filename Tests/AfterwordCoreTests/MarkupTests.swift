import Testing

@testable import AfterwordCore

/// Markup and page chrome (case `markup-in-quotes`), and scales decided by a whole dump (case
/// `scale-of-ten-taken-for-five`).
@Suite struct MarkupTests {
    private func markup(_ text: String) -> String {
        String(decoding: removeMarkup(Array(text.utf8)), as: UTF8.self)
    }

    private func chrome(_ text: String) -> String {
        String(decoding: removeChrome(Array(text.utf8)), as: UTF8.self)
    }

    @Test(
        "Tags go, blocks end lines, scripts go with their content, and what is no tag stays",
        arguments: [
            ("plain", "plain"), ("I <3 it", "I <3 it"), ("5 < 6 > 4", "5 < 6 > 4"),
            ("a <b", "a <b"), ("a<b and c>d", "a<b and c>d"), ("<", "<"), ("<>", "<>"),
            (#"<div class="a">Zip <b>broke</b></div><script>alert(1)</script>"#, "Zip broke"),
            ("<p>One.</p>\n<p>Two.</p>\n", "One.\n\nTwo."),
            ("one<br/>two<br>three", "one\ntwo\nthree"),
            ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"), ("<!-- no -->yes", "yes"),
            (#"see <a href="http://x.test/?a>b">here</a>"#, "see here"),
            ("<STYLE>p {color: red}</STYLE>Text", "Text"), ("<script>never closed", ""),
            ("<p></p>", ""), ("Größe <i>L</i> 👍", "Größe L 👍"), ("x <3 <b>y</b>", "x <3 y"),
            ("<my name>", "<my name>"), ("<script async src=x></script>ok", "ok"),
            ("email <me@x.test> me", "email <me@x.test> me"),
            ("<![CDATA[Zip broke after a week]]>", "Zip broke after a week"),
            ("ok <![CDATA[Zip broke]]> and more", "ok Zip broke and more"),
            ("<p><![CDATA[<b>Zip</b> broke]]></p>", "Zip broke"), ("a[[b]]> c", "a[[b]]> c"),
            ("<![CDATA[cut", "cut"), ("<![CDATA[a]]><![CDATA[b > c]]>", "ab > c"),
            ("<![CDATA[]]>", ""), ("<script>//<![CDATA[\nx()//]]></script>Zip", "Zip"),
        ])
    func tags(text: String, expected: String) {
        #expect(markup(text) == expected)
        #expect(markup(expected) == expected, "what is clean stays clean")
    }

    @Test(
        "The page's own words at the ends go; the customer's words stay",
        arguments: [
            ("The media could not be loaded.", ""),
            (
                "The media could not be loaded. Lid leaks when it is full.",
                "Lid leaks when it is full."
            ),
            (
                "Video Player is loading.Play VideoPlayMuteCurrent Time 0:00/"
                    + "Duration 0:10Loaded: 0% Broke fast", "Broke fast"
            ),
            ("Handle came off after a week.\nRead more", "Handle came off after a week."),
            ("Griff ab. Mehr lesen", "Griff ab."), ("4.0 out of 5 stars\nNice", "Nice"),
            ("5つ星のうち4.0\nよい", "よい"), ("Nice\n4.0 out of 5 stars", "Nice\n4.0 out of 5 stars"),
            ("I want to Read more", "I want to Read more"), ("Read more", ""),
            ("2 out of 3\nwork", "2 out of 3\nwork"), ("Great… Read more", "Great…"),
            ("The Play Video button broke", "The Play Video button broke"),
            ("Fine.\n\n\nReally. ", "Fine.\n\n\nReally. "),
            (" Fine.\n\n\nReally.\n Read more \n", "Fine.\n\nReally."),
        ])
    func pageWords(text: String, expected: String) {
        #expect(chrome(text) == expected)
        #expect(chrome(expected) == expected, "what is clean stays clean")
    }

    @Test(
        "What has no end takes no longer than its length",
        arguments: ["<!--", "<!", "<a x=\"", "<script>", "Read more\n"])
    func endless(piece: String) {
        let text = String(repeating: piece, count: 40_000)
        #expect(removeMarkup(Array(text.utf8)).count <= text.utf8.count)
        #expect(removeChrome(Array(text.utf8)).count <= text.utf8.count)
    }

    @Test("A script ends where it is closed")
    func script() {
        #expect(removeMarkup(Array("<script>a<script>b</script>c".utf8)) == Array("c".utf8))
    }

    @Test("All ratings of a sample name the likely scale, which texts with one of their own do not")
    func scale() {
        func vote(_ ratings: String...) -> ScaleVote {
            var vote = ScaleVote()
            for rating in ratings { vote.note(Array(rating.utf8)) }
            return vote
        }
        #expect(vote("1", "5", "4.5", "0", "-1").above == 0)
        #expect(vote("8", "3", "5", "10", "2", "4").likely == 10)
        #expect(vote("8", "3", "5", "10", "2", "4").above == 2)
        #expect(vote("100", "20").likely == 100)
        #expect(vote("5", "1").likely == 5)
        #expect(vote("1000").likely == nil)
        #expect(vote("8 out of 10").rated == 0)
    }
}
