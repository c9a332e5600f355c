use std::ffi::c_void;
use std::os::raw::{c_char, c_int};

use super::types::*;

extern "C" {
    // martlet/abi.h
    pub fn mt_version() -> *const c_char;
    // martlet/status.h
    pub fn mt_status_name(status: mt_status) -> *const c_char;
    // martlet/config.h
    pub fn mt_server_config_init(config: *mut mt_server_config, struct_size: usize) -> mt_status;
    // martlet/server.h
    pub fn mt_server_create(
        config: *const mt_server_config,
        server: *mut *mut mt_server,
        error: *mut mt_error,
    ) -> mt_status;
    pub fn mt_server_listen_tcp(server: *mut mt_server, host: mt_slice, port: u16, error: *mut mt_error) -> mt_status;
    pub fn mt_server_listen_unix(server: *mut mt_server, path: mt_slice, mode: u32, error: *mut mt_error) -> mt_status;
    pub fn mt_server_listen_descriptor(server: *mut mt_server, descriptor: c_int, error: *mut mt_error) -> mt_status;
    pub fn mt_server_listener_count(server: *const mt_server) -> usize;
    pub fn mt_server_port(server: *const mt_server, index: usize) -> u16;
    pub fn mt_server_address(server: *const mt_server, index: usize, buffer: *mut c_char, capacity: usize) -> usize;
    pub fn mt_server_start(server: *mut mt_server, error: *mut mt_error) -> mt_status;
    pub fn mt_server_run(server: *mut mt_server, error: *mut mt_error) -> mt_status;
    pub fn mt_server_start_polled(server: *mut mt_server, error: *mut mt_error) -> mt_status;
    pub fn mt_server_poll_descriptor(server: *const mt_server) -> c_int;
    pub fn mt_server_poll_timeout_ms(server: *const mt_server) -> c_int;
    pub fn mt_server_poll(server: *mut mt_server) -> mt_status;
    pub fn mt_server_drain(server: *mut mt_server, deadline_ms: u32) -> mt_status;
    pub fn mt_server_wait(server: *mut mt_server, timeout_ms: u32) -> mt_status;
    pub fn mt_server_stop(server: *mut mt_server) -> mt_status;
    pub fn mt_server_destroy(server: *mut mt_server);
    pub fn mt_server_inject(
        server: *mut mt_server,
        input: mt_slice,
        on_output: mt_inject_fn,
        user_data: *mut c_void,
    ) -> mt_status;
    // martlet/route.h
    pub fn mt_route_options_init(options: *mut mt_route_options, struct_size: usize) -> mt_status;
    pub fn mt_server_route(
        server: *mut mt_server,
        method: mt_method,
        pattern: mt_slice,
        handler: mt_handler_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
        options: *const mt_route_options,
        error: *mut mt_error,
    ) -> mt_status;
    pub fn mt_server_files(server: *mut mt_server, prefix: mt_slice, root: mt_slice, error: *mut mt_error)
        -> mt_status;
    pub fn mt_server_fallback(
        server: *mut mt_server,
        handler: mt_handler_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
        error: *mut mt_error,
    ) -> mt_status;
    pub fn mt_server_error_handler(
        server: *mut mt_server,
        handler: mt_error_handler_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
        error: *mut mt_error,
    ) -> mt_status;
    // martlet/request.h
    pub fn mt_request_method(request: *const mt_request) -> mt_method;
    pub fn mt_request_method_name(request: *const mt_request) -> mt_slice;
    pub fn mt_request_target(request: *const mt_request) -> mt_slice;
    pub fn mt_request_path(request: *const mt_request) -> mt_slice;
    pub fn mt_request_query(request: *const mt_request) -> mt_slice;
    pub fn mt_request_authority(request: *const mt_request) -> mt_slice;
    pub fn mt_request_minor_version(request: *const mt_request) -> c_int;
    pub fn mt_request_field_count(request: *const mt_request) -> usize;
    pub fn mt_request_field_at(request: *const mt_request, index: usize) -> mt_field;
    pub fn mt_request_field_get(request: *const mt_request, name: mt_slice, value: *mut mt_slice) -> bool;
    pub fn mt_request_route(request: *const mt_request) -> mt_slice;
    pub fn mt_request_parameter_count(request: *const mt_request) -> usize;
    pub fn mt_request_parameter_at(request: *const mt_request, index: usize) -> mt_field;
    pub fn mt_request_parameter_get(request: *const mt_request, name: mt_slice, value: *mut mt_slice) -> bool;
    pub fn mt_request_body(request: *const mt_request) -> mt_slice;
    pub fn mt_request_content_length(request: *const mt_request) -> u64;
    pub fn mt_request_trailer_count(request: *const mt_request) -> usize;
    pub fn mt_request_trailer_at(request: *const mt_request, index: usize) -> mt_field;
    pub fn mt_request_peer(request: *const mt_request, buffer: *mut c_char, capacity: usize) -> usize;
    pub fn mt_request_body_stream(
        request: *mut mt_request,
        on_body: mt_body_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
    ) -> mt_status;
    pub fn mt_request_defer(request: *mut mt_request, exchange: *mut *mut mt_exchange) -> mt_status;
    // martlet/response.h
    pub fn mt_response_status_set(response: *mut mt_response, http_status: c_int) -> mt_status;
    pub fn mt_response_status_get(response: *const mt_response) -> c_int;
    pub fn mt_response_field_add(response: *mut mt_response, name: mt_slice, value: mt_slice) -> mt_status;
    pub fn mt_response_field_set(response: *mut mt_response, name: mt_slice, value: mt_slice) -> mt_status;
    pub fn mt_response_field_remove(response: *mut mt_response, name: mt_slice) -> mt_status;
    pub fn mt_response_field_get(response: *const mt_response, name: mt_slice, value: *mut mt_slice) -> bool;
    pub fn mt_response_body_copy(response: *mut mt_response, bytes: mt_slice) -> mt_status;
    pub fn mt_response_body_borrow(
        response: *mut mt_response,
        bytes: mt_slice,
        done: mt_destroy_fn,
        user_data: *mut c_void,
    ) -> mt_status;
    pub fn mt_response_body_file(response: *mut mt_response, descriptor: c_int, offset: u64, length: u64) -> mt_status;
    pub fn mt_response_fail(response: *mut mt_response, http_status: c_int) -> mt_status;
    // martlet/exchange.h
    pub fn mt_exchange_acquire(exchange: *mut mt_exchange);
    pub fn mt_exchange_release(exchange: *mut mt_exchange);
    pub fn mt_exchange_request(exchange: *mut mt_exchange) -> *mut mt_request;
    pub fn mt_exchange_response(exchange: *mut mt_exchange) -> *mut mt_response;
    pub fn mt_exchange_complete(exchange: *mut mt_exchange) -> mt_status;
    pub fn mt_exchange_is_cancelled(exchange: *const mt_exchange) -> bool;
    pub fn mt_exchange_on_cancel(
        exchange: *mut mt_exchange,
        on_cancel: mt_exchange_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
    ) -> mt_status;
    pub fn mt_exchange_stream_start(
        exchange: *mut mt_exchange,
        length: u64,
        on_drained: mt_exchange_fn,
        user_data: *mut c_void,
        destroy: mt_destroy_fn,
    ) -> mt_status;
    pub fn mt_exchange_stream_write(exchange: *mut mt_exchange, bytes: mt_slice) -> mt_status;
    pub fn mt_exchange_stream_end(exchange: *mut mt_exchange) -> mt_status;
    pub fn mt_exchange_body_resume(exchange: *mut mt_exchange) -> mt_status;
    // martlet/stats.h
    pub fn mt_server_stats(server: *const mt_server, stats: *mut mt_stats) -> mt_status;
}
