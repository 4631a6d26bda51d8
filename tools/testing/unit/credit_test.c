// SPDX-License-Identifier: GPL-2.0
/* Byte credit and the packet limit. */
#include "test.h"

#include "conn/pure/credit.h"

/* The cost of a packet in a Linux guest: SKB_TRUESIZE(0). */
#define GUEST_PACKET_COST	576U
/* The payload that its RX buffers hold. */
#define GUEST_ROOM		3732U

/*
 * A connection whose counters all start at @start, often just below the wrap.
 */
static struct vsb_credit credit_at(u32 start, u32 ours, u32 peers)
{
	struct vsb_credit c = {
		.buf_alloc = ours,
		.tx_cnt = start,
		.fwd_cnt = start,
		.reported_fwd_cnt = start,
		.updated_fwd_cnt = start,
		.rx_cnt = start,
	};

	vsb_credit_peer(&c, peers, start);
	return c;
}

/* Sends packets that no later packet joins. */
static void sent(struct vsb_credit *c, u32 packets, u32 len)
{
	vsb_credit_sent(c, packets, len, GUEST_ROOM, 0);
}

/* Sends a packet that later packets may join. */
static void sent_open(struct vsb_credit *c, u32 len)
{
	vsb_credit_sent(c, 1, len, GUEST_ROOM, GUEST_ROOM - len);
}

/* The number of bytes that may be sent next. */
static u32 next(const struct vsb_credit *c)
{
	u32 packets;

	return vsb_credit_next(c, &packets);
}

static const u32 starts[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffff00,
			      0xffffffff };

/* guest to host */

static void test_guest_may_send_exactly_its_window(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		struct vsb_credit c = credit_at(starts[i], 1000, 1000);

		assert_true(vsb_credit_take(&c, 400));
		assert_true(vsb_credit_take(&c, 600));
		assert_true(vsb_credit_take(&c, 0));
		assert_false(vsb_credit_take(&c, 1));
		assert_int_equal(vsb_credit_unread(&c), 1000);
	}
}

static void test_refused_packet_is_not_accounted(void **state)
{
	struct vsb_credit c = credit_at(0, 1000, 1000);
	struct vsb_credit old = c;

	(void)state;
	assert_false(vsb_credit_take(&c, 1001));
	assert_false(vsb_credit_take(&c, U32_MAX));
	assert_memory_equal(&c, &old, sizeof(c));
}

static void test_length_near_2_32_does_not_wrap_the_check(void **state)
{
	struct vsb_credit c = credit_at(0, 1000, 1000);

	(void)state;
	assert_true(vsb_credit_take(&c, 500));
	assert_false(vsb_credit_take(&c, U32_MAX - 400));
	c.buf_alloc = U32_MAX;
	assert_true(vsb_credit_take(&c, U32_MAX - 500));
	assert_false(vsb_credit_take(&c, 1));
}

static void test_forwarded_bytes_reopen_the_window(void **state)
{
	struct vsb_credit c = credit_at(0xfffffff0, 100, 100);
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_true(vsb_credit_take(&c, 100));
		assert_false(vsb_credit_take(&c, 1));
		vsb_credit_forward(&c, 60);
		assert_int_equal(vsb_credit_unread(&c), 40);
		assert_false(vsb_credit_take(&c, 61));
		assert_true(vsb_credit_take(&c, 60));
		vsb_credit_forward(&c, 100);
		assert_int_equal(vsb_credit_unread(&c), 0);
	}
}

/* An update is due at half of the window that a Linux guest uses. */
static const struct {
	u32 ours, peers, due;
} due_rows[] = {
	{ 1, 1, 1 },
	{ 2, 2, 1 },
	{ 3, 3, 2 },
	{ 4096, 4096, 2048 },
	{ 4096, 4095, 2048 },
	{ 65536, 262144, 32768 },
	{ 262144, 65536, 32768 },
	{ 262144, 1, 1 },
	{ 262144, 2, 1 },
	{ 262144, 0, 131072 },
	{ 262144, U32_MAX, 131072 },
	{ 0x80000000, U32_MAX, 0x40000000 },
};

static void test_update_is_due_at_half_the_window(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(due_rows); i++) {
		for (j = 0; j < ARRAY_SIZE(starts); j++) {
			struct vsb_credit c = credit_at(starts[j],
							due_rows[i].ours,
							due_rows[i].peers);

			assert_false(vsb_credit_update_due(&c, false));
			vsb_credit_forward(&c, due_rows[i].due - 1);
			assert_false(vsb_credit_update_due(&c, false));
			vsb_credit_forward(&c, 1);
			assert_true(vsb_credit_update_due(&c, false));
			vsb_credit_reported(&c, true);
			assert_false(vsb_credit_update_due(&c, false));
		}
	}
}

/* A guest that shrinks its buffer may wait for credit that it was not sent. */
static void test_smaller_guest_window_makes_an_update_due(void **state)
{
	struct vsb_credit c = credit_at(0, 262144, 262144);

	(void)state;
	vsb_credit_take(&c, 100000);
	vsb_credit_forward(&c, 100000);
	assert_false(vsb_credit_update_due(&c, false));
	assert_false(vsb_credit_peer(&c, 65536, 0));
	assert_true(vsb_credit_update_due(&c, false));
}

/*
 * Without an update, the guest, whose window is full of an incomplete message,
 * and the host, which waits for the rest, would wait for each other.
 */
