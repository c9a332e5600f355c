#include "feeding.h"

#include "http/words.h"

typedef struct good_case {
  mt_slice bytes;
  const char *text;
} good_case;

typedef struct bad_case {
  mt_slice bytes;
  int status;
  const char *reason;
} bad_case;

static void all_good(const good_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) feed_good(cases[i].bytes, cases[i].text);
}

static void all_bad(const bad_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) feed_bad(cases[i].bytes, cases[i].status, cases[i].reason);
}

#define ALL_GOOD(cases) all_good(cases, sizeof(cases) / sizeof((cases)[0]))
#define ALL_BAD(cases)  all_bad(cases, sizeof(cases) / sizeof((cases)[0]))

/* RFC 9112 §3.2 */
static void accepts_the_four_target_forms(void **state) {
  static const good_case cases[] = {
      {LITERAL("GET /a/b?c=d&e HTTP/1.1\r\nHost: x\r\n\r\n"),
       " GET[/a/b?c=d&e] 1.1 origin path[/a/b] query[c=d&e] authority[x] none keep Host[x]"},
      {LITERAL("GET http://a.example:81/p?q HTTP/1.1\r\nHost: b\r\n\r\n"),
       " GET[http://a.example:81/p?q] 1.1 absolute path[/p] query[q] authority[a.example:81] none "
       "keep Host[b]"},
      {LITERAL("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
       " CONNECT[a.example:443] 1.1 authority path[] query[] authority[a.example:443] none keep "
       "Host[a.example]"},
      {LITERAL("OPTIONS * HTTP/1.1\r\nHost: x:80\r\n\r\n"),
       " OPTIONS[*] 1.1 asterisk path[*] query[] authority[x:80] none keep Host[x:80]"},
      {LITERAL("GET /%41%2f HTTP/1.1\r\nHost:\r\n\r\n"),
       " GET[/%41%2f] 1.1 origin path[/%41%2f] query[] authority[] none keep escaped Host[]"},
  };
  (void)state;
  ALL_GOOD(cases);
}

/* Fed whole, a target without escapes never reaches mt__target_parse; octet by octet it does. */
static void every_octet_in_a_target_has_one_outcome(void **state) {
  static const char *const targets[] = {"/a", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                        "/a?b", "/?", "/a?bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"};
  (void)state;
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
    for (unsigned octet = 1; octet < 256; octet++) {
      char bytes[128];
      int size =
          snprintf(bytes, sizeof bytes, "GET %s%c HTTP/1.0\r\n\r\n", targets[i], (char)octet);
      feed_outcome outcome;
      feed(&outcome, (mt_slice){bytes, (size_t)size}, &feed_defaults);
      bool is_word = octet < 0x80 && mt__token_octets[octet] && octet != '#' && octet != '%';
      bool is_query = i >= 2;
      if (is_word && (is_query || !strchr("^`|", (int)octet))) {
        assert_int_equal(outcome.result, MT__H1_COMPLETE);
      }
    }
  }
}

static void refuses_malformed_targets(void **state) {
  static const bad_case cases[] = {
      {LITERAL("GET /%zz HTTP/1.1\r\n"), 400, "malformed request target"},
      {LITERAL("GET a HTTP/1.1\r\n"), 400, "malformed request target"},
      {LITERAL("GET * HTTP/1.1\r\n"), 400, "malformed request target"},
      {LITERAL("GET /a#b HTTP/1.1\r\n"), 400, "malformed request target"},
      {LITERAL("CONNECT /a HTTP/1.1\r\n"), 400, "malformed request target"},
      {LITERAL("GET /a\x80 HTTP/1.1\r\n"), 400, "invalid octet in the request target"},
      {LITERAL("GET /a\x7f HTTP/1.1\r\n"), 400, "invalid octet in the request target"},
      {LITERAL("GET /a\0 HTTP/1.1\r\n"), 400, "invalid octet in the request target"},
      {LITERAL("GET /a\tHTTP/1.1\r\n"), 400, "invalid octet in the request target"},
  };
  (void)state;
  ALL_BAD(cases);
}

