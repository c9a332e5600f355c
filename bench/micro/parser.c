/* What it costs to parse a request head: ns per request and GB/s, for each vector kind of this CPU.
 * `make bench-micro` builds and runs it. The best of many short runs counts: the others were
 * disturbed. */
#include "codec/h1/parser.h"
#include "http/words.h"

#include <stdio.h>
#include <time.h>

typedef struct sample {
  const char *name;
  mt_slice bytes;
} sample;

#define LITERAL(text)                                                                              \
  { ("" text), sizeof(text) - 1 }

#define COOKIE_128                                                                                 \
  "_ga=GA1.2.1147481925.1700000000; _gid=GA1.2.998877665.1700000001; "                             \
  "session=b8e1f0c2a94d4b7f8e0c; "                                                                 \
  "theme=dark; lang=en-GB; seen=1; p=77"

static const sample samples[] = {
    {"short", MT_SLICE("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")},
    {"curl", MT_SLICE("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\n"
                      "Accept: */*\r\n\r\n")},
    {"browser",
     LITERAL("GET /articles/2024/11/a-bird-that-never-lands?ref=home&page=2 HTTP/1.1\r\n"
             "Host: www.example.com\r\n"
             "Connection: keep-alive\r\n"
             "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
             "sec-ch-ua-mobile: ?0\r\n"
             "sec-ch-ua-platform: \"Linux\"\r\n"
             "Upgrade-Insecure-Requests: 1\r\n"
             "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
             "Chrome/130.0.0.0 Safari/537.36\r\n"
             "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
             "*/*;q=0.8\r\n"
             "Sec-Fetch-Site: same-origin\r\n"
             "Sec-Fetch-Mode: navigate\r\n"
             "Referer: https://www.example.com/articles/\r\n"
             "Accept-Encoding: gzip, deflate, br\r\n"
             "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
             "\r\n")},
    {"cookies",
     LITERAL(
         "GET /account HTTP/1.1\r\n"
         "Host: www.example.com\r\n"
         "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0\r\n"
         "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
         "Accept-Encoding: gzip, deflate, br\r\n"
         "Cookie: " COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128
             COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 COOKIE_128 "\r\n"
         "Connection: keep-alive\r\n"
         "\r\n")},
};

static const char *const kind_names[] = {"scalar", "sse4.2", "avx2", "neon"};

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool parse(mt_slice bytes, mt__scan_kind kind) {
  static const mt__h1_limits limits = {8192, 16384, 100};
  mt__field_place fields[100];
  mt__head head;
  mt__h1_parser parser;
  head.fields = fields;
  head.field_capacity = 100;
  mt__h1_parser_init(&parser, &limits, kind);
  mt__h1_result result = mt__h1_parser_feed(&parser, bytes.data, bytes.size, &head);
  return result == MT__H1_COMPLETE && head.size == bytes.size;
}

static double best_ns(mt_slice bytes, mt__scan_kind kind) {
  enum { RUNS = 200, TURNS = 10000 };
  double best = 1e9;
  for (int run = 0; run < RUNS; run++) {
    double begin = seconds();
    for (int turn = 0; turn < TURNS; turn++) {
      if (!parse(bytes, kind)) return -1;
      __asm__ volatile("" ::: "memory");
    }
    double ns = (seconds() - begin) * 1e9 / TURNS;
    if (ns < best) best = ns;
  }
  return best;
}

int main(void) {
  for (int kind = MT__SCAN_SCALAR; kind <= MT__SCAN_NEON; kind++) {
    if (!mt__scan_supports((mt__scan_kind)kind)) continue;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
      mt_slice bytes = samples[i].bytes;
      double ns = best_ns(bytes, (mt__scan_kind)kind);
      printf("%-7s %-8s %5zu bytes %8.1f ns %7.2f GB/s\n", kind_names[kind], samples[i].name,
             bytes.size, ns, (double)bytes.size / ns);
    }
  }
  return 0;
}