static void test_incomplete_message_makes_an_update_due(void **state)
{
	struct vsb_credit c = { .buf_alloc = 1000, .peer_buf_alloc = 1000 };

	(void)state;
	assert_true(vsb_credit_take(&c, 300));
	vsb_credit_forward(&c, 300);
	assert_true(vsb_credit_take(&c, 199));
	assert_false(vsb_credit_update_due(&c, true));
	assert_true(vsb_credit_take(&c, 1));
	assert_true(vsb_credit_update_due(&c, true));
	assert_false(vsb_credit_update_due(&c, false));
	vsb_credit_reported(&c, true);
	assert_false(vsb_credit_update_due(&c, true));
}

/*
 * For all sizes: a guest that sends as much of each message as its credit
 * allows, and receives the updates that are due, gets every message through,
 * even if the host is slow and messages are delivered only as a whole.
 */
static void messages_get_through(u64 seed, u32 window)
{
	struct vsb_credit c = {
		.buf_alloc = window, .peer_buf_alloc = window,
	};
	struct rng rng = rng_seed(seed);
	u32 known = 0, open = 0, whole = 0, left = 0, turn, done = 0;

	for (turn = 0; turn < 4000 && done < 300; turn++) {
		u32 room = window - (c.tx_cnt - known), part;

		if (!left)
			left = rng_below(&rng, window) + 1;
		part = room < left ? room : left;
		assert_true(vsb_credit_take(&c, part));
		open += part;
		left -= part;
		if (!left) {
			whole += open;
			open = 0;
			done++;
		}
		if (whole && (!room || rng_one_in(&rng, 3))) {
			vsb_credit_forward(&c, whole);
			whole = 0;
		}
		if (vsb_credit_update_due(&c, open)) {
			known = c.fwd_cnt;
			vsb_credit_reported(&c, true);
		}
	}
	assert_int_equal(done, 300);
}

static void test_messages_of_any_size_pass_through_any_window(void **state)
{
	static const u32 windows[] = { 1, 2, 3, 100, 4096, 262144 };
	unsigned int i;
	u64 seed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (seed = 1; seed <= 20; seed++)
			messages_get_through(seed, windows[i]);
}

/* host to guest */

static const struct {
	const char *name;
	u32 peers, sent, fwd, free;
} free_rows[] = {
	{ "nothing sent", 1000, 0, 0, 1000 },
	{ "some sent", 1000, 300, 0, 700 },
	{ "some consumed", 1000, 300, 100, 800 },
	{ "all consumed", 1000, 300, 300, 1000 },
	{ "the window is full", 1000, 1000, 0, 0 },
	{ "buf_alloc shrank below what is sent", 200, 300, 0, 0 },
	{ "buf_alloc shrank to 0", 0, 0, 0, 0 },
	{ "fwd_cnt went back behind the start", 1000, 300, -100U, 600 },
	{ "fwd_cnt went far back", 1000, 300, -5000U, 0 },
	{ "fwd_cnt is ahead by 1", 1000, 300, 301, 1000 },
	{ "fwd_cnt is ahead by 2^31", 1000, 300, 0x80000000U + 300, 1000 },
	{ "fwd_cnt is ahead of a shrunk window", 200, 300, 5000, 200 },
	{ "the largest window", U32_MAX, 300, 0, 0x7fffffff - 300 },
	{ "the largest window, untouched", U32_MAX, 0, 0, 0x7fffffff },
};

static void test_free_bytes_match_the_guests_buffer(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(free_rows); i++) {
		for (j = 0; j < ARRAY_SIZE(starts); j++) {
			struct vsb_credit c = credit_at(starts[j], 1, 1000000);

			if (free_rows[i].sent)
				sent(&c, 1, free_rows[i].sent);
			vsb_credit_peer(&c, free_rows[i].peers,
					starts[j] + free_rows[i].fwd);
			assert_row(vsb_credit_free(&c) == free_rows[i].free,
				   free_rows[i].name);
		}
	}
}

static void test_shrunk_window_opens_once_the_guest_has_read(void **state)
{
	struct vsb_credit c = credit_at(0xfffffff0, 1, 1000);

	(void)state;
	sent(&c, 1, 800);
	vsb_credit_peer(&c, 500, 0xfffffff0);
	assert_int_equal(vsb_credit_free(&c), 0);
	vsb_credit_peer(&c, 500, 0xfffffff0 + 300);
	assert_int_equal(vsb_credit_free(&c), 0);
	vsb_credit_peer(&c, 500, 0xfffffff0 + 301);
	assert_int_equal(vsb_credit_free(&c), 1);
	vsb_credit_peer(&c, 500, 0xfffffff0 + 800);
	assert_int_equal(vsb_credit_free(&c), 500);
}

static void test_only_a_larger_window_is_reported(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 1000);

	(void)state;
	sent(&c, 1, 500);
	assert_false(vsb_credit_peer(&c, 1000, 0));
	assert_true(vsb_credit_peer(&c, 1001, 0));
	assert_false(vsb_credit_peer(&c, 1001, 0));
	assert_false(vsb_credit_peer(&c, 900, 0));
	assert_true(vsb_credit_peer(&c, 900, 100));
	assert_true(vsb_credit_peer(&c, 2000, 200));
	assert_false(vsb_credit_peer(&c, 2000, 200));
}

/* packets */

static const struct {
	u32 peers, limit;
} limit_rows[] = {
	{ 0, 1 },
	{ 1, 1 },
	{ 1023, 1 },
	{ 2048, 1 },
	{ 3071, 1 },
	{ 3072, 2 },
	{ 65536, 63 },
	{ 262144, 255 },
	{ U32_MAX, 4194302 },
};

