#include "memory/chain.h"
#include "support/check.h"
#include "support/failing_allocator.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct fixture {
  failing_allocator failing;
  mt__buffer_pool pool;
  mt__chain chain;
  int done; /* how often a borrowed piece was let go */
} fixture;

static void open_fixture(fixture *self) {
  memset(self, 0, sizeof *self);
  failing_allocator_init(&self->failing, 0);
  mt__buffer_pool_init(&self->pool, &self->failing.allocator);
}

static void close_fixture(fixture *self) {
  mt__chain_clear(&self->chain, &self->pool);
  assert_true(mt__chain_is_empty(&self->chain));
  assert_null(self->chain.last);
  assert_int_equal(self->chain.bytes, 0);
  assert_int_equal(self->pool.in_use_bytes, 0);
  mt__buffer_pool_deinit(&self->pool);
  assert_int_equal(self->failing.live_blocks, 0);
}

static void append(fixture *self, const char *text) {
  mt_status status = mt__chain_append_copy(&self->chain, &self->pool, mt_slice_from(text));
  assert_int_equal(status, MT_OK);
}

static void prepend(fixture *self, const char *text) {
  mt_status status = mt__chain_prepend_copy(&self->chain, &self->pool, mt_slice_from(text));
  assert_int_equal(status, MT_OK);
}

static void count_done(void *user_data) {
  ++*(int *)user_data;
}

static mt_status borrow(fixture *self, const char *text) {
  return mt__chain_append_borrow(&self->chain, &self->pool, mt_slice_from(text), count_done,
                                 &self->done);
}

static void consume(fixture *self, uint64_t bytes) {
  mt__chain_consume(&self->chain, &self->pool, bytes);
}

static int open_any_file(void) {
  int file = open("/dev/null", O_RDONLY);
  assert_true(file >= 0);
  return file;
}

static bool is_open(int descriptor) {
  return fcntl(descriptor, F_GETFD) >= 0;
}

static mt_status append_file(fixture *self, int file, uint64_t offset, uint64_t length) {
  return mt__chain_append_file(&self->chain, &self->pool, (mt__file_part){file, offset, length});
}

/** Asserts that the memory at the front, up to the first file, is `text`. */
static void check_front(const fixture *self, const char *text) {
  struct iovec pieces[64];
  char front[1024];
  size_t size = 0;
  int count = mt__chain_pieces(&self->chain, pieces, 64);
  for (int i = 0; i < count; size += pieces[i++].iov_len) {
    assert_true(pieces[i].iov_len > 0 && pieces[i].iov_len <= sizeof front - size);
    memcpy(front + size, pieces[i].iov_base, pieces[i].iov_len);
  }
  check_slice(((mt_slice){front, size}), text);
}

static void zeroed_it_is_empty(void **state) {
  (void)state;
  fixture self;
  struct iovec piece;
  mt__file_part part;
  open_fixture(&self);
  assert_true(mt__chain_is_empty(&self.chain));
  assert_int_equal(mt__chain_pieces(&self.chain, &piece, 1), 0);
  assert_false(mt__chain_file(&self.chain, &part));
  consume(&self, 0);
  close_fixture(&self);
}

static void copies_share_a_segment(void **state) {
  (void)state;
  fixture self;
  struct iovec pieces[4];
  open_fixture(&self);
  char text[] = "one ";
  append(&self, text);
  text[0] = 'x';
  append(&self, "two ");
  append(&self, "");
  append(&self, "three");
  assert_int_equal(mt__chain_pieces(&self.chain, pieces, 4), 1);
  assert_int_equal(self.chain.bytes, 13);
  check_front(&self, "one two three");
  close_fixture(&self);
}

static void nothing_appended_takes_nothing(void **state) {
  (void)state;
  fixture self;
  int file = open_any_file();
  open_fixture(&self);
  append(&self, "");
  prepend(&self, "");
  assert_int_equal(borrow(&self, ""), MT_OK);
  assert_int_equal(append_file(&self, file, 9, 0), MT_OK);
  assert_true(mt__chain_is_empty(&self.chain));
  assert_int_equal(self.done, 1);
  assert_false(is_open(file));
  assert_int_equal(self.failing.calls, 0);
  close_fixture(&self);
}

static void pieces_keep_their_order_whatever_they_are(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  append(&self, "b");
  assert_int_equal(borrow(&self, "cd"), MT_OK);
  append(&self, "e");
  prepend(&self, "a");
  prepend(&self, "_");
  check_front(&self, "_abcde");
  assert_int_equal(self.chain.bytes, 6);
  close_fixture(&self);
  assert_int_equal(self.done, 1);
}

