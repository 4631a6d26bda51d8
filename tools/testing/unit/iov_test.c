// SPDX-License-Identifier: GPL-2.0
/* Slices of descriptor chains. */
#include "test.h"

#include "virtio/iov.h"

#define PARTS_MAX	8

static char mem[256];

/* The parts of the whole, as offsets in mem: 10 + 0 + 5 + 20 bytes. */
static const struct iovec whole[] = {
	{ mem + 100, 10 },
	{ mem + 7, 0 },
	{ mem + 50, 5 },
	{ mem + 10, 20 },
};

static void assert_part(const struct iovec *iov, size_t offset, size_t len)
{
	assert_ptr_equal(iov->iov_base, mem + offset);
	assert_int_equal(iov->iov_len, len);
}

static unsigned int slice(struct iovec *to, size_t skip, size_t len)
{
	memset(to, 0, PARTS_MAX * sizeof(*to));
	return vsb_iov_slice(to, whole, ARRAY_SIZE(whole), skip, len);
}

static void test_whole_range_omits_empty_parts(void **state)
{
	struct iovec to[PARTS_MAX];

	(void)state;
	assert_int_equal(slice(to, 0, 35), 3);
	assert_part(&to[0], 100, 10);
	assert_part(&to[1], 50, 5);
	assert_part(&to[2], 10, 20);
}

static void test_range_within_one_part_is_one_part(void **state)
{
	struct iovec to[PARTS_MAX];

	(void)state;
	assert_int_equal(slice(to, 2, 3), 1);
	assert_part(&to[0], 102, 3);
	assert_int_equal(slice(to, 15, 20), 1);
	assert_part(&to[0], 10, 20);
}

static void test_range_across_parts_is_cut_at_both_ends(void **state)
{
	struct iovec to[PARTS_MAX];

	(void)state;
	assert_int_equal(slice(to, 9, 7), 3);
	assert_part(&to[0], 109, 1);
	assert_part(&to[1], 50, 5);
	assert_part(&to[2], 10, 1);
}

static void test_empty_range_has_no_parts(void **state)
{
	struct iovec to[PARTS_MAX];

	(void)state;
	assert_int_equal(slice(to, 0, 0), 0);
	assert_int_equal(slice(to, 12, 0), 0);
	assert_int_equal(vsb_iov_slice(to, whole, 0, 0, 10), 0);
}

static void test_range_beyond_the_end_is_shorter(void **state)
{
	struct iovec to[PARTS_MAX];

	(void)state;
	assert_int_equal(slice(to, 30, 1000), 1);
	assert_part(&to[0], 25, 5);
	assert_int_equal(slice(to, 35, 1), 0);
	assert_int_equal(slice(to, 36, 1), 0);
	assert_int_equal(slice(to, SIZE_MAX, SIZE_MAX), 0);
}

/* Every range, byte by byte. */
static void test_every_range_has_the_right_bytes(void **state)
{
	struct iovec to[PARTS_MAX];
	size_t skip, len, i, j, n;
	char *flat[35];

	(void)state;
	for (i = 0, n = 0; i < ARRAY_SIZE(whole); i++)
		for (j = 0; j < whole[i].iov_len; j++)
			flat[n++] = (char *)whole[i].iov_base + j;

	for (skip = 0; skip <= 35; skip++) {
		for (len = 0; len <= 35 - skip; len++) {
			unsigned int nr = slice(to, skip, len);

			n = skip;
			for (i = 0; i < nr; i++)
				for (j = 0; j < to[i].iov_len; j++)
					assert_ptr_equal(flat[n++],
							 to[i].iov_base + j);
			assert_int_equal(n, skip + len);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_whole_range_omits_empty_parts),
	cmocka_unit_test(test_range_within_one_part_is_one_part),
	cmocka_unit_test(test_range_across_parts_is_cut_at_both_ends),
	cmocka_unit_test(test_empty_range_has_no_parts),
	cmocka_unit_test(test_range_beyond_the_end_is_shorter),
	cmocka_unit_test(test_every_range_has_the_right_bytes),
};

run_all(tests)
