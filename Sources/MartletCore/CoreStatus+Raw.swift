internal import CCore
internal import MartletEngine

extension CoreStatus {
    init(_ status: mt_status) {
        // What nearly every call returns is not looked up.
        self = status == MT_OK ? .ok : CoreStatus(rawValue: status.rawValue) ?? .system
    }
}
