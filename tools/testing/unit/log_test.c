// SPDX-License-Identifier: GPL-2.0
/* The dirty log: the right bits are set, and no others. */
#include <stdlib.h>

#include <linux/mm.h>
#include <linux/uio.h>

#include "test.h"

#include "virtio/dirty_log.h"
#include "stub.h"

#define GUEST_PAGE	0x1000ULL
#define LOG_PAGES	3
#define LOG_SIZE	(LOG_PAGES * PAGE_SIZE)
#define LOG_BITS	(LOG_SIZE * 8)

static struct vsb_log dirty;
static u8 *bitmap;

static int setup(void **state)
{
	(void)state;
	stub_reset();
	bitmap = aligned_alloc(PAGE_SIZE, LOG_SIZE);
	memset(bitmap, 0, LOG_SIZE);
	dirty = (struct vsb_log){ .base = bitmap };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(bitmap);
	return 0;
}

static bool is_set(u64 page)
{
	return bitmap[page / 8] >> page % 8 & 1;
}

/* Exactly the bits of the pages from @first to @last are set. */
static void assert_set(u64 first, u64 last)
{
	u64 page;

	for (page = 0; page < LOG_BITS; page++)
		if (is_set(page) != (page >= first && page <= last))
			fail_msg("bit %llu", (unsigned long long)page);
	assert_int_equal(stub.pinned, 0);
}

static void test_empty_range_sets_no_bit(void **state)
{
	(void)state;
	assert_int_equal(vsb_log_write(&dirty, 0x5000, 0), 0);
	assert_set(1, 0);
	assert_false(dirty.dirty);
}

static void test_write_without_a_log_does_nothing(void **state)
{
	(void)state;
	dirty.base = NULL;
	assert_int_equal(vsb_log_write(&dirty, 0x5000, 1), 0);
	assert_false(dirty.dirty);
	assert_int_equal(stub.steps, 0);
}

static void test_byte_sets_the_bit_of_its_page(void **state)
{
	(void)state;
	assert_int_equal(vsb_log_write(&dirty, 0x5fff, 1), 0);
	assert_set(5, 5);
	assert_true(dirty.dirty);
}

static void test_range_sets_the_bits_of_all_its_pages(void **state)
{
	(void)state;
	assert_int_equal(vsb_log_write(&dirty, 0x5fff, 0x2002), 0);
	assert_set(5, 8);
}

static void test_range_may_cross_pages_of_the_log(void **state)
{
	u64 first = PAGE_SIZE * 8 - 3, last = 2 * PAGE_SIZE * 8 + 4;

	(void)state;
	assert_int_equal(vsb_log_write(&dirty, first * GUEST_PAGE,
				       (last - first + 1) * GUEST_PAGE), 0);
	assert_set(first, last);
}

static void test_log_need_not_be_page_aligned(void **state)
{
	u64 skip = 1001, first = PAGE_SIZE * 8 - skip * 8 - 2;

	(void)state;
	dirty.base = bitmap + skip;
	assert_int_equal(vsb_log_write(&dirty, first * GUEST_PAGE,
				       4 * GUEST_PAGE), 0);
	assert_set(PAGE_SIZE * 8 - 2, PAGE_SIZE * 8 + 1);
}

static void test_last_bit_writes_nothing_beyond_the_log(void **state)
{
	(void)state;
	assert_int_equal(vsb_log_write(&dirty, (LOG_BITS - 1) * GUEST_PAGE,
				       GUEST_PAGE), 0);
	assert_set(LOG_BITS - 1, LOG_BITS - 1);
}

static void test_set_bits_stay_set(void **state)
{
	(void)state;
	bitmap[0] = 0x81;
	assert_int_equal(vsb_log_write(&dirty, 0x2000, 0x1000), 0);
	assert_int_equal(bitmap[0], 0x85);
}

static void test_fault_is_returned(void **state)
{
	(void)state;
	stub_deny(bitmap + PAGE_SIZE, PAGE_SIZE);
	assert_int_equal(vsb_log_write(&dirty, PAGE_SIZE * 8 * GUEST_PAGE, 1),
			 -EFAULT);
	assert_int_equal(vsb_log_write(&dirty,
				       (PAGE_SIZE * 8 - 1) * GUEST_PAGE,
				       2 * GUEST_PAGE), -EFAULT);
	assert_set(PAGE_SIZE * 8 - 1, PAGE_SIZE * 8 - 1);
}

