// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 mode, warnings as errors, and the upcoming features that keep
/// imports and isolation explicit.
let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The core is optimised in debug builds too: a newcomer's first run should not wait for a release
/// build, nor crawl through bytes without one.
let core: [SwiftSetting] = house + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The commit that `--version` names: releases and images are built with `AFTERWORD_COMMIT` set.
let commit = (Context.environment["AFTERWORD_COMMIT"] ?? "")
    .filter { $0.isASCII && ($0.isHexDigit || "-dirty".contains($0)) }

let package = Package(
    name: "afterword",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "afterword", targets: ["afterword"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        .target(
            name: "AfterwordCore",
            dependencies: [
                "CAfterwordData", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: core
        ),
        // Data files, compiled in by `#embed`: 4 MB take a second, where SwiftPM's `.embedInCode`
        // takes minutes. Clang has `#embed` since version 19 (Swift 6.2, Xcode 26). The folder is
        // excluded because its files are no sources; clang itself reports them as dependencies.
        .target(
            name: "CAfterwordData", exclude: ["data"],
            cSettings: [.define("AFTERWORD_COMMIT", to: "\"\(commit)\"")]),
        .target(
            name: "AfterwordPipeline",
            dependencies: [
                "AfterwordCore", "CZlib", .product(name: "SwiftCSV", package: "SwiftCSV"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "AfterwordStores",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "CLibpq",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "AfterwordModels",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house
        ),
        // S3 and what speaks like it: knows no dump and no store.
        .target(
            name: "AfterwordObjects",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "AfterwordDelivery",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "AfterwordServer",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: house
        ),
        .target(
            name: "AfterwordTesting",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "afterword",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordStores", "AfterwordModels",
                "AfterwordDelivery", "AfterwordObjects", "AfterwordServer", "CMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "core-benchmark", dependencies: ["AfterwordCore"], path: "Benchmarks/Core",
            swiftSettings: house
        ),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .testTarget(
            name: "AfterwordCoreTests", dependencies: ["AfterwordCore"], swiftSettings: house),
        .testTarget(
            name: "AfterwordPipelineTests",
            dependencies: ["AfterwordCore", "AfterwordPipeline", "AfterwordTesting"],
            exclude: ["Fixtures"],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordModelsTests",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordModels", "AfterwordTesting",
            ],
            exclude: ["Expected"],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordDeliveryTests",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordDelivery", "AfterwordServer",
                "AfterwordStores", "AfterwordTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordObjectsTests",
            dependencies: [
                "AfterwordObjects",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Vectors"],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordServerTests",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordModels", "AfterwordServer",
                "AfterwordStores", "AfterwordTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Expected"],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordStoresTests",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordStores", "AfterwordTesting",
                "AfterwordModels",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: house
        ),
        .testTarget(
            name: "AfterwordCommandTests",
            dependencies: [
                "AfterwordCore", "AfterwordPipeline", "AfterwordStores", "AfterwordTesting",
            ],
            swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer's harness is built by `ci/fuzz` alone, which names libFuzzer's library: all of the core is instrumented.
if let library = Context.environment["AFTERWORD_FUZZ"] {
    let fuzzer: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer"])]
    for target in package.targets where target.name == "AfterwordCore" {
        target.swiftSettings = core + fuzzer
    }
    package.targets.append(
        .executableTarget(
            name: "FuzzParser", dependencies: ["AfterwordCore"], path: "Tests/Fuzz",
            swiftSettings: house + fuzzer,
            linkerSettings: [.unsafeFlags([library]), .linkedLibrary("stdc++")]))
}
