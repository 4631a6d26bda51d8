// SPDX-License-Identifier: GPL-2.0
/*
 * A split ring: its settings, its start, and the chains that it returns.
 */
#include <linux/vhost.h>

#include "test.h"

#include "ring.h"
#include "stub.h"

static struct ring ring;

static int setup(void **state)
{
	ring_init(&ring, 8, F_INDIRECT | F_EVENT_IDX, 0);
	*state = &ring;
	return 0;
}

static int teardown(void **state)
{
	ring_free(*state);
	return 0;
}

static void assert_part(const struct ring *r, unsigned int i, u64 addr,
			size_t len)
{
	assert_true(i < r->chain.nr);
	assert_ptr_equal(r->iov[i].iov_base, ring_host(r, addr));
	assert_int_equal(r->iov[i].iov_len, len);
}

/* Makes the chain at descriptor 0 available and expects this fault. */
static void assert_fault(struct ring *r, enum vsb_fault fault)
{
	u16 last = r->vr.last_avail;

	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.fault, fault);
	assert_int_equal(r->chain.head, 0);
	assert_int_equal(r->vr.last_avail, (u16)(last + 1));
	assert_false(r->vr.broken);
}

static void assert_broken(struct ring *r)
{
	u16 last = r->vr.last_avail;

	assert_int_equal(ring_next(r), -EFAULT);
	assert_true(r->vr.broken);
	assert_int_equal(r->vr.last_avail, last);
	stub.user = 0;
	assert_int_equal(ring_next(r), -EFAULT);
	assert_int_equal(stub.user, 0);
}

/* settings */

static void test_size_must_be_a_power_of_two_of_16_bits(void **state)
{
	static const u32 bad[] = { 0, 3, 12, 0xffff, 0x10000, 0x80000000 };
	struct ring *r = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(vsb_split_set_num(&r->vr, bad[i]), -EINVAL);
	assert_int_equal(r->vr.num, r->num);
	assert_int_equal(vsb_split_set_num(&r->vr, 1), 0);
	assert_int_equal(r->vr.num, 1);
	assert_int_equal(vsb_split_set_num(&r->vr, 0x8000), 0);
	assert_int_equal(r->vr.num, 0x8000);
}

static void test_base_must_have_16_bits(void **state)
{
	struct ring *r = *state;

	assert_int_equal(vsb_split_set_base(&r->vr, 0xffff), 0);
	assert_int_equal(r->vr.last_avail, 0xffff);
	assert_int_equal(vsb_split_set_base(&r->vr, 0x10000), -EINVAL);
	assert_int_equal(r->vr.last_avail, 0xffff);
}

static void test_new_addresses_discard_entries_read_ahead(void **state)
{
	struct ring *r = *state;
	struct vhost_vring_addr a = {
		.desc_user_addr = (unsigned long)r->desc,
		.avail_user_addr = (unsigned long)r->avail,
		.used_user_addr = (unsigned long)r->used,
	};

	ring_avail(r, 0);
	ring_avail(r, 1);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(vsb_split_set_addr(&r->vr, &a, true), 0);
	ring_set(&r->avail->ring[1], 5);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.head, 5);
}

static void test_peek_sees_an_available_chain(void **state)
{
	struct vsb_split_seen seen;
	struct ring *r = *state;

	vsb_split_peek_at(&r->vr, &seen);
	assert_false(vsb_split_peek(&seen));
	ring_avail(r, 0);
	assert_true(vsb_split_peek(&seen));
	assert_int_equal(ring_next(r), 1);
	vsb_split_peek_at(&r->vr, &seen);
	assert_false(vsb_split_peek(&seen));
}

/* start */

static void test_start_reads_the_used_index_and_keeps_last_avail(void **state)
{
	struct ring *r = *state;

	ring_set(&r->used->idx, 0xfffe);
	r->vr.last_avail = 0x1234;
	assert_int_equal(vsb_split_start(&r->vr, 0), 0);
	assert_int_equal(r->vr.used_idx, 0xfffe);
	assert_int_equal(r->vr.last_avail, 0x1234);
	ring_set(&r->avail->idx, 0x1234);
	assert_int_equal(ring_next(r), 0);
}

