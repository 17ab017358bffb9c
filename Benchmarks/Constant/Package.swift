// swift-tools-version: 6.2
import PackageDescription

/// What hummingbird itself can do on a machine: a constant answer, to hold the service against.
let package = Package(
    name: "Constant", platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1")
    ],
    targets: [
        .executableTarget(
            name: "Constant",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")])
    ])
