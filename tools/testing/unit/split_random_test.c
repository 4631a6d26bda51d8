// SPDX-License-Identifier: GPL-2.0
/* Random drivers against a virtqueue: correct, faulty and hostile ones. */
#include "test.h"

#include "ring.h"
#include "ring_model.h"
#include "stub.h"

#define NUM		16U
#define TABLE_MAX	6U

struct driver {
	struct ring ring;
	struct rng rng;
	struct ring_model model;
	u64 features;
	unsigned int wrong;	/* one of this many choices is wrong; 0: none */
};

static bool goes_wrong(struct driver *d)
{
	return d->wrong && rng_one_in(&d->rng, d->wrong);
}

/* the driver */

static u64 some_address(struct driver *d)
{
	static const u64 edges[] = { RAM1, HOLE, RAM2, RAM_END };

	if (goes_wrong(d)) {
		if (rng_one_in(&d->rng, 2))
			return edges[rng_below(&d->rng, 4)] -
			       rng_below(&d->rng, 64);
		return (u64)rng_next(&d->rng) << rng_below(&d->rng, 33);
	}
	if (rng_one_in(&d->rng, 4))
		return RAM1 - rng_below(&d->rng, 64);
	return RAM0 + rng_below(&d->rng, RAM_SIZE);
}

static u32 some_length(struct driver *d)
{
	if (goes_wrong(d))
		return rng_one_in(&d->rng, 2) ? 0 :
		       rng_next(&d->rng) >> rng_below(&d->rng, 32);
	return rng_below(&d->rng, 4000);
}

static u16 some_flags(struct driver *d, bool next)
{
	u16 flags = (next ? D_NEXT : 0) | (d->ring.vr.writes ? D_WRITE : 0);

	return goes_wrong(d) ? flags ^ (1 << rng_below(&d->rng, 5)) : flags;
}

static u16 some_next(struct driver *d, u16 next, u32 num)
{
	return goes_wrong(d) ? rng_below(&d->rng, num + 2) : next;
}

/* Writes a table after the data. Returns its address. */
static u64 make_table(struct driver *d, u32 nr)
{
	u64 at = RAM2 + rng_below(&d->rng, RAM_SIZE - 16 * TABLE_MAX);
	u32 i;

	for (i = 0; i < nr; i++)
		ring_table(&d->ring, at, i, some_address(d), some_length(d),
			   some_flags(d, i + 1 < nr),
			   some_next(d, i + 1, nr));
	return goes_wrong(d) ? some_address(d) : at;
}

/*
 * Writes a chain of 1 to 4 descriptors from @head on; the last may be a table.
 */
static void make_chain(struct driver *d, u16 head)
{
	u32 nr = 1 + rng_below(&d->rng, 4), i, entries;
	u16 at = head, next;

	for (i = 0; i < nr; i++) {
		next = (at + 5) % NUM;
		if (i + 1 == nr && d->features & F_INDIRECT &&
		    rng_one_in(&d->rng, 2)) {
			entries = 1 + rng_below(&d->rng, TABLE_MAX);
			ring_desc(&d->ring, at, make_table(d, entries),
				  entries * 16 + goes_wrong(d),
				  D_INDIRECT | (goes_wrong(d) ? D_NEXT : 0),
				  0);
			return;
		}
		ring_desc(&d->ring, at, some_address(d), some_length(d),
			  some_flags(d, i + 1 < nr), some_next(d, next, NUM));
		at = next;
	}
}

static void assert_model(const struct driver *d)
{
	const struct vsb_chain *chain = &d->ring.chain;
	const struct ring_model *m = &d->model;
	unsigned int i;

	assert_int_equal(chain->fault, m->fault);
	if (m->fault)
		return;
	assert_int_equal(chain->len, m->len);
	assert_int_equal(chain->nr, m->parts);
	for (i = 0; i < m->parts; i++) {
		assert_ptr_equal(chain->iov[i].iov_base, m->part[i].iov_base);
		assert_int_equal(chain->iov[i].iov_len, m->part[i].iov_len);
	}
}

/*
 * Takes one chain at a time, and compares the module's walk with the simple
 * one.
 */
static void walk(u64 seed, u64 features, bool writes, unsigned int wrong)
{
	static struct driver d;
	unsigned int i;
	u16 head;

	d.rng = rng_seed(seed);
	d.features = features;
	d.wrong = wrong;
	ring_init(&d.ring, NUM, features, seed * 8191);
	d.ring.vr.writes = writes;
	for (i = 0; i < 600; i++) {
		head = rng_below(&d.rng, NUM);
		make_chain(&d, head);
		ring_avail(&d.ring, head);
		assert_int_equal(ring_next(&d.ring), 1);
		assert_int_equal(d.ring.chain.head, head);
		ring_model(&d.model, &d.ring, head);
		assert_model(&d);
		assert_true(wrong || !d.model.fault);
	}
	assert_int_equal(ring_next(&d.ring), 0);
	ring_free(&d.ring);
}

