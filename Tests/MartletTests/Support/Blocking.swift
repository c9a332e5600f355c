import Foundation

/// Blocks the calling thread, as a handler on a worker may.
func blockThread(milliseconds: Int) {
    Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
}