static void test_barrier_orders_memory_before_its_bit(void **state)
{
	(void)state;
	vsb_log_write(&dirty, 0, 1);
	assert_int_equal(stub.trace[0].kind, 'W');
	assert_int_equal(stub.trace[1].kind, 'p');
}

static void test_parts_are_logged_up_to_the_length(void **state)
{
	static const u64 addr[] = { 0x1ff0, 0x7000, 0x3000, 0x9000 };
	static const struct iovec iov[] = {
		{ NULL, 0x20 }, { NULL, 0x1000 }, { NULL, 0x2000 },
		{ NULL, 0x1000 },
	};

	(void)state;
	assert_int_equal(vsb_log_write_parts(&dirty, iov, addr, 4,
					     0x20 + 0x1000 + 0x1000), 0);
	assert_int_equal(bitmap[0], 1 << 1 | 1 << 2 | 1 << 7 | 1 << 3);
	assert_int_equal(bitmap[1], 0);
	assert_int_equal(vsb_log_write_parts(&dirty, iov, addr, 4, SIZE_MAX),
			 0);
	assert_int_equal(bitmap[0], 1 << 1 | 1 << 2 | 1 << 7 | 1 << 3 | 1 << 4);
	assert_int_equal(bitmap[1], 1 << 1);
}

static void test_log_must_fit_in_the_address_space(void **state)
{
	const u8 *end = (const u8 *)stub.task_size;

	(void)state;
	assert_true(vsb_log_fits(NULL, 0, U64_MAX));
	assert_true(vsb_log_fits(bitmap, 0, 0));
	assert_true(vsb_log_fits(end - 1, 0, 8 * GUEST_PAGE - 1));
	assert_false(vsb_log_fits(end - 1, 0, 8 * GUEST_PAGE));
	assert_false(vsb_log_fits(end, 0, 0));
	assert_false(vsb_log_fits(bitmap, 0, U64_MAX));
	assert_false(vsb_log_fits((void *)-1UL, 0, 8 * GUEST_PAGE));
	/* an interval that wraps */
	assert_false(vsb_log_fits(bitmap, -4096ULL, 1));
}

/* Compares with one byte per page, for ranges of all sizes. */
static void test_random_ranges_set_exactly_their_bits(void **state)
{
	static bool want[LOG_BITS];
	struct rng rng = rng_seed(7);
	u64 page;
	int i;

	(void)state;
	memset(want, 0, sizeof(want));
	for (i = 0; i < 300; i++) {
		u64 addr = rng_next(&rng) % (LOG_BITS * GUEST_PAGE);
		u64 len = 1 + rng_below(&rng, 1 << rng_below(&rng, 20));

		if (addr + len > LOG_BITS * GUEST_PAGE)
			continue;
		assert_int_equal(vsb_log_write(&dirty, addr, len), 0);
		for (page = addr / GUEST_PAGE;
		     page <= (addr + len - 1) / GUEST_PAGE; page++)
			want[page] = true;
	}
	for (page = 0; page < LOG_BITS; page++)
		assert_int_equal(is_set(page), want[page]);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(test_empty_range_sets_no_bit),
	TEST(test_write_without_a_log_does_nothing),
	TEST(test_byte_sets_the_bit_of_its_page),
	TEST(test_range_sets_the_bits_of_all_its_pages),
	TEST(test_range_may_cross_pages_of_the_log),
	TEST(test_log_need_not_be_page_aligned),
	TEST(test_last_bit_writes_nothing_beyond_the_log),
	TEST(test_set_bits_stay_set),
	TEST(test_fault_is_returned),
	TEST(test_barrier_orders_memory_before_its_bit),
	TEST(test_parts_are_logged_up_to_the_length),
	TEST(test_log_must_fit_in_the_address_space),
	TEST(test_random_ranges_set_exactly_their_bits),
};

run_all(tests)
