import AfterwordCore
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordPipeline

/// Exports to one target at the same time, where no lock keeps them apart.
@Suite struct OvertakenExportTests {
    private let stores = TemporaryStores(.sqlite)
    private let place: ExportPlace

    init() throws { place = try ExportPlace() }

    private func store(seed: UInt64) throws -> any ReviewStore {
        let store = try stores.make()
        let history = ReviewHistory(seed: seed)
        try history.load(history.steps, into: store)
        return store
    }

    /// Exports runs of a store; before the first of them is named, something else happens.
    private func export(
        _ store: any ReviewStore, upTo: Int64? = nil,
        meanwhile: @escaping (any StoreReader) throws -> Void
    ) throws -> ExportReport {
        var options = ExportOptions(format: .jsonl)
        options.upTo = upTo
        return try store.read { reader in
            let target = OvertakenTarget(place) { try meanwhile(reader) }
            return try exportHistory(reader, to: target, options)
        }
    }

    @discardableResult
    private func other(
        _ reader: any StoreReader, _ format: ExportFormat = .jsonl, tables: [String]? = nil
    ) throws -> ExportReport {
        var options = ExportOptions(format: format)
        options.tables = tables
        return try exportHistory(reader, to: place.target, options)
    }

    @Test("An export of the past that a whole one overtakes takes no run away")
    func backwards() throws {
        let store = try store(seed: 5)
        var all: ExportReport?
        var files: [String: Data] = [:]
        let report = try export(store, upTo: 2) { reader in
            all = try other(reader)
            files = try place.files()
        }
        #expect(report.runs == [1] && report.held == [2])
        #expect((all?.runs.count ?? 0) > 2)
        #expect(try place.manifest().runs.map(\.run) == all?.runs)
        #expect(try place.files() == files)
    }

    @Test("A run that another export wrote otherwise is written again, and named as it is")
    func otherwise() throws {
        let store = try store(seed: 5)
        var files: [String: Data] = [:]
        let report = try export(store) { reader in
            try other(reader)
            files = try place.files()
            var manifest = try place.manifest()
            let file = manifest.runs[0].files[0]
            manifest.runs[0].files[0].bytes = 1
            try place.target.write([1], to: file.path)
            try place.target.write(manifest.json, to: ExportManifest.name)
        }
        #expect(report.runs == [1])
        #expect(try place.files() == files)
    }

    @Test("Of two stores that begin a target at once the second writes nothing there")
    func claims() throws {
        let store = try store(seed: 5)
        let stranger = try self.store(seed: 8)
        let expected = try ExportPlace()
        try store.read { _ = try exportHistory($0, to: expected.target, .init(format: .jsonl)) }
        // Another store comes while the first one writes: it is refused by a manifest without runs.
        let report = try export(store) { _ in
            let manifest = try place.manifest()
            #expect(manifest.runs.isEmpty && manifest.origin?.run == 1)
            let before = try place.files()
            #expect(throws: ExportFault.otherStore(run: 1)) {
                try stranger.read { _ = try other($0) }
            }
            #expect(try place.files() == before)
        }
        #expect(report.held.isEmpty)
        #expect(try place.files() == expected.files())
        // Another one is there before the first manifest is.
        try FileManager.default.removeItem(atPath: place.path)
        try store.read { reader in
            let target = OvertakenTarget(place, isNew: true) {
                try stranger.read { _ = try other($0) }
            }
            #expect(throws: ExportFault.otherStore(run: 1)) {
                try exportHistory(reader, to: target, .init(format: .jsonl))
            }
            #expect(target.begun == 0)
        }
    }

    @Test("A manifest of before names no store, and its runs are compared")
    func unnamed() throws {
        let store = try store(seed: 5)
        let stranger = try self.store(seed: 8)
        try store.read { _ = try other($0) }
        var manifest = try place.manifest()
        #expect(manifest.origin != nil)
        manifest.origin = nil
        manifest.runs.removeLast()
        try place.target.write(manifest.json, to: ExportManifest.name)
        #expect(throws: ExportFault.otherStore(run: 1)) {
            try stranger.read { _ = try other($0) }
        }
        #expect(try store.read { try other($0) }.runs.count == 1)
    }

    @Test("What the other export wrote has to fit, and stays")
    func unfit() throws {
        let store = try store(seed: 5)
        let stranger = try self.store(seed: 8)
        func expect(
            _ fault: ExportFault, _ meanwhile: @escaping (any StoreReader) throws -> Void
        ) throws {
            try? FileManager.default.removeItem(atPath: place.path)
            var manifest: TargetFile?
            #expect(throws: fault) {
                try export(store) { reader in
                    // Whatever was there first is gone.
                    try FileManager.default.removeItem(atPath: place.path)
                    try meanwhile(reader)
                    manifest = try place.target.read(ExportManifest.name)
                }
            }
            #expect(manifest != nil)
            #expect(try place.target.read(ExportManifest.name) == manifest)
        }
        try expect(.otherStore(run: 1)) { _ in try stranger.read { _ = try other($0) } }
        try expect(.otherExport(what: "format", there: "arrow")) { _ = try other($0, .arrow) }
        try expect(.otherExport(what: "tables", there: "files,runs")) {
            _ = try other($0, tables: ["files"])
        }
        try expect(.badManifest) { reader in
            try other(reader)
            try place.target.write(Array("{}".utf8), to: ExportManifest.name)
        }
    }
}