static void test_start_applies_the_features(void **state)
{
	struct ring *r = *state;
	u64 set;

	for (set = 0; set < 8; set++) {
		u64 features = (set & 1 ? F_EVENT_IDX : 0) |
			       (set & 2 ? F_INDIRECT : 0) |
			       (set & 4 ? F_EMPTY : 0);

		assert_int_equal(vsb_split_start(&r->vr, features), 0);
		assert_int_equal(r->vr.event_idx, set & 1);
		assert_int_equal(r->vr.indirect, !!(set & 2));
		assert_int_equal(r->vr.notify_on_empty, !!(set & 4));
		assert_int_equal(ring_get(&r->used->flags),
				 set & 1 ? 0 : VRING_USED_F_NO_NOTIFY);
	}
}

static void test_start_without_a_size_fails(void **state)
{
	struct ring *r = *state;

	r->vr.num = 0;
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
}

static void test_each_area_must_be_in_the_process(void **state)
{
	struct ring *r = *state;
	const struct vsb_split good = r->vr;
	void *bad = (void *)(1UL << 47) - 8;

	r->vr.desc = bad;
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
	r->vr = good;
	r->vr.avail = bad;
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
	r->vr = good;
	r->vr.used = bad;
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
	r->vr = good;
	assert_int_equal(vsb_split_start(&r->vr, 0), 0);
}

static void test_last_byte_of_an_area_is_checked(void **state)
{
	struct ring *r = *state;
	const struct vsb_split good = r->vr;

	stub.task_size = (unsigned long)r->used + vsb_split_used_size(8) - 1;
	r->vr.desc = (void *)0x1000;
	r->vr.avail = (void *)0x1000;
	assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
	stub.task_size++;
	assert_int_equal(vsb_split_start(&r->vr, 0), 0);
	r->vr = good;
}

static void test_start_with_an_inaccessible_ring_fails(void **state)
{
	struct ring *r = *state;

	for (stub.user_fail = 0; stub.user_fail < 2; stub.user_fail++) {
		stub.user = 0;
		assert_int_equal(vsb_split_start(&r->vr, 0), -EFAULT);
	}
}

static void test_broken_ring_may_be_restarted(void **state)
{
	struct ring *r = *state;

	ring_set(&r->avail->idx, 9);
	assert_broken(r);
	vsb_split_push(&r->vr, 0, 0);
	ring_set(&r->avail->idx, 0);
	assert_int_equal(vsb_split_start(&r->vr, 0), 0);
	assert_int_equal(ring_next(r), 0);
	assert_false(vsb_split_publish(&r->vr));
	assert_int_equal(ring_get(&r->used->idx), 0);
}

/* the available ring */

static void test_empty_ring_returns_no_chain(void **state)
{
	struct ring *r = *state;

	assert_int_equal(ring_next(r), 0);
	assert_int_equal(ring_next(r), 0);
	assert_false(r->vr.broken);
}

static void test_chains_are_returned_in_ring_order(void **state)
{
	struct ring *r = *state;
	u16 i, round;

	for (i = 0; i < 8; i++)
		ring_desc(r, i, RAM0 + i, 1 + i, 0, 0);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 6; i++)
			ring_avail(r, (i * 3 + round) % 8);
		for (i = 0; i < 6; i++) {
			u16 head = (i * 3 + round) % 8;

			assert_int_equal(ring_next(r), 1);
			assert_int_equal(r->chain.head, head);
			assert_part(r, 0, RAM0 + head, 1 + head);
		}
		assert_int_equal(ring_next(r), 0);
	}
}

