package import AfterwordCore

extension StoreReader {
    /// The lexicon that reviews are read with as of the newest run: that of its readings. Where the
    /// store keeps none, or those of a lexicon that this program does not know, texts are read with
    /// the first.
    package func lexicon() throws -> Lexicon {
        try newestRun()?.reader.flatMap { Lexicon.ofVersion($0) } ?? .first
    }
}