static void test_packet_limit_is_a_share_of_the_window(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(limit_rows); i++) {
		struct vsb_credit c = credit_at(0, 1, limit_rows[i].peers);

		assert_int_equal(vsb_credit_packets(&c), limit_rows[i].limit);
	}
}

static void test_each_packet_counts_against_the_limit(void **state)
{
	struct vsb_credit c = credit_at(0xffffff00, 1, 262144);
	u32 i;

	(void)state;
	for (i = 0; i < 255; i++) {
		assert_int_equal(vsb_credit_packets(&c), 255 - i);
		sent(&c, 1, 1);
	}
	assert_int_equal(vsb_credit_packets(&c), 0);
}

static void test_each_packet_of_a_batch_counts_against_the_limit(void **state)
{
	struct vsb_credit c = credit_at(0xffffff00, 1, 262144);

	(void)state;
	sent(&c, 0, 0);
	assert_int_equal(vsb_credit_packets(&c), 255);
	sent(&c, 18, 65536);
	sent(&c, 30, 65536);
	assert_int_equal(vsb_credit_packets(&c), 255 - 48);
	assert_int_equal(vsb_credit_free(&c), 131072);
	sent(&c, 2, 100);
	vsb_credit_peer(&c, 262144, 131072 + 0xffffff00);
	assert_int_equal(vsb_credit_packets(&c), 255 - 2);
}

static void test_guest_that_read_everything_has_no_packets(void **state)
{
	unsigned int i;
	u32 n, max;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		for (max = 1; max < 3000; max += 37) {
			struct vsb_credit c = credit_at(starts[i], 1, 1000000);

			for (n = 0; n < max; n++)
				sent(&c, 1, n % 50 + 1);
			assert_int_equal(c.packets, max);
			vsb_credit_peer(&c, 1000000, c.rx_cnt);
			assert_int_equal(c.packets, 0);
			assert_int_equal(c.marks, 0);
		}
	}
}

static void test_partly_read_packet_is_not_retired(void **state)
{
	struct vsb_credit c = credit_at(0xfffffff0, 1, 1024);

	(void)state;
	sent(&c, 1, 100);
	vsb_credit_peer(&c, 1024, 0xfffffff0 + 99);
	assert_int_equal(vsb_credit_packets(&c), 0);
	vsb_credit_peer(&c, 1024, 0xfffffff0 + 100);
	assert_int_equal(vsb_credit_packets(&c), 1);
}

static void test_shrunk_window_below_the_packet_count_sends_none(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 64000);
	u32 i;

	(void)state;
	for (i = 0; i < 50; i++)
		sent(&c, 1, 1);
	vsb_credit_peer(&c, 11264, 0);
	assert_int_equal(vsb_credit_packets(&c), 0);
	vsb_credit_peer(&c, 11264, 50);
	assert_int_equal(vsb_credit_packets(&c), 10);
}

/* For any fwd_cnt that a guest sends, the packet count stays consistent. */
static void test_wrong_fwd_cnt_keeps_the_packet_count_consistent(void **state)
{
	struct rng rng = rng_seed(3);
	struct vsb_credit c = credit_at(0, 1, 100000);
	unsigned int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		u32 j, sum = 0;

		if (vsb_credit_packets(&c) && vsb_credit_free(&c))
			sent(&c, 1, 1 + rng_below(&rng, vsb_credit_free(&c)));
		if (rng_one_in(&rng, 2))
			vsb_credit_peer(&c, rng_next(&rng) >>
					rng_below(&rng, 32), rng_next(&rng));
		else if (rng_one_in(&rng, 2))
			vsb_credit_peer(&c, 100000, c.rx_cnt);
		assert_true(c.marks <= VSB_MARKS);
		assert_true(c.first < VSB_MARKS);
		for (j = 0; j < c.marks; j++)
			sum += c.mark[(c.first + j) % VSB_MARKS].packets;
		assert_int_equal(sum, c.packets);
	}
}

/*
 * The exact model: where each unread packet ends. Too large for a kernel stack.
 */
#define MODEL_MAX	4096

static struct model {
	u64 end[MODEL_MAX];
	u32 first, next;
	u64 sent, read;
} model;

static u32 model_unread(const struct model *m)
{
	return m->next - m->first;
}

static void model_send(struct model *m, u32 len)
{
	m->sent += len;
	m->end[m->next++ % MODEL_MAX] = m->sent;
}

static void model_read(struct model *m, u64 to)
{
	m->read = to;
	while (m->first != m->next && m->end[m->first % MODEL_MAX] <= to)
		m->first++;
}

static void window_walk(u64 seed, u32 peers, u32 largest)
{
	u32 start = 0U - 100000;
	struct vsb_credit c = credit_at(start, 1, peers);
	struct rng rng = rng_seed(seed);
	struct model *m = &model;
	unsigned int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < 3000; i++) {
		u32 free = vsb_credit_free(&c);

		if (free && vsb_credit_packets(&c) && !rng_one_in(&rng, 4)) {
			u32 most = free < largest ? free : largest;
			u32 len = 1 + rng_below(&rng, most);

			sent(&c, 1, len);
			model_send(m, len);
		} else if (m->sent > m->read) {
			model_read(m, m->read + 1 +
				   rng_below(&rng, m->sent - m->read));
			vsb_credit_peer(&c, peers, start + m->read);
		}
		assert_true(c.packets >= model_unread(m));
		assert_true(model_unread(m) <= (c.limit ? c.limit : 1));
		assert_true(m->sent != m->read || !c.packets);
	}
}

