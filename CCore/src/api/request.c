#include "../base/slice.h"
#include "../connection/exchange.h"

static const mt_slice nothing = {NULL, 0};

static mt_slice place(const mt_request *request, mt__place place) {
  return request ? mt__head_slice(&request->head, place) : nothing;
}

mt_method mt_request_method(const mt_request *request) {
  return request ? (mt_method)request->head.method : MT_METHOD_UNKNOWN;
}

mt_slice mt_request_method_name(const mt_request *request) {
  return request ? place(request, request->head.method_name) : nothing;
}

mt_slice mt_request_target(const mt_request *request) {
  return request ? place(request, request->head.target) : nothing;
}

mt_slice mt_request_path(const mt_request *request) {
  if (!request) return nothing;
  return request->head.path.size ? place(request, request->head.path) : MT_SLICE("/");
}

mt_slice mt_request_query(const mt_request *request) {
  return request ? place(request, request->head.query) : nothing;
}

mt_slice mt_request_authority(const mt_request *request) {
  return request ? place(request, request->head.authority) : nothing;
}

int mt_request_minor_version(const mt_request *request) {
  return request ? request->head.minor_version : 0;
}

static mt_field field_at(const mt__head *head, size_t index) {
  if (index >= head->field_count) return (mt_field){nothing, nothing};
  return mt__head_field(head, (uint32_t)index);
}

size_t mt_request_field_count(const mt_request *request) {
  return request ? request->head.field_count : 0;
}

mt_field mt_request_field_at(const mt_request *request, size_t index) {
  return request ? field_at(&request->head, index) : (mt_field){nothing, nothing};
}

bool mt_request_field_get(const mt_request *request, mt_slice name, mt_slice *value) {
  int index = request && mt__slice_is_valid(name) ? mt__head_find(&request->head, name) : -1;
  if (value) *value = index < 0 ? nothing : mt__head_field(&request->head, (uint32_t)index).value;
  return index >= 0;
}

mt_slice mt_request_route(const mt_request *request) {
  return request && request->match.route ? request->match.route->pattern : nothing;
}

size_t mt_request_parameter_count(const mt_request *request) {
  return request ? request->match.parameter_count : 0;
}

mt_field mt_request_parameter_at(const mt_request *request, size_t index) {
  if (!request || index >= request->match.parameter_count) return (mt_field){nothing, nothing};
  return (mt_field){request->match.route->parameter_names[index], request->match.parameters[index]};
}

bool mt_request_parameter_get(const mt_request *request, mt_slice name, mt_slice *value) {
  if (value) *value = nothing;
  if (!mt__slice_is_valid(name)) return false;
  for (size_t i = 0; i < mt_request_parameter_count(request); i++) {
    mt_field parameter = mt_request_parameter_at(request, i);
    if (!mt__slice_equal(parameter.name, name)) continue;
    if (value) *value = parameter.value;
    return true;
  }
  return false;
}

mt_slice mt_request_body(const mt_request *request) {
  return request ? request->body : nothing;
}

uint64_t mt_request_content_length(const mt_request *request) {
  if (!request) return 0;
  return request->head.framing == MT__FRAMING_CHUNKED ? UINT64_MAX : request->head.content_length;
}

size_t mt_request_trailer_count(const mt_request *request) {
  return request && request->trailers.base ? request->trailers.field_count : 0;
}

mt_field mt_request_trailer_at(const mt_request *request, size_t index) {
  if (index >= mt_request_trailer_count(request)) return (mt_field){nothing, nothing};
  return mt__head_field(&request->trailers, (uint32_t)index);
}

size_t mt_request_peer(const mt_request *request, char *buffer, size_t capacity) {
  return request && buffer ? mt__peer_address_format(&request->peer, buffer, capacity) : 0;
}

static bool may_ask_for_body(const mt_exchange *exchange) {
  const mt__route *route = exchange->request.match.route;
  return exchange->reactor_only.is_in_handler && !exchange->any_thread.has_asked_for_body &&
         route && route->body_mode == MT_BODY_STREAM;
}

mt_status mt_request_body_stream(mt_request *request, mt_body_fn on_body, void *user_data,
                                 mt_destroy_fn destroy) {
  mt_exchange *exchange = request ? mt__exchange_of_request(request) : NULL;
  mt_status status = MT_OK;
  if (!exchange || !on_body)
    status = MT_ERROR_INVALID_ARGUMENT;
  else if (!mt__exchange_is_on_reactor(exchange) || !may_ask_for_body(exchange))
    status = MT_ERROR_INVALID_STATE;
  if (status != MT_OK) {
    if (destroy) destroy(user_data);
    return status;
  }
  exchange->any_thread.has_asked_for_body = true;
  exchange->reactor_only.on_body = on_body;
  exchange->reactor_only.body_user_data = user_data;
  exchange->reactor_only.body_destroy = destroy;
  return MT_OK;
}

mt_status mt_request_defer(mt_request *request, mt_exchange **deferred) {
  if (!request || !deferred) return MT_ERROR_INVALID_ARGUMENT;
  mt_exchange *exchange = mt__exchange_of_request(request);
  if (exchange->is_deferred || mt__exchange_phase(exchange) != MT__PHASE_FILLING)
    return MT_ERROR_INVALID_STATE;
  mt_status status = mt__exchange_detach(exchange);
  if (status != MT_OK) return status;
  exchange->is_deferred = true;
  mt__exchange_hold(
      exchange); /* the handler's own, until it returns: it may still fill the response */
  mt__exchange_hold(exchange);
  *deferred = exchange;
  return MT_OK;
}
