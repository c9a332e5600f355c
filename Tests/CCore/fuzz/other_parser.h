/** Another HTTP/1 parser, as far as it is asked: Joyent's http-parser, which many servers and
 * proxies have read their messages with. */
#ifndef MT_TESTS_OTHER_PARSER_H
#define MT_TESTS_OTHER_PARSER_H

#include <martlet/request.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OTHER_FIELDS = 128 };

/** What it reads in a message. Slices are places in the message. */
typedef struct other_message {
  mt_slice target;
  mt_slice reason;               /* of a response */
  mt_field fields[OTHER_FIELDS]; /* of the head and of the trailer section, in their order */
  uint32_t field_count;          /* more than OTHER_FIELDS are counted, not kept */
  uint64_t content_length;
  int method; /* its own number */
  int status; /* of a response */
  int minor_version;
  bool has_length, is_chunked;
  bool says_close, says_keep_alive;
  bool has_head;     /* the head is complete */
  bool is_complete;  /* the message is */
  size_t consumed;   /* octets, up to the end of the message, an error, or what there is */
  const char *error; /* NULL: none */
  char *body;        /* where the body goes; NULL: the head is all that is read */
  size_t body_capacity;
  size_t body_size;
} other_message;

/** Reads a request, its head only unless `message->body` is set; all else is set here. */
void other_parse_request(mt_slice bytes, other_message *message);
/** The same for the head of a response. */
void other_parse_response_head(mt_slice bytes, other_message *message);
/** Whether it takes a field of that name for another one: "Proxy-Connection" for Connection, which
 * it is not (RFC 9112 Appendix C.2.2), and what begins as "Transfer-Encoding" and goes on for that.
 */
bool other_mistakes(mt_slice name);
/** Its number for a method, -1 when it knows none of that name. */
int other_method(mt_slice name);

#endif