static void test_index_wraps_at_65536(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	ring_desc(r, 3, RAM0, 1, 0, 0);
	for (i = 0; i < 65536 + 20; i++) {
		ring_avail(r, 3);
		assert_int_equal(ring_next(r), 1);
		assert_int_equal(r->chain.head, 3);
	}
	assert_int_equal(ring_next(r), 0);
	assert_int_equal(r->vr.last_avail, 20);
}

/* The index may be ahead by the ring size at most. */
static void test_index_too_far_ahead_breaks_the_ring(void **state)
{
	static const u16 bases[] = { 0, 1, 65530, 65535, 32768 };
	unsigned int i;
	u32 ahead;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		for (ahead = 0; ahead < 65536; ahead += ahead < 20 ? 1 : 251) {
			struct vsb_split vr = ring.vr;
			int want = !ahead ? 0 : ahead <= 8 ? 1 : -EFAULT;

			vr.last_avail = bases[i];
			vr.avail_idx = bases[i];
			ring_set(&ring.avail->idx, bases[i] + ahead);
			assert_int_equal(vsb_split_next(&vr, &ring.mem,
							&ring.chain), want);
			assert_int_equal(vr.broken, want < 0);
		}
	}
}

static void test_index_that_goes_back_breaks_the_ring(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, 0, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	ring_set(&r->avail->idx, 0);
	assert_broken(r);
}

static void test_head_out_of_range_breaks_the_ring(void **state)
{
	static const u16 heads[] = { 8, 9, 255, 0x8000, 0xffff };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		ring_free(&ring);
		ring_init(&ring, 8, 0, 65535);
		ring_avail(&ring, heads[i]);
		assert_broken(&ring);
	}
}

/*
 * The index is read when all known entries are used up, the entries together,
 * and each of the four fields of a descriptor once.
 */
static void test_guest_memory_is_read_once(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, 0, 0);
	ring_avail(r, 0);
	ring_avail(r, 0);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(stub.user, 2 + 4);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(stub.user, 2 + 4 + 4);
	assert_int_equal(ring_next(r), 0);
	assert_int_equal(stub.user, 2 + 4 + 4 + 1);
}

static void test_entries_are_read_after_the_index(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, 0, 0);
	ring_avail(r, 0);
	stub_trace_clear();
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(stub.steps, 3 + 4);
	assert_ptr_equal(stub.trace[0].addr, &r->avail->idx);
	assert_int_equal(stub.trace[1].kind, 'R');
	assert_ptr_equal(stub.trace[2].addr, &r->avail->ring[0]);
	assert_ptr_equal(stub.trace[3].addr, &r->desc[0]);
}

static void test_rewound_chains_are_returned_again(void **state)
{
	struct ring *r = *state;
	u16 i;

	ring_free(r);
	ring_init(r, 8, 0, 65534);
	for (i = 0; i < 5; i++) {
		ring_desc(r, i, RAM0 + i, 1, 0, 0);
		ring_avail(r, i);
	}
	for (i = 0; i < 5; i++)
		assert_int_equal(ring_next(r), 1);
	assert_int_equal(ring_next(r), 0);
	vsb_split_rewind(&r->vr, 3);
	for (i = 2; i < 5; i++) {
		assert_int_equal(ring_next(r), 1);
		assert_int_equal(r->chain.head, i);
		assert_part(r, 0, RAM0 + i, 1);
	}
	assert_int_equal(ring_next(r), 0);
	vsb_split_rewind(&r->vr, 0);
	assert_int_equal(ring_next(r), 0);
}

/* A full ring that was taken and rewound is still within the ring size. */
static void test_full_ring_may_be_rewound(void **state)
{
	struct ring *r = *state;
	u16 i;

	for (i = 0; i < 8; i++) {
		ring_desc(r, i, RAM0, 1, 0, 0);
		ring_avail(r, i);
	}
	for (i = 0; i < 8; i++)
		assert_int_equal(ring_next(r), 1);
	vsb_split_rewind(&r->vr, 8);
	assert_true(vsb_split_park(&r->vr));
	for (i = 0; i < 8; i++) {
		assert_int_equal(ring_next(r), 1);
		assert_int_equal(r->chain.head, i);
	}
	assert_int_equal(ring_next(r), 0);
}