static void test_packet_count_is_never_too_low(void **state)
{
	static const u32 windows[] = { 1, 1024, 4096, 65536, 262144, 2000000 };
	static const u32 sizes[] = { 1, 40, 3732, 65536 };
	unsigned int i, j;
	u64 seed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (j = 0; j < ARRAY_SIZE(sizes); j++)
			for (seed = 1; seed <= 5; seed++)
				window_walk(seed, windows[i], sizes[j]);
}

/* The conservative count costs at most an eighth of the window. */
static void test_packet_count_is_at_most_slightly_too_high(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);
	u32 i, read;

	(void)state;
	for (i = 0; i < 255; i++)
		sent(&c, 1, 1);
	for (read = 0; read <= 255; read++) {
		vsb_credit_peer(&c, 262144, read);
		assert_in_range(c.packets, 255 - read, 255 - read + 255 / 8);
	}
}

/* the packet limit of Linux guests */

static void test_packet_that_fits_behind_the_last_one_joins_it(void **state)
{
	struct vsb_credit c = credit_at(0xfffffff0, 1, 262144);

	(void)state;
	assert_int_equal(vsb_credit_joins(&c), 0);
	sent_open(&c, 3632);
	assert_int_equal(vsb_credit_joins(&c), 99);
	sent_open(&c, 90);
	assert_int_equal(c.packets, 1);
	assert_int_equal(vsb_credit_joins(&c), 9);
	sent_open(&c, 10);
	assert_int_equal(c.packets, 2);
	assert_int_equal(vsb_credit_joins(&c), VSB_JOIN_MAX);
}

static void test_packet_above_128_bytes_joins_none(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);

	(void)state;
	sent_open(&c, 1);
	sent_open(&c, 128);
	assert_int_equal(c.packets, 1);
	sent_open(&c, 129);
	assert_int_equal(c.packets, 2);
}

/* Linux checks the limit before the copy, even for a packet that joins. */
static void test_packet_cannot_join_at_the_limit(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);
	u32 i;

	(void)state;
	for (i = 0; i < 20; i++)
		sent_open(&c, 200);
	vsb_credit_peer(&c, 20480, 0);
	assert_int_equal(vsb_credit_joins(&c), 0);
	assert_int_equal(next(&c), 0);
	vsb_credit_peer(&c, 21504, 0);
	assert_int_equal(vsb_credit_joins(&c), VSB_JOIN_MAX);
	c = credit_at(0, 1, 2047);
	sent_open(&c, 1);
	assert_int_equal(next(&c), 0);
}

static void test_packet_cannot_join_after_everything_was_read(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);

	(void)state;
	sent_open(&c, 1);
	sent_open(&c, 1);
	vsb_credit_peer(&c, 262144, 1);
	assert_int_equal(vsb_credit_joins(&c), VSB_JOIN_MAX);
	vsb_credit_peer(&c, 262144, 2);
	assert_int_equal(vsb_credit_joins(&c), 0);
}

/* When few packets are left, each must fill the rest of the window. */
static void test_last_packet_is_filled_before_the_next(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);
	u32 packets;

	(void)state;
	while (vsb_credit_next(&c, &packets) > VSB_JOIN_MAX)
		sent_open(&c, 200);
	assert_int_equal(packets, 1);
	assert_in_range(c.packets, 180, 190);
	while (vsb_credit_joins(&c)) {
		assert_true(next(&c) <= VSB_JOIN_MAX);
		sent_open(&c, next(&c));
	}
	assert_in_range(vsb_credit_next(&c, &packets), 200000, 262144);
	assert_int_equal(packets, 255 - c.packets);
}

static void test_small_buffers_have_no_packet_limit(void **state)
{
	static const struct {
		u32 room;
		bool ceiling;
	} rows[] = {
		{ 84, false }, { 468, false }, { 2048, false }, { 3071, false },
		{ 3072, true }, { 3284, true }, { 3732, true }, { 65536, true },
	};
	unsigned int i;
	u32 n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vsb_credit c = credit_at(0, 1, 262144);

		for (n = 0; n < 1000 && next(&c); n++)
			vsb_credit_sent(&c, 1, 1, rows[i].room, 0);
		assert_int_equal(n, rows[i].ceiling ? 255 : 1000);
	}
}

static void test_lifted_packet_limit_keeps_the_byte_window(void **state)
{
	struct vsb_credit c = credit_at(0, 1, 262144);
	u32 n;

	(void)state;
	for (n = 0; next(&c); n++)
		sent(&c, 1, 1);
	assert_int_equal(n, 255);
	vsb_credit_lift(&c);
	for (; next(&c); n++)
		sent(&c, 1, 1);
	assert_int_equal(n, 262144);
}

/*
 * The receive queue of a Linux guest. If the kernel rounds allocations up, its
 * packets have a little more room than the device knows.
 */
#define LINUX_MAX	512U

static struct linux_guest {
	struct linux_packet {
		u32 len, off, room;
	} queue[LINUX_MAX];
	u32 first, packets;
	u32 buf_alloc, cost, extra;
	u64 unread;	/* bytes of packets in the queue */
	u64 fwd_cnt;	/* bytes of packets that have left it */
} linux_guest;

