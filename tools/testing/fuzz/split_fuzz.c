// SPDX-License-Identifier: GPL-2.0
/*
 * A virtqueue of a hostile driver, whose memory may change before each access
 * and become inaccessible.
 * - A chain without a fault is in guest memory, and has no more parts than
 *   there is room for; while memory does not change, it equals the reference
 *   walk, including faults.
 * - There are never more chains available than the queue has entries, and heads
 *   are below its size.
 * - The number of accesses of a call is limited by the size of the table.
 * - The used ring has exactly the pushed elements, each in its slot.
 * - A broken ring is not written any more.
 *
 * ASan detects accesses outside the ring and guest memory: each area is a
 * separate allocation.
 */
#include "fuzz.h"

#include "ring.h"
#include "ring_model.h"
#include "stub.h"

#define SHIFT_MAX	6U	/* 64 entries */
#define DENY_MAX	4U
#define ROW_MAX	32U

/**
 * struct session - a ring and its driver
 * @r: the ring
 * @m: the result of the reference walk
 * @in: the driver's choices
 * @pushed: elements pushed, but not published
 * @staged: number of @pushed
 * @taken: chains taken, but not pushed
 * @again: chains that were rewound and will be taken again
 * @rewrites: memory changes while it is read
 * @denied: number of inaccessible areas
 */
struct session {
	struct ring r;
	struct ring_model m;
	struct input in;
	struct vring_used_elem *pushed;
	u32 staged;
	u32 taken;
	u32 again;
	bool rewrites;
	u32 denied;
};

static u64 input_addr(struct input *in)
{
	static const u64 places[] = {
		RAM0, RAM0, RAM0 + 0x800, RAM1 - 64, RAM1, HOLE - 64, HOLE,
		RAM2, RAM2, RAM_END - 64, RAM_END, 0, ~0ULL - 63, 1ULL << 63,
		RAM2 + 0x8000, RAM2 + 0x8008,
	};
	u8 choice = input_u8(in);

	return places[choice & 15] + (choice & 0x10 ? input_u8(in) : 0);
}

static u32 input_len(struct input *in)
{
	static const u32 lens[] = {
		0, 1, 16, 32, 44, 64, 1024 * 16, 1025 * 16, 65536, 65537,
		0x7fffffff, 0xffffffff, 0xfffffff0, 17, 4096, 128,
	};
	u8 choice = input_u8(in);

	return choice & 0x10 ? input_u16(in) : lens[choice & 15];
}

static struct vring_desc input_desc(struct input *in, u32 num)
{
	struct vring_desc desc;

	desc.addr = __cpu_to_le64(input_addr(in));
	desc.len = __cpu_to_le32(input_len(in));
	desc.flags = __cpu_to_le16(input_u8(in) & 7);
	desc.next = __cpu_to_le16(input_below(in, num + 2));
	return desc;
}

static void write_desc(struct session *s)
{
	u32 i = input_below(&s->in, s->r.num);

	s->r.desc[i] = input_desc(&s->in, s->r.num);
}

/* Writes a table entry at one of the addresses that descriptors point to. */
static void write_table(struct session *s, bool point)
{
	u64 table = input_addr(&s->in);
	u32 entry = input_below(&s->in, 16);
	u64 at = table + entry * sizeof(struct vring_desc);
	struct vring_desc desc = input_desc(&s->in, 16);
	size_t i;

	if (point)
		ring_desc(&s->r, input_below(&s->in, s->r.num), table,
			  (1 + entry) * sizeof(desc), D_INDIRECT, 0);

	for (i = 0; i < sizeof(desc); i++) {
		u8 *to = ring_host(&s->r, at + i);

		if (to)
			*to = ((u8 *)&desc)[i];
	}
}

/* What another processor may do between two accesses. */
static void rewrite(void *arg)
{
	struct session *s = arg;
	u8 choice = input_u8(&s->in);

	switch (choice & 7) {
	case 0:
		write_desc(s);
		break;
	case 1:
		write_table(s, choice & 8);
		break;
	case 2:
		ring_set(&s->r.avail->idx, input_u16(&s->in));
		break;
	case 3:
		ring_set(&s->r.avail->ring[input_below(&s->in, s->r.num)],
			 input_u16(&s->in));
		break;
	case 4:
		ring_set(&s->r.avail->flags, choice);
		break;
	default:
		break;
	}
}

