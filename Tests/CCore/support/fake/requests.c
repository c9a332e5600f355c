#define _GNU_SOURCE /* mkdtemp */

#include "requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD(line)     line " HTTP/1.1\r\nHost: a\r\n"
#define LENGTH         "Content-Length: 11\r\n\r\nhello world"
#define CHUNKS         "Transfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n6\r\n world\r\n0\r\n"
#define OK             "HTTP/1.1 200 OK\r\n"
#define PLAIN          HEAD("GET /") "\r\n"
#define PARAMETER      HEAD("GET /name/a%20b?c=d") "Accept: */*\r\n\r\n"
#define FIELDS         HEAD("GET /fields") "\r\n"
#define LENT           HEAD("GET /lent") "\r\n"
#define SMALL_FILE     HEAD("GET /file/small.txt") "\r\n"
#define LARGE_FILE     HEAD("GET /file/large.bin") "\r\n"
#define ECHO_LENGTH    HEAD("POST /echo") LENGTH
#define ECHO_CHUNKS    HEAD("POST /echo") CHUNKS "\r\n"
#define ECHO_TRAILERS  HEAD("POST /echo") CHUNKS "X-Trailer: y\r\n\r\n"
#define WORKER         HEAD("POST /worker") LENGTH
#define TAKE_LENGTH    HEAD("POST /take") LENGTH
#define TAKE_CHUNKS    HEAD("POST /take") CHUNKS "\r\n"
#define LATER          HEAD("GET /later") "\r\n"
#define STREAM         HEAD("GET /stream") "\r\n"
#define SIZED          HEAD("GET /sized") "\r\n"
#define UNREAD_BODY    HEAD("POST /nowhere") LENGTH
#define OPTIONS        HEAD("OPTIONS /echo") "\r\n"
#define HEAD_ONLY      HEAD("HEAD /fields") "\r\n"
#define INVITED        HEAD("POST /echo") "Expect: 100-continue\r\n" LENGTH
#define EARLIER_CLOSES HEAD("GET /") "Connection: close\r\n\r\n"

const request_kind request_kinds[] = {
    {"plain", PLAIN, OK},
    {"parameter", PARAMETER, OK},
    {"fields", FIELDS, OK},
    {"lent", LENT, OK},
    {"small file", SMALL_FILE, OK},
    {"large file", LARGE_FILE, OK},
    {"length", ECHO_LENGTH, OK},
    {"chunks", ECHO_CHUNKS, OK},
    {"trailers", ECHO_TRAILERS, OK},
    {"worker", WORKER, OK},
    {"taken length", TAKE_LENGTH, OK},
    {"taken chunks", TAKE_CHUNKS, OK},
    {"later", LATER, OK},
    {"stream", STREAM, OK},
    {"sized stream", SIZED, OK},
    {"silent", HEAD("GET /silent") "\r\n", "HTTP/1.1 500 "},
    {"cut stream", HEAD("GET /cut") "\r\n", OK},
    {"unread body", UNREAD_BODY, "HTTP/1.1 404 "},
    {"options", OPTIONS, "HTTP/1.1 204 "},
    {"head", HEAD_ONLY, OK},
    {"invited", INVITED, "HTTP/1.1 "},
    {"1.0", "GET /stream HTTP/1.0\r\n\r\n", OK},
    {"refused head", HEAD("GET /") "Host: b\r\n\r\n", "HTTP/1.1 400 "},
    {"refused chunk", HEAD("POST /echo") "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX",
     "HTTP/1.1 400 "},
    {"all",
     PLAIN PARAMETER FIELDS LENT SMALL_FILE LARGE_FILE ECHO_LENGTH ECHO_CHUNKS ECHO_TRAILERS WORKER
         TAKE_LENGTH TAKE_CHUNKS LATER STREAM SIZED UNREAD_BODY OPTIONS HEAD_ONLY EARLIER_CLOSES,
     OK},
};

const size_t request_kind_count = sizeof request_kinds / sizeof *request_kinds;

static char root[] = "/tmp/martlet-files-XXXXXX";
static bool has_root;

static void write_file(const char *name, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "%s/%s", root, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (size_t i = 0; i < size; i++) fputc('a' + (int)(i % 26), file);
  assert_int_equal(fclose(file), 0);
}

const char *requests_root(void) {
  if (!has_root) {
    assert_non_null(mkdtemp(root));
    write_file("small.txt", 10);
    write_file("large.bin", 50000);
    has_root = true;
  }
  return root;
}

int requests_clean_up(void **state) {
  (void)state;
  static const char *const names[] = {"/small.txt", "/large.bin", ""};
  for (size_t i = 0; has_root && i < sizeof names / sizeof *names; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s%s", root, names[i]);
    remove(path);
  }
  return 0;
}