static struct linux_packet *linux_packet(struct linux_guest *g, u32 at)
{
	return &g->queue[(g->first + at) % LINUX_MAX];
}

/* Returns false if Linux would reset the connection. */
static bool linux_takes(struct linux_guest *g, u32 len)
{
	struct linux_packet *tail = linux_packet(g, g->packets - 1);

	if ((u64)(g->packets + 1) * g->cost > g->buf_alloc ||
	    g->unread + len > g->buf_alloc || g->packets == LINUX_MAX)
		return false;
	g->unread += len;
	if (g->packets && len <= 128 && len < tail->room) {
		tail->len += len;
		tail->room -= len;
		return true;
	}
	*linux_packet(g, g->packets++) = (struct linux_packet) {
		.len = len,
		.room = GUEST_ROOM + g->extra - len,
	};
	return true;
}

static void linux_reads(struct linux_guest *g, u32 bytes)
{
	while (bytes && g->packets) {
		struct linux_packet *p = linux_packet(g, 0);
		u32 part = p->len - p->off;

		part = part < bytes ? part : bytes;
		p->off += part;
		bytes -= part;
		if (p->off < p->len)
			continue;
		g->fwd_cnt += p->len;
		g->unread -= p->len;
		g->first = (g->first + 1) % LINUX_MAX;
		g->packets--;
	}
}

/* The packets of one read by the device: all except the last are full. */
static bool linux_takes_row(struct linux_guest *g, u32 len)
{
	bool ok = true;

	for (; len > GUEST_ROOM; len -= GUEST_ROOM)
		ok = ok && linux_takes(g, GUEST_ROOM);
	return ok && linux_takes(g, len);
}

/* The device sends up to @want bytes. Returns how many. */
static u32 dev_sends(struct vsb_credit *c, struct linux_guest *g, u32 want,
		     const char *name)
{
	u32 packets, most = vsb_credit_next(c, &packets), len;

	len = want < most ? want : most;
	if (len > packets * GUEST_ROOM)
		len = packets * GUEST_ROOM;
	if (!len)
		return 0;
	packets = (len - 1) / GUEST_ROOM + 1;
	vsb_credit_sent(c, packets, len, GUEST_ROOM,
			packets * GUEST_ROOM - len);
	assert_row(linux_takes_row(g, len), name);
	assert_row(c->packets >= g->packets, name);
	return len;
}

/**
 * struct linux_case - a host program and a reader in a Linux guest
 * @window: buf_alloc of the guest
 * @largest: the host program's largest write
 * @reads: the reader reads in one of this many turns; 0: never
 * @bytes: the most that it reads
 * @cost: the cost of a packet
 * @extra: room in a packet that the device does not know
 */
struct linux_case {
	u32 window, largest, reads, bytes, cost, extra;
};

/*
 * Whatever the reader reads, and whenever the guest sends an update, Linux does
 * not reset; and once it reads no more, it can receive its whole window.
 */
static void linux_case(const struct linux_case *lc, u64 seed)
{
	struct linux_guest *g = &linux_guest;
	struct rng rng = rng_seed(seed);
	struct vsb_credit c;
	unsigned int i;
	char name[80];

	snprintf(name, sizeof(name),
		 "window %u, writes to %u, reads 1 in %u to %u, cost %u, extra %u",
		 lc->window, lc->largest, lc->reads, lc->bytes, lc->cost,
		 lc->extra);
	memset(g, 0, sizeof(*g));
	g->buf_alloc = lc->window;
	g->cost = lc->cost;
	g->extra = lc->extra;
	c = credit_at(0, 1, lc->window);
	for (i = 0; i < 4000; i++) {
		dev_sends(&c, g, 1 + rng_below(&rng, lc->largest), name);
		if (lc->reads && rng_one_in(&rng, lc->reads))
			linux_reads(g, 1 + rng_below(&rng, lc->bytes));
		if (rng_one_in(&rng, 40))
			vsb_credit_peer(&c, lc->window, g->fwd_cnt);
	}
	vsb_credit_peer(&c, lc->window, g->fwd_cnt);
	while (dev_sends(&c, g, 1 + rng_below(&rng, lc->largest), name))
		;
	assert_row(g->unread == lc->window, name);
}

static void linux_cases(u32 cost, u32 extra)
{
	static const u32 windows[] = { 4096, 8192, 16384, 65536, 262144 };
	static const u32 largest[] = { 1, 20, 128, 129, 300, 640, 3732, 60000 };
	static const struct {
		u32 one_in, bytes;
	} reads[] = { { 0, 1 }, { 50, 9000 }, { 3, 400 }, { 20, 100 } };
	unsigned int i, j, k;

	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (j = 0; j < ARRAY_SIZE(largest); j++)
			for (k = 0; k < ARRAY_SIZE(reads); k++)
				linux_case(&(struct linux_case) {
					.window = windows[i],
					.largest = largest[j],
					.reads = reads[k].one_in,
					.bytes = reads[k].bytes,
					.cost = cost,
					.extra = extra,
				}, 100 * i + 10 * j + k);
}

static void test_linux_guest_is_never_reset_and_gets_its_window(void **state)
{
	(void)state;
	linux_cases(576, 0);
}

/* CONFIG_MAX_SKB_FRAGS=45. */
static void test_linux_guest_with_a_packet_cost_of_1024_is_never_reset(void **state)
{
	(void)state;
	linux_cases(1024, 0);
}

/*
 * Before 6.17 an RX buffer is 4096 bytes and a header in an allocation of 8192.
 */