static void test_good_chains_match_the_reference_walk(void **state)
{
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		walk(seed, seed % 3 ? F_INDIRECT : 0, seed % 2, 0);
}

static void test_wrong_chains_have_the_faults_of_the_reference_walk(void **state)
{
	static const unsigned int wrong[] = { 40, 15, 6, 2 };
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 80; seed++)
		walk(seed, seed % 3 ? F_INDIRECT : 0, seed % 2,
		     wrong[seed % 4]);
}

/*
 * A driver with a ring in use: it adds chains, reads used elements and requests
 * interrupts; the device takes, rewinds, pushes and publishes. No chain is
 * lost, duplicated or reordered, and neither side sleeps for ever.
 */
struct traffic {
	struct ring ring;
	struct rng rng;
	u64 features;
	u32 added, taken, published, seen;	/* number of chains so far */
	u32 staged;
	u16 base;
	bool driver_sleeps, device_sleeps;
};

/* Adds chain @n, whose head is its number modulo the ring size. */
static void traffic_add(struct traffic *t)
{
	u16 old = ring_get(&t->ring.avail->idx), event;
	bool kick;

	if (t->added - t->seen == NUM)
		return;
	ring_desc(&t->ring, t->added % NUM, RAM0 + t->added % 1000, 1, 0, 0);
	ring_avail(&t->ring, t->added % NUM);
	t->added++;
	event = ring_get(ring_avail_event(&t->ring));
	kick = t->features & F_EVENT_IDX ?
	       vring_need_event(event, old + 1, old) :
	       !(ring_get(&t->ring.used->flags) & VRING_USED_F_NO_NOTIFY);
	if (kick)
		t->device_sleeps = false;
	/* a device that sleeps with a chain to take would never wake */
	assert_false(t->device_sleeps);
}

static void traffic_read(struct traffic *t)
{
	while ((u16)(t->base + t->seen) != ring_get(&t->ring.used->idx)) {
		u16 slot = (u16)(t->base + t->seen) % NUM;

		assert_int_equal(__le32_to_cpu(t->ring.used->ring[slot].id),
				 t->seen % NUM);
		assert_int_equal(__le32_to_cpu(t->ring.used->ring[slot].len),
				 t->seen);
		t->seen++;
	}
	if (t->features & F_EVENT_IDX)
		ring_set(ring_used_event(&t->ring), t->base + t->seen);
	else
		ring_set(&t->ring.avail->flags, 0);
	t->driver_sleeps = true;
}

static void traffic_take(struct traffic *t)
{
	u32 want = 1 + rng_below(&t->rng, NUM), took = 0, back, i;

	vsb_split_unpark(&t->ring.vr);
	while (took < want && ring_next(&t->ring) > 0) {
		assert_int_equal(t->ring.chain.fault, VSB_FAULT_NONE);
		assert_int_equal(t->ring.chain.head,
				 (t->taken + took) % NUM);
		took++;
	}
	assert_true(took == want || t->taken + took == t->added);
	back = rng_below(&t->rng, took + 1);
	vsb_split_rewind(&t->ring.vr, back);
	for (i = 0; i < took - back; i++, t->taken++)
		vsb_split_push(&t->ring.vr, t->taken % NUM, t->taken);
	t->staged += took - back;
}

/* A deferred call is not lost, unless the driver has read everything. */
static void traffic_call(struct traffic *t)
{
	if (!vsb_split_wants_interrupt(&t->ring.vr))
		/* a driver that sleeps with an unread element never wakes */
		assert_false(t->driver_sleeps && t->seen != t->published);
	else if (rng_below(&t->rng, 4))
		t->driver_sleeps = false;
	else
		return;
	vsb_split_set_signalled(&t->ring.vr);
}

static void traffic_publish(struct traffic *t)
{
	bool any = vsb_split_publish(&t->ring.vr);

	assert_int_equal(any, t->staged > 0);
	t->published += t->staged;
	t->staged = 0;
	traffic_call(t);
	assert_int_equal(ring_get(&t->ring.used->idx),
			 (u16)(t->base + t->published));
}

static void traffic_park(struct traffic *t)
{
	bool more;

	if (t->taken != t->added)
		return;
	more = vsb_split_park(&t->ring.vr);
	assert_false(more);
	t->device_sleeps = true;
}

static void traffic_run(u64 seed, u64 features, unsigned int rounds)
{
	static struct traffic t;
	unsigned int i;

	memset(&t, 0, sizeof(t));
	t.rng = rng_seed(seed);
	t.features = features;
	t.base = seed * 30011;
	ring_init(&t.ring, NUM, features, t.base);
	for (i = 0; i < rounds; i++) {
		switch (rng_below(&t.rng, 8)) {
		case 0 ... 3:
			traffic_add(&t);
			break;
		case 4:
			/* sometimes the driver reads without a call */
			if (!t.driver_sleeps || !rng_below(&t.rng, 8))
				traffic_read(&t);
			break;
		case 5:
			if (!t.device_sleeps)
				traffic_take(&t);
			break;
		case 6:
			traffic_publish(&t);
			break;
		default:
			if (!t.device_sleeps)
				traffic_park(&t);
		}
	}
	assert_false(t.ring.vr.broken);
	assert_true(t.seen > rounds / 50);
	ring_free(&t.ring);
}

