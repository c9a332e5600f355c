// swift-tools-version: 6.2
import PackageDescription

// Martlet as a contestant. With --disable-default-traits it stands on the all-Swift engine.
let package = Package(
    name: "martlet-contestant",
    platforms: [.macOS(.v15)],
    traits: [
        .default(enabledTraits: ["CCore"]),
        .trait(name: "CCore", description: "Martlet runs on its C core."),
    ],
    dependencies: [
        .package(
            name: "martlet", path: "../../..",
            traits: [.trait(name: "CCore", condition: .when(traits: ["CCore"]))])
    ],
    targets: [
        .executableTarget(name: "Contestant", dependencies: [.product(name: "Martlet", package: "martlet")])
    ],
    swiftLanguageModes: [.v6]
)
