#include "../base/number.h"
#include "../base/slice.h"
#include "words.h"

#define VERSION "HTTP/1.1 "
#define LINE(code, reason)                                                                         \
  [(code)-100] = {VERSION #code " " reason "\r\n", sizeof(VERSION #code " " reason) + 1}

/* The codes that IANA lists, by code: RFC 9110 §16.2.1. */
static const mt_slice lines[500] = {
    LINE(100, "Continue"),
    LINE(101, "Switching Protocols"),
    LINE(102, "Processing"),
    LINE(103, "Early Hints"),
    LINE(200, "OK"),
    LINE(201, "Created"),
    LINE(202, "Accepted"),
    LINE(203, "Non-Authoritative Information"),
    LINE(204, "No Content"),
    LINE(205, "Reset Content"),
    LINE(206, "Partial Content"),
    LINE(207, "Multi-Status"),
    LINE(208, "Already Reported"),
    LINE(226, "IM Used"),
    LINE(300, "Multiple Choices"),
    LINE(301, "Moved Permanently"),
    LINE(302, "Found"),
    LINE(303, "See Other"),
    LINE(304, "Not Modified"),
    LINE(305, "Use Proxy"),
    LINE(307, "Temporary Redirect"),
    LINE(308, "Permanent Redirect"),
    LINE(400, "Bad Request"),
    LINE(401, "Unauthorized"),
    LINE(402, "Payment Required"),
    LINE(403, "Forbidden"),
    LINE(404, "Not Found"),
    LINE(405, "Method Not Allowed"),
    LINE(406, "Not Acceptable"),
    LINE(407, "Proxy Authentication Required"),
    LINE(408, "Request Timeout"),
    LINE(409, "Conflict"),
    LINE(410, "Gone"),
    LINE(411, "Length Required"),
    LINE(412, "Precondition Failed"),
    LINE(413, "Content Too Large"),
    LINE(414, "URI Too Long"),
    LINE(415, "Unsupported Media Type"),
    LINE(416, "Range Not Satisfiable"),
    LINE(417, "Expectation Failed"),
    LINE(421, "Misdirected Request"),
    LINE(422, "Unprocessable Content"),
    LINE(423, "Locked"),
    LINE(424, "Failed Dependency"),
    LINE(425, "Too Early"),
    LINE(426, "Upgrade Required"),
    LINE(428, "Precondition Required"),
    LINE(429, "Too Many Requests"),
    LINE(431, "Request Header Fields Too Large"),
    LINE(451, "Unavailable For Legal Reasons"),
    LINE(500, "Internal Server Error"),
    LINE(501, "Not Implemented"),
    LINE(502, "Bad Gateway"),
    LINE(503, "Service Unavailable"),
    LINE(504, "Gateway Timeout"),
    LINE(505, "HTTP Version Not Supported"),
    LINE(506, "Variant Also Negotiates"),
    LINE(507, "Insufficient Storage"),
    LINE(508, "Loop Detected"),
    LINE(510, "Not Extended"),
    LINE(511, "Network Authentication Required"),
};

enum { REASON_OFFSET = sizeof(VERSION "200 ") - 1 };

static mt_slice get_line(int status) {
  return status >= 100 && status <= 599 ? lines[status - 100] : (mt_slice){NULL, 0};
}

mt_slice mt__status_line(int status, char scratch[32]) {
  mt_slice line = get_line(status);
  if (MT__LIKELY(line.size)) return line;
  unsigned code = status >= 100 && status <= 599 ? (unsigned)status : 500;
  memcpy(scratch, VERSION, sizeof VERSION - 1);
  size_t at = sizeof VERSION - 1;
  at += mt__number_format_decimal(scratch + at, code);
  memcpy(scratch + at, " \r\n", 3);
  return (mt_slice){scratch, at + 3};
}

mt_slice mt__status_reason(int status) {
  mt_slice line = get_line(status);
  if (!line.size) return MT_SLICE("Unknown");
  return mt__slice_part(line, REASON_OFFSET, line.size - 2);
}