/* RFC 9112 §3 */
static void refuses_malformed_request_lines(void **state) {
  static const bad_case cases[] = {
      {LITERAL(" GET / HTTP/1.1\r\n"), 400, "no method"},
      {LITERAL("\nGET / HTTP/1.1\r\n"), 400, "no method"},
      {LITERAL("\r\n\r\nGET / HTTP/1.1\r\n"), 400, "no method"},
      {LITERAL("\r\n\nGET / HTTP/1.1\r\n"), 400, "no method"},
      {LITERAL("\rGET / HTTP/1.1\r\n"), 400, "bare CR"},
      {LITERAL("GET\r\n"), 400, "no request target"},
      {LITERAL("GET\n"), 400, "no request target"},
      {LITERAL("GET \r\n"), 400, "no request target"},
      {LITERAL("GET\t/ HTTP/1.1\r\n"), 400, "invalid octet in the method"},
      {LITERAL("GE(T / HTTP/1.1\r\n"), 400, "invalid octet in the method"},
      {LITERAL("G\x80T / HTTP/1.1\r\n"), 400, "invalid octet in the method"},
      {LITERAL("GET  / HTTP/1.1\r\n"), 400, "more than one space in the request line"},
      {LITERAL("GET /  HTTP/1.1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/1.1 \r\n"), 400, "malformed version"},
      {LITERAL("GET / x HTTP/1.1\r\n"), 400, "malformed version"},
      {LITERAL("GET /\r\n\r\n"), 400, "no version in the request line"},
      {LITERAL("GET /\n\n"), 400, "no version in the request line"},
      {LITERAL("GET / \r\n\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/1.1\n"), 400, "bare LF"},
      {LITERAL("GET / HTTP/1.1\rHost"), 400, "bare CR"},
      {LITERAL("GET / HTTP/1.1\r\r\n"), 400, "bare CR"},
  };
  (void)state;
  ALL_BAD(cases);
}

