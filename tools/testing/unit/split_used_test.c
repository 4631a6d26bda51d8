// SPDX-License-Identifier: GPL-2.0
/*
 * A virtqueue: what it returns to the driver, interrupts and kicks.
 */
#include "test.h"

#include "ring.h"
#include "stub.h"

static struct ring ring;

static int setup(void **state)
{
	ring_init(&ring, 8, F_EVENT_IDX, 0);
	*state = &ring;
	return 0;
}

static int teardown(void **state)
{
	ring_free(*state);
	return 0;
}

/* An empty ring at @base, anew. */
static void restart(struct ring *r, u64 features, u16 base)
{
	ring_free(r);
	ring_init(r, 8, features, base);
}

static void push_quietly(struct ring *r, unsigned int nr)
{
	while (nr--)
		vsb_split_push(&r->vr, 0, 0);
	vsb_split_publish(&r->vr);
}

/* Return: whether the driver wanted an interrupt; it has had one then. */
static bool push_and_publish(struct ring *r, unsigned int nr)
{
	bool call;

	while (nr--)
		vsb_split_push(&r->vr, 0, 0);
	if (!vsb_split_publish(&r->vr))
		return false;
	call = vsb_split_wants_interrupt(&r->vr);
	vsb_split_set_signalled(&r->vr);
	return call;
}

/* used elements */

static void test_a_used_element_is_little_endian_at_its_slot(void **state)
{
	static const u8 want[] = { 0x05, 0x01, 0, 0, 0x44, 0x33, 0x22, 0x11 };
	struct ring *r = *state;

	restart(r, 0, 0xfffd);
	vsb_split_push(&r->vr, 0x0105, 0x11223344);
	vsb_split_push(&r->vr, 6, 0);
	vsb_split_push(&r->vr, 7, 0);
	vsb_split_push(&r->vr, 1, 0);
	vsb_split_publish(&r->vr);
	assert_memory_equal(&r->used->ring[0xfffd & 7], want, sizeof(want));
	assert_int_equal(__le32_to_cpu(r->used->ring[6].id), 6);
	assert_int_equal(__le32_to_cpu(r->used->ring[7].id), 7);
	assert_int_equal(__le32_to_cpu(r->used->ring[0].id), 1);
	assert_int_equal(ring_get(&r->used->idx), 1);
}

static void test_elements_are_not_seen_before_they_are_published(void **state)
{
	struct ring *r = *state;
	u16 i;

	for (i = 0; i < 5; i++) {
		vsb_split_push(&r->vr, i, 100 + i);
		assert_int_equal(ring_get(&r->used->idx), 0);
	}
	vsb_split_publish(&r->vr);
	assert_int_equal(ring_get(&r->used->idx), 5);
	for (i = 0; i < 5; i++) {
		assert_int_equal(__le32_to_cpu(r->used->ring[i].id), i);
		assert_int_equal(__le32_to_cpu(r->used->ring[i].len), 100 + i);
	}
}

static void test_nothing_staged_publishes_nothing(void **state)
{
	struct ring *r = *state;

	assert_false(vsb_split_publish(&r->vr));
	push_and_publish(r, 1);
	stub.user = 0;
	assert_false(vsb_split_publish(&r->vr));
	assert_int_equal(stub.user, 0);
}

static void test_elements_come_before_the_index_and_that_before_the_event(void **state)
{
	struct ring *r = *state;

	stub_trace_clear();
	push_and_publish(r, 1);
	push_and_publish(r, 2);
	/* both elements with one write */
	assert_int_equal(stub.steps, 4 + 5);
	assert_ptr_equal(stub.trace[4].addr, &r->used->ring[1]);
	assert_int_equal(stub.trace[5].kind, 'W');
	assert_ptr_equal(stub.trace[6].addr, &r->used->idx);
	assert_int_equal(stub.trace[6].kind, 'w');
	assert_int_equal(stub.trace[7].kind, 'M');
	assert_ptr_equal(stub.trace[8].addr, ring_used_event(r));
	assert_int_equal(stub.trace[8].kind, 'r');
}