/* direct chains */

static void test_chain_has_the_parts_of_its_descriptors(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 5, RAM0 + 100, 44, D_NEXT, 2);
	ring_desc(r, 2, RAM2 + 7, 1000, D_NEXT, 7);
	ring_desc(r, 7, RAM1, 1, 0, 5);
	ring_avail(r, 5);
	assert_int_equal(ring_next(r), 1);
	assert_int_equal(r->chain.fault, VSB_FAULT_NONE);
	assert_int_equal(r->chain.head, 5);
	assert_int_equal(r->chain.nr, 3);
	assert_int_equal(r->chain.len, 1045);
	assert_part(r, 0, RAM0 + 100, 44);
	assert_part(r, 1, RAM2 + 7, 1000);
	assert_part(r, 2, RAM1, 1);
}

static void test_chain_may_use_every_descriptor_once(void **state)
{
	struct ring *r = *state;
	u16 i;

	for (i = 0; i < 8; i++)
		ring_desc(r, i, RAM0 + i, 1, i < 7 ? D_NEXT : 0, i + 1);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 8);
	ring_desc(r, 7, RAM0, 1, D_NEXT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
}

static void test_loop_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, D_NEXT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_desc(r, 0, RAM0, 1, D_NEXT, 1);
	ring_desc(r, 1, RAM0, 1, D_NEXT, 2);
	ring_desc(r, 2, RAM0, 1, D_NEXT, 1);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_desc(r, 1, RAM0, 0, D_NEXT, 1);
	assert_fault(r, VSB_FAULT_CHAIN);
}

static void test_next_out_of_range_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, D_NEXT, 8);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_desc(r, 0, RAM0, 1, D_NEXT, 0xffff);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_desc(r, 0, RAM0, 1, 0, 0xffff);
	assert_fault(r, VSB_FAULT_NONE);
}

static void test_wrong_direction_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, D_NEXT, 1);
	ring_desc(r, 1, RAM0, 1, D_WRITE, 0);
	assert_fault(r, VSB_FAULT_DIRECTION);
	r->vr.writes = true;
	assert_fault(r, VSB_FAULT_DIRECTION);
	ring_desc(r, 0, RAM0, 1, D_NEXT | D_WRITE, 1);
	assert_fault(r, VSB_FAULT_NONE);
	ring_desc(r, 1, RAM0, 0, 0, 0);
	assert_fault(r, VSB_FAULT_DIRECTION);
}

static void test_empty_descriptor_has_no_part(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, HOLE, 0, D_NEXT, 1);
	ring_desc(r, 1, RAM0 + 5, 10, D_NEXT, 2);
	ring_desc(r, 2, U64_MAX, 0, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 1);
	assert_part(r, 0, RAM0 + 5, 10);
	ring_desc(r, 0, 0, 0, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 0);
	assert_int_equal(r->chain.len, 0);
}

static const struct {
	const char *name;
	u64 addr;
	u32 len;
	enum vsb_fault fault;
} memory_rows[] = {
	{ "to the end of memory", HOLE - 10, 10, VSB_FAULT_NONE },
	{ "from the start of memory", RAM2, 1, VSB_FAULT_NONE },
	{ "all of it", RAM0, 2 * RAM_SIZE, VSB_FAULT_NONE },
	{ "before it", RAM0 - 1, 1, VSB_FAULT_BOUNDS },
	{ "across its start", RAM0 - 1, 2, VSB_FAULT_BOUNDS },
	{ "into the hole", HOLE - 10, 11, VSB_FAULT_BOUNDS },
	{ "in the hole", HOLE, 1, VSB_FAULT_BOUNDS },
	{ "across the hole", HOLE - 1, RAM_SIZE + 2, VSB_FAULT_BOUNDS },
	{ "out of the hole", RAM2 - 1, 2, VSB_FAULT_BOUNDS },
	{ "behind the end", RAM_END - 1, 2, VSB_FAULT_BOUNDS },
	{ "at 0", 0, 1, VSB_FAULT_BOUNDS },
	{ "wraps", U64_MAX, 2, VSB_FAULT_BOUNDS },
	{ "wraps to memory", 0 - RAM0, 0x80000, VSB_FAULT_BOUNDS },
	{ "the longest", RAM0, U32_MAX, VSB_FAULT_BOUNDS },
};

