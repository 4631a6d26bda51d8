// SPDX-License-Identifier: GPL-2.0
/* The queue of RST packets for unknown flows. */
#include "test.h"

#include "conn/pure/rstq.h"

static struct vsb_rst rst_of(u32 n)
{
	return (struct vsb_rst) {
		.host_port = n,
		.guest_port = ~n,
		.type = n % 7,
	};
}

static void assert_rst(const struct vsb_rst *rst, u32 n)
{
	assert_non_null(rst);
	assert_int_equal(rst->host_port, n);
	assert_int_equal(rst->guest_port, ~n);
	assert_int_equal(rst->type, n % 7);
}

static void test_empty_queue_returns_none(void **state)
{
	struct vsb_rstq q = { .count = 0 };

	(void)state;
	assert_null(vsb_rstq_peek(&q));
}

static void test_peek_does_not_remove(void **state)
{
	struct vsb_rstq q = { .count = 0 };

	(void)state;
	assert_true(vsb_rstq_add(&q, rst_of(5)));
	assert_rst(vsb_rstq_peek(&q), 5);
	assert_rst(vsb_rstq_peek(&q), 5);
	vsb_rstq_drop(&q);
	assert_null(vsb_rstq_peek(&q));
}

static void test_queue_holds_256_in_order(void **state)
{
	struct vsb_rstq q = { .count = 0 };
	u32 i;

	(void)state;
	for (i = 0; i < 256; i++)
		assert_true(vsb_rstq_add(&q, rst_of(i)));
	assert_false(vsb_rstq_add(&q, rst_of(999)));
	for (i = 0; i < 256; i++) {
		assert_rst(vsb_rstq_peek(&q), i);
		vsb_rstq_drop(&q);
	}
	assert_null(vsb_rstq_peek(&q));
}

static void test_order_is_kept_over_wraps(void **state)
{
	struct vsb_rstq q = { .count = 0 };
	struct rng rng = rng_seed(1);
	u32 in = 0, out = 0, i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		if (rng_one_in(&rng, 2)) {
			bool room = in - out < VSB_RSTQ_MAX;

			assert_int_equal(vsb_rstq_add(&q, rst_of(in)), room);
			in += room;
		} else if (in != out) {
			assert_rst(vsb_rstq_peek(&q), out++);
			vsb_rstq_drop(&q);
		}
		assert_int_equal(q.count, in - out);
	}
}

static void test_cleared_queue_is_empty_and_usable(void **state)
{
	struct vsb_rstq q = { .count = 0 };
	u32 i;

	(void)state;
	for (i = 0; i < 300; i++) {
		vsb_rstq_add(&q, rst_of(i));
		if (i % 3 == 0)
			vsb_rstq_drop(&q);
	}
	vsb_rstq_clear(&q);
	assert_null(vsb_rstq_peek(&q));
	for (i = 0; i < 256; i++)
		assert_true(vsb_rstq_add(&q, rst_of(i)));
	assert_rst(vsb_rstq_peek(&q), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_empty_queue_returns_none),
	cmocka_unit_test(test_peek_does_not_remove),
	cmocka_unit_test(test_queue_holds_256_in_order),
	cmocka_unit_test(test_order_is_kept_over_wraps),
	cmocka_unit_test(test_cleared_queue_is_empty_and_usable),
};

run_all(tests)
