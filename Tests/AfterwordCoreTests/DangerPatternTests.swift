import Testing

@testable import AfterwordCore

@Suite("Patterns of dangers")
struct DangerPatternTests {
    /// The kinds that are read as leading dangers.
    private func kinds(_ text: String, stars: Int = 1) -> Set<String> {
        var reader = FrozenReader()
        let reading = reader.read(title: nil, body: Text(text), stars: stars)
        return Set(
            reading.dangers.filter(\.dangerClass.leads).map { reader.ids[$0.mention.id].name })
    }

    @Test("What a stranger writes of a danger, in eleven languages", arguments: said)
    func danger(_ text: String, _ kind: String) {
        #expect(kinds(text).contains(kind), "\(text): \(kinds(text))")
    }

    @Test("Denials, figures of speech and other products are no danger", arguments: unsaid)
    func harmless(_ text: String) {
        #expect(kinds(text).isEmpty, "\(text): \(kinds(text))")
    }

    @Test("Milder patterns count with up to three stars only")
    func mild() {
        #expect(kinds("It overheats.", stars: 3).contains("fire"))
        #expect(kinds("It overheats.", stars: 4).isEmpty)
        #expect(kinds("It caught fire.", stars: 5).contains("fire"))
        #expect(kinds("Sonst gut, nur ist der Akku explodiert.", stars: 5).contains("fire"))
        #expect(kinds("Bella, ma mio figlio ha ingoiato una vite.", stars: 4) == ["choking"])
    }

    @Test("A pattern's place is from its first word to its last, in its sentence")
    func place() throws {
        var reader = FrozenReader()
        let text = Text("Bought it in May. Yesterday the charger suddenly caught fire at night.")
        let reading = reader.read(title: nil, body: text, stars: 1)
        let fire = try #require(reading.dangers.first { reader.ids[$0.mention.id].name == "fire" })
        func shown(_ place: Range<Int>) -> String {
            String(decoding: text.bytes[place], as: UTF8.self)
        }
        #expect(shown(fire.mention.word) == "caught fire")
        #expect(
            shown(fire.mention.sentence) == "Yesterday the charger suddenly caught fire at night")
        #expect(fire.dangerClass == .happened)
    }

    @Test("What is called dangerous is class B, and so is what could happen")
    func classes() {
        var reader = FrozenReader()
        func first(_ text: String) -> DangerClass? {
            reader.read(title: nil, body: Text(text), stars: 1).dangers.first?.dangerClass
        }
        #expect(first("This is a fire hazard.") == .said)
        #expect(first("It could have hurt my son.") == .said)
        #expect(first("It burned my hand.") == .happened)
        #expect(first("La presa si è incendiata.") == .happened)
        #expect(first("Damit kann man sich das Haus abfackeln.") == .said)
        #expect(first("Erhöhte Brandgefahr!") == .said)
    }

    @Test("A long sentence of beginnings and denials takes time in line with its length")
    func longSentence() {
        let words = Array(repeating: "not smoke my old battery swell no problem", count: 2_500)
        #expect(kinds(words.joined(separator: " ")).count <= 8)
    }

    @Test("Groups are kept apart over all places of a set")
    func groups() {
        var (low, high) = (GroupSet(), GroupSet())
        low.insert(0)
        high.insert(GroupSet.capacity - 1)
        #expect(!low.meets(high))
        low.formUnion(high)
        #expect(low.meets(high))
    }
}

private let said: [(String, String)] = [
    ("The adapter started smoking after an hour", "fire"),
    ("There was black smoke everywhere", "fire"),
    ("The cable melted in the socket", "fire"),
    ("The battery is swollen", "fire"),
    ("I got a shock from the handle", "shock"),
    ("It sparked when I plugged it in", "shock"),
    ("It trips the breaker every time", "shock"),
    ("I cut my finger on the rim", "injury"),
    ("The stool collapsed under me", "injury"),
    ("My toddler had a piece of it in her mouth", "choking"),
    ("There were maggots in the bag", "mould"),
    ("The fumes gave us a headache", "poison"),
    ("It gave me a rash on my arms", "skin"),
    ("This is not safe", "unsafe"),
    ("Das Netzteil ist durchgeschmort", "fire"),
    ("Beim Einstecken ist die Sicherung rausgeflogen", "shock"),
    ("Ich habe mir damit in den Finger geschnitten", "injury"),
    ("Davon bekam ich einen Ausschlag", "skin"),
    ("Der Stecker wird extrem heiß", "fire"),
    ("Si surriscalda e puzza di bruciato", "fire"),
    ("Ho preso la scossa toccando il manico", "shock"),
    ("Mi sono tagliato un dito con il bordo", "injury"),
    ("Ça sent le brûlé au bout de dix minutes", "fire"),
    ("Je me suis coupé le doigt en l'ouvrant", "injury"),
    ("Cela a provoqué une allergie sur ma peau", "skin"),
    ("Huele a quemado y echa humo", "fire"),
    ("Me dio un calambre al tocarlo", "shock"),
    ("Cheira a queimado e derreteu", "fire"),
    ("De stekker is gesmolten", "fire"),
    ("Det luktar bränt om laddaren", "fire"),
    ("Ładowarka się stopiła", "fire"),
    ("Из розетки пошёл дым", "fire"),
    ("充電中に発火しました", "fire"),
    ("Without warning it caught fire", "fire"),
    ("The shelf fell on my daughter", "injury"),
    ("The mirror fell off the wall onto my foot", "injury"),
    ("Boiling water spilled on my hand", "injury"),
    ("Der Schrank ist auf meine Tochter gekippt", "injury"),
    ("Ich habe mir den Arm gebrochen", "injury"),
    ("Mein Sohn hat einen Magneten verschluckt", "choking"),
    ("La sedia si è rotta e mio padre è caduto", "injury"),
    ("Mi sono fatta male alla schiena", "injury"),
    ("L'étagère est tombée sur mon fils", "injury"),
    ("Je me suis fait mal", "injury"),
    ("El estante cayó sobre mi pie", "injury"),
    ("Me hice daño en la espalda", "injury"),
    ("Rash went away when I stopped wearing it", "skin"),
]

private let unsaid: [String] = [
    "It never caught fire.",
    "No smoke and no burning smell at all.",
    "My old one caught fire, this one is fine.",
    "The smoke detector works well.",
    "The game exploded in popularity.",
    "I love the melted cheese.",
    "I was shocked at how small it is.",
    "A brand new phone.",
    "Prevents mould in the bathroom.",
    "Mit Schimmel hatte ich auch keinerlei Probleme.",
    "Das Kabel schmilzt nicht.",
    "Wunderbar, ich bin mir nicht sicher.",
    "Non si surriscalda.",
    "Pas de fumée.",
    "No huele a quemado.",
    "The bulb has sharp colours and a nice picture.",
    "A little hot coffee stays very hot.",
    "My psoriasis and itching vanished after two weeks.",
    "Diese Creme beruhigt die juckende Haut.",
    "Le mie irritazioni sono sparite.",
    "Mes démangeaisons ont disparu.",
    "Se me quitó el picor.",
    "La bombilla se fundió al mes.",
    "The novel is about a house on fire.",
    "Im Buch explodiert ständig etwas.",
    "Fell apart on me after a week.",
    "Das Spiel hat meinem Sohn gefallen.",
    "Il prodotto è fatto male.",
    "Broke when my son fell on it.",
]
