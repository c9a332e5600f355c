use std::ffi::c_void;
use std::marker::{PhantomData, PhantomPinned};
use std::os::raw::{c_char, c_int, c_uint};

/// Types whose insides are the library's.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name {
            _bytes: [u8; 0],
            _marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}

/// Enumerations as integers: a newer library may return what this file does not name.
macro_rules! enumeration {
    ($type:ident { $($name:ident = $value:literal),* $(,)? }) => {
        pub type $type = c_uint;
        $(pub const $name: $type = $value;)*
    };
}

opaque! { mt_server mt_request mt_response mt_exchange }

enumeration!(mt_status {
    MT_OK = 0,
    MT_BACKPRESSURE = 1,
    MT_ERROR_NO_MEMORY = 2,
    MT_ERROR_INVALID_ARGUMENT = 3,
    MT_ERROR_INVALID_STATE = 4,
    MT_ERROR_CONFLICT = 5,
    MT_ERROR_ADDRESS_IN_USE = 6,
    MT_ERROR_ADDRESS_UNAVAILABLE = 7,
    MT_ERROR_PERMISSION = 8,
    MT_ERROR_SYSTEM = 9,
    MT_ERROR_LIMIT = 10,
    MT_ERROR_CLOSED = 11,
    MT_ERROR_NOT_FOUND = 12,
    MT_ERROR_WRONG_THREAD = 13,
    MT_ERROR_TIMEOUT = 14,
    MT_ERROR_MALFORMED = 15,
});

enumeration!(mt_log_level {
    MT_LOG_DEBUG = 0,
    MT_LOG_INFO = 1,
    MT_LOG_WARNING = 2,
    MT_LOG_ERROR = 3,
});

enumeration!(mt_method {
    MT_METHOD_UNKNOWN = 0,
    MT_METHOD_GET = 1,
    MT_METHOD_HEAD = 2,
    MT_METHOD_POST = 3,
    MT_METHOD_PUT = 4,
    MT_METHOD_DELETE = 5,
    MT_METHOD_CONNECT = 6,
    MT_METHOD_OPTIONS = 7,
    MT_METHOD_TRACE = 8,
    MT_METHOD_PATCH = 9,
});

enumeration!(mt_dispatch { MT_DISPATCH_INLINE = 0, MT_DISPATCH_WORKER = 1 });
enumeration!(mt_body_mode { MT_BODY_WHOLE = 0, MT_BODY_STREAM = 1 });
enumeration!(mt_body_event { MT_BODY_DATA = 0, MT_BODY_END = 1, MT_BODY_FAILED = 2 });
enumeration!(mt_flow { MT_FLOW_CONTINUE = 0, MT_FLOW_PAUSE = 1 });

pub const MT_LENGTH_UNKNOWN: u64 = u64::MAX;

pub type mt_destroy_fn = Option<unsafe extern "C" fn(user_data: *mut c_void)>;
pub type mt_log_fn = Option<unsafe extern "C" fn(level: mt_log_level, message: mt_slice, user_data: *mut c_void)>;
pub type mt_handler_fn =
    Option<unsafe extern "C" fn(request: *mut mt_request, response: *mut mt_response, user_data: *mut c_void)>;
pub type mt_error_handler_fn = Option<
    unsafe extern "C" fn(
        request: *const mt_request,
        response: *mut mt_response,
        http_status: c_int,
        user_data: *mut c_void,
    ),
>;
pub type mt_body_fn = Option<
    unsafe extern "C" fn(event: mt_body_event, bytes: mt_slice, status: mt_status, user_data: *mut c_void) -> mt_flow,
>;
pub type mt_exchange_fn = Option<unsafe extern "C" fn(exchange: *mut mt_exchange, user_data: *mut c_void)>;
pub type mt_inject_fn = Option<unsafe extern "C" fn(bytes: mt_slice, is_end: bool, user_data: *mut c_void)>;

pub type mt_thread_spawn_fn = Option<
    unsafe extern "C" fn(
        name: *const c_char,
        run: Option<unsafe extern "C" fn(argument: *mut c_void)>,
        argument: *mut c_void,
        user_data: *mut c_void,
    ) -> c_int,
>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct mt_slice {
    pub data: *const c_char,
    pub size: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct mt_field {
    pub name: mt_slice,
    pub value: mt_slice,
}

#[repr(C)]
pub struct mt_error {
    pub struct_size: usize,
    pub status: mt_status,
    pub system_errno: c_int,
    pub message: [c_char; 256],
}

#[repr(C)]
pub struct mt_allocator {
    pub allocate: Option<unsafe extern "C" fn(size: usize, user_data: *mut c_void) -> *mut c_void>,
    pub reallocate:
        Option<unsafe extern "C" fn(block: *mut c_void, size: usize, user_data: *mut c_void) -> *mut c_void>,
    pub deallocate: Option<unsafe extern "C" fn(block: *mut c_void, user_data: *mut c_void)>,
    pub user_data: *mut c_void,
}

#[repr(C)]
pub struct mt_server_config {
    pub struct_size: usize,
    pub reactors: u32,
    pub pin_reactors: bool,
    pub workers: u32,
    pub worker_queue_capacity: u32,
    pub max_request_line_bytes: u32,
    pub max_header_fields: u32,
    pub max_header_bytes: u32,
    pub max_body_bytes: u64,
    pub max_connections: u32,
    pub max_connections_per_peer: u32,
    pub max_pipelined_requests: u32,
    pub max_requests_per_connection: u64,
    pub header_timeout_ms: u32,
    pub body_timeout_ms: u32,
    pub idle_timeout_ms: u32,
    pub write_timeout_ms: u32,
    pub min_transfer_bytes_per_second: u32,
    pub shutdown_timeout_ms: u32,
    pub linger_timeout_ms: u32,
    pub handler_warning_ms: u32,
    pub output_high_water_bytes: u32,
    pub output_low_water_bytes: u32,
    pub backlog: u32,
    pub server_name: mt_slice,
    pub allocator: *const mt_allocator,
    pub log: mt_log_fn,
    pub log_user_data: *mut c_void,
    pub log_level: mt_log_level,
    pub spawn_thread: mt_thread_spawn_fn,
    pub spawn_thread_user_data: *mut c_void,
    pub cancel_on_half_close: bool,
}

#[repr(C)]
pub struct mt_route_options {
    pub struct_size: usize,
    pub dispatch: mt_dispatch,
    pub body_mode: mt_body_mode,
    pub max_body_bytes: u64,
}

#[repr(C)]
pub struct mt_stats {
    pub struct_size: usize,
    pub connections_total: u64,
    pub connections_open: u64,
    pub connections_refused: u64,
    pub requests_total: u64,
    pub requests_active: u64,
    pub responses: [u64; 5],
    pub requests_rejected: u64,
    pub timeouts: u64,
    pub bytes_received: u64,
    pub bytes_sent: u64,
    pub worker_rejections: u64,
    pub uptime_ms: u64,
}
