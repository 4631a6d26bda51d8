// SPDX-License-Identifier: GPL-2.0
/* The FIFO of bytes that the host socket has not yet taken. */
#include <stdlib.h>

#include "test.h"

#include <linux/uio.h>

#include "stub.h"
#include "conn/txbuf.h"

#define PIECES	4

/* The byte at a position of the stream. */
static u8 byte_at(u64 pos)
{
	return pos * 167 + (pos >> 8) * 13;
}

static int setup(void **state)
{
	(void)state;
	stub_reset();
	return 0;
}

/* Appends @len bytes of the stream from @pos on. Returns how many fit. */
static size_t append(struct vsb_txbuf *buf, u64 pos, size_t len)
{
	size_t done = 0, room, i;
	u8 *to;

	while (done < len) {
		to = vsb_txbuf_reserve(buf, len - done, &room);
		if (!to)
			break;
		assert_in_range(room, 1, len - done);
		for (i = 0; i < room; i++)
			to[i] = byte_at(pos + done + i);
		vsb_txbuf_commit(buf, room);
		done += room;
	}
	return done;
}

/*
 * Checks that the visible bytes are those of the stream from @pos on. Returns
 * their number.
 */
static size_t assert_peek_len(const struct vsb_txbuf *buf, u64 pos, size_t len,
			      unsigned int max)
{
	struct kvec parts[PIECES];
	unsigned int nr, i;
	size_t seen = 0, j;

	nr = vsb_txbuf_peek(buf, len, parts, max);
	assert_true(nr <= max);
	for (i = 0; i < nr; i++) {
		assert_true(parts[i].iov_len > 0);
		for (j = 0; j < parts[i].iov_len; j++)
			assert_int_equal(((u8 *)parts[i].iov_base)[j],
					 byte_at(pos + seen + j));
		seen += parts[i].iov_len;
	}
	assert_true(seen <= len);
	return seen;
}

static size_t assert_peek(const struct vsb_txbuf *buf, u64 pos,
			  unsigned int max)
{
	return assert_peek_len(buf, pos, buf->len, max);
}

static void test_new_fifo_is_empty_and_has_no_memory(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };

	(void)state;
	assert_true(vsb_txbuf_empty(&buf));
	assert_int_equal(assert_peek(&buf, 0, PIECES), 0);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.allocs, 0);
}

static void test_bytes_are_invisible_before_the_commit(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t room;

	(void)state;
	assert_non_null(vsb_txbuf_reserve(&buf, 100, &room));
	assert_true(vsb_txbuf_empty(&buf));
	assert_int_equal(assert_peek(&buf, 0, PIECES), 0);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

static void test_less_than_reserved_may_be_committed(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t room;
	u8 *to;

	(void)state;
	to = vsb_txbuf_reserve(&buf, 100, &room);
	to[0] = byte_at(0);
	vsb_txbuf_commit(&buf, 1);
	assert_int_equal(append(&buf, 1, 50), 50);
	assert_int_equal(buf.len, 51);
	assert_int_equal(assert_peek(&buf, 0, PIECES), 51);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

/* The copy from the guest failed at its first byte. */
static void test_empty_commit_keeps_the_fifo_usable(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t room;

	(void)state;
	vsb_txbuf_reserve(&buf, 10, &room);
	vsb_txbuf_commit(&buf, 0);
	assert_true(vsb_txbuf_empty(&buf));
	assert_int_equal(append(&buf, 0, 3000), 3000);
	vsb_txbuf_reserve(&buf, 100000, &room);
	vsb_txbuf_commit(&buf, 0);
	vsb_txbuf_consume(&buf, 3000);
	assert_int_equal(stub.live, 0);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

static void test_memory_is_freed_as_bytes_are_consumed(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	unsigned int most;
	size_t pos;

	(void)state;
	assert_int_equal(append(&buf, 0, 100000), 100000);
	most = stub.live;
	for (pos = 0; pos < 100000; pos += 1000) {
		assert_peek(&buf, pos, PIECES);
		vsb_txbuf_consume(&buf, 1000);
		assert_true(stub.live <= most);
		most = stub.live;
	}
	assert_int_equal(stub.live, 0);
	assert_true(vsb_txbuf_empty(&buf));
}

/* Many small packets must not need a multiple of the credit in memory. */
static void test_small_appends_share_memory(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 65536; i++)
		assert_int_equal(append(&buf, i, 1), 1);
	assert_true(stub.live <= 66);
	assert_int_equal(buf.len, 65536);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

static void test_large_append_allocates_large_chunks(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };

	(void)state;
	assert_int_equal(append(&buf, 0, 65536), 65536);
	assert_true(stub.live <= 5);
	vsb_txbuf_clear(&buf);
}

static void test_peek_stops_at_its_maximum(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t one, two;

	(void)state;
	append(&buf, 0, 65536);
	assert_int_equal(assert_peek(&buf, 0, 0), 0);
	one = assert_peek(&buf, 0, 1);
	two = assert_peek(&buf, 0, 2);
	assert_true(one > 0 && two > one && two < 65536);
	vsb_txbuf_clear(&buf);
}

static void test_peek_returns_at_most_the_requested_bytes(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t len;

	(void)state;
	append(&buf, 0, 5000);
	vsb_txbuf_consume(&buf, 500);
	for (len = 0; len <= 4500; len++)
		assert_int_equal(assert_peek_len(&buf, 500, len, PIECES), len);
	vsb_txbuf_clear(&buf);
}

/*
 * One peek must return the largest message, whatever the sizes of its pieces
 * and whatever was before it: see VSB_FLUSH_PARTS of io.c.
 */
static void test_message_of_256_kib_has_few_pieces(void **state)
{
	static const size_t pieces[] = { 1, 7, 1000, 1024, 3732, 65536 };
	static const size_t before[] = { 0, 1, 500, 4000, 60000 };
	struct kvec parts[64];
	unsigned int i, j, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		for (j = 0; j < ARRAY_SIZE(before); j++) {
			struct vsb_txbuf buf = { .len = 0 };
			size_t pos, seen = 0;
			unsigned int nr;

			append(&buf, 0, before[j]);
			for (pos = 0; pos < 262144; pos += pieces[i])
				append(&buf, pos, pieces[i]);
			vsb_txbuf_consume(&buf, before[j]);
			nr = vsb_txbuf_peek(&buf, 262144, parts, 64);
			for (k = 0; k < nr; k++)
				seen += parts[k].iov_len;
			assert_int_equal(seen, 262144);
			vsb_txbuf_clear(&buf);
		}
	}
}

static void test_cleared_fifo_is_empty_and_usable(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };

	(void)state;
	append(&buf, 0, 50000);
	vsb_txbuf_consume(&buf, 777);
	vsb_txbuf_clear(&buf);
	assert_null(buf.first);
	assert_null(buf.last);
	assert_int_equal(buf.len, 0);
	assert_int_equal(stub.live, 0);
	assert_int_equal(append(&buf, 5, 100), 100);
	assert_int_equal(assert_peek(&buf, 5, PIECES), 100);
	vsb_txbuf_clear(&buf);
}

