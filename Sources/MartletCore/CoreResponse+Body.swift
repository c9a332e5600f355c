internal import CCore
package import MartletEngine

extension CoreResponse {
    package func copyBody(_ text: String) -> CoreStatus {
        CoreStatus(unsafe text.withSlice { unsafe mt_response_body_copy(raw, $0) })
    }

    package func copyBody(_ bytes: Span<UInt8>) -> CoreStatus {
        CoreStatus(unsafe bytes.withSlice { unsafe mt_response_body_copy(raw, $0) })
    }

    /// Static bytes live as long as the process: no copy, nobody to tell.
    package func borrowBody(_ text: StaticString) -> CoreStatus {
        guard text.hasPointerRepresentation else { return copyBody(text.description) }
        return CoreStatus(unsafe mt_response_body_borrow(raw, text.slice, nil, nil))
    }

    /// The engine owns the file's descriptor from here on, also on failure.
    package func sendFile(_ file: consuming CoreFile) -> CoreStatus {
        let length = file.size
        return CoreStatus(unsafe mt_response_body_file(raw, file.relinquish(), 0, length))
    }
}

extension StaticString {
    /// Bytes of the text as UTF-8.
    package var byteCount: Int { hasPointerRepresentation ? utf8CodeUnitCount : description.utf8.count }

    /// Only of literals that are stored as UTF-8; one scalar alone is not, and becomes the empty slice.
    var slice: mt_slice {
        guard hasPointerRepresentation else { return unsafe mt_slice() }
        return unsafe mt_slice(UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}
