// SPDX-License-Identifier: GPL-2.0
/* A virtqueue: used elements, interrupts and kicks. */
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

/* Recreates the ring, empty, with its indices at @base. */
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

/* Returns whether the driver wanted an interrupt, and marks it as sent. */
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

static void test_used_element_is_little_endian_at_its_slot(void **state)
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

static void test_elements_are_invisible_before_publish(void **state)
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

static void test_publish_without_elements_does_nothing(void **state)
{
	struct ring *r = *state;

	assert_false(vsb_split_publish(&r->vr));
	push_and_publish(r, 1);
	stub.user = 0;
	assert_false(vsb_split_publish(&r->vr));
	assert_int_equal(stub.user, 0);
}

static void test_barriers_order_elements_index_and_event(void **state)
{
	struct ring *r = *state;

	stub_trace_clear();
	push_and_publish(r, 1);
	push_and_publish(r, 2);
	/* both elements in one write */
	assert_int_equal(stub.steps, 4 + 5);
	assert_ptr_equal(stub.trace[4].addr, &r->used->ring[1]);
	assert_int_equal(stub.trace[5].kind, 'W');
	assert_ptr_equal(stub.trace[6].addr, &r->used->idx);
	assert_int_equal(stub.trace[6].kind, 'w');
	assert_int_equal(stub.trace[7].kind, 'M');
	assert_ptr_equal(stub.trace[8].addr, ring_used_event(r));
	assert_int_equal(stub.trace[8].kind, 'r');
}

/*
 * More elements than one batch holds, from a slot near the end of the ring on.
 */
static void test_long_batches_of_elements_wrap_with_the_ring(void **state)
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

/*
 * A guest with a wrong index can make the device take more chains than entries.
 */
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

static void test_unwritable_element_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->used->ring[1], 1);
	vsb_split_push(&r->vr, 0, 0);
	vsb_split_push(&r->vr, 0, 0);
	assert_false(vsb_split_publish(&r->vr));
	assert_true(r->vr.broken);
	assert_int_equal(ring_get(&r->used->idx), 0);
}

static void test_unwritable_index_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	stub_deny(&r->used->idx, 2);
	assert_false(push_and_publish(r, 1));
	assert_true(r->vr.broken);
}

/* interrupts without EVENT_IDX */

static void test_flag_of_the_driver_suppresses_interrupts(void **state)
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

static void test_unreadable_flag_or_event_interrupts(void **state)
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

static void test_notify_on_empty_interrupts_when_the_ring_is_empty(void **state)
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
	/* the driver has added a chain that the device has not read */
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	ring_avail(r, 0);
	assert_false(push_and_publish(r, 1));
}