static void borrowed_bytes_are_not_copied(void **state) {
  (void)state;
  fixture self;
  struct iovec piece;
  const char *text = "borrowed";
  open_fixture(&self);
  assert_int_equal(borrow(&self, text), MT_OK);
  assert_int_equal(mt__chain_pieces(&self.chain, &piece, 1), 1);
  assert_ptr_equal(piece.iov_base, text);
  close_fixture(&self);
}

static void consuming_goes_through_segments_octet_by_octet(void **state) {
  (void)state;
  const char *text = "abcdefghi";
  for (uint64_t step = 1; step <= 9; step++) {
    fixture self;
    open_fixture(&self);
    append(&self, "abc");
    assert_int_equal(borrow(&self, "def"), MT_OK);
    append(&self, "ghi");
    for (size_t at = 0; at < 9;) {
      uint64_t size = step < 9 - at ? step : 9 - at;
      consume(&self, size);
      at += size;
      check_front(&self, text + at);
      assert_int_equal(self.chain.bytes, 9 - at);
      assert_int_equal(self.done, at >= 6);
    }
    assert_int_equal(self.pool.in_use_bytes, 0);
    close_fixture(&self);
  }
}

static void appending_works_after_everything_was_consumed(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  append(&self, "abc");
  consume(&self, 2);
  append(&self, "d");
  check_front(&self, "cd");
  consume(&self, 2);
  append(&self, "e");
  check_front(&self, "e");
  close_fixture(&self);
}

static void no_more_pieces_than_asked_for(void **state) {
  (void)state;
  fixture self;
  struct iovec pieces[3] = {{0}};
  open_fixture(&self);
  for (int i = 0; i < 5; i++) assert_int_equal(borrow(&self, "x"), MT_OK);
  assert_int_equal(mt__chain_pieces(&self.chain, pieces, 2), 2);
  assert_null(pieces[2].iov_base);
  assert_int_equal(mt__chain_pieces(&self.chain, pieces, 0), 0);
  close_fixture(&self);
}

static void a_file_ends_the_pieces_and_then_comes_to_the_front(void **state) {
  (void)state;
  fixture self;
  mt__file_part part;
  int file = open_any_file();
  open_fixture(&self);
  append(&self, "head");
  assert_int_equal(append_file(&self, file, 100, 50), MT_OK);
  append(&self, "tail");
  assert_int_equal(self.chain.bytes, 58);
  check_front(&self, "head");
  assert_false(mt__chain_file(&self.chain, &part));
  consume(&self, 4 + 20);
  check_front(&self, "");
  assert_true(mt__chain_file(&self.chain, &part));
  assert_int_equal(part.descriptor, file);
  assert_int_equal(part.offset, 120);
  assert_int_equal(part.length, 30);
  assert_true(is_open(file));
  consume(&self, 30);
  assert_false(is_open(file));
  assert_false(mt__chain_file(&self.chain, &part));
  check_front(&self, "tail");
  close_fixture(&self);
}

static void clearing_lets_everything_go_once(void **state) {
  (void)state;
  fixture self;
  int file = open_any_file();
  open_fixture(&self);
  append(&self, "a");
  assert_int_equal(borrow(&self, "b"), MT_OK);
  assert_int_equal(append_file(&self, file, 0, 9), MT_OK);
  assert_int_equal(borrow(&self, "c"), MT_OK);
  close_fixture(&self);
  assert_int_equal(self.done, 2);
  assert_false(is_open(file));
}

static void borrowed_bytes_need_no_one_to_tell(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  mt_slice bytes = MT_SLICE("static");
  assert_int_equal(mt__chain_append_borrow(&self.chain, &self.pool, bytes, NULL, NULL), MT_OK);
  consume(&self, 6);
  close_fixture(&self);
}

static void append_again(void *user_data) {
  append(user_data, "again");
}

static void an_owner_may_append_when_his_bytes_are_sent(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  mt_slice bytes = MT_SLICE("first");
  assert_int_equal(mt__chain_append_borrow(&self.chain, &self.pool, bytes, append_again, &self),
                   MT_OK);
  consume(&self, 5);
  check_front(&self, "again");
  assert_int_equal(self.chain.bytes, 5);
  close_fixture(&self);
}

static void long_copies_come_out_as_they_went_in(void **state) {
  (void)state;
  enum { SIZE = 900000 };
  fixture self;
  char *bytes = malloc(SIZE), *out = malloc(SIZE);
  assert_true(bytes && out);
  for (size_t i = 0; i < SIZE; i++) bytes[i] = (char)(i * 31 + i / 1000);
  open_fixture(&self);
  for (size_t at = 0, size = 1; at < SIZE; at += size, size = size * 3 / 2 + 1) {
    if (size > SIZE - at) size = SIZE - at;
    mt_slice part = {bytes + at, size};
    assert_int_equal(mt__chain_append_copy(&self.chain, &self.pool, part), MT_OK);
  }
  for (size_t at = 0; at < SIZE;) {
    struct iovec piece;
    assert_int_equal(mt__chain_pieces(&self.chain, &piece, 1), 1);
    size_t size = piece.iov_len < 10007 ? piece.iov_len : 10007;
    memcpy(out + at, piece.iov_base, size);
    consume(&self, size);
    at += size;
  }
  assert_memory_equal(out, bytes, SIZE);
  close_fixture(&self);
  free(bytes);
  free(out);
}

