/** The requests that every parser is given. */
#ifndef BENCH_REQUESTS_H
#define BENCH_REQUESTS_H

#include <martlet/slice.h>

typedef struct sample {
  const char *name;
  mt_slice bytes;
} sample;

#define LITERAL(text)                                                                              \
  { ("" text), sizeof(text) - 1 }

#define COOKIES                                                                                    \
  "_ga=GA1.2.1147481925.1700000000; _gid=GA1.2.998877665.1700000001; "                             \
  "session=b8e1f0c2a94d4b7f8e0c; theme=dark; lang=en-GB; seen=1; p=77; "
#define FEW_COOKIES COOKIES COOKIES COOKIES COOKIES

static const sample samples[] = {
    {"short", LITERAL("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")},
    {"curl", LITERAL("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\n"
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
             "Sec-Fetch-User: ?1\r\n"
             "Sec-Fetch-Dest: document\r\n"
             "DNT: 1\r\n"
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
         "Cookie: " FEW_COOKIES FEW_COOKIES FEW_COOKIES COOKIES "last=1\r\n"
         "Connection: keep-alive\r\n"
         "\r\n")},
};

enum { SAMPLES = sizeof samples / sizeof samples[0], FIELDS_MAX = 100 };

#endif
