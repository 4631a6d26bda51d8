// SPDX-License-Identifier: GPL-2.0
/*
 * The FIFO of bytes that the host socket has not taken.
 */
#include <stdlib.h>

#include "test.h"

#include <linux/uio.h>

#include "stub.h"
#include "conn/txbuf.h"

#define PIECES	4

/* The byte at a place in the stream. */
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

/* Append @len bytes of the stream from @pos on; how many there was room for. */
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

/* What can be seen are the bytes of the stream from @pos on. */
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

static void test_a_new_fifo_is_empty_and_holds_no_memory(void **state)
{
	struct vsb_txbuf buf = { .len = 0 };

	(void)state;
	assert_true(vsb_txbuf_empty(&buf));
	assert_int_equal(assert_peek(&buf, 0, PIECES), 0);
	vsb_txbuf_clear(&buf);
	assert_int_equal(stub.allocs, 0);
}

static void test_nothing_is_in_it_before_the_commit(void **state)
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

static void test_less_than_the_room_may_be_committed(void **state)
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

/* A copy from the guest that failed at once. */
static void test_a_commit_of_nothing_leaves_a_fifo_that_works(void **state)
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

static void test_memory_is_given_back_as_it_empties(void **state)
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

/* Many small packets must not need a multiple of the credit. */
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

static void test_a_large_append_takes_large_pieces(void **state)
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

static void test_peek_shows_no_more_than_it_is_asked_for(void **state)
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
 * The largest message must be seen at once, in whatever pieces it came, and
 * whatever was before it: VSB_FLUSH_PARTS of io.c.
 */
static void test_a_quarter_mebibyte_has_few_pieces(void **state)
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

static void test_a_cleared_fifo_is_as_new(void **state)
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

/* Sizes around those of the chunks. */
static void test_every_size_near_a_chunk_comes_out_as_it_went_in(void **state)
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

/* Against a plain model: where the stream is read and where it is written. */
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

/* What was appended before there was no memory stays, and nothing leaks. */
static void test_no_memory_at_any_point_loses_nothing(void **state)
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

static void test_an_append_after_a_failure_goes_on(void **state)
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
	TEST(a_new_fifo_is_empty_and_holds_no_memory),
	TEST(nothing_is_in_it_before_the_commit),
	TEST(less_than_the_room_may_be_committed),
	TEST(a_commit_of_nothing_leaves_a_fifo_that_works),
	TEST(memory_is_given_back_as_it_empties),
	TEST(small_appends_share_memory),
	TEST(a_large_append_takes_large_pieces),
	TEST(peek_stops_at_its_maximum),
	TEST(peek_shows_no_more_than_it_is_asked_for),
	TEST(a_quarter_mebibyte_has_few_pieces),
	TEST(a_cleared_fifo_is_as_new),
	TEST(every_size_near_a_chunk_comes_out_as_it_went_in),
	TEST(random_walks_keep_every_byte_in_order),
	TEST(no_memory_at_any_point_loses_nothing),
	TEST(an_append_after_a_failure_goes_on),
};

run_all(tests)