/* More than are kept at once, from a slot near the end of the ring on. */
static void test_long_rows_of_elements_wrap_with_the_ring(void **state)
{
	struct ring *r = *state;
	u16 i, nr = 2 * VSB_SPLIT_BATCH + 3;

	ring_free(r);
	ring_init(r, 256, F_EVENT_IDX, 250);
	for (i = 0; i < nr; i++)
		vsb_split_push(&r->vr, i, 1000 + i);
	vsb_split_publish(&r->vr);
	assert_int_equal(ring_get(&r->used->idx), (u16)(250 + nr));
	for (i = 0; i < nr; i++) {
		const struct vring_used_elem *e = &r->used->ring[(250 + i) & 255];

		assert_int_equal(__le32_to_cpu(e->id), i);
		assert_int_equal(__le32_to_cpu(e->len), 1000 + i);
	}
}

/* A guest that lies can have more chains taken than its ring has entries. */
static void test_more_elements_than_entries_stay_in_the_ring(void **state)
{
	struct ring *r = *state;
	u16 i;

	for (i = 0; i < 3 * VSB_SPLIT_BATCH; i++)
		vsb_split_push(&r->vr, i, 0);
	vsb_split_publish(&r->vr);
	assert_int_equal(ring_get(&r->used->idx), 3 * VSB_SPLIT_BATCH);
	for (i = 0; i < 8; i++)
		assert_int_equal(__le32_to_cpu(r->used->ring[i].id),
				 3 * VSB_SPLIT_BATCH - 8 + i);
}

static void test_an_element_that_cannot_be_written_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->used->ring[1], 1);
	vsb_split_push(&r->vr, 0, 0);
	vsb_split_push(&r->vr, 0, 0);
	assert_false(vsb_split_publish(&r->vr));
	assert_true(r->vr.broken);
	assert_int_equal(ring_get(&r->used->idx), 0);
}

static void test_an_index_that_cannot_be_written_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->used->idx, 2);
	assert_false(push_and_publish(r, 1));
	assert_true(r->vr.broken);
}

/* interrupts without EVENT_IDX */

