import AfterwordCore
import AfterwordPipeline

/// What sources say of files.
extension StoreCheck {
    /// Files with all, some and nothing of it, in a run of their own.
    func fileVersionsComeBack() throws {
        let store = try loaded()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            guard var run = try load.reader.newestRun(),
                var file = try load.reader.files(ofRun: run.run).first
            else { return try expect(false, "a loaded store has no files") }
            run.run += 1
            run.recordedAt = run.recordedAt.adding(seconds: 1)
            file.run = run.run
            let at = Instant(iso8601: "2026-01-05T10:15:00Z")
            let versions = [
                FileVersion(etag: "a-2", versionID: "\\N.1_", modifiedAt: at),
                FileVersion(etag: "W/\"x\"", versionID: nil, modifiedAt: nil),
                FileVersion(etag: nil, versionID: "v", modifiedAt: nil),
                FileVersion(etag: nil, versionID: nil, modifiedAt: at), nil,
            ]
            let files = versions.enumerated().map { place, version in
                var own = file
                own.name = "file-\(place)"
                own.version = version
                return own
            }
            try load.finish(run, files: files)
            try expect(try load.reader.files(ofRun: run.run), is: files, "files by name")
        }
    }
}
