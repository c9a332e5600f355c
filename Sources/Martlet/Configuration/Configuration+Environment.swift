extension Configuration {
    /// Reads the settings that the environment names, on top of `base`.
    ///
    /// A setting's variable is its property's name in capitals behind `prefix`, with its unit: `MARTLET_PORT`,
    /// `MARTLET_MAX_BODY_BYTES`, `MARTLET_IDLE_TIMEOUT_MS`. A flag is `true` or `false`. Pass
    /// `ProcessInfo.processInfo.environment` for the process's own.
    ///
    /// - Throws: ``ConfigurationError`` for a variable with the prefix that means nothing (the message lists those
    ///   that do), for a value that cannot be read, and for one out of its range.
    public init(
        environment: [String: String], prefix: String = "MARTLET_", base: Configuration = Configuration()
    ) throws(ConfigurationError) {
        self = base
        let settings = Dictionary(uniqueKeysWithValues: Setting.all.map { (prefix + $0.variable, $0) })
        // Sorted, so that of several mistakes always the same one is named.
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(prefix)
        {
            guard let setting = settings[variable] else {
                throw ConfigurationError(unknown: variable, value: value, known: settings.keys.sorted())
            }
            try read(setting, variable, value)
        }
        try validate()
    }

    private mutating func read(
        _ setting: Setting, _ variable: String, _ text: String
    ) throws(ConfigurationError) {
        switch setting.value {
        case .text(let path):
            self[keyPath: path] = text
        case .flag(let path):
            guard let flag = Bool(text) else {
                throw ConfigurationError(field: variable, value: text, allowed: "true or false")
            }
            self[keyPath: path] = flag
        case .integer(let path, let range):
            self[keyPath: path] = try Self.integer(variable, text, range, unit: "")
        case .duration(let path):
            let milliseconds = try Self.integer(variable, text, Setting.word, unit: " milliseconds")
            self[keyPath: path] = .milliseconds(milliseconds)
        }
    }

    private static func integer(
        _ variable: String, _ text: String, _ range: ClosedRange<Int>, unit: String
    ) throws(ConfigurationError) -> Int {
        if let value = Int(text), range.contains(value) { return value }
        throw ConfigurationError(
            field: variable, value: text,
            allowed: "a whole number, \(range.lowerBound) … \(range.upperBound)\(unit)")
    }
}
