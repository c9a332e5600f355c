internal import CCore
package import MartletEngine

extension CoreServer {
    package func listen(host: String, port: UInt16) throws(CoreError) {
        try unsafe CoreError.check { error in
            unsafe host.withSlice { unsafe mt_server_listen_tcp(raw, $0, port, error) }
        }
    }

    package func listen(path: String, mode: UInt32) throws(CoreError) {
        try unsafe CoreError.check { error in
            unsafe path.withSlice { unsafe mt_server_listen_unix(raw, $0, mode, error) }
        }
    }

    /// The engine closes `descriptor`, also on failure.
    package func listen(descriptor: Int32) throws(CoreError) {
        try unsafe CoreError.check { unsafe mt_server_listen_descriptor(raw, descriptor, $0) }
    }

    package var listenerCount: Int { unsafe mt_server_listener_count(raw) }

    package func port(at index: Int) -> UInt16 { unsafe mt_server_port(raw, index) }

    package func address(at index: Int) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            let length = unsafe mt_server_address(raw, index, buffer.baseAddress, buffer.count)
            return unsafe String(mt_slice(data: buffer.baseAddress, size: min(length, buffer.count - 1)))
        }
    }
}
