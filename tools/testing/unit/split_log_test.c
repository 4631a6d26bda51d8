// SPDX-License-Identifier: GPL-2.0
/* A virtqueue with a logged used ring. */
#include <stdlib.h>

#include <linux/mm.h>

#include "test.h"

#include "virtio/dirty_log.h"
#include "ring.h"
#include "stub.h"

/*
 * The guest address of the used ring: its flags, index and first elements are
 * in one page, and its last two elements and the event index in the next.
 */
#define USED_ENTRIES	8U
#define USED_ADDR	(0x3000ULL - 4 - 6 * sizeof(struct vring_used_elem))
#define FIRST		(1 << 2)
#define SECOND		(1 << 3)

static struct ring ring;
static struct vsb_log dirty;
static u8 *bitmap;
static u64 gpa[VSB_SEGS_MAX];

static void start(struct ring *r, u64 features)
{
	ring_init(r, USED_ENTRIES, features, 0);
	r->vr.log = &dirty;
	r->vr.log_used = true;
	r->vr.log_addr = USED_ADDR;
	r->chain.gpa = gpa;
}

static int setup(void **state)
{
	bitmap = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(bitmap, 0, PAGE_SIZE);
	dirty = (struct vsb_log){ .base = bitmap };
	start(&ring, F_EVENT_IDX | F_INDIRECT);
	*state = &ring;
	return 0;
}

static int teardown(void **state)
{
	ring_free(*state);
	free(bitmap);
	return 0;
}

/* Returns and clears the logged bits. */
static u8 logged(void)
{
	u8 bits = bitmap[0];

	memset(bitmap, 0, PAGE_SIZE);
	return bits;
}

static void test_start_logs_the_flags(void **state)
{
	struct ring *r = *state;

	assert_int_equal(vsb_split_start(&r->vr, 0), 0);
	assert_int_equal(logged(), FIRST);
}

static void test_start_with_an_inaccessible_log_fails(void **state)
{
	struct ring *r = *state;

	stub_deny(bitmap, PAGE_SIZE);
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
}

static void test_used_element_is_logged(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	for (i = 0; i < USED_ENTRIES; i++) {
		vsb_split_push(&r->vr, i, 0);
		vsb_split_publish(&r->vr);
		/* the index is in the first page */
		assert_int_equal(logged(), i < 6 ? FIRST : FIRST | SECOND);
	}
}

static void test_used_index_is_logged_after_it_is_written(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	vsb_split_push(&r->vr, 0, 0);
	stub_trace_clear();
	vsb_split_publish(&r->vr);
	assert_int_equal(logged(), FIRST);
	for (i = 0; i < stub.steps && stub.trace[i].addr != &r->used->idx; i++)
		;
	assert_int_equal(stub.trace[i].kind, 'w');
	assert_int_equal(stub.trace[i + 1].kind, 'W');
	assert_int_equal(stub.trace[i + 2].kind, 'p');
}

static void test_avail_event_is_logged(void **state)
{
	struct ring *r = *state;

	vsb_split_park(&r->vr);
	assert_int_equal(logged(), SECOND);
	vsb_split_unpark(&r->vr);
	assert_int_equal(logged(), 0);
}

static void test_flags_are_logged(void **state)
{
	struct ring *r = *state;

	ring_free(r);
	start(r, 0);
	vsb_split_park(&r->vr);
	assert_int_equal(logged(), FIRST);
	vsb_split_unpark(&r->vr);
	assert_int_equal(logged(), FIRST);
}

static void test_unlogged_ring_does_not_touch_the_log(void **state)
{
	struct ring *r = *state;

	r->vr.log_used = false;
	vsb_split_push(&r->vr, 0, 0);
	vsb_split_publish(&r->vr);
	vsb_split_park(&r->vr);
	assert_int_equal(logged(), 0);
	assert_false(dirty.dirty);
}

static void test_fault_in_the_log_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	stub_deny(bitmap, PAGE_SIZE);
	vsb_split_push(&r->vr, 0, 0);
	assert_false(vsb_split_publish(&r->vr));
	assert_true(r->vr.broken);
	assert_int_equal(ring_get(&r->used->idx), 0);
}

/* The guest addresses of a chain's parts, also across two regions. */
static void test_chain_has_the_guest_addresses_of_its_parts(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0 + 100, 50, D_NEXT, 1);
	ring_desc(r, 1, RAM2, 0, D_NEXT, 2);
	ring_desc(r, 2, RAM1 - 10, 30, 0, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.nr, 3);
	assert_int_equal(gpa[0], RAM0 + 100);
	assert_int_equal(gpa[1], RAM1 - 10);
	assert_int_equal(gpa[2], RAM1);
}

static void test_indirect_chain_has_the_guest_addresses_of_its_parts(void **state)
{
	struct ring *r = *state;

	ring_table(r, RAM1, 0, RAM2 + 7, 5, D_NEXT, 1);
	ring_table(r, RAM1, 1, RAM0 + 9, 5, 0, 0);
	ring_desc(r, 0, RAM1, 2 * sizeof(struct vring_desc), D_INDIRECT, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(gpa[0], RAM2 + 7);
	assert_int_equal(gpa[1], RAM0 + 9);
}

static void test_bytes_written_to_a_chain_are_logged(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0 + 100, 50, D_NEXT, 1);
	ring_desc(r, 1, RAM0 + 0x1ff0, 0x20, D_NEXT, 2);
	ring_desc(r, 2, RAM0 + 0x5000, 0x20, 0, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	vsb_split_log_chain(&r->vr, r->chain.iov, r->chain.gpa, r->chain.nr,
			    50 + 0x20);
	/* RAM0 is page 16 */
	assert_int_equal(bitmap[2], 1 << 0 | 1 << 1 | 1 << 2);
	vsb_split_log_chain(&r->vr, r->chain.iov, NULL, r->chain.nr, 0x100);
	assert_int_equal(bitmap[2], 1 << 0 | 1 << 1 | 1 << 2);
	stub_deny(bitmap, PAGE_SIZE);
	vsb_split_log_chain(&r->vr, r->chain.iov, r->chain.gpa, r->chain.nr, 1);
	assert_true(r->vr.broken);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(test_start_logs_the_flags),
	TEST(test_start_with_an_inaccessible_log_fails),
	TEST(test_used_element_is_logged),
	TEST(test_used_index_is_logged_after_it_is_written),
	TEST(test_avail_event_is_logged),
	TEST(test_flags_are_logged),
	TEST(test_unlogged_ring_does_not_touch_the_log),
	TEST(test_fault_in_the_log_breaks_the_ring),
	TEST(test_chain_has_the_guest_addresses_of_its_parts),
	TEST(test_indirect_chain_has_the_guest_addresses_of_its_parts),
	TEST(test_bytes_written_to_a_chain_are_logged),
};

run_all(tests)