static void test_linux_guest_with_hidden_room_is_never_reset(void **state)
{
	(void)state;
	linux_cases(576, 1);
	linux_cases(576, 364);
	linux_cases(576, 4096);
}

/* credit in data packets */

/* The guest has used @used of its 1000 bytes and has no credit returned. */
static struct vsb_credit used(u32 used)
{
	struct vsb_credit c = credit_at(0xfffffe00, 1000, 1000);

	assert_true(vsb_credit_take(&c, used));
	return c;
}

static void test_data_replaces_an_update_while_a_quarter_is_open(void **state)
{
	struct vsb_credit c = used(749);

	(void)state;
	vsb_credit_forward(&c, 749);
	assert_true(vsb_credit_update_due(&c, false));
	assert_false(vsb_credit_reported(&c, false));
	/* a writer that waits for more may sleep: send an update when idle */
	assert_true(vsb_credit_is_unreported(&c));
	assert_false(vsb_credit_reported(&c, true));
	assert_false(vsb_credit_is_unreported(&c));
}

static void test_data_replaces_a_small_update(void **state)
{
	struct vsb_credit c = used(250);

	(void)state;
	vsb_credit_forward(&c, 250);
	assert_false(vsb_credit_reported(&c, false));
	assert_false(vsb_credit_is_unreported(&c));
}

static void test_update_follows_data_below_a_quarter(void **state)
{
	struct vsb_credit c = used(750);

	(void)state;
	vsb_credit_forward(&c, 750);
	assert_true(vsb_credit_reported(&c, false));
	assert_true(vsb_credit_is_unreported(&c));
	assert_false(vsb_credit_reported(&c, true));
	assert_false(vsb_credit_is_unreported(&c));
}

/*
 * A data packet returns 400 of 1000. Before the guest processes it, its writer
 * uses up the rest of the window and sleeps. It needs an update, although it
 * has sent only 600 bytes since the data packet.
 */
static void test_update_follows_data_that_the_guest_has_not_seen(void **state)
{
	struct vsb_credit c = used(400);

	(void)state;
	vsb_credit_forward(&c, 400);
	assert_false(vsb_credit_reported(&c, false));
	assert_true(vsb_credit_take(&c, 600));
	vsb_credit_forward(&c, 600);
	assert_true(vsb_credit_reported(&c, false));
}

/* Even if each data packet returns only a little. */
static void test_update_follows_once_half_the_window_is_open(void **state)
{
	struct vsb_credit c = used(1000);
	u32 i;

	(void)state;
	for (i = 0; i < 49; i++) {
		vsb_credit_forward(&c, 10);
		assert_false(vsb_credit_reported(&c, false));
	}
	assert_true(vsb_credit_is_unreported(&c));
	vsb_credit_forward(&c, 10);
	assert_true(vsb_credit_reported(&c, false));
	assert_false(vsb_credit_reported(&c, true));
	assert_false(vsb_credit_reported(&c, false));
}

static void test_stream_of_small_packets_needs_few_updates(void **state)
{
	struct vsb_credit c = credit_at(0, 262144, 262144);
	u32 i, updates = 0;

	(void)state;
	for (i = 0; i < 100000; i++) {
		assert_true(vsb_credit_take(&c, 64));
		vsb_credit_forward(&c, 64);
		if (!vsb_credit_reported(&c, false))
			continue;
		vsb_credit_reported(&c, true);
		updates++;
	}
	/* one update for each three quarters of the window */
	assert_int_equal(updates, 100000ULL * 64 / 196608);
}

/*
 * A simulation of both sides. The guest behaves like Linux: it limits what it
 * sends to the smaller of both windows, sends an update when its free buffer
 * space is below 64 KiB or its queue is empty, and resets the connection for
 * too many bytes or too many packets. Each direction of the wire is a FIFO of
 * headers.
 */
#define WIRE_MAX	1024

struct hdr {
	u32 len, buf_alloc, fwd_cnt;
};

struct wire {
	struct hdr hdr[WIRE_MAX];
	u32 first, next;
};

struct sim {
	struct rng rng;
	const char *name;
	u32 guest_buf;		/* buf_alloc of the guest */
	u32 least_cost;		/* the cost of a packet in the guest */
	u32 mtu;		/* payload of an RX buffer */
	u64 left_tx, left_rx;	/* bytes still to be sent */

	struct vsb_credit dev;
	u32 dev_held;		/* bytes that the host socket has not taken */
	bool dev_owes_update;

	u32 tx_cnt, told_to_guest, peer_buf;
	struct model unread;	/* RX packets that the guest has not read */
	u64 in_reader, whole;	/* bytes read; bytes of packets read completely */
	u64 told_to_dev;

	struct wire to_dev, to_guest;
};

static void wire_put(struct wire *wire, struct hdr hdr)
{
	assert_true(wire->next - wire->first < WIRE_MAX);
	wire->hdr[wire->next++ % WIRE_MAX] = hdr;
}

static bool wire_get(struct wire *wire, struct hdr *hdr)
{
	if (wire->first == wire->next)
		return false;
	*hdr = wire->hdr[wire->first++ % WIRE_MAX];
	return true;
}

static bool wire_is_full(const struct wire *wire)
{
	return wire->next - wire->first >= WIRE_MAX - 2;
}

static void guest_put(struct sim *s, u32 len)
{
	wire_put(&s->to_dev, (struct hdr) {
		.len = len,
		.buf_alloc = s->guest_buf,
		.fwd_cnt = s->whole,
	});
	s->told_to_dev = s->whole;
}