static bool holds_still(const struct session *s)
{
	return !s->rewrites && !s->denied;
}

/* Checks the number of accesses of a call; each table entry takes four. */
static void check_bounded(const struct session *s, unsigned int before)
{
	ORACLE(stub.user - before <= 8 + 4 * (s->r.num + VSB_SEGS_MAX));
}

static void check_walk(struct session *s)
{
	const struct vsb_chain *chain = &s->r.chain;
	u32 i;

	ring_model(&s->m, &s->r, chain->head);
	ORACLE(chain->fault == s->m.fault);
	if (chain->fault)
		return;
	ORACLE(chain->len == s->m.len && chain->nr == s->m.parts);
	for (i = 0; i < chain->nr; i++)
		ORACLE(chain->iov[i].iov_base == s->m.part[i].iov_base &&
		       chain->iov[i].iov_len == s->m.part[i].iov_len);
}

static void check_chain(struct session *s, bool still)
{
	const struct vsb_chain *chain = &s->r.chain;

	ORACLE(chain->head < s->r.num);
	if (!chain->fault)
		ORACLE(ring_chain_is_memory(&s->r));
	if (still)
		check_walk(s);
}

static void take(struct session *s)
{
	unsigned int before = stub.user;
	int ret;

	if (s->taken == 0x8000)
		return;
	ret = ring_next(&s->r);
	check_bounded(s, before);
	ORACLE(ret == 1 || ret == 0 || (ret < 0 && s->r.vr.broken));
	ORACLE((u16)(s->r.vr.avail_idx - s->r.vr.last_avail) <=
	       s->r.num + s->again);
	if (ret != 1)
		return;
	s->again -= !!s->again;
	s->taken++;
	check_chain(s, holds_still(s));
}

/* Takes a batch; each chain must equal one that is taken alone. */
static void take_plain(struct session *s)
{
	u32 max = 1 + input_below(&s->in, ROW_MAX), len, n, i;
	unsigned int before = stub.user;
	struct iovec iov[ROW_MAX];
	u16 heads[ROW_MAX];

	if (s->taken + max > 0x8000)
		return;
	len = 1 + input_u8(&s->in);
	n = vsb_split_next_plain(&s->r.vr, &s->r.mem, iov, heads, max, len);
	check_bounded(s, before);
	ORACLE(n <= max);
	for (i = 0; i < n; i++) {
		s->r.chain.head = heads[i];
		s->r.chain.nr = 1;
		s->r.chain.len = iov[i].iov_len;
		s->r.chain.fault = VSB_FAULT_NONE;
		s->r.chain.iov[0] = iov[i];
		ORACLE(iov[i].iov_len >= len);
		check_chain(s, holds_still(s));
	}
	s->taken += n;
	s->again -= n < s->again ? n : s->again;
}

/* Acts as a correct driver, so that the ring continues. */
static void make_available(struct session *s)
{
	ring_avail(&s->r, input_below(&s->in, s->r.num));
}

static void push(struct session *s)
{
	u32 len = input_u16(&s->in);
	u16 head = input_below(&s->in, s->r.num);

	if (!s->taken || s->staged == 0x8000)
		return;
	if (!s->r.vr.broken) {
		s->pushed[s->staged].id = __cpu_to_le32(head);
		s->pushed[s->staged].len = __cpu_to_le32(len);
		s->staged++;
	}
	vsb_split_push(&s->r.vr, head, len);
	s->taken--;
}

/* The last pushed elements are in the slots where the driver reads them. */
static void check_used(const struct session *s, u16 base)
{
	u32 seen = s->staged < s->r.num ? s->staged : s->r.num, i;

	for (i = 0; i < seen; i++) {
		u32 n = s->staged - 1 - i;
		u32 slot = (u16)(base + n) & (s->r.num - 1);

		ORACLE(!memcmp(&s->r.used->ring[slot], &s->pushed[n],
			       sizeof(s->pushed[n])));
	}
}

static void publish(struct session *s)
{
	unsigned int before = stub.user;
	u16 base = s->r.vr.used_idx;
	bool any = vsb_split_publish(&s->r.vr);

	check_bounded(s, before);
	ORACLE(any ? s->staged : !s->staged || s->r.vr.broken);
	if (any && !s->r.vr.broken) {
		ORACLE(ring_get(&s->r.used->idx) == (u16)(base + s->staged));
		check_used(s, base);
	}
	s->staged = 0;
}

