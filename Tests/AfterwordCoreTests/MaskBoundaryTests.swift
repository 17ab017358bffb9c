import AfterwordCore
import Testing

/// Where the rules of the masks begin and end, by example: the text on the left becomes the text on
/// the right, and a text alone stays as it is.
@Suite struct MaskBoundaryTests {
    private func expect(_ text: String, _ masked: String?) {
        var mask = Mask()
        let found = mask.masking(text, author: nil)
        #expect(found == masked ?? text, "\(text)")
        #expect(mask.unmasking(found) == text)
    }

    @Test(
        "A mail address reaches from its first letter to the last label of its host",
        arguments: [
            ("Write to jane (at) host.intern now", "Write to ⟦MAIL1⟧ now"),
            ("(at) example.com is the host", nil),
            ("Mail jane@example.org. Thanks", "Mail ⟦MAIL1⟧. Thanks"),
            ("Mail jane@host. Thanks", nil), ("Mail jane@host now", nil),
            ("Mail jane@host (dot) intern now", "Mail ⟦MAIL1⟧ now"),
            ("jane dot doe at example dot org has it", "⟦MAIL1⟧ has it"),
            ("jane_doe at example dot org has it", "⟦MAIL1⟧ has it"),
            ("jane7 at example dot org has it", "⟦MAIL1⟧ has it"),
            ("Have a look at example dot org now", nil),
            ("jane [at] example dot org has it", "⟦MAIL1⟧ has it"),
            ("jane (at example dot org has it", nil), ("jane at) example dot org has it", nil),
            ("jane at gmail dot com now", "⟦MAIL1⟧ now"), ("me at gmail dot com now", nil),
            ("joe@example.org has it", "⟦MAIL1⟧ has it"),
        ])
    func mail(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A handle has three signs after its @ and no punctuation around it; a page has a path",
        arguments: [
            ("Ask @abc now", "Ask ⟦HANDLE1⟧ now"), ("Ask @ab now", nil), ("Ask @jane+doe now", nil),
            ("Ask (@jane_doe)!", "Ask (⟦HANDLE1⟧)!"),
            ("See (example.org/jane).", "See (⟦HANDLE1⟧)."), ("See example.org/ now", nil),
            ("See https://example.org now", "See ⟦HANDLE1⟧ now"), ("It comes w/o a lid", nil),
            ("Find it on Instagram:", nil), ("Find it on Instagram: ", nil),
            ("Instagram: jane_doe.", "Instagram: ⟦HANDLE1⟧."),
            ("Insta: abc_1 is it", "Insta: ⟦HANDLE1⟧ is it"), ("Insta: ab_1 is it", nil),
            ("Insta: @ab_cd is it", "Insta: ⟦HANDLE1⟧ is it"),
            ("Ask my snapchat: jane", "Ask my snapchat: ⟦HANDLE1⟧"),
            ("Ask my snapchat: jan", nil), ("Ask my snapchat: jane is down", nil),
            ("Ask my snapchat: jane\nis down", "Ask my snapchat: ⟦HANDLE1⟧\nis down"),
        ])
    func handles(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A street has a name of three letters before its ending, and a number of four digits",
        arguments: [
            ("Der Rotweg 3 ist es", "Der ⟦ADDRESS1⟧ ist es"), ("Der Umweg 3 ist es", nil),
            ("Der rotweg 3 ist es", nil), ("Der Rotweg - 3 sind es", nil),
            ("Der Rotweg 1234 ist es", "Der ⟦ADDRESS1⟧ ist es"), ("Der Rotweg 12345 ist es", nil),
            ("Der Rotweg 12a ist es", "Der ⟦ADDRESS1⟧ ist es"), ("Der Rotweg 12ab ist es", nil),
            ("It is at 12345 Oak Street now", "It is at ⟦ADDRESS1⟧ now"),
            ("It is at 123456 Oak Street now", nil), ("My 3 Drive bays are full", nil),
            ("It is at 5 Old Big Oak Street now", "It is at ⟦ADDRESS1⟧ now"),
            ("It is at 5 Very Old Big Oak Street now", nil),
            ("It is at 5 old Street now", nil), ("It is at 5. Oak Street now", nil),
            ("Elle habite la rue Garibaldi", nil), ("Au 12 rue de la mer", nil),
            ("Via Monte Alto Lungo Bello Nuovo 5", "⟦ADDRESS1⟧"),
            ("Via Monte Alto Lungo Bello Nuovo Bianco 5", nil),
            ("Via Garibaldi", nil), ("Der Rotweg", nil), ("In Via Garibaldi", nil),
            ("In Via Garibaldi 5", "In ⟦ADDRESS1⟧"),
        ])
    func streets(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A postcode behind a street is within four words; linked or with six digits it has a town",
        arguments: [
            ("Rotweg 3, Haus Links Oben 10115 Berlin", "⟦ADDRESS1⟧"),
            (
                "Rotweg 3, Haus Hof Links Oben 10115 Berlin",
                "⟦ADDRESS1⟧, Haus Hof Links Oben 10115 Berlin"
            ),
            ("Rotweg 3, 10115", "⟦ADDRESS1⟧"), ("Rotweg 3, 10115 ist es", "⟦ADDRESS1⟧ ist es"),
            ("Rotweg 3 in 10115 ist es", "⟦ADDRESS1⟧ in 10115 ist es"),
            ("Rotweg 3 in 10115 Berlin", "⟦ADDRESS1⟧"),
            ("Rotweg 3, 101150 ist es", "⟦ADDRESS1⟧, 101150 ist es"),
            ("Rotweg 3, 101150 Moskau", "⟦ADDRESS1⟧"),
            ("Rotweg 3, 1011502 Berlin", "⟦ADDRESS1⟧, ⟦PHONE1⟧ Berlin"),
            ("Rotweg 3, 101 Berlin", "⟦ADDRESS1⟧, 101 Berlin"),
            ("Rotweg 3, 1011 Wien", "⟦ADDRESS1⟧"),
            ("Rotweg 3, Haus-10115 Berlin", "⟦ADDRESS1⟧, Haus-10115 Berlin"),
            ("Kerkstraat 10, 1234 AB Amsterdam", "⟦ADDRESS1⟧"),
            ("Kerkstraat 10, 1234 AB is het", "⟦ADDRESS1⟧ is het"),
            ("Kerkstraat 10, 12345 AB Amsterdam", "⟦ADDRESS1⟧ Amsterdam"),
            ("22 Baker Street, NW1 6XE is it", "⟦ADDRESS1⟧ is it"),
        ])
    func towns(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A postcode alone has its country's letters and digits and a town; a British one two parts",
        arguments: [
            ("An D-10115 Berlin", "An ⟦ADDRESS1⟧"), ("An AT-1010 Wien", "An ⟦ADDRESS1⟧"),
            ("An d-10115 Berlin", nil), ("An D-10115 berlin", nil), ("An D 10115 Berlin", nil),
            ("An D-1011 Berlin", nil), ("An D-10115, Berlin", nil), ("An D-10115", nil),
            ("An AT-10115 Wien", nil), ("An X-10115 Berlin", nil), ("An A-1010 Wien", nil),
            ("An D-1O115 Berlin", nil),
            ("At NW1 6XE", "At ⟦ADDRESS1⟧"), ("At M1 1AE", "At ⟦ADDRESS1⟧"),
            ("At SW1A 1AA", "At ⟦ADDRESS1⟧"), ("At NW1, 6XE", nil), ("At nw1 6XE", nil),
            ("At NW1 6xe", nil), ("At NW1 66E", nil), ("At NW1 6XEE", nil), ("At SW1AX 1AA", nil),
            ("At ABC1 1AA", nil), ("At 1AB 1AA", nil), ("At AB 1AA", nil), ("At M 1AE", nil),
        ])
    func postcodes(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A phone has seven digits, a card a card's groups or sixteen digits",
        arguments: [
            ("Call 123 4567.", "Call ⟦PHONE1⟧."), ("Call 123 456.", nil),
            ("Call x1234567 now", nil),
            ("Call (030) 123456", "Call ⟦PHONE1⟧"), ("Call +49 30 12345 or", "Call ⟦PHONE1⟧ or"),
            ("It is 1234 5678 9012 345 then", "It is ⟦PHONE1⟧ then"),
            ("It is 3782 822463 10005 then", "It is ⟦ACCOUNT1⟧ then"),
            ("It is 12345 67890 123456 then", "It is ⟦ACCOUNT1⟧ then"),
            ("It is 303-1234567-7654321 then", "It is ⟦ORDER1⟧ then"),
        ])
    func phones(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "An account number has fifteen letters and digits, and no words behind it",
        arguments: [
            ("DE89 3704 0044 0532 0130 00 bitte", "⟦ACCOUNT1⟧ bitte"),
            ("DE89 3704 0044 0532 0130 00 BIC", "⟦ACCOUNT1⟧ BIC"),
            ("DE89 3704 0044 0532 0130 00 x5", "⟦ACCOUNT1⟧ x5"),
            ("NO9386011117947 it is", "⟦ACCOUNT1⟧ it is"),
            ("DE89 3704 0044 0532 0130 00", "⟦ACCOUNT1⟧"), ("NO93 8601 1117 947", "⟦ACCOUNT1⟧"),
            ("NO93 8601 1117 94", nil), ("It is aNO93 8601 1117 947", nil),
            ("It is 5NO93 8601 1117 947", nil),
            ("GB29 NWBK 6016 1331 9A1", "⟦ACCOUNT1⟧"),
            ("GB29 NWBK 6016 1331 92 KG", "⟦ACCOUNT1⟧ KG"),
            ("GB29 NWBK 6016 133", "GB29 NWBK ⟦PHONE1⟧"), ("GB29 NWBK 6016 1331", "⟦ACCOUNT1⟧"),
        ])
    func accounts(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A code has fourteen signs with six digits, or six with three behind a word that names it",
        arguments: [
            ("Parcel ABCDEFGH123456 is lost", "Parcel ⟦ORDER1⟧ is lost"),
            ("Parcel ABCDEFG123456 is lost", nil), ("Parcel ABCDEFGHI12345 is lost", nil),
            ("The ABC123 works", nil), ("My order ABC123 works", "My order ⟦ORDER1⟧ works"),
            ("My order AB123 works", nil), ("My order ABCD12 works", nil),
            ("My order ABCDEF works", nil), ("My order 123456 works", nil),
            ("My order 123-456 works", nil),
            ("My order xABC123 works", nil), ("My order ABC123x works", nil),
            ("My order ABC123", "My order ⟦ORDER1⟧"), ("#ABC123 works", "#⟦ORDER1⟧ works"),
            ("ABCDEFGH123456 is lost", "⟦ORDER1⟧ is lost"),
            ("My order ABC123- works", "My order ⟦ORDER1⟧- works"),
            ("My order AB-C123 works", "My order ⟦ORDER1⟧ works"),
            ("My order no: ABC123", "My order no: ⟦ORDER1⟧"),
            ("My order   ABC123", "My order   ⟦ORDER1⟧"), ("My order    ABC123", nil),
        ])
    func codes(text: String, masked: String?) { expect(text, masked) }

    @Test(
        "A name stands at the beginning of a text too, and a Japanese one is of one script",
        arguments: [
            ("Grandma Betty has it", "Grandma ⟦NAME1⟧ has it"),
            ("Grand-mère Odette aime", "Grand-mère ⟦NAME1⟧ aime"),
            ("Sig.ra Rossi dice", "Sig.ra ⟦NAME1⟧ dice"),
            ("It is for grandma Z now", nil), ("GRANDMA ZZ", nil),
            ("林さんは親切", "⟦NAME1⟧さんは親切"), ("メモ林さんは親切", "メモ⟦NAME1⟧さんは親切"),
            ("林スミスさんは親切", "林⟦NAME1⟧さんは親切"), ("さんは親切", nil),
        ])
    func names(text: String, masked: String?) { expect(text, masked) }
}
