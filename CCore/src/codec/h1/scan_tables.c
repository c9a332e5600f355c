#include "scan_tables.h"

#define TWICE(...)                                                                                 \
  {                                                                                                \
    { __VA_ARGS__, __VA_ARGS__ }                                                                   \
  }
#define FOUR(octet)    octet, octet, octet, octet
#define SIXTEEN(octet) FOUR(octet), FOUR(octet), FOUR(octet), FOUR(octet)

/* clang-format off */
const mt__scan_set mt__scan_rows = TWICE(
    0x40, 0x80, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00);
const mt__scan_set mt__scan_tokens = TWICE(
    0xfa, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xfe, 0xbe, 0xfd, 0xd5, 0xf4, 0xd5, 0xfd, 0xdc);
const mt__scan_set mt__scan_paths = TWICE(
    0x2e, 0x3f, 0x3e, 0x3e, 0x3f, 0x3e, 0x3f, 0x3f,
    0x3f, 0x3f, 0x3f, 0x17, 0x15, 0x17, 0x35, 0x1d);
const mt__scan_set mt__scan_queries = TWICE(
    0x3e, 0x3f, 0x3e, 0x3e, 0x3f, 0x3e, 0x3f, 0x3f,
    0x3f, 0x3f, 0x3f, 0x3f, 0x3d, 0x3f, 0x3d, 0x1f);
const mt__scan_set mt__scan_hosts = TWICE(
    0x2a, 0x3f, 0x3e, 0x3e, 0x3f, 0x3e, 0x3f, 0x3f,
    0x3f, 0x3f, 0x3d, 0x17, 0x15, 0x17, 0x35, 0x1c);
/* clang-format on */

/* What octets there are, by the sets that they are in. */
enum {
  CTL = MT__SCAN_CONTROL,
  TGT = MT__SCAN_TARGET,
  TOK = TGT | MT__SCAN_TOKEN,
  QRY = TGT | MT__SCAN_QUERY,
  QTK = QRY | MT__SCAN_TOKEN,
  PCH = QRY | MT__SCAN_PATH,
  REG = PCH | MT__SCAN_HOST,
  ALL = REG | MT__SCAN_TOKEN,
};

/* clang-format off */
_Alignas(64) const unsigned char mt__scan_classes[128] = {
    CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL,   0, CTL, CTL, CTL, CTL, CTL, CTL, /* NUL … SI */
    CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, CTL, /* DLE … US */
      0, ALL, TGT, TOK, ALL, TOK, ALL, ALL, REG, REG, ALL, ALL, REG, ALL, ALL, PCH, /* SP … / */
    ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, PCH, REG, TGT, REG, TGT, QRY, /* 0 … ? */
    PCH, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, /* @ … O */
    ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, QRY, QRY, QRY, QTK, ALL, /* P … _ */
    QTK, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, /* ` … o */
    ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, QRY, QTK, QRY, ALL, CTL, /* p … DEL */
};
/* clang-format on */

const mt__scan_set mt__scan_0f = TWICE(SIXTEEN(0x0f));
const mt__scan_set mt__scan_40 = TWICE(SIXTEEN(0x40));
const mt__scan_set mt__scan_7f = TWICE(SIXTEEN(0x7f));