static void test_traffic_stays_in_order_and_no_side_sleeps_for_ever(void **state)
{
	static const u64 features[] = { 0, F_EVENT_IDX, F_EMPTY,
					F_EVENT_IDX | F_EMPTY };
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++)
		traffic_run(seed, features[seed % 4], 4000);
}

static void test_traffic_continues_after_the_index_wraps(void **state)
{
	(void)state;
	traffic_run(1, F_EVENT_IDX, 400000);
	traffic_run(2, 0, 400000);
}

/* Changes memory, as another processor would, before each access. */
static void scribble(void *arg)
{
	struct driver *d = arg;
	u8 *ram = d->ring.ram[rng_below(&d->rng, RAM_REGIONS)];
	u32 i = rng_below(&d->rng, NUM);
	u64 bits = (u64)rng_next(&d->rng) << rng_below(&d->rng, 33);

	switch (rng_below(&d->rng, 8)) {
	case 0:
		d->ring.desc[i].addr ^= bits;
		break;
	case 1:
		d->ring.desc[i].len ^= bits;
		break;
	case 2:
		d->ring.desc[i].flags ^= bits & 7;
		break;
	case 3:
		d->ring.desc[i].next ^= bits & 31;
		break;
	case 4:
		ram[rng_below(&d->rng, RAM_SIZE)] ^= bits;
		break;
	case 5:
		make_chain(d, i);
		break;
	case 6:
		d->ring.avail->ring[i] = rng_below(&d->rng, NUM);
		break;
	default:
		break;
	}
}

static void hostile(u64 seed)
{
	static struct driver d;
	unsigned int i, good = 0;

	d.rng = rng_seed(seed);
	d.features = F_INDIRECT | F_EVENT_IDX;
	d.wrong = 10;
	ring_init(&d.ring, NUM, d.features, 0);
	d.ring.vr.writes = seed % 2;
	d.ring.chain.max = seed % 5 ? VSB_SEGS_MAX : 4;
	stub.hook = scribble;
	stub.hook_arg = &d;
	for (i = 0; i < 500; i++) {
		ring_avail(&d.ring, rng_below(&d.rng, NUM));
		if (ring_next(&d.ring) < 0)
			break;
		if (!d.ring.chain.fault) {
			assert_true(ring_chain_is_memory(&d.ring));
			good++;
		}
		vsb_split_push(&d.ring.vr, d.ring.chain.head, 0);
		if (rng_one_in(&d.rng, 4))
			vsb_split_publish(&d.ring.vr);
		if (rng_one_in(&d.rng, 4))
			vsb_split_park(&d.ring.vr);
	}
	assert_true(good > 0);
	ring_free(&d.ring);
}

static void test_changing_memory_is_harmless(void **state)
{
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 100; seed++)
		hostile(seed);
}

/*
 * Every byte of the ring is random: each call returns, with guest memory only.
 */
static void noise(u64 seed)
{
	static struct driver d;
	unsigned int i, j;

	d.rng = rng_seed(seed);
	ring_init(&d.ring, NUM, rng_next(&d.rng), 0);
	for (i = 0; i < 200; i++) {
		for (j = 0; j < vsb_split_desc_size(NUM); j++)
			((u8 *)d.ring.desc)[j] = rng_next(&d.rng);
		for (j = 0; j < vsb_split_avail_size(NUM); j++)
			((u8 *)d.ring.avail)[j] = rng_next(&d.rng);
		d.ring.avail->idx = d.ring.vr.last_avail +
				    rng_below(&d.rng, NUM + 2);
		if (ring_next(&d.ring) > 0 && !d.ring.chain.fault)
			assert_true(ring_chain_is_memory(&d.ring));
		vsb_split_push(&d.ring.vr, rng_next(&d.rng), 0);
		vsb_split_publish(&d.ring.vr);
		vsb_split_park(&d.ring.vr);
		vsb_split_unpark(&d.ring.vr);
		if (d.ring.vr.broken)
			vsb_split_start(&d.ring.vr, rng_next(&d.rng));
	}
	ring_free(&d.ring);
}

static void test_random_ring_content_is_harmless(void **state)
{
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 100; seed++)
		noise(seed);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_good_chains_match_the_reference_walk),
	cmocka_unit_test(test_wrong_chains_have_the_faults_of_the_reference_walk),
	cmocka_unit_test(test_traffic_stays_in_order_and_no_side_sleeps_for_ever),
	cmocka_unit_test(test_traffic_continues_after_the_index_wraps),
	cmocka_unit_test(test_changing_memory_is_harmless),
	cmocka_unit_test(test_random_ring_content_is_harmless),
};

run_all(tests)