static void test_flag_applies_without_notify_on_empty(void **state)
{
	struct ring *r = *state;

	restart(r, 0, 0);
	ring_set(&r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_false(push_and_publish(r, 1));
}

/* interrupts with EVENT_IDX */

static void test_first_publish_after_a_start_interrupts(void **state)
{
	struct ring *r = *state;

	ring_set(ring_used_event(r), 0x8000);
	assert_true(push_and_publish(r, 1));
	assert_false(push_and_publish(r, 1));
	r->vr.last_avail = 0;
	assert_int_equal(vsb_split_start(&r->vr, F_EVENT_IDX), 0);
	assert_true(push_and_publish(r, 1));
}

/* An interrupt is due when the index passes the event, modulo 65536. */
static void test_interrupt_when_the_event_is_passed(void **state)
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

/*
 * An interrupt for an empty ring also moves the start of the next comparison.
 */
static void test_interrupt_for_an_empty_ring_restarts_the_comparison(void **state)
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
	/*
	 * 65536 elements are used and signalled; two more while the ring is not
	 * empty
	 */
	ring_set(ring_used_event(r), 0);
	ring_avail(r, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(ring_next(r), 1);
	assert_true(push_and_publish(r, 2));
}

static void test_deferred_interrupt_stays_due_until_sent(void **state)
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

/* The driver has read the elements by itself and asks for later ones. */
static void test_driver_that_has_read_needs_no_interrupt(void **state)
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

/*
 * The driver sets the event between the device's index write and its event
 * read.
 */
static void ask(void *arg)
{
	struct ring *r = arg;

	if (ring_get(&r->used->idx) == 2)
		ring_set(ring_used_event(r), 1);
}

static void test_event_set_late_is_not_missed(void **state)
{
	struct ring *r = *state;

	push_and_publish(r, 1);
	ring_set(ring_used_event(r), 0x8000);
	stub.hook = ask;
	stub.hook_arg = r;
	assert_true(push_and_publish(r, 1));
}

/* kicks */

static void test_park_with_event_idx_requests_a_kick_for_the_next_entry(void **state)
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

static void test_park_without_event_idx_clears_the_flag(void **state)
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

static void test_unpark_with_event_idx_writes_nothing(void **state)
{
	struct ring *r = *state;

	assert_false(vsb_split_park(&r->vr));
	stub.user = 0;
	vsb_split_unpark(&r->vr);
	vsb_split_unpark(&r->vr);
	assert_int_equal(stub.user, 0);
	assert_int_equal(ring_get(&r->used->flags), 0);
}

static void test_unpark_writes_once(void **state)
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

static void test_park_reports_an_available_chain(void **state)
{
	struct ring *r = *state;

	ring_avail(r, 0);
	assert_true(vsb_split_park(&r->vr));
	restart(r, 0, 65535);
	ring_avail(r, 0);
	assert_true(vsb_split_park(&r->vr));
}

/* The driver adds a chain before it can see that a kick is wanted. */
static void add(void *arg)
{
	struct ring *r = arg;

	if (!stub.user)
		ring_avail(r, 0);
}

static void test_chain_added_during_park_is_reported(void **state)
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

static void test_park_of_a_broken_ring_accesses_nothing(void **state)
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

static void test_inaccessible_kick_fields_break_the_ring(void **state)
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

/* The ring broke while kicks were requested. */
static void test_unpark_of_a_broken_ring_accesses_nothing(void **state)
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
	TEST(used_element_is_little_endian_at_its_slot),
	TEST(elements_are_invisible_before_publish),
	TEST(publish_without_elements_does_nothing),
	TEST(barriers_order_elements_index_and_event),
	TEST(long_batches_of_elements_wrap_with_the_ring),
	TEST(more_elements_than_entries_stay_in_the_ring),
	TEST(unwritable_element_breaks_the_ring),
	TEST(unwritable_index_breaks_the_ring),
	TEST(flag_of_the_driver_suppresses_interrupts),
	TEST(unreadable_flag_or_event_interrupts),
	TEST(notify_on_empty_interrupts_when_the_ring_is_empty),
	TEST(flag_applies_without_notify_on_empty),
	TEST(first_publish_after_a_start_interrupts),
	TEST(interrupt_when_the_event_is_passed),
	TEST(one_interrupt_per_event),
	TEST(interrupt_for_an_empty_ring_restarts_the_comparison),
	TEST(deferred_interrupt_stays_due_until_sent),
	TEST(driver_that_has_read_needs_no_interrupt),
	TEST(event_set_late_is_not_missed),
	TEST(park_with_event_idx_requests_a_kick_for_the_next_entry),
	TEST(park_without_event_idx_clears_the_flag),
	TEST(unpark_with_event_idx_writes_nothing),
	TEST(unpark_writes_once),
	TEST(park_reports_an_available_chain),
	TEST(chain_added_during_park_is_reported),
	TEST(park_of_a_broken_ring_accesses_nothing),
	TEST(unpark_of_a_broken_ring_accesses_nothing),
	TEST(inaccessible_kick_fields_break_the_ring),
};

run_all(tests)