static void test_address_outside_memory_is_a_fault(void **state)
{
	struct ring *r = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(memory_rows); i++) {
		ring_desc(r, 0, memory_rows[i].addr, memory_rows[i].len, 0, 0);
		ring_avail(r, 0);
		assert_int_equal(ring_next(r), 1);
		assert_row(r->chain.fault == memory_rows[i].fault,
			   memory_rows[i].name);
	}
}

static void test_descriptor_across_regions_has_two_parts(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM1 - 10, 30, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 2);
	assert_int_equal(r->chain.len, 30);
	assert_part(r, 0, RAM1 - 10, 10);
	assert_part(r, 1, RAM1, 20);
}

static void test_chain_above_4_gib_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, D_NEXT, 1);
	ring_desc(r, 1, RAM0, U32_MAX, 0, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
}

static void test_too_many_parts_are_a_fault(void **state)
{
	struct ring *r = *state;

	r->chain.max = 3;
	ring_desc(r, 0, RAM1 - 1, 2, D_NEXT, 1);
	ring_desc(r, 1, RAM0, 1, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 3);
	ring_desc(r, 1, RAM1 - 1, 2, 0, 0);
	r->iov[3].iov_len = 12345;
	assert_fault(r, VSB_FAULT_SEGS);
	assert_int_equal(r->iov[3].iov_len, 12345);
	r->chain.max = 0;
	assert_fault(r, VSB_FAULT_SEGS);
}

/* indirect tables */

#define TABLE	(RAM0 + 0x1000)

static void indirect(struct ring *r, u64 at, u32 len)
{
	ring_desc(r, 0, at, len, D_INDIRECT, 0);
}

static void test_indirect_chain_has_the_parts_of_its_table(void **state)
{
	struct ring *r = *state;

	indirect(r, TABLE, 4 * 16);
	ring_table(r, TABLE, 0, RAM0, 44, D_NEXT, 3);
	ring_table(r, TABLE, 3, RAM2, 100, D_NEXT, 1);
	ring_table(r, TABLE, 1, RAM1, 9, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 3);
	assert_int_equal(r->chain.len, 153);
	assert_part(r, 0, RAM0, 44);
	assert_part(r, 1, RAM2, 100);
	assert_part(r, 2, RAM1, 9);
}

static void test_indirect_is_a_fault_unless_negotiated(void **state)
{
	struct ring *r = *state;

	indirect(r, TABLE, 16);
	ring_table(r, TABLE, 0, RAM0, 1, 0, 0);
	r->vr.indirect = false;
	assert_fault(r, VSB_FAULT_CHAIN);
	r->vr.indirect = true;
	assert_fault(r, VSB_FAULT_NONE);
}

/*
 * virtio 1.3, 2.7.5.3.2: the write flag of the indirect descriptor is ignored.
 */
static void test_direction_of_the_table_is_ignored(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, TABLE, 16, D_INDIRECT | D_WRITE, 0);
	ring_table(r, TABLE, 0, RAM0, 1, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	ring_table(r, TABLE, 0, RAM0, 1, D_WRITE, 0);
	assert_fault(r, VSB_FAULT_DIRECTION);
}

static void test_table_may_follow_descriptors(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM1, 44, D_NEXT, 6);
	ring_desc(r, 6, TABLE, 16, D_INDIRECT, 0);
	ring_table(r, TABLE, 0, RAM2, 8, 0, 0);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 2);
	assert_part(r, 0, RAM1, 44);
	assert_part(r, 1, RAM2, 8);
}

