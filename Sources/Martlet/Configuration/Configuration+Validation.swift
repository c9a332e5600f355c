extension Configuration {
    /// Checks every setting against its range. A server does this itself when it starts.
    ///
    /// - Throws: ``ConfigurationError`` for the first that is out of its range.
    public func validate() throws(ConfigurationError) {
        for setting in Setting.all { try check(setting) }
        for listener in listeners { try check(listener) }
        if outputLowWaterBytes >= outputHighWaterBytes {
            throw ConfigurationError(
                field: "outputLowWaterBytes", value: "\(outputLowWaterBytes)",
                allowed: "below outputHighWaterBytes, which is \(outputHighWaterBytes)")
        }
        let isFieldValue = !serverName.utf8.contains { $0 < 0x20 || $0 == 0x7F }
        if !isFieldValue || serverName.utf8.count > 127 {
            throw ConfigurationError(
                field: "serverName", value: serverName,
                allowed: "at most 127 bytes of text without control characters")
        }
    }

    private func check(_ setting: Setting) throws(ConfigurationError) {
        switch setting.value {
        case .text, .flag: return
        case .integer(let path, let range):
            try check(setting.field, self[keyPath: path], in: range)
        case .duration(let path):
            let milliseconds = self[keyPath: path].wholeMilliseconds
            if let milliseconds, Setting.word.contains(milliseconds) { return }
            throw ConfigurationError(
                field: setting.field, value: "\(self[keyPath: path])",
                allowed: "0 … \(Setting.word.upperBound) milliseconds")
        }
    }

    private func check(_ listener: Listener) throws(ConfigurationError) {
        switch listener {
        case .tcp(_, let port): try check("listeners.port", port, in: 0...65535)
        case .unix(_, let mode): try check("listeners.mode", mode, in: 0...0o777)
        case .descriptor(let descriptor):
            try check("listeners.descriptor", Int(descriptor), in: 0...Int(Int32.max))
        }
    }

    private func check(_ field: String, _ value: Int, in range: ClosedRange<Int>) throws(ConfigurationError) {
        if range.contains(value) { return }
        throw ConfigurationError(
            field: field, value: "\(value)", allowed: "\(range.lowerBound) … \(range.upperBound)")
    }
}