/* RFC 9112 §2.3, RFC 9110 §2.5 */
static void refuses_other_versions(void **state) {
  static const bad_case cases[] = {
      {LITERAL("GET / http/1.1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/1,1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/1.10\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/11.1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/a.1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTPS/1.1\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/2.05\r\n"), 400, "malformed version"},
      {LITERAL("GET / HTTP/0.9\r\n"), 505, "not HTTP/1.x"},
      {LITERAL("GET / HTTP/2.0\r\n"), 505, "not HTTP/1.x"},
      {LITERAL("GET / HTTP/3.1\r\n"), 505, "not HTTP/1.x"},
      {LITERAL("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, "not HTTP/1.x"},
  };
  (void)state;
  ALL_BAD(cases);
}

static void reads_higher_minor_versions_as_1_1(void **state) {
  static const good_case cases[] = {
      {LITERAL("GET / HTTP/1.2\r\nHost: x\r\n\r\n"),
       " GET[/] 1.1 origin path[/] query[] authority[x] none keep Host[x]"},
      {LITERAL("GET / HTTP/1.9\r\nHost: x\r\n\r\n"),
       " GET[/] 1.1 origin path[/] query[] authority[x] none keep Host[x]"},
      {LITERAL("GET / HTTP/1.0\r\n\r\n"),
       " GET[/] 1.0 origin path[/] query[] authority[] none close"},
  };
  (void)state;
  ALL_GOOD(cases);
}

static void keeps_unknown_methods_as_they_came(void **state) {
  static const good_case cases[] = {
      {LITERAL("get / HTTP/1.0\r\n\r\n"),
       " get[/] 1.0 origin path[/] query[] authority[] none close"},
      {LITERAL("!#$%&'*+-.^_`|~09AZaz / HTTP/1.0\r\n\r\n"),
       " !#$%&'*+-.^_`|~09AZaz[/] 1.0 origin path[/] query[] authority[] none close"},
  };
  (void)state;
  ALL_GOOD(cases);
}

/* RFC 9112 §2.2 */
static void skips_one_empty_line_before_the_request(void **state) {
  (void)state;
  feed_good(MT_SLICE("\r\nGET /a HTTP/1.0\r\nA: b\r\n\r\n"),
            " GET[/a] 1.0 origin path[/a] query[] authority[] none close A[b]");
}

/* RFC 9112 §5.1 */
static void places_exclude_white_space_around_values(void **state) {
  static const good_case cases[] = {
      {LITERAL("GET / HTTP/1.0\r\nA:b\r\nC:  \t d\t e \t\r\nF: \t \r\nG:\r\n\r\n"),
       " GET[/] 1.0 origin path[/] query[] authority[] none close A[b] C[d\t e] F[] G[]"},
      {LITERAL("GET / HTTP/1.0\r\nA: \x80\xff:~\"\r\n!#$%&'*+-.^_`|~: 1\r\n\r\n"),
       " GET[/] 1.0 origin path[/] query[] authority[] none close A[\x80\xff:~\"] "
       "!#$%&'*+-.^_`|~[1]"},
  };
  (void)state;
  ALL_GOOD(cases);
}

/* RFC 9112 §5, §2.2 */
/* What looks like names and colons within values must not be taken for lines, however long the
 * values are and wherever in a block of octets their lines begin. */
static void lines_begin_at_every_place_of_a_block(void **state) {
  (void)state;
  static const int sizes[] = {0, 40, 130, 700};
  char value[700], text[1024];
  for (size_t i = 0; i < sizeof value; i++) value[i] = "a: b"[i % 4];
  for (int before = 0; before <= 700; before += before < 140 ? 1 : 20) {
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      int room = sizes[i] > 800 - before ? 800 - before : sizes[i];
      int size = snprintf(text, sizeof text,
                          "GET / HTTP/1.1\r\nHost: a\r\nFirst: x%.*s\r\nSecond: x%.*sy\r\n\r\n",
                          before, value, room < 0 ? 0 : room, value);
      feed_outcome outcome;
      feed(&outcome, (mt_slice){text, (size_t)size}, &feed_defaults);
      assert_int_equal(outcome.result, MT__H1_COMPLETE);
      assert_non_null(strstr(outcome.text, " First[x"));
      assert_non_null(strstr(outcome.text, "y]"));
      assert_non_null(strstr(outcome.text, " Second[x"));
    }
  }
}

static void refuses_malformed_field_lines(void **state) {
#define LINE(field) LITERAL("GET / HTTP/1.1\r\nHost: x\r\n" field)
  static const bad_case cases[] = {
      {LINE("A : b\r\n\r\n"), 400, "space before the colon of a field"},
      {LINE("A\t: b\r\n\r\n"), 400, "space before the colon of a field"},
      {LINE("A B: c\r\n\r\n"), 400, "space before the colon of a field"},
      {LINE("A: b\r\n c\r\n\r\n"), 400, "folded field line"},
      {LINE("A: b\r\n\tc\r\n\r\n"), 400, "folded field line"},
      {LINE(" A: b\r\n\r\n"), 400, "folded field line"},
      {LINE(": b\r\n\r\n"), 400, "field without a name"},
      {LINE("A\r\n\r\n"), 400, "field line without a colon"},
      {LINE("A\n\r\n"), 400, "field line without a colon"},
      {LINE("A(: b\r\n\r\n"), 400, "invalid octet in a field name"},
      {LINE("A\0: b\r\n\r\n"), 400, "invalid octet in a field name"},
      {LINE("\x80: b\r\n\r\n"), 400, "invalid octet in a field name"},
      {LINE("A: b\n\r\n"), 400, "bare LF"},
      {LINE("A: b\nC: d\r\n\r\n"), 400, "bare LF"},
      {LINE("A: b\r\r\n"), 400, "bare CR"},
      {LINE("A: b\rC: d\r\n"), 400, "bare CR"},
      {LINE("A: b\0c\r\n"), 400, "control octet in a field value"},
      {LINE("A: b\x01\r\n"), 400, "control octet in a field value"},
      {LINE("A: \x7f\r\n"), 400, "control octet in a field value"},
      {LINE("A: b\x1b[0m\r\n"), 400, "control octet in a field value"},
      {LINE("\n"), 400, "bare LF"},
      {LINE("\r\r\n"), 400, "bare CR"},
      {LINE("\rA: b\r\n\r\n"), 400, "bare CR"},
  };
#undef LINE
  (void)state;
  ALL_BAD(cases);
}

static void waits_for_every_missing_octet(void **state) {
  static const char message[] =
      "\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
      "Connection: close\r\nX-Long-Name-Of-A-Field: and \t a value\r\n\r\n";
  (void)state;
  for (size_t size = 0; size < sizeof message - 1; size++) {
    feed_outcome outcome;
    feed(&outcome, (mt_slice){message, size}, &feed_defaults);
    assert_int_equal(outcome.result, MT__H1_INCOMPLETE);
  }
}

static void knows_every_field_the_server_acts_on(void **state) {
  static const struct {
    const char *name;
    mt__field_id id;
  } known[] = {
      {"hOST", MT__FIELD_HOST},
      {"Connection", MT__FIELD_CONNECTION},
      {"CONTENT-LENGTH", MT__FIELD_CONTENT_LENGTH},
      {"transfer-encoding", MT__FIELD_TRANSFER_ENCODING},
      {"Expect", MT__FIELD_EXPECT},
      {"Upgrade", MT__FIELD_UPGRADE},
      {"TE", MT__FIELD_TE},
      {"Trailer", MT__FIELD_TRAILER},
      {"Keep-Alive", MT__FIELD_KEEP_ALIVE},
      {"Date", MT__FIELD_DATE},
      {"Server", MT__FIELD_SERVER},
      {"Accept-Encoding", MT__FIELD_ACCEPT_ENCODING},
      {"If-None-Match", MT__FIELD_IF_NONE_MATCH},
      {"If-Modified-Since", MT__FIELD_IF_MODIFIED_SINCE},
      {"Range", MT__FIELD_RANGE},
      {"Hosts", MT__FIELD_OTHER},
      {"Accept-Language", MT__FIELD_OTHER},
      {"X-Quite-A-Bit-Longer-Than-All-Of-Those", MT__FIELD_OTHER},
  };
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    char text[128];
    int size = snprintf(text, sizeof text, "GET / HTTP/1.0\r\n%s: 0\r\n", known[i].name);
    mt__field_place fields[1];
    mt__head head = {.fields = fields, .field_capacity = 1};
    mt__h1_parser parser;
    mt__h1_parser_init(&parser, &feed_defaults.limits, mt__scan_best());
    mt__h1_parser_feed(&parser, text, (size_t)size, &head);
    assert_int_equal(head.field_count, 1);
    assert_int_equal(fields[0].id, known[i].id);
  }
}