static void test_descriptor_after_a_table_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, TABLE, 16, D_INDIRECT | D_NEXT, 1);
	ring_desc(r, 1, RAM0, 1, 0, 0);
	ring_table(r, TABLE, 0, RAM0, 1, 0, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
}

static void test_table_in_a_table_is_a_fault(void **state)
{
	struct ring *r = *state;

	indirect(r, TABLE, 32);
	ring_table(r, TABLE, 0, RAM0, 1, D_NEXT, 1);
	ring_table(r, TABLE, 1, TABLE + 64, 16, D_INDIRECT, 0);
	ring_table(r, TABLE + 64, 0, RAM0, 1, 0, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
	indirect(r, TABLE, 16);
	ring_table(r, TABLE, 0, TABLE, 16, D_INDIRECT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
}

static void test_table_length_must_be_a_multiple_of_descriptors(void **state)
{
	static const u32 bad[] = { 0, 1, 8, 15, 17, 31, 33, 1025 * 16 + 1,
				   U32_MAX };
	struct ring *r = *state;
	unsigned int i;

	ring_table(r, TABLE, 0, RAM0, 1, 0, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		indirect(r, TABLE, bad[i]);
		assert_fault(r, VSB_FAULT_CHAIN);
	}
}

static void test_table_above_1024_descriptors_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_table(r, TABLE, 0, RAM0, 1, 0, 0);
	indirect(r, TABLE, 1024 * 16);
	assert_fault(r, VSB_FAULT_NONE);
	indirect(r, TABLE, 1025 * 16);
	assert_fault(r, VSB_FAULT_SEGS);
	indirect(r, TABLE, 0xfffffff0);
	assert_fault(r, VSB_FAULT_SEGS);
}

static void test_table_may_be_longer_than_the_ring(void **state)
{
	struct ring *r = *state;
	u16 i;

	indirect(r, TABLE, 1024 * 16);
	for (i = 0; i < 1024; i++)
		ring_table(r, TABLE, i, RAM2 + i, 1, i < 1023 ? D_NEXT : 0,
			   i + 1);
	assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(r->chain.nr, 1024);
	ring_table(r, TABLE, 1023, RAM2, 1, D_NEXT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_table(r, TABLE, 512, RAM1 - 1, 2, D_NEXT, 513);
	assert_fault(r, VSB_FAULT_SEGS);
}

static void test_bad_next_in_a_table_is_a_fault(void **state)
{
	struct ring *r = *state;

	indirect(r, TABLE, 32);
	ring_table(r, TABLE, 0, RAM0, 1, D_NEXT, 2);
	ring_table(r, TABLE, 2, RAM0, 1, 0, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_table(r, TABLE, 0, RAM0, 1, D_NEXT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
	ring_table(r, TABLE, 0, RAM0, 1, D_NEXT, 1);
	ring_table(r, TABLE, 1, RAM0, 1, D_NEXT, 0);
	assert_fault(r, VSB_FAULT_CHAIN);
}

/* Including tables with an entry that crosses the boundary. */
static void test_table_may_cross_regions(void **state)
{
	struct ring *r = *state;
	u64 at;
	u16 i;

	for (at = RAM1 - 64; at <= RAM1; at++) {
		indirect(r, at, 64);
		for (i = 0; i < 4; i++)
			ring_table(r, at, i, RAM2 + i, 10 + i,
				   i < 3 ? D_NEXT : 0, i + 1);
		assert_fault(r, VSB_FAULT_NONE);
		assert_int_equal(r->chain.nr, 4);
		for (i = 0; i < 4; i++)
			assert_part(r, i, RAM2 + i, 10 + i);
	}
}

static void test_table_outside_memory_is_a_fault(void **state)
{
	static const u64 bad[] = { HOLE, HOLE - 16, HOLE - 1, RAM2 - 1,
				   RAM_END - 16, 0, U64_MAX, U64_MAX - 15 };
	struct ring *r = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		indirect(r, bad[i], 32);
		ring_table(r, bad[i], 0, RAM0, 1, 0, 0);
		assert_fault(r, VSB_FAULT_BOUNDS);
	}
}

/* the work of a round */

/* The work that taking the chain at descriptor 0 adds to the round. */
static u32 walked(struct ring *r, enum vsb_fault fault)
{
	u32 before = r->vr.walked;

	assert_fault(r, fault);
	return r->vr.walked - before;
}

static void test_each_descriptor_and_each_part_counts_as_work(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 44, 0, 0);
	assert_int_equal(walked(r, VSB_FAULT_NONE), 1 + 1);
	ring_desc(r, 0, RAM0, 44, D_NEXT, 2);
	ring_desc(r, 2, RAM1 - 4, 8, 0, 0);
	assert_int_equal(walked(r, VSB_FAULT_NONE), 2 + 3);
	indirect(r, TABLE, 2 * 16);
	ring_table(r, TABLE, 0, RAM0, 44, D_NEXT, 1);
	ring_table(r, TABLE, 1, RAM0, 9, 0, 0);
	assert_int_equal(walked(r, VSB_FAULT_NONE), 3 + 2);
}

static void test_empty_descriptor_counts_as_work(void **state)
{
	struct ring *r = *state;
	u16 i;

	indirect(r, TABLE, 1024 * 16);
	for (i = 0; i < 1024; i++)
		ring_table(r, TABLE, i, RAM0, i ? 0 : 44, i < 1023 ? D_NEXT : 0,
			   i + 1);
	assert_int_equal(walked(r, VSB_FAULT_NONE), 1 + 1024 + 1);
}

static void test_walk_that_ends_in_a_fault_counts_as_work(void **state)
{
	struct ring *r = *state;
	u16 i;

	for (i = 0; i < 8; i++)
		ring_desc(r, i, RAM0, 1, D_NEXT, (i + 1) & 7);
	assert_int_equal(walked(r, VSB_FAULT_CHAIN), 8 + 8);
	indirect(r, TABLE, 4 * 16);
	for (i = 0; i < 4; i++)
		ring_table(r, TABLE, i, RAM0, 0, D_NEXT, (i + 1) & 3);
	assert_int_equal(walked(r, VSB_FAULT_CHAIN), 1 + 4);
}

static void test_few_long_chains_end_a_round(void **state)
{
	struct ring *r = *state;
	u32 since = r->vr.walked = U32_MAX - 5;
	u16 i, chains = 0;

	indirect(r, TABLE, 1024 * 16);
	for (i = 0; i < 1024; i++)
		ring_table(r, TABLE, i, RAM2 + i, 1, i < 1023 ? D_NEXT : 0,
			   i + 1);
	for (; !vsb_split_is_spent(&r->vr, since); chains++)
		assert_fault(r, VSB_FAULT_NONE);
	assert_int_equal(chains, 4);
}

/* failures */

/* Writes a chain of two descriptors; the second is a table. */
static void two_tables(struct ring *r)
{
	ring_desc(r, 0, RAM0, 44, D_NEXT, 1);
	ring_desc(r, 1, RAM1 - 8, 32, D_INDIRECT, 0);
	ring_table(r, RAM1 - 8, 0, RAM2, 9, D_NEXT, 1);
	ring_table(r, RAM1 - 8, 1, RAM2, 9, 0, 0);
}

/*
 * The accesses: index, entry, four fields of each of two descriptors, two
 * halves of a table entry, and another table entry.
 */
static void test_each_failed_access_breaks_the_ring_or_is_a_fault(void **state)
{
	struct ring *r = *state;
	unsigned int fail;
	int ret;

	two_tables(r);
	for (fail = 0; fail <= 13; fail++) {
		r->vr.broken = false;
		ring_avail(r, 0);
		stub.user = 0;
		stub.user_fail = fail;
		ret = ring_next(r);
		assert_int_equal(ret, fail < 2 ? -EFAULT : 1);
		assert_int_equal(r->vr.broken, fail < 2);
		if (ret > 0)
			assert_int_equal(r->chain.fault, fail < 13 ?
					 VSB_FAULT_MEMORY : VSB_FAULT_NONE);
		r->vr.last_avail = ring_get(&r->avail->idx);
		r->vr.avail_idx = r->vr.last_avail;
	}
	assert_int_equal(stub.user, 13);
}

static void test_inaccessible_area_breaks_the_ring_or_is_a_fault(void **state)
{
	struct ring *r = *state;

	ring_desc(r, 0, RAM0, 1, 0, 0);
	stub_deny(r->desc, vsb_split_desc_size(8));
	assert_fault(r, VSB_FAULT_MEMORY);
	ring_avail(r, 0);
	stub_deny(&r->avail->ring[1], 2);
	assert_broken(r);
	stub_reset();
	r->vr.broken = false;
	r->vr.avail_idx = r->vr.last_avail;
	stub_deny(&r->avail->idx, 2);
	assert_broken(r);
}

#define TEST(name)	\
	cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(size_must_be_a_power_of_two_of_16_bits),
	TEST(base_must_have_16_bits),
	TEST(new_addresses_discard_entries_read_ahead),
	TEST(peek_sees_an_available_chain),
	TEST(start_reads_the_used_index_and_keeps_last_avail),
	TEST(start_applies_the_features),
	TEST(start_without_a_size_fails),
	TEST(each_area_must_be_in_the_process),
	TEST(last_byte_of_an_area_is_checked),
	TEST(start_with_an_inaccessible_ring_fails),
	TEST(broken_ring_may_be_restarted),
	TEST(empty_ring_returns_no_chain),
	TEST(chains_are_returned_in_ring_order),
	TEST(index_wraps_at_65536),
	TEST(index_too_far_ahead_breaks_the_ring),
	TEST(index_that_goes_back_breaks_the_ring),
	TEST(head_out_of_range_breaks_the_ring),
	TEST(guest_memory_is_read_once),
	TEST(entries_are_read_after_the_index),
	TEST(rewound_chains_are_returned_again),
	TEST(full_ring_may_be_rewound),
	TEST(chain_has_the_parts_of_its_descriptors),
	TEST(chain_may_use_every_descriptor_once),
	TEST(loop_is_a_fault),
	TEST(next_out_of_range_is_a_fault),
	TEST(wrong_direction_is_a_fault),
	TEST(empty_descriptor_has_no_part),
	TEST(address_outside_memory_is_a_fault),
	TEST(descriptor_across_regions_has_two_parts),
	TEST(chain_above_4_gib_is_a_fault),
	TEST(too_many_parts_are_a_fault),
	TEST(indirect_chain_has_the_parts_of_its_table),
	TEST(indirect_is_a_fault_unless_negotiated),
	TEST(direction_of_the_table_is_ignored),
	TEST(table_may_follow_descriptors),
	TEST(descriptor_after_a_table_is_a_fault),
	TEST(table_in_a_table_is_a_fault),
	TEST(table_length_must_be_a_multiple_of_descriptors),
	TEST(table_above_1024_descriptors_is_a_fault),
	TEST(table_may_be_longer_than_the_ring),
	TEST(bad_next_in_a_table_is_a_fault),
	TEST(table_may_cross_regions),
	TEST(table_outside_memory_is_a_fault),
	TEST(each_descriptor_and_each_part_counts_as_work),
	TEST(empty_descriptor_counts_as_work),
	TEST(walk_that_ends_in_a_fault_counts_as_work),
	TEST(few_long_chains_end_a_round),
	TEST(each_failed_access_breaks_the_ring_or_is_a_fault),
	TEST(inaccessible_area_breaks_the_ring_or_is_a_fault),
};

run_all(tests)
