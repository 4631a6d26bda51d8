// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of single-descriptor chains give the same result as taking each chain
 * alone.
 */
#include "test.h"

#include "ring.h"
#include "stub.h"

#define NUM	16U
#define SIZE	100U

static struct ring ring;

/* Makes chains 0 to NUM - 1 available, each with a single descriptor. */
static int setup(void **state)
{
	u16 i;

	ring_init(&ring, NUM, F_INDIRECT | F_EVENT_IDX, 65530);
	for (i = 0; i < NUM; i++) {
		ring_desc(&ring, i, RAM0 + i * SIZE, SIZE, 0, 0);
		ring_avail(&ring, i);
	}
	*state = &ring;
	return 0;
}

static int teardown(void **state)
{
	ring_free(*state);
	return 0;
}

/**
 * struct row - the result of vsb_vring_next_row()
 * @nr: number of chains
 * @iov: their buffers
 * @heads: their heads
 */
struct row {
	unsigned int nr;
	struct iovec iov[NUM];
	u16 heads[NUM];
};

static struct row take_row(struct ring *r, unsigned int max, u32 len)
{
	struct row row = {};

	row.nr = vsb_vring_next_row(&r->vr, &r->mem, row.iov, row.heads, max,
				    len);
	return row;
}

/* Takes the first chain, which must be @head, and then a batch. */
static struct row take_first_and_row(struct ring *r, u16 head)
{
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, head);
	return take_row(r, NUM, 1);
}

static void assert_plain(const struct ring *r, const struct row *row,
			 unsigned int i, u16 head)
{
	assert_true(i < row->nr);
	assert_int_equal(row->heads[i], head);
	assert_ptr_equal(row->iov[i].iov_base,
			 ring_host(r, RAM0 + head * SIZE));
	assert_int_equal(row->iov[i].iov_len, SIZE);
}

/*
 * Of 16 entries from index 65530 on, the last 6 are at the start of the ring.
 */
static void test_batch_has_the_entries_already_read(void **state)
{
	struct ring *r = *state;
	struct row row = take_first_and_row(r, 0);
	u16 i;

	assert_int_equal(row.nr, 5);
	for (i = 0; i < 5; i++)
		assert_plain(r, &row, i, i + 1);
	assert_int_equal(r->vr.untold, 6);
	assert_int_equal(r->vr.walked, 6 * 2);

	assert_int_equal(take_row(r, NUM, 1).nr, 0);
	row = take_first_and_row(r, 6);
	assert_int_equal(row.nr, 9);
	assert_plain(r, &row, 8, 15);
	assert_int_equal(ring_next(r), 0);
}

static void test_batch_does_not_read_the_ring(void **state)
{
	struct ring *r = *state;

	assert_int_equal(take_row(r, NUM, 1).nr, 0);
	assert_int_equal(stub.user, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 0);
}

static void test_batch_is_no_longer_than_requested(void **state)
{
	struct ring *r = *state;

	assert_int_equal(ring_next(r), 1);
	assert_int_equal(take_row(r, 0, 1).nr, 0);
	assert_int_equal(take_row(r, 2, 1).nr, 2);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 3);
}

static void test_rewound_batch_is_returned_again(void **state)
{
	struct ring *r = *state;
	struct row row = take_first_and_row(r, 0);

	vsb_vring_rewind(&r->vr, 4);
	row = take_row(r, NUM, 1);
	assert_int_equal(row.nr, 4);
	assert_plain(r, &row, 0, 2);
	assert_plain(r, &row, 3, 5);
}

static const struct {
	const char *name;
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
	enum vsb_fault fault;
} special_rows[] = {
	{ "two parts", RAM0, SIZE, D_NEXT, 0, VSB_FAULT_NONE },
	{ "an indirect table", HOLE, 16, D_INDIRECT, 0, VSB_FAULT_BOUNDS },
	{ "the wrong direction", RAM0, SIZE, D_WRITE, 0, VSB_FAULT_DIRECTION },
	{ "another region", RAM2, SIZE, 0, 0, VSB_FAULT_NONE },
	{ "across regions", RAM1 - 1, SIZE, 0, 0, VSB_FAULT_NONE },
	{ "not memory", HOLE, SIZE, 0, 0, VSB_FAULT_BOUNDS },
	{ "end behind all", U64_MAX, SIZE, 0, 0, VSB_FAULT_BOUNDS },
	{ "empty", RAM0, 0, 0, 0, VSB_FAULT_NONE },
};