/* RFC 9112 §7.1.2 */
static void reads_trailer_sections(void **state) {
  static const good_case cases[] = {
      {LITERAL("\r\n"), ""},
      {LITERAL("A: b\r\nC:\r\n\r\n"), " A[b] C[]"},
      {LITERAL("Connection: close\r\n\r\n"), " Connection[close]"},
  };
  feed_setup setup = feed_defaults;
  setup.is_trailers = true;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    feed_outcome outcome;
    feed(&outcome, cases[i].bytes, &setup);
    assert_int_equal(outcome.result, MT__H1_COMPLETE);
    assert_int_equal(outcome.size, cases[i].bytes.size);
    assert_string_equal(outcome.text, cases[i].text);
  }
}

static void refuses_malformed_trailer_sections(void **state) {
  static const char routing[] = "a field of framing or routing in a trailer section";
  static const bad_case cases[] = {
      {LITERAL("\n"), 400, "bare LF"},
      {LITERAL("\rA"), 400, "bare CR"},
      {LITERAL(" A: b\r\n\r\n"), 400, "folded field line"},
      {LITERAL("GET / HTTP/1.1\r\n\r\n"), 400, "space before the colon of a field"},
      {LITERAL("Content-Length: 1\r\n\r\n"), 400, routing},
      {LITERAL("A: b\r\ntransfer-encoding: chunked\r\n\r\n"), 400, routing},
      {LITERAL("Host: x\r\n\r\n"), 400, routing},
  };
  feed_setup setup = feed_defaults;
  setup.is_trailers = true;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    feed_outcome outcome;
    feed(&outcome, cases[i].bytes, &setup);
    assert_int_equal(outcome.result, MT__H1_REJECTED);
    assert_int_equal(outcome.status, cases[i].status);
    assert_string_equal(outcome.reason, cases[i].reason);
  }
}

/* Whatever happens to a message, how it arrives and who scans it must not show. */
static void mutations_have_one_outcome(void **state) {
  static const char message[] =
      "\r\nPOST /a/b%20c?d=e HTTP/1.1\r\nHost: www.example.com:8080\r\nConnection: keep-alive\r\n"
      "Transfer-Encoding: chunked\r\nX: \t spaces \t\r\nContent-Type: text/plain\r\n\r\n";
  static const char octets[] = "\0\t\n\r :;,/AZ09\x7f\x80\xff%?*";
  uint32_t seed = 20240229;
  (void)state;
  for (int turn = 0; turn < 1500; turn++) {
    char copy[sizeof message - 1];
    memcpy(copy, message, sizeof copy);
    uint32_t changes = 1 + feed_random(&seed) % 3;
    while (changes-- > 0) {
      uint32_t at = feed_random(&seed) % sizeof copy;
      copy[at] = octets[feed_random(&seed) % (sizeof octets - 1)];
    }
    feed_outcome outcome;
    feed(&outcome, (mt_slice){copy, sizeof copy}, &feed_defaults);
    assert_true(outcome.result != MT__H1_REJECTED || outcome.status >= 400);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_the_four_target_forms),
      cmocka_unit_test(every_octet_in_a_target_has_one_outcome),
      cmocka_unit_test(refuses_malformed_targets),
      cmocka_unit_test(refuses_malformed_request_lines),
      cmocka_unit_test(refuses_other_versions),
      cmocka_unit_test(reads_higher_minor_versions_as_1_1),
      cmocka_unit_test(keeps_unknown_methods_as_they_came),
      cmocka_unit_test(skips_one_empty_line_before_the_request),
      cmocka_unit_test(places_exclude_white_space_around_values),
      cmocka_unit_test(lines_begin_at_every_place_of_a_block),
      cmocka_unit_test(refuses_malformed_field_lines),
      cmocka_unit_test(waits_for_every_missing_octet),
      cmocka_unit_test(knows_every_field_the_server_acts_on),
      cmocka_unit_test(reads_trailer_sections),
      cmocka_unit_test(refuses_malformed_trailer_sections),
      cmocka_unit_test(mutations_have_one_outcome),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