static void dev_put(struct sim *s, u32 len)
{
	wire_put(&s->to_guest, (struct hdr) {
		.len = len,
		.buf_alloc = s->dev.buf_alloc,
		.fwd_cnt = s->dev.fwd_cnt,
	});
	s->dev_owes_update = vsb_credit_reported(&s->dev, !len);
}

static bool guest_send(struct sim *s)
{
	u32 window = s->peer_buf < s->guest_buf ? s->peer_buf : s->guest_buf;
	s64 room = (s64)window - (u32)(s->tx_cnt - s->told_to_guest);
	u32 len;

	if (room <= 0 || !s->left_tx || wire_is_full(&s->to_dev))
		return false;
	len = room < 65536 ? room : 65536;
	len = len < s->left_tx ? len : s->left_tx;
	len = 1 + rng_below(&s->rng, len);
	s->tx_cnt += len;
	s->left_tx -= len;
	guest_put(s, len);
	return true;
}

static bool guest_read(struct sim *s)
{
	u64 waiting = s->unread.sent - s->in_reader;
	u32 len;

	if (!waiting || wire_is_full(&s->to_dev))
		return false;
	len = 1 + rng_below(&s->rng, waiting);
	s->in_reader += len;
	model_read(&s->unread, s->in_reader);
	/* fwd_cnt counts whole packets only */
	s->whole = s->unread.sent;
	if (model_unread(&s->unread))
		s->whole = s->unread.first ?
			s->unread.end[(s->unread.first - 1) % MODEL_MAX] : 0;
	if (s->whole != s->told_to_dev &&
	    (s->guest_buf - (s->whole - s->told_to_dev) < 65536 ||
	     s->in_reader == s->unread.sent))
		guest_put(s, 0);
	return true;
}

static bool guest_receive(struct sim *s)
{
	struct hdr hdr;

	if (!wire_get(&s->to_guest, &hdr))
		return false;
	s->peer_buf = hdr.buf_alloc;
	s->told_to_guest = hdr.fwd_cnt;
	if (!hdr.len)
		return true;
	assert_row(s->unread.sent - s->whole + hdr.len <= s->guest_buf,
		   s->name);
	assert_row((u64)(model_unread(&s->unread) + 1) * s->least_cost <=
		   s->guest_buf, s->name);
	model_send(&s->unread, hdr.len);
	return true;
}

static bool dev_receive(struct sim *s)
{
	struct hdr hdr;

	if (!wire_get(&s->to_dev, &hdr))
		return false;
	vsb_credit_peer(&s->dev, hdr.buf_alloc, hdr.fwd_cnt);
	if (hdr.len) {
		assert_row(vsb_credit_take(&s->dev, hdr.len), s->name);
		s->dev_held += hdr.len;
	}
	return true;
}

/* The host socket takes some of the guest's bytes. */
static bool dev_forward(struct sim *s)
{
	u32 len;

	if (!s->dev_held)
		return false;
	len = 1 + rng_below(&s->rng, s->dev_held);
	s->dev_held -= len;
	vsb_credit_forward(&s->dev, len);
	if (vsb_credit_update_due(&s->dev, false))
		s->dev_owes_update = true;
	return true;
}

static bool dev_update(struct sim *s)
{
	if (!s->dev_owes_update || wire_is_full(&s->to_guest))
		return false;
	dev_put(s, 0);
	return true;
}

static bool dev_send(struct sim *s)
{
	u32 len = next(&s->dev);

	if (!len || !s->left_rx || wire_is_full(&s->to_guest))
		return false;
	len = len < s->mtu ? len : s->mtu;
	len = len < s->left_rx ? len : s->left_rx;
	if (rng_one_in(&s->rng, 2))
		len = 1 + rng_below(&s->rng, len);
	s->left_rx -= len;
	sent(&s->dev, 1, len);
	dev_put(s, len);
	return true;
}

/* Makes one random step. Returns false if no step is possible. */
static bool sim_step(struct sim *s)
{
	static bool (*const steps[])(struct sim *s) = {
		guest_send, guest_read, guest_receive,
		dev_receive, dev_forward, dev_update, dev_send,
	};
	unsigned int first = rng_below(&s->rng, ARRAY_SIZE(steps)), i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (steps[(first + i) % ARRAY_SIZE(steps)](s))
			return true;
	}
	return false;
}

static void sim_run(u64 seed, u32 ours, u32 guests, u32 cost, u32 mtu)
{
	static struct sim s;
	char name[80];
	u64 tx = 40ULL * (ours < guests ? ours : guests);
	u64 rx = 40ULL * (mtu < guests ? mtu : guests);

	snprintf(name, sizeof(name), "seed %llu, windows %u and %u, mtu %u",
		 (unsigned long long)seed, ours, guests, mtu);
	s = (struct sim) {
		.rng = rng_seed(seed),
		.name = name,
		.guest_buf = guests,
		.least_cost = cost,
		.mtu = mtu,
		.left_tx = tx,
		.left_rx = rx,
		.dev = { .buf_alloc = ours },
		.peer_buf = ours,
	};
	vsb_credit_peer(&s.dev, guests, 0);
	while (sim_step(&s))
		;
	assert_row(!s.left_tx && !s.left_rx, name);
	assert_row(s.dev.fwd_cnt == (u32)tx, name);
	assert_row(s.in_reader == rx, name);
}

