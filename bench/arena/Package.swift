// swift-tools-version: 6.2
import PackageDescription

// HttpArena's HTTP/1.1 routes as two applications: on Martlet, and on Hummingbird. With --disable-default-traits
// Martlet stands on the all-Swift engine.
let package = Package(
    name: "martlet-arena",
    platforms: [.macOS(.v26)],
    traits: [
        .default(enabledTraits: ["CCore"]),
        .trait(name: "CCore", description: "Martlet runs on its C core."),
    ],
    dependencies: [
        .package(
            name: "martlet", path: "../..",
            traits: [.trait(name: "CCore", condition: .when(traits: ["CCore"]))]),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CBrotli", pkgConfig: "libbrotlienc",
            providers: [.apt(["libbrotli-dev"]), .brew(["brotli"])]),
        // What both say in the same words: data, JSON, sums, compression, the choice of a coding.
        .target(name: "ArenaKit", dependencies: ["CZlib", "CBrotli"]),
        .executableTarget(
            name: "MartletArena",
            dependencies: [
                "ArenaKit",
                .product(name: "Martlet", package: "martlet"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        .executableTarget(
            name: "HummingbirdArena",
            dependencies: [
                "ArenaKit",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
