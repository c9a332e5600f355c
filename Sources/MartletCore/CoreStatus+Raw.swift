internal import CCore
internal import MartletEngine

extension CoreStatus {
    init(_ status: mt_status) {
        self = CoreStatus(rawValue: status.rawValue) ?? .system
    }
}