static void test_the_driver_s_flag_suppresses_interrupts(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	assert_true(push_and_publish(r, 1));
	assert_true(push_and_publish(r, 1));
	ring_set(&r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	assert_false(push_and_publish(r, 1));
	ring_set(&r->avail->flags, (u16)~VRING_AVAIL_F_NO_INTERRUPT);
	assert_true(push_and_publish(r, 1));
}

static void test_an_unreadable_flag_or_event_interrupts(void **state)
{
	struct ring *r = *state;

	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 100);
	assert_false(push_and_publish(r, 1));
	stub_deny(ring_used_event(r), 2);
	assert_true(push_and_publish(r, 1));
	restart(r, 0, 0);
	ring_set(&r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	stub_deny(&r->avail->flags, 2);
	assert_true(push_and_publish(r, 1));
}

static void test_notify_on_empty_interrupts_when_all_is_taken(void **state)
{
	struct ring *r = *state;

	restart(r, F_EMPTY, 0);
	ring_set(&r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	ring_avail(r, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_false(push_and_publish(r, 1));
	assert_int_equal(ring_next(r), 1);
	assert_true(push_and_publish(r, 1));
	/* the driver has added one that was not read yet */
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	ring_avail(r, 0);
	assert_false(push_and_publish(r, 1));
}

static void test_without_notify_on_empty_the_flag_holds(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	ring_set(&r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_false(push_and_publish(r, 1));
}

/* interrupts with EVENT_IDX */

static void test_the_first_publish_after_a_start_interrupts(void **state)
{
	struct ring *r = *state;

	ring_set(ring_used_event(r), 0x8000);
	assert_true(push_and_publish(r, 1));
	assert_false(push_and_publish(r, 1));
	r->vr.last_avail = 0;
	assert_int_equal(vsb_split_start(&r->vr, F_EVENT_IDX), 0);
	assert_true(push_and_publish(r, 1));
}

/* An interrupt is wanted when the index passes the event, modulo 65536. */
static void test_an_interrupt_comes_when_the_event_is_passed(void **state)
{
	static const u16 olds[] = { 0, 1, 5, 32767, 32768, 65530, 65534,
				    65535 };
	struct ring *r = *state;
	unsigned int i, nr;
	int distance;

	for (i = 0; i < ARRAY_SIZE(olds); i++) {
		for (nr = 1; nr <= 8; nr++) {
			for (distance = -20; distance <= 20; distance++) {
				restart(r, F_EVENT_IDX, olds[i] - 1);
				push_and_publish(r, 1);
				ring_set(ring_used_event(r),
					 olds[i] + distance);
				assert_int_equal(push_and_publish(r, nr),
						 distance >= 0 &&
						 distance < (int)nr);
			}
		}
	}
}

static void test_one_interrupt_per_event(void **state)
{
	struct ring *r = *state;
	unsigned int i, calls = 0;

	restart(r, F_EVENT_IDX, 65000);
	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 65000 + 500);
	for (i = 0; i < 1000; i++)
		calls += push_and_publish(r, 1);
	assert_int_equal(calls, 1);
}

/* An interrupt for an empty ring is one too; the next count starts there. */
static void test_interrupts_for_an_empty_ring_move_the_mark(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	restart(r, F_EVENT_IDX | F_EMPTY, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	ring_avail(r, 0);
	assert_true(push_and_publish(r, 1));
	for (i = 0; i < 65535; i++) {
		assert_int_equal(ring_next(r), 1);
		assert_true(push_and_publish(r, 1));
		ring_avail(r, 0);
	}
	/* 65536 are used, and seen; two more while the ring is not empty */
	ring_set(ring_used_event(r), 0);
	ring_avail(r, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(ring_next(r), 1);
	assert_true(push_and_publish(r, 2));
}

static void test_an_interrupt_that_waits_is_wanted_until_it_comes(void **state)
{
	struct ring *r = *state;

	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 1);
	push_quietly(r, 1);
	assert_true(vsb_split_wants_interrupt(&r->vr));
	push_quietly(r, 3);
	assert_true(vsb_split_wants_interrupt(&r->vr));
	vsb_split_set_signalled(&r->vr);
	assert_false(vsb_split_wants_interrupt(&r->vr));
}

/* It asks for what comes next, and has seen the rest by itself. */
static void test_a_driver_that_has_looked_wants_no_interrupt_any_more(void **state)
{
	struct ring *r = *state;

	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 1);
	push_quietly(r, 2);
	assert_true(vsb_split_wants_interrupt(&r->vr));
	ring_set(ring_used_event(r), 3);
	assert_false(vsb_split_wants_interrupt(&r->vr));
	push_quietly(r, 1);
	assert_true(vsb_split_wants_interrupt(&r->vr));
}

/* The driver asks between the index and the look at the event: it is seen. */
static void ask(void *arg)
{
	struct ring *r = arg;

	if (ring_get(&r->used->idx) == 2)
		ring_set(ring_used_event(r), 1);
}

static void test_an_event_that_is_set_late_is_not_missed(void **state)
{
	struct ring *r = *state;

	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 0x8000);
	stub.hook = ask;
	stub.hook_arg = r;
	assert_true(push_and_publish(r, 1));
}

/* kicks */

static void test_a_park_with_event_idx_asks_for_the_next_entry(void **state)
{
	struct ring *r = *state;

	restart(r, F_EVENT_IDX, 65535);
	ring_desc(r, 0, RAM0, 1, 0, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	stub_trace_clear();
	assert_false(vsb_split_park(&r->vr));
	assert_int_equal(ring_get(ring_avail_event(r)), 0);
	assert_int_equal(stub.steps, 3);
	assert_ptr_equal(stub.trace[0].addr, ring_avail_event(r));
	assert_int_equal(stub.trace[1].kind, 'M');
	assert_ptr_equal(stub.trace[2].addr, &r->avail->idx);
}

static void test_a_park_without_event_idx_clears_the_flag(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	assert_int_equal(ring_get(&r->used->flags), VRING_USED_F_NO_NOTIFY);
	assert_false(vsb_split_park(&r->vr));
	assert_int_equal(ring_get(&r->used->flags), 0);
	vsb_split_unpark(&r->vr);
	assert_int_equal(ring_get(&r->used->flags), VRING_USED_F_NO_NOTIFY);
	assert_int_equal(ring_get(ring_avail_event(r)), 0);
}

static void test_an_unpark_with_event_idx_writes_nothing(void **state)
{
	struct ring *r = *state;

	assert_false(vsb_split_park(&r->vr));
	stub.user = 0;
	vsb_split_unpark(&r->vr);
	vsb_split_unpark(&r->vr);
	assert_int_equal(stub.user, 0);
	assert_int_equal(ring_get(&r->used->flags), 0);
}

static void test_an_unpark_writes_once(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	stub.user = 0;
	vsb_split_unpark(&r->vr);
	assert_int_equal(stub.user, 0);
	vsb_split_park(&r->vr);
	stub.user = 0;
	vsb_split_unpark(&r->vr);
	vsb_split_unpark(&r->vr);
	assert_int_equal(stub.user, 1);
}

static void test_a_park_says_that_there_is_a_chain_already(void **state)
{
	struct ring *r = *state;

	ring_avail(r, 0);
	assert_true(vsb_split_park(&r->vr));
	restart(r, 0, 65535);
	ring_avail(r, 0);
	assert_true(vsb_split_park(&r->vr));
}

/* The driver adds one before it can see that a kick is wanted. */
static void add(void *arg)
{
	struct ring *r = arg;

	if (!stub.user)
		ring_avail(r, 0);
}

static void test_a_chain_that_comes_during_a_park_is_seen(void **state)
{
	struct ring *r = *state;

	stub.hook = add;
	stub.hook_arg = r;
	assert_true(vsb_split_park(&r->vr));
	restart(r, 0, 0);
	stub.hook = add;
	stub.hook_arg = r;
	assert_true(vsb_split_park(&r->vr));
}

static void test_a_park_of_a_broken_ring_touches_nothing(void **state)
{
	struct ring *r = *state;

	ring_set(&r->avail->idx, 9);
	assert_false(vsb_split_park(&r->vr));
	assert_true(r->vr.broken);
	ring_set(&r->avail->idx, 1);
	stub.user = 0;
	assert_false(vsb_split_park(&r->vr));
	assert_false(vsb_split_publish(&r->vr));
	assert_int_equal(stub.user, 0);
}

static void test_kicks_that_cannot_be_asked_for_break_the_ring(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		restart(r, i ? F_EVENT_IDX : 0, 0);
		stub_deny(r->used, vsb_split_used_size(8));
		assert_false(vsb_split_park(&r->vr));
		assert_true(r->vr.broken);
		restart(r, i ? F_EVENT_IDX : 0, 0);
		stub_deny(&r->avail->idx, 2);
		assert_false(vsb_split_park(&r->vr));
		assert_true(r->vr.broken);
	}
	restart(r, 0, 0);
	vsb_split_park(&r->vr);
	stub_deny(&r->used->flags, 2);
	vsb_split_unpark(&r->vr);
	assert_true(r->vr.broken);
}

/* It broke while the driver was asked for kicks. */
static void test_an_unpark_of_a_broken_ring_touches_nothing(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	vsb_split_park(&r->vr);
	ring_set(&r->avail->idx, r->num + 1);
	assert_int_equal(ring_next(r), -EFAULT);
	stub.user = 0;
	vsb_split_unpark(&r->vr);
	assert_int_equal(stub.user, 0);
	assert_int_equal(ring_get(&r->used->flags), 0);
}

#define TEST(name)	\
	cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(a_used_element_is_little_endian_at_its_slot),
	TEST(elements_are_not_seen_before_they_are_published),
	TEST(nothing_staged_publishes_nothing),
	TEST(elements_come_before_the_index_and_that_before_the_event),
	TEST(long_rows_of_elements_wrap_with_the_ring),
	TEST(more_elements_than_entries_stay_in_the_ring),
	TEST(an_element_that_cannot_be_written_breaks_the_ring),
	TEST(an_index_that_cannot_be_written_breaks_the_ring),
	TEST(the_driver_s_flag_suppresses_interrupts),
	TEST(an_unreadable_flag_or_event_interrupts),
	TEST(notify_on_empty_interrupts_when_all_is_taken),
	TEST(without_notify_on_empty_the_flag_holds),
	TEST(the_first_publish_after_a_start_interrupts),
	TEST(an_interrupt_comes_when_the_event_is_passed),
	TEST(one_interrupt_per_event),
	TEST(interrupts_for_an_empty_ring_move_the_mark),
	TEST(an_interrupt_that_waits_is_wanted_until_it_comes),
	TEST(a_driver_that_has_looked_wants_no_interrupt_any_more),
	TEST(an_event_that_is_set_late_is_not_missed),
	TEST(a_park_with_event_idx_asks_for_the_next_entry),
	TEST(a_park_without_event_idx_clears_the_flag),
	TEST(an_unpark_with_event_idx_writes_nothing),
	TEST(an_unpark_writes_once),
	TEST(a_park_says_that_there_is_a_chain_already),
	TEST(a_chain_that_comes_during_a_park_is_seen),
	TEST(a_park_of_a_broken_ring_touches_nothing),
	TEST(an_unpark_of_a_broken_ring_touches_nothing),
	TEST(kicks_that_cannot_be_asked_for_break_the_ring),
};

run_all(tests)
