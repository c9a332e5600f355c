package import MartletEngine

/// What a handler may say in its response: a borrowed view of an exchange.
@safe
package struct CoreResponse: ~Escapable {
    /// Not retained: whoever makes the view holds the exchange.
    private let raw: Unmanaged<Exchange>
    private let owner: Unmanaged<CoreExchange>?

    @_lifetime(borrow exchange)
    init(_ exchange: borrowing Exchange) {
        unsafe self.init(unretained: Unmanaged.passUnretained(copy exchange), owner: nil)
    }

    /// A view whose lifetime the caller says.
    @_lifetime(immortal)
    init(unretained raw: Unmanaged<Exchange>, owner: Unmanaged<CoreExchange>?) {
        unsafe self.raw = unsafe raw
        unsafe self.owner = unsafe owner
    }

    /// The exchange, where the request was deferred.
    package var exchange: CoreExchange? { unsafe owner?.takeUnretainedValue() }

    package var status: Int { unsafe raw._withUnsafeGuaranteedRef { $0.response.status } }

    package func setStatus(_ status: Int) -> CoreStatus {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            if exchange.currentPhase != .filling { return .invalidState }
            if status < 200 || status > 599 { return .invalidArgument }
            exchange.response.status = status
            exchange.response.isSet = true
            return .ok
        }
    }

    package func addField(_ name: String, _ value: String) -> CoreStatus {
        withOctets(name, value) { exchange, name, value in exchange.response.addField(name, value) }
    }

    package func setField(_ name: String, _ value: String) -> CoreStatus {
        withOctets(name, value) { exchange, name, value in exchange.response.setField(name, value) }
    }

    package func removeField(_ name: String) -> CoreStatus {
        withOctets(name, "") { exchange, name, _ in
            exchange.response.removeField(name)
            return .ok
        }
    }

    package func field(named name: String) -> String? {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            name.withOctets { name in exchange.response.withField(name) { String(decoding: $0) } }
        }
    }

    /// Lays down Content-Type unless the handler has said its own.
    package func setContentTypeIfAbsent(_ value: StaticString) -> CoreStatus {
        let isThere = unsafe raw._withUnsafeGuaranteedRef {
            $0.response.hasField(StaticString("Content-Type").octets)
        }
        return isThere ? .ok : addContentType(value)
    }

    /// Lays down Content-Type where nobody has said one.
    package func addContentType(_ value: StaticString) -> CoreStatus {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            if exchange.currentPhase != .filling { return .invalidState }
            return exchange.response.addField(StaticString("Content-Type").octets, value.octets)
        }
    }

    package func copyBody(_ text: String) -> CoreStatus { text.withOctets { copyBody($0) } }

    package func copyBody(_ bytes: Span<UInt8>) -> CoreStatus {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            if exchange.currentPhase != .filling { return .invalidState }
            exchange.response.copyBody(bytes)
            return .ok
        }
    }

    /// Static bytes live as long as the process: no copy, nobody to tell.
    package func borrowBody(_ text: StaticString) -> CoreStatus {
        guard text.hasPointerRepresentation else { return copyBody(text.description) }
        return unsafe raw._withUnsafeGuaranteedRef { exchange in
            if exchange.currentPhase != .filling { return .invalidState }
            unsafe exchange.response.borrowBody(
                UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            return .ok
        }
    }

    /// The engine owns the file's descriptor from here on, also on failure.
    package func sendFile(_ file: consuming CoreFile) -> CoreStatus {
        let length = file.size
        let descriptor = file.relinquish()
        return unsafe raw._withUnsafeGuaranteedRef { exchange in
            guard exchange.currentPhase == .filling else {
                Socket.close(descriptor)
                return .invalidState
            }
            exchange.response.setFile(descriptor: descriptor, length: length)
            return .ok
        }
    }

    /// Runs `body` while the response is still open.
    private func withOctets(
        _ name: String, _ value: String, _ body: (Exchange, Span<UInt8>, Span<UInt8>) -> CoreStatus
    ) -> CoreStatus {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            if exchange.currentPhase != .filling { return .invalidState }
            return name.withOctets { name in value.withOctets { value in body(exchange, name, value) } }
        }
    }
}

extension StaticString {
    /// Bytes of the text as UTF-8.
    package var byteCount: Int { hasPointerRepresentation ? utf8CodeUnitCount : description.utf8.count }
}
