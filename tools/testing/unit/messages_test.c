// SPDX-License-Identifier: GPL-2.0
/* The boundaries of messages. */
#include "test.h"

#include "conn/messages.h"
#include "stub.h"

static int setup(void **state)
{
	(void)state;
	stub_reset();
	return 0;
}

static void test_incomplete_message_is_not_returned(void **state)
{
	struct vsb_messages b = {};

	(void)state;
	assert_int_equal(vsb_messages_first(&b), 0);
	vsb_messages_add(&b, 100);
	vsb_messages_add(&b, 28);
	assert_int_equal(vsb_messages_first(&b), 0);
	assert_true(vsb_messages_end(&b));
	assert_int_equal(vsb_messages_first(&b), 128);
	vsb_messages_clear(&b);
}

static void test_empty_message_is_ignored(void **state)
{
	struct vsb_messages b = {};

	(void)state;
	assert_true(vsb_messages_end(&b));
	assert_int_equal(vsb_messages_first(&b), 0);
	assert_int_equal(stub.allocs, 0);
	vsb_messages_add(&b, 0);
	assert_true(vsb_messages_end(&b));
	assert_int_equal(stub.allocs, 0);
}

static void test_messages_are_returned_in_order(void **state)
{
	struct vsb_messages b = {};
	u32 i;

	(void)state;
	for (i = 1; i <= 10000; i++) {
		vsb_messages_add(&b, i);
		assert_true(vsb_messages_end(&b));
	}
	for (i = 1; i <= 10000; i++) {
		assert_int_equal(vsb_messages_first(&b), i);
		vsb_messages_drop(&b);
	}
	assert_int_equal(vsb_messages_first(&b), 0);
	assert_int_equal(stub.live, 0);
}

static void test_message_takes_four_bytes(void **state)
{
	struct vsb_messages b = {};
	u32 i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		vsb_messages_add(&b, 1);
		assert_true(vsb_messages_end(&b));
	}
	assert_int_equal(b.lens.len, 4000);
	vsb_messages_clear(&b);
	assert_int_equal(stub.live, 0);
}

/* Ending the message may be retried. */
static void test_message_stays_open_without_memory(void **state)
{
	struct vsb_messages b = {};

	(void)state;
	vsb_messages_add(&b, 77);
	stub.alloc_fail = 0;
	assert_false(vsb_messages_end(&b));
	assert_int_equal(vsb_messages_first(&b), 0);
	assert_int_equal(b.open, 77);
	stub_reset();
	assert_true(vsb_messages_end(&b));
	assert_int_equal(vsb_messages_first(&b), 77);
	vsb_messages_clear(&b);
}

static void test_clear_drops_the_open_message(void **state)
{
	struct vsb_messages b = {};

	(void)state;
	vsb_messages_add(&b, 5);
	assert_true(vsb_messages_end(&b));
	vsb_messages_add(&b, 6);
	vsb_messages_clear(&b);
	assert_int_equal(b.open, 0);
	assert_int_equal(vsb_messages_first(&b), 0);
	assert_int_equal(stub.live, 0);
}

#define TEST(name)	cmocka_unit_test_setup(test_##name, setup)

static const struct CMUnitTest tests[] = {
	TEST(incomplete_message_is_not_returned),
	TEST(empty_message_is_ignored),
	TEST(messages_are_returned_in_order),
	TEST(message_takes_four_bytes),
	TEST(message_stays_open_without_memory),
	TEST(clear_drops_the_open_message),
};

run_all(tests)
