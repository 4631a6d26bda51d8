// SPDX-License-Identifier: GPL-2.0
/*
 * Plain chains that are taken together: the same as chains taken one by one.
 */
#include "test.h"

#include "ring.h"
#include "stub.h"

#define NUM	16U
#define SIZE	100U

static struct ring ring;

/* Chains 0 to NUM - 1 are available, all of them plain. */
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
 * struct plain - chains that vsb_split_next_plain() took
 * @nr: number of chains
 * @iov: their parts
 * @heads: their heads
 */
struct plain {
	unsigned int nr;
	struct iovec iov[NUM];
	u16 heads[NUM];
};

static struct plain take_plain(struct ring *r, unsigned int max, u32 len)
{
	struct plain plain = {};

	plain.nr = vsb_split_next_plain(&r->vr, &r->mem, plain.iov,
					plain.heads, max, len);
	return plain;
}

/* Take one chain, which must be @head, and then plain ones. */
static struct plain take_first_and_plain(struct ring *r, u16 head)
{
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, head);
	return take_plain(r, NUM, 1);
}

static void assert_plain(const struct ring *r, const struct plain *plain,
			 unsigned int i, u16 head)
{
	assert_true(i < plain->nr);
	assert_int_equal(plain->heads[i], head);
	assert_ptr_equal(plain->iov[i].iov_base,
			 ring_host(r, RAM0 + head * SIZE));
	assert_int_equal(plain->iov[i].iov_len, SIZE);
}

/* Of 16 entries from 65530 on the last 6 are at the ring's beginning. */
static void test_plain_chains_are_those_read_ahead(void **state)
{
	struct ring *r = *state;
	struct plain plain = take_first_and_plain(r, 0);
	u16 i;

	assert_int_equal(plain.nr, 5);
	for (i = 0; i < 5; i++)
		assert_plain(r, &plain, i, i + 1);
	assert_int_equal(r->vr.unsignalled, 6);
	assert_int_equal(r->vr.walked, 6 * 2);

	assert_int_equal(take_plain(r, NUM, 1).nr, 0);
	plain = take_first_and_plain(r, 6);
	assert_int_equal(plain.nr, 9);
	assert_plain(r, &plain, 8, 15);
	assert_int_equal(ring_next(r), 0);
}

static void test_plain_chains_are_not_read_without_next(void **state)
{
	struct ring *r = *state;

	assert_int_equal(take_plain(r, NUM, 1).nr, 0);
	assert_int_equal(stub.user, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 0);
}

static void test_no_more_plain_chains_than_max(void **state)
{
	struct ring *r = *state;

	assert_int_equal(ring_next(r), 1);
	assert_int_equal(take_plain(r, 0, 1).nr, 0);
	assert_int_equal(take_plain(r, 2, 1).nr, 2);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 3);
}

static void test_rewound_plain_chains_are_taken_again(void **state)
{
	struct ring *r = *state;
	struct plain plain = take_first_and_plain(r, 0);

	vsb_split_rewind(&r->vr, 4);
	plain = take_plain(r, NUM, 1);
	assert_int_equal(plain.nr, 4);
	assert_plain(r, &plain, 0, 2);
	assert_plain(r, &plain, 3, 5);
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

static void test_plain_chains_end_before_another_kind(void **state)
{
	struct ring *r = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(special_rows); i++) {
		teardown(state);
		setup(state);
		ring_desc(r, 3, special_rows[i].addr, special_rows[i].len,
			  special_rows[i].flags, special_rows[i].next);
		assert_row(take_first_and_plain(r, 0).nr == 2,
			   special_rows[i].name);
		assert_row(ring_next(r) == 1, special_rows[i].name);
		assert_row(r->chain.head == 3, special_rows[i].name);
		assert_row(r->chain.fault == special_rows[i].fault,
			   special_rows[i].name);
	}
}

static void test_plain_chains_end_before_a_short_one(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 3, RAM0, SIZE - 1, 0, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(take_plain(r, NUM, SIZE).nr, 2);
	assert_int_equal(take_plain(r, NUM, SIZE - 1).nr, 3);
}

static void test_plain_chains_end_before_a_bad_head(void **state)
{
	struct ring *r = *state;

	ring_set(&r->avail->ring[(65530 + 3) & (NUM - 1)], NUM);
	assert_int_equal(take_first_and_plain(r, 0).nr, 2);
	assert_int_equal(ring_next(r), -EFAULT);
	assert_true(r->vr.broken);
	assert_int_equal(take_plain(r, NUM, 1).nr, 0);
}

static void test_plain_chains_have_the_direction_of_the_queue(void **state)
{
	struct ring *r = *state;

	r->vr.writes = true;
	ring_desc(r, 0, RAM0, SIZE, D_WRITE, 0);
	ring_desc(r, 1, RAM0 + SIZE, SIZE, D_WRITE, 0);
	assert_int_equal(take_first_and_plain(r, 0).nr, 1);
}

static void test_plain_chains_end_where_the_table_faults(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->desc[4].flags, 2);
	assert_int_equal(take_first_and_plain(r, 0).nr, 3);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 4);
	assert_int_equal(r->chain.fault, VSB_FAULT_MEMORY);
}

/* Something that a driver may do, or may not. */
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

/* The next chain, taken by itself, is the one that was taken as a plain chain. */
static void assert_same(struct ring *one, const struct iovec *iov, u16 head)
{
	assert_int_equal(ring_next(one), 1);
	assert_int_equal(one->chain.head, head);
	assert_int_equal(one->chain.fault, VSB_FAULT_NONE);
	assert_int_equal(one->chain.nr, 1);
	assert_ptr_equal(one->iov[0].iov_base, iov->iov_base);
	assert_int_equal(one->iov[0].iov_len, iov->iov_len);
}

static void test_plain_chains_equal_those_of_next(void **state)
{
	struct ring *r = *state;
	struct rng rng = rng_seed(1);
	unsigned int round, i, taken = 0;
	struct vsb_split seen;
	struct plain plain;

	for (round = 0; round < 2000; round++) {
		u16 heads = rng_below(&rng, NUM) + 1;

		for (i = 0; i < NUM; i++)
			random_desc(r, &rng, i);
		r->vr.last_avail = ring_get(&r->avail->idx);
		r->vr.avail_idx = r->vr.last_avail;
		r->vr.heads_nr = 0;
		for (i = 0; i < heads; i++)
			ring_avail(r, rng_below(&rng, NUM));

		while (ring_next(r) == 1) {
			seen = r->vr;
			plain = take_plain(r, rng_below(&rng, NUM) + 1, 1);
			taken += plain.nr;
			/* the same again, one by one */
			r->vr = seen;
			for (i = 0; i < plain.nr; i++)
				assert_same(r, &plain.iov[i], plain.heads[i]);
		}
		assert_int_equal(r->vr.last_avail, ring_get(&r->avail->idx));
	}
	assert_true(taken > 1000);
}

#define TEST(name)	\
	cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(plain_chains_are_those_read_ahead),
	TEST(plain_chains_are_not_read_without_next),
	TEST(no_more_plain_chains_than_max),
	TEST(rewound_plain_chains_are_taken_again),
	TEST(plain_chains_end_before_another_kind),
	TEST(plain_chains_end_before_a_short_one),
	TEST(plain_chains_end_before_a_bad_head),
	TEST(plain_chains_have_the_direction_of_the_queue),
	TEST(plain_chains_end_where_the_table_faults),
	TEST(plain_chains_equal_those_of_next),
};

run_all(tests)
