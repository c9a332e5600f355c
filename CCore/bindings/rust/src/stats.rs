use std::mem;
use std::time::Duration;

use crate::error::{check, Error};
use crate::ffi;

/// Counters over all reactors since start. Each is exact by itself; two of them may be a moment apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections accepted.
    pub connections_total: u64,
    /// Connections open now.
    pub connections_open: u64,
    /// Connections closed at once: over a limit, or the system had no descriptor left.
    pub connections_refused: u64,
    /// Requests whose header section was read.
    pub requests_total: u64,
    /// Requests not yet answered in full.
    pub requests_active: u64,
    /// Answers by their status' first digit: `[0]` 1xx … `[4]` 5xx.
    pub responses: [u64; 5],
    /// Input that was refused as malformed or over a limit, before a handler.
    pub requests_rejected: u64,
    /// Connections closed by a timeout.
    pub timeouts: u64,
    /// Octets read from sockets.
    pub bytes_received: u64,
    /// Octets written to sockets.
    pub bytes_sent: u64,
    /// Requests that found the worker queue full.
    pub worker_rejections: u64,
    /// Time since start.
    pub uptime: Duration,
}

/// # Safety
/// `server` is not destroyed.
pub(crate) unsafe fn read(server: *const ffi::mt_server) -> Result<Stats, Error> {
    // SAFETY: numbers, all of which may be nought.
    let mut raw: ffi::mt_stats = unsafe { mem::zeroed() };
    raw.struct_size = mem::size_of_val(&raw);
    // SAFETY: the caller's promise, and `raw` is as large as it says.
    check(unsafe { ffi::mt_server_stats(server, &mut raw) })?;
    Ok(Stats {
        connections_total: raw.connections_total,
        connections_open: raw.connections_open,
        connections_refused: raw.connections_refused,
        requests_total: raw.requests_total,
        requests_active: raw.requests_active,
        responses: raw.responses,
        requests_rejected: raw.requests_rejected,
        timeouts: raw.timeouts,
        bytes_received: raw.bytes_received,
        bytes_sent: raw.bytes_sent,
        worker_rejections: raw.worker_rejections,
        uptime: Duration::from_millis(raw.uptime_ms),
    })
}