static void many_small_copies_need_few_pieces(void **state) {
  (void)state;
  fixture self;
  struct iovec pieces[64];
  open_fixture(&self);
  for (int i = 0; i < 10000; i++) append(&self, "0123456789");
  assert_in_range(mt__chain_pieces(&self.chain, pieces, 64), 3, 6);
  close_fixture(&self);
}

static void without_memory_nothing_is_appended_and_all_is_let_go(void **state) {
  (void)state;
  static char large[5000];
  fixture self;
  int file = open_any_file();
  mt_slice bytes = {large, sizeof large};
  open_fixture(&self);
  append(&self, "before");
  failing_allocator_refuse(&self.failing, true);
  /* Part of it would fit the last segment; none of it may be there. */
  mt_status status = mt__chain_append_copy(&self.chain, &self.pool, bytes);
  assert_int_equal(status, MT_ERROR_NO_MEMORY);
  status = mt__chain_prepend_copy(&self.chain, &self.pool, bytes);
  assert_int_equal(status, MT_ERROR_NO_MEMORY);
  assert_int_equal(borrow(&self, "x"), MT_ERROR_NO_MEMORY);
  assert_int_equal(self.done, 1);
  assert_int_equal(append_file(&self, file, 0, 1), MT_ERROR_NO_MEMORY);
  assert_false(is_open(file));
  append(&self, " and after");
  assert_int_equal(self.chain.bytes, 16);
  check_front(&self, "before and after");
  close_fixture(&self);
}

static void a_size_that_does_not_fit_memory_is_refused(void **state) {
  (void)state;
  fixture self;
  open_fixture(&self);
  mt_slice endless = {"", SIZE_MAX};
  mt_status status = mt__chain_append_copy(&self.chain, &self.pool, endless);
  assert_int_equal(status, MT_ERROR_NO_MEMORY);
  status = mt__chain_prepend_copy(&self.chain, &self.pool, endless);
  assert_int_equal(status, MT_ERROR_NO_MEMORY);
  close_fixture(&self);
}

static void use_chain(const mt_allocator *allocator, void *context) {
  static char large[3000];
  int *done = context;
  mt__buffer_pool pool;
  mt__chain chain = {0};
  int file = open_any_file();
  mt__buffer_pool_init(&pool, allocator);
  *done = 0;
  for (int i = 0; i < 4; i++) mt__chain_append_copy(&chain, &pool, (mt_slice){large, sizeof large});
  mt__chain_append_borrow(&chain, &pool, MT_SLICE("abc"), count_done, done);
  mt__chain_append_file(&chain, &pool, (mt__file_part){file, 0, 10});
  mt__chain_append_copy(&chain, &pool, MT_SLICE("end"));
  mt__chain_prepend_copy(&chain, &pool, MT_SLICE("begin"));
  mt__chain_consume(&chain, &pool, chain.bytes / 2);
  mt__chain_clear(&chain, &pool);
  mt__buffer_pool_deinit(&pool);
  assert_int_equal(*done, 1);
  assert_false(is_open(file));
}

static void survives_every_failing_allocation(void **state) {
  (void)state;
  int done;
  assert_in_range(failing_allocator_walk(use_chain, &done), 5, 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zeroed_it_is_empty),
      cmocka_unit_test(copies_share_a_segment),
      cmocka_unit_test(nothing_appended_takes_nothing),
      cmocka_unit_test(pieces_keep_their_order_whatever_they_are),
      cmocka_unit_test(borrowed_bytes_are_not_copied),
      cmocka_unit_test(consuming_goes_through_segments_octet_by_octet),
      cmocka_unit_test(appending_works_after_everything_was_consumed),
      cmocka_unit_test(no_more_pieces_than_asked_for),
      cmocka_unit_test(a_file_ends_the_pieces_and_then_comes_to_the_front),
      cmocka_unit_test(clearing_lets_everything_go_once),
      cmocka_unit_test(borrowed_bytes_need_no_one_to_tell),
      cmocka_unit_test(an_owner_may_append_when_his_bytes_are_sent),
      cmocka_unit_test(long_copies_come_out_as_they_went_in),
      cmocka_unit_test(many_small_copies_need_few_pieces),
      cmocka_unit_test(without_memory_nothing_is_appended_and_all_is_let_go),
      cmocka_unit_test(a_size_that_does_not_fit_memory_is_refused),
      cmocka_unit_test(survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
