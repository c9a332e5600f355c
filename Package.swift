// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for all Swift targets: `unsafe` has to be written where it happens (MartletCore, nowhere
/// else), and a request that is only borrowed is a type that the compiler refuses to let escape.
let swiftSettings: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async function runs where its caller does: no hop, and a request need not be sent anywhere.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The C core and its bridge are part of a build only where the trait asks for them.
let cCoreTrait: TargetDependencyCondition? = .when(traits: ["CCore"])

let package = Package(
    name: "martlet",
    // Linux needs nothing here; Span, typed throws and Mutex set the floor on macOS.
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .library(name: "MartletTesting", targets: ["MartletTesting"]),
        // For Swift and C hosts that build with SwiftPM; `make lib` builds it without Swift.
        .library(name: "CCore", targets: ["CCore"]),
        .executable(name: "Demo", targets: ["Demo"]),
    ],
    traits: [
        .default(enabledTraits: ["CCore"]),
        .trait(name: "CCore", description: "Runs on the C core, which links libevent."),
    ],
    dependencies: [
        // Methods, statuses and field names: the words that other HTTP packages use too.
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        // `Server` is a `Service`; small programs use its signal sequence for SIGINT and SIGTERM.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        // The flags of Demo.
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibevent",
            pkgConfig: "libevent_core",
            providers: [.apt(["libevent-dev"]), .brew(["libevent"])]
        ),
        .target(
            name: "CCore",
            dependencies: ["CLibevent"],
            path: "CCore",
            // Named, so that README, bindings and build files beside it are no business of SwiftPM.
            sources: ["src"],
            publicHeadersPath: "include",
            cSettings: [.define("MT_IS_ENGINE", .when(traits: ["CCore"]))],
            linkerSettings: [.linkedLibrary("pthread", .when(platforms: [.linux]))]
        ),
        // What both engines offer in the same words.
        .target(name: "MartletEngine", swiftSettings: swiftSettings),
        // The bridge: the only module that imports CCore.
        .target(name: "MartletCore", dependencies: ["CCore", "MartletEngine"], swiftSettings: swiftSettings),
        // The all-Swift engine: no C target, no libevent. There is no condition for a trait that is not set, so it is
        // always built, and used where the other engine is not asked for.
        .target(
            name: "MartletPure",
            dependencies: ["MartletEngine"],
            // Extern: the C library's calls that its Swift module leaves out, such as epoll's. BuiltinModule: compares of
            // many octets at once, which the standard library has no name for.
            swiftSettings: swiftSettings + [
                .enableExperimentalFeature("Extern"), .enableExperimentalFeature("BuiltinModule"),
            ]
        ),
        .target(
            name: "Martlet",
            dependencies: [
                "MartletEngine",
                "MartletPure",
                .target(name: "MartletCore", condition: cCoreTrait),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "MartletTesting",
            dependencies: ["Martlet", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "Demo",
            dependencies: [
                "Martlet",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("public")],
            swiftSettings: swiftSettings
        ),
        // The README's program, as a user would build it: no settings.
        .executableTarget(name: "Hello", dependencies: ["Martlet"]),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "Martlet", "MartletTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/MartletTests",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "MartletPureTests",
            dependencies: ["MartletPure", "MartletEngine"],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
