#include "field_names.h"

#define AT(letter) [(letter)&31]

const unsigned char mt__field_candidates[MT__FIELD_NAME_MAX + 1][32] = {
    [2] = {AT('t') = MT__FIELD_TE},
    [4] = {AT('h') = MT__FIELD_HOST, AT('d') = MT__FIELD_DATE},
    [5] = {AT('r') = MT__FIELD_RANGE},
    [6] = {AT('e') = MT__FIELD_EXPECT, AT('s') = MT__FIELD_SERVER},
    [7] = {AT('u') = MT__FIELD_UPGRADE, AT('t') = MT__FIELD_TRAILER},
    [8] = {AT('i') = MT__FIELD_IF_MATCH},
    [10] = {AT('c') = MT__FIELD_CONNECTION, AT('k') = MT__FIELD_KEEP_ALIVE},
    [13] = {AT('i') = MT__FIELD_IF_NONE_MATCH},
    [14] = {AT('c') = MT__FIELD_CONTENT_LENGTH},
    [15] = {AT('a') = MT__FIELD_ACCEPT_ENCODING},
    [17] = {AT('t') = MT__FIELD_TRANSFER_ENCODING, AT('i') = MT__FIELD_IF_MODIFIED_SINCE},
    [19] = {AT('i') = MT__FIELD_IF_UNMODIFIED_SINCE},
};

const char mt__field_names[][MT__FIELD_NAME_MAX + 1] = {
    [MT__FIELD_HOST] = "host",
    [MT__FIELD_CONNECTION] = "connection",
    [MT__FIELD_CONTENT_LENGTH] = "content-length",
    [MT__FIELD_TRANSFER_ENCODING] = "transfer-encoding",
    [MT__FIELD_EXPECT] = "expect",
    [MT__FIELD_UPGRADE] = "upgrade",
    [MT__FIELD_TE] = "te",
    [MT__FIELD_TRAILER] = "trailer",
    [MT__FIELD_KEEP_ALIVE] = "keep-alive",
    [MT__FIELD_DATE] = "date",
    [MT__FIELD_SERVER] = "server",
    [MT__FIELD_ACCEPT_ENCODING] = "accept-encoding",
    [MT__FIELD_IF_MATCH] = "if-match",
    [MT__FIELD_IF_NONE_MATCH] = "if-none-match",
    [MT__FIELD_IF_MODIFIED_SINCE] = "if-modified-since",
    [MT__FIELD_IF_UNMODIFIED_SINCE] = "if-unmodified-since",
    [MT__FIELD_RANGE] = "range",
};