static void test_batch_ends_before_a_special_chain(void **state)
{
	struct ring *r = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(special_rows); i++) {
		teardown(state);
		setup(state);
		ring_desc(r, 3, special_rows[i].addr, special_rows[i].len,
			  special_rows[i].flags, special_rows[i].next);
		assert_row(take_first_and_row(r, 0).nr == 2,
			   special_rows[i].name);
		assert_row(ring_next(r) == 1, special_rows[i].name);
		assert_row(r->chain.head == 3, special_rows[i].name);
		assert_row(r->chain.fault == special_rows[i].fault,
			   special_rows[i].name);
	}
}

static void test_batch_ends_before_a_short_chain(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 3, RAM0, SIZE - 1, 0, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(take_row(r, NUM, SIZE).nr, 2);
	assert_int_equal(take_row(r, NUM, SIZE - 1).nr, 3);
}

static void test_batch_ends_before_an_invalid_head(void **state)
{
	struct ring *r = *state;

	ring_set(&r->avail->ring[(65530 + 3) & (NUM - 1)], NUM);
	assert_int_equal(take_first_and_row(r, 0).nr, 2);
	assert_int_equal(ring_next(r), -EFAULT);
	assert_true(r->vr.broken);
	assert_int_equal(take_row(r, NUM, 1).nr, 0);
}

static void test_batch_of_a_writable_queue_checks_the_direction(void **state)
{
	struct ring *r = *state;

	r->vr.writes = true;
	ring_desc(r, 0, RAM0, SIZE, D_WRITE, 0);
	ring_desc(r, 1, RAM0 + SIZE, SIZE, D_WRITE, 0);
	assert_int_equal(take_first_and_row(r, 0).nr, 1);
}

static void test_batch_ends_before_an_unreadable_descriptor(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->desc[4].flags, 2);
	assert_int_equal(take_first_and_row(r, 0).nr, 3);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 4);
	assert_int_equal(r->chain.fault, VSB_FAULT_MEMORY);
}

/* Writes a random descriptor, valid or not. */
static void random_desc(struct ring *r, struct rng *rng, u16 i)
{
	static const u64 base[] = { RAM0, RAM0, RAM0, RAM1, RAM2, HOLE };
	static const u16 flags[] = { 0, 0, 0, 0, D_NEXT, D_WRITE, D_INDIRECT };
	u64 addr = base[rng_below(rng, ARRAY_SIZE(base))];

	addr += rng_below(rng, RAM_SIZE);
	ring_desc(r, i, addr, rng_below(rng, 2000),
		  flags[rng_below(rng, ARRAY_SIZE(flags))],
		  rng_below(rng, NUM + 1));
}

/* Takes the next chain alone: it must equal the one in the batch. */
static void assert_same(struct ring *one, const struct iovec *iov, u16 head)
{
	assert_int_equal(ring_next(one), 1);
	assert_int_equal(one->chain.head, head);
	assert_int_equal(one->chain.fault, VSB_FAULT_NONE);
	assert_int_equal(one->chain.nr, 1);
	assert_ptr_equal(one->iov[0].iov_base, iov->iov_base);
	assert_int_equal(one->iov[0].iov_len, iov->iov_len);
}

static void test_batches_match_chains_taken_one_by_one(void **state)
{
	struct ring *r = *state;
	struct rng rng = rng_seed(1);
	unsigned int round, i, rows = 0;
	struct vsb_vring seen;
	struct row row;

	for (round = 0; round < 2000; round++) {
		u16 heads = rng_below(&rng, NUM) + 1;

		for (i = 0; i < NUM; i++)
			random_desc(r, &rng, i);
		r->vr.last_avail = ring_get(&r->avail->idx);
		r->vr.avail_idx = r->vr.last_avail;
		vsb_vring_forget(&r->vr);
		for (i = 0; i < heads; i++)
			ring_avail(r, rng_below(&rng, NUM));

		while (ring_next(r) == 1) {
			seen = r->vr;
			row = take_row(r, rng_below(&rng, NUM) + 1, 1);
			rows += row.nr;
			/* again from the position where the batch began */
			r->vr = seen;
			for (i = 0; i < row.nr; i++)
				assert_same(r, &row.iov[i], row.heads[i]);
		}
		assert_int_equal(r->vr.last_avail, ring_get(&r->avail->idx));
	}
	assert_true(rows > 1000);
}

#define TEST(name)	\
	cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(batch_has_the_entries_already_read),
	TEST(batch_does_not_read_the_ring),
	TEST(batch_is_no_longer_than_requested),
	TEST(rewound_batch_is_returned_again),
	TEST(batch_ends_before_a_special_chain),
	TEST(batch_ends_before_a_short_chain),
	TEST(batch_ends_before_an_invalid_head),
	TEST(batch_of_a_writable_queue_checks_the_direction),
	TEST(batch_ends_before_an_unreadable_descriptor),
	TEST(batches_match_chains_taken_one_by_one),
};

run_all(tests)
