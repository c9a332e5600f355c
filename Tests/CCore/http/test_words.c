#include "http/field_names.h"
#include "http/words.h"
#include "support/check.h"

static void methods_and_their_names_are_one_to_one(void **state) {
  (void)state;
  const char *const names[] = {"",       "GET",     "HEAD",    "POST",  "PUT",
                               "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  for (int method = MT_METHOD_UNKNOWN; method <= MT_METHOD_PATCH; method++) {
    check_slice(mt__method_name((mt_method)method), names[method]);
    assert_int_equal(mt__method_parse(mt_slice_from(names[method])), method);
  }
}

static void a_number_that_is_no_method_has_no_name(void **state) {
  (void)state;
  const int values[] = {MT_METHOD_PATCH + 1, -1, INT32_MAX};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
    check_slice(mt__method_name((mt_method)values[i]), "");
}

static void other_tokens_are_unknown_methods(void **state) {
  (void)state;
  const char *const tokens[] = {"get",  "Get",    "GETS",    "GE",      "PUTT",     "HEAd",
                                "BREW", "DELETF", "OPTIONZ", "CONNECX", "PROPFIND", "TRACK"};
  for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
    mt_slice token = copy_exactly(mt_slice_from(tokens[i]));
    assert_int_equal(mt__method_parse(token), MT_METHOD_UNKNOWN);
    free((void *)(uintptr_t)token.data);
  }
}

typedef struct known_field {
  const char *name;
  mt__field_id id;
} known_field;

static const known_field known_fields[] = {
    {"Host", MT__FIELD_HOST},
    {"Connection", MT__FIELD_CONNECTION},
    {"Content-Length", MT__FIELD_CONTENT_LENGTH},
    {"Transfer-Encoding", MT__FIELD_TRANSFER_ENCODING},
    {"Expect", MT__FIELD_EXPECT},
    {"Upgrade", MT__FIELD_UPGRADE},
    {"TE", MT__FIELD_TE},
    {"Trailer", MT__FIELD_TRAILER},
    {"Keep-Alive", MT__FIELD_KEEP_ALIVE},
    {"Date", MT__FIELD_DATE},
    {"Server", MT__FIELD_SERVER},
    {"Accept-Encoding", MT__FIELD_ACCEPT_ENCODING},
    {"If-Match", MT__FIELD_IF_MATCH},
    {"If-None-Match", MT__FIELD_IF_NONE_MATCH},
    {"If-Modified-Since", MT__FIELD_IF_MODIFIED_SINCE},
    {"If-Unmodified-Since", MT__FIELD_IF_UNMODIFIED_SINCE},
    {"Range", MT__FIELD_RANGE},
};

enum { KNOWN_FIELDS = sizeof known_fields / sizeof known_fields[0] };

static void every_field_that_the_server_acts_on_is_found_in_any_case(void **state) {
  (void)state;
  assert_int_equal(KNOWN_FIELDS, MT__FIELD_RANGE);
  for (size_t i = 0; i < KNOWN_FIELDS; i++) {
    char name[32];
    size_t size = strlen(known_fields[i].name);
    for (int round = 0; round < 3; round++) {
      for (size_t at = 0; at < size; at++) {
        char octet = known_fields[i].name[at];
        bool upper = round == 1 || (round == 2 && at % 2);
        name[at] = octet == '-' ? octet : (char)(upper ? octet & ~0x20 : octet | 0x20);
      }
      assert_int_equal(mt__field_lookup((mt_slice){name, size}), known_fields[i].id);
    }
  }
}

static void a_field_name_with_one_octet_changed_is_another(void **state) {
  (void)state;
  for (size_t i = 0; i < KNOWN_FIELDS; i++) {
    mt_slice name = copy_exactly(mt_slice_from(known_fields[i].name));
    char *octets = (char *)(uintptr_t)name.data;
    for (size_t at = 0; at < name.size; at++) {
      char before = octets[at];
      octets[at] = (char)(before ^ 0x01);
      assert_int_equal(mt__field_lookup(name), MT__FIELD_OTHER);
      octets[at] = (char)(before ^ 0x80);
      assert_int_equal(mt__field_lookup(name), MT__FIELD_OTHER);
      octets[at] = before;
    }
    assert_int_equal(mt__field_lookup((mt_slice){octets, name.size - 1}), MT__FIELD_OTHER);
    free(octets);
  }
}

static void other_field_names_are_others(void **state) {
  (void)state;
  const char *const names[] = {"",
                               "X",
                               "Accept",
                               "User-Agent",
                               "Content_Length",
                               "Hosts",
                               "Keep\rAlive",
                               "Sec-WebSocket-Extensions"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    assert_int_equal(mt__field_lookup(mt_slice_from(names[i])), MT__FIELD_OTHER);
}

static bool is_token_octet(int octet) {
  bool is_letter = (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z' && octet < 0x80;
  bool is_digit = octet >= '0' && octet <= '9';
  return is_letter || is_digit || (octet && strchr("!#$%&'*+-.^_`|~", octet));
}

static void tokens_hold_token_octets_only(void **state) {
  (void)state;
  for (int octet = 0; octet < 256; octet++) {
    char text[3] = {'a', (char)octet, 'z'};
    assert_int_equal(mt__token_octets[octet], is_token_octet(octet));
    assert_int_equal(mt__is_token((mt_slice){text, 3}), is_token_octet(octet));
  }
  assert_false(mt__is_token(MT_SLICE("")));
}

static void field_values_hold_no_controls_but_tab(void **state) {
  (void)state;
  for (int octet = 0; octet < 256; octet++) {
    char text[40];
    memset(text, 'a', sizeof text);
    text[(size_t)octet % sizeof text] = (char)octet;
    bool expected = octet == '\t' || (octet >= ' ' && octet != 0x7f);
    assert_int_equal(mt__is_field_value((mt_slice){text, sizeof text}), expected);
  }
  assert_true(mt__is_field_value((mt_slice){NULL, 0}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(methods_and_their_names_are_one_to_one),
      cmocka_unit_test(a_number_that_is_no_method_has_no_name),
      cmocka_unit_test(other_tokens_are_unknown_methods),
      cmocka_unit_test(every_field_that_the_server_acts_on_is_found_in_any_case),
      cmocka_unit_test(a_field_name_with_one_octet_changed_is_another),
      cmocka_unit_test(other_field_names_are_others),
      cmocka_unit_test(tokens_hold_token_octets_only),
      cmocka_unit_test(field_values_hold_no_controls_but_tab),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
