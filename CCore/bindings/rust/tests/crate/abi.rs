use std::collections::BTreeSet;
use std::fs;
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

use martlet::ffi::*;

macro_rules! layout {
    ($lines:ident: $($struct:ident { $($field:ident)* })*) => {$(
        $lines.insert(format!("struct {}: {} bytes", stringify!($struct), size_of::<$struct>()));
        let place = MaybeUninit::<$struct>::uninit();
        let start = place.as_ptr();
        $(
            // SAFETY: only places are computed.
            let offset = unsafe { addr_of!((*start).$field) as usize - start as usize };
            $lines.insert(format!("field {}.{} at {}", stringify!($struct), stringify!($field), offset));
        )*
    )*};
}

fn ours() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    layout! { lines:
        mt_slice { data size }
        mt_field { name value }
        mt_error { struct_size status system_errno message }
        mt_allocator { allocate reallocate deallocate user_data }
        mt_route_options { struct_size dispatch body_mode max_body_bytes }
        mt_stats {
            struct_size connections_total connections_open connections_refused requests_total requests_active responses
            requests_rejected timeouts bytes_received bytes_sent worker_rejections uptime_ms
        }
        mt_server_config {
            struct_size reactors pin_reactors workers worker_queue_capacity max_request_line_bytes max_header_fields
            max_header_bytes max_body_bytes max_connections max_connections_per_peer max_pipelined_requests
            max_requests_per_connection header_timeout_ms body_timeout_ms idle_timeout_ms write_timeout_ms
            min_transfer_bytes_per_second shutdown_timeout_ms linger_timeout_ms handler_warning_ms
            output_high_water_bytes output_low_water_bytes backlog server_name allocator log log_user_data log_level
            spawn_thread spawn_thread_user_data cancel_on_half_close
        }
    }
    lines
}

/// The recorded line without the field's type: "field mt_slice.data: const char * at 0".
fn without_type(line: &str) -> String {
    match (line.split_once(": "), line.rsplit_once(" at ")) {
        (Some((field, _)), Some((_, offset))) if field.starts_with("field ") => format!("{field} at {offset}"),
        _ => line.to_string(),
    }
}

#[test]
fn structs_lie_as_the_headers_do() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../Tests/Lint/abi.txt");
    let recorded = fs::read_to_string(path).unwrap();
    let is_layout = |line: &&str| line.starts_with("struct ") || line.starts_with("field ");
    let theirs: BTreeSet<String> = recorded.lines().filter(is_layout).map(without_type).collect();
    assert_eq!(ours(), theirs);
}