static void rewind_some(struct session *s)
{
	u32 count = input_below(&s->in, s->r.num + 1);

	count = count < s->taken ? count : s->taken;
	vsb_split_rewind(&s->r.vr, count);
	s->taken -= count;
	s->again += count;
}

static void count(struct session *s)
{
	int n = vsb_split_count(&s->r.vr);

	ORACLE(n < 0 ? s->r.vr.broken : (u32)n <= s->r.num);
}

static void wish(struct session *s, u8 choice)
{
	if (s->taken || s->staged)
		return;
	switch (choice & 3) {
	case 0:
		vsb_split_park(&s->r.vr);
		break;
	case 1:
		vsb_split_park_until(&s->r.vr, 1 + input_below(&s->in, s->r.num));
		break;
	case 2:
		vsb_split_unpark(&s->r.vr);
		break;
	default:
		if (!s->r.vr.broken && !vsb_split_wants_interrupt(&s->r.vr))
			vsb_split_set_signalled(&s->r.vr);
	}
}

/* The VMM takes memory away from the device. */
static void deny(struct session *s)
{
	u8 *const part[] = {
		(u8 *)s->r.desc, (u8 *)s->r.avail, (u8 *)s->r.used,
		s->r.ram[0], s->r.ram[2],
	};
	u8 choice = input_u8(&s->in);

	if (s->denied == DENY_MAX)
		return;
	s->denied++;
	stub_deny(part[choice % ARRAY_SIZE(part)] + choice % 61, 16);
}

/* Restarts the ring with accessible memory. */
static void restart(struct session *s)
{
	u16 base = ring_get(&s->r.avail->idx);
	bool hook = stub.hook;

	stub_reset();
	s->denied = 0;
	s->staged = 0;
	s->taken = 0;
	s->again = 0;
	s->r.vr.last_avail = base;
	ORACLE(!vsb_split_start(&s->r.vr, input_u8(&s->in) & 1 ?
				F_INDIRECT | F_EVENT_IDX : F_INDIRECT));
	if (hook) {
		stub.hook = rewrite;
		stub.hook_arg = s;
	}
}

static void check_silence(const struct session *s)
{
	unsigned int i;

	for (i = 0; i < stub.steps; i++)
		ORACLE(stub.trace[i].kind != 'w');
	ORACLE(s->r.vr.broken);
}

static void step(struct session *s)
{
	bool broken = s->r.vr.broken;
	u8 choice = input_u8(&s->in);

	stub_trace_clear();
	switch (choice & 15) {
	case 0:
	case 1:
		write_desc(s);
		break;
	case 2:
		write_table(s, choice & 16);
		break;
	case 3:
	case 4:
		make_available(s);
		break;
	case 5:
		take(s);
		break;
	case 6:
		take(s);
		take_plain(s);
		break;
	case 7:
		push(s);
		break;
	case 8:
		publish(s);
		break;
	case 9:
		rewind_some(s);
		break;
	case 10:
		count(s);
		break;
	case 11:
		wish(s, choice >> 4);
		break;
	case 12:
		rewrite(s);
		break;
	case 13:
		if (choice >> 4 == 15)
			deny(s);
		break;
	case 14:
		if (choice >> 4 == 15)
			restart(s);
		return;
	default:
		s->rewrites = choice >> 4 == 15;
		stub.hook = s->rewrites ? rewrite : NULL;
		stub.hook_arg = s;
	}
	if (broken)
		check_silence(s);
}

static void begin(struct session *s)
{
	u8 choice = input_u8(&s->in);
	u64 features = (choice & 1 ? F_EVENT_IDX : 0) |
		       (choice & 2 ? F_INDIRECT : 0) |
		       (choice & 4 ? F_EMPTY : 0);

	ring_init(&s->r, 1U << choice % (SHIFT_MAX + 1), features,
		  input_u16(&s->in));
	s->r.vr.writes = choice & 8;
	if (choice & 16)
		s->r.chain.max = 1 + (choice >> 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vring_used_elem pushed[0x8000];
	static struct session s;
	unsigned int before = stub.live;

	memset(&s, 0, sizeof(s));
	s.in = (struct input){ data, size };
	s.pushed = pushed;
	begin(&s);
	while (s.in.left)
		step(&s);
	ring_free(&s.r);
	ORACLE(stub.live == before);
	return 0;
}
