/// Values in the place of an author's id that stand for nobody: shops write them for guests.
enum NoAuthor {
    /// Whether an identifier is one of them: 0, -1, `null`, `guest` or `anonymous` in any case, or
    /// the UUID of zeros alone.
    static func isOne(_ id: some Collection<UInt8>) -> Bool {
        switch id.count {
        case 1: return id.first == UInt8(ascii: "0")
        case 2: return id.elementsEqual("-1".utf8)
        case 4: return isWord(id, "null")
        case 5: return isWord(id, "guest")
        case 9: return isWord(id, "anonymous")
        case 36: return id.elementsEqual("00000000-0000-0000-0000-000000000000".utf8)
        default: return false
        }
    }

    private static func isWord(_ id: some Collection<UInt8>, _ word: String) -> Bool {
        zip(id, word.utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