/* Too small for the packet limit; such guests have none. */
static void test_windows_of_a_few_bytes_never_deadlock(void **state)
{
	static const u32 windows[] = { 1, 2, 3, 4, 5, 7, 8, 64, 100, 575 };
	unsigned int i, j;
	u64 seed;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		for (j = 0; j < ARRAY_SIZE(windows); j++)
			for (seed = 1; seed <= 5; seed++)
				sim_run(seed, windows[i], windows[j], 0, 3732);
		sim_run(9, 262144, windows[i], 0, 3732);
		sim_run(9, windows[i], 262144, 0, 3732);
	}
}

static void test_windows_to_4096_never_deadlock_or_reset(void **state)
{
	u32 guests;

	(void)state;
	for (guests = GUEST_PACKET_COST; guests <= 4096; guests += 11) {
		sim_run(guests, 4096, guests, GUEST_PACKET_COST, 3732);
		sim_run(guests, 65536, guests, GUEST_PACKET_COST, 1);
	}
}

static void test_usual_windows_never_deadlock_or_reset(void **state)
{
	static const u32 windows[] = { 4096, 65535, 65536, 65537, 262144 };
	static const u32 mtus[] = { 1, 10, 468, 3732, 65536 };
	unsigned int i, j, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(windows); i++)
		for (j = 0; j < ARRAY_SIZE(windows); j++)
			for (k = 0; k < ARRAY_SIZE(mtus); k++)
				sim_run(i + j + k, windows[i], windows[j],
					GUEST_PACKET_COST, mtus[k]);
}

/* A window full of the smallest packets, which the guest reads late. */
static void test_many_small_packets_never_reset(void **state)
{
	static struct sim s;
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		s = (struct sim) {
			.rng = rng_seed(seed),
			.name = "small packets",
			.guest_buf = 262144,
			.least_cost = GUEST_PACKET_COST,
			.mtu = 1,
			.left_rx = 5000,
			.dev = { .buf_alloc = 262144 },
		};
		vsb_credit_peer(&s.dev, s.guest_buf, 0);
		do {
			while (dev_send(&s) || guest_receive(&s))
				;
			guest_read(&s);
			while (dev_receive(&s))
				;
		} while (s.left_rx || s.in_reader != s.unread.sent);
		assert_int_equal(s.in_reader, 5000);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_guest_may_send_exactly_its_window),
	cmocka_unit_test(test_refused_packet_is_not_accounted),
	cmocka_unit_test(test_length_near_2_32_does_not_wrap_the_check),
	cmocka_unit_test(test_forwarded_bytes_reopen_the_window),
	cmocka_unit_test(test_update_is_due_at_half_the_window),
	cmocka_unit_test(test_smaller_guest_window_makes_an_update_due),
	cmocka_unit_test(test_incomplete_message_makes_an_update_due),
	cmocka_unit_test(test_messages_of_any_size_pass_through_any_window),
	cmocka_unit_test(test_free_bytes_match_the_guests_buffer),
	cmocka_unit_test(test_shrunk_window_opens_once_the_guest_has_read),
	cmocka_unit_test(test_only_a_larger_window_is_reported),
	cmocka_unit_test(test_packet_limit_is_a_share_of_the_window),
	cmocka_unit_test(test_each_packet_counts_against_the_limit),
	cmocka_unit_test(test_each_packet_of_a_batch_counts_against_the_limit),
	cmocka_unit_test(test_guest_that_read_everything_has_no_packets),
	cmocka_unit_test(test_partly_read_packet_is_not_retired),
	cmocka_unit_test(test_shrunk_window_below_the_packet_count_sends_none),
	cmocka_unit_test(test_wrong_fwd_cnt_keeps_the_packet_count_consistent),
	cmocka_unit_test(test_packet_count_is_never_too_low),
	cmocka_unit_test(test_packet_count_is_at_most_slightly_too_high),
	cmocka_unit_test(test_packet_that_fits_behind_the_last_one_joins_it),
	cmocka_unit_test(test_packet_above_128_bytes_joins_none),
	cmocka_unit_test(test_packet_cannot_join_at_the_limit),
	cmocka_unit_test(test_packet_cannot_join_after_everything_was_read),
	cmocka_unit_test(test_last_packet_is_filled_before_the_next),
	cmocka_unit_test(test_small_buffers_have_no_packet_limit),
	cmocka_unit_test(test_lifted_packet_limit_keeps_the_byte_window),
	cmocka_unit_test(test_linux_guest_is_never_reset_and_gets_its_window),
	cmocka_unit_test(test_linux_guest_with_a_packet_cost_of_1024_is_never_reset),
	cmocka_unit_test(test_linux_guest_with_hidden_room_is_never_reset),
	cmocka_unit_test(test_data_replaces_an_update_while_a_quarter_is_open),
	cmocka_unit_test(test_data_replaces_a_small_update),
	cmocka_unit_test(test_update_follows_data_below_a_quarter),
	cmocka_unit_test(test_update_follows_data_that_the_guest_has_not_seen),
	cmocka_unit_test(test_update_follows_once_half_the_window_is_open),
	cmocka_unit_test(test_stream_of_small_packets_needs_few_updates),
	cmocka_unit_test(test_windows_of_a_few_bytes_never_deadlock),
	cmocka_unit_test(test_windows_to_4096_never_deadlock_or_reset),
	cmocka_unit_test(test_usual_windows_never_deadlock_or_reset),
	cmocka_unit_test(test_many_small_packets_never_reset),
};

run_all(tests)