/* Sizes around the chunk sizes. */
static void test_every_size_near_a_chunk_is_preserved(void **state)
{
	static const size_t base[] = { 1, 1000, 2024, 4072, 8168, 16360, 32744 };
	struct vsb_txbuf buf = { .len = 0 };
	size_t len, pos;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(base); i++) {
		for (len = base[i]; len < base[i] + 50; len++) {
			assert_int_equal(append(&buf, len, len), len);
			for (pos = 0; pos < len;) {
				size_t seen = assert_peek(&buf, len + pos, 1);

				assert_true(seen > 0);
				vsb_txbuf_consume(&buf, seen);
				pos += seen;
			}
			assert_int_equal(stub.live, 0);
		}
	}
}

/* Compares with a simple model: the positions of the reader and the writer. */
static void random_walk(u64 seed, u32 sizes)
{
	struct vsb_txbuf buf = { .len = 0 };
	struct rng rng = rng_seed(seed);
	u64 in = 0, out = 0;
	unsigned int i;
	size_t len;

	for (i = 0; i < 400; i++) {
		len = rng_below(&rng, sizes) + 1;
		if (rng_one_in(&rng, 2) && in - out < 256 * 1024) {
			assert_int_equal(append(&buf, in, len), len);
			in += len;
		} else {
			len = len < in - out ? len : in - out;
			vsb_txbuf_consume(&buf, len);
			out += len;
		}
		assert_int_equal(buf.len, in - out);
		assert_int_equal(vsb_txbuf_empty(&buf), in == out);
		if (in != out)
			assert_true(assert_peek(&buf, out, PIECES) > 0);
		else
			assert_int_equal(stub.live, 0);
	}
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

static void test_random_walks_keep_every_byte_in_order(void **state)
{
	static const u32 sizes[] = { 1, 10, 1500, 4000, 20000, 70000 };
	unsigned int i;
	u64 seed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (seed = 1; seed <= 8; seed++)
			random_walk(seed, sizes[i]);
}

/* Bytes appended before the failed allocation stay, and nothing leaks. */
static void test_failed_allocation_loses_nothing(void **state)
{
	unsigned int fail;
	size_t got, len;

	(void)state;
	for (fail = 0; fail < 12; fail++) {
		struct vsb_txbuf buf = { .len = 0 };

		stub_reset();
		stub.alloc_fail = fail;
		got = append(&buf, 0, 150000);
		assert_int_equal(got == 150000, stub.allocs <= fail);
		assert_int_equal(buf.len, got);
		for (len = 0; len < got;) {
			size_t seen = assert_peek(&buf, len, PIECES);

			assert_true(seen > 0);
			vsb_txbuf_consume(&buf, seen);
			len += seen;
		}
		assert_int_equal(stub.live, 0);
	}
}

static void test_append_works_after_a_failure(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };
	size_t got;

	(void)state;
	stub.alloc_fail = 1;
	got = append(&buf, 0, 65536);
	assert_true(got > 0 && got < 65536);
	assert_int_equal(append(&buf, got, 65536 - got), 65536 - got);
	assert_int_equal(buf.len, 65536);
	vsb_txbuf_consume(&buf, 60000);
	assert_int_equal(assert_peek(&buf, 60000, PIECES), 5536);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.live, 0);
}

#define TEST(name)	cmocka_unit_test_setup(test_##name, setup)

static const struct CMUnitTest tests[] = {
	TEST(new_fifo_is_empty_and_has_no_memory),
	TEST(bytes_are_invisible_before_the_commit),
	TEST(less_than_reserved_may_be_committed),
	TEST(empty_commit_keeps_the_fifo_usable),
	TEST(memory_is_freed_as_bytes_are_consumed),
	TEST(small_appends_share_memory),
	TEST(large_append_allocates_large_chunks),
	TEST(peek_stops_at_its_maximum),
	TEST(peek_returns_at_most_the_requested_bytes),
	TEST(message_of_256_kib_has_few_pieces),
	TEST(cleared_fifo_is_empty_and_usable),
	TEST(every_size_near_a_chunk_is_preserved),
	TEST(random_walks_keep_every_byte_in_order),
	TEST(failed_allocation_loses_nothing),
	TEST(append_works_after_a_failure),
};

run_all(tests)
