// SPDX-License-Identifier: GPL-2.0
/*
 * Timeouts come by themselves, never early, and less than 50 ms late.
 *
 * Several run at once, each begun a little later than the one before: a timer
 * that is coarse rounds their ends to the same moment, wherever that is. What
 * the machine adds is noise of some of them, so it is the middle one that must
 * be in time.
 */
#include "harness.h"

#include <poll.h>
#include <stdlib.h>

enum { TIMERS = 9, STEP_MS = 30, LATE_MS = 50 };

/*
 * When a time began, at the earliest and at the latest, and when it was over;
 * ns.
 */
struct span {
	uint64_t before;
	uint64_t after;
	uint64_t end;
	struct bed_pair pair;
};

FIXTURE(timer)
{
	struct bed bed;
	struct span span[TIMERS];
};

FIXTURE_VARIANT(timer)
{
	unsigned int ms;
};

#define TIMER(name, n) FIXTURE_VARIANT_ADD(timer, name) { .ms = (n) }

TIMER(of_1_ms, 1);
TIMER(of_240_ms, 240);
TIMER(of_500_ms, 500);
TIMER(of_2_s, 2000);
TIMER(of_5_s, 5000);

FIXTURE_SETUP(timer)
{
	BED_SETUP(&self->bed, NULL);
	guest_listen(&self->bed.mux, 80);
	for (int i = 0; i < TIMERS; i++)
		self->span[i].pair.fd = -1;
}

FIXTURE_TEARDOWN(timer)
{
	for (int i = 0; i < TIMERS; i++)
		if (self->span[i].pair.fd >= 0)
			close(self->span[i].pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* The stream of the host program has ended. */
static bool host_end(struct span *s)
{
	char byte;

	return !uds_recv_now(s->pair.fd, &byte, 1);
}

static bool guest_end(struct span *s)
{
	return s->pair.conn->reset;
}

/* Notes the ends that are there. */
static unsigned int note_ends(struct bed *bed, struct span *span,
			      bool (*is_over)(struct span *s))
{
	unsigned int open = 0;

	guest_mux_poll(&bed->mux);
	for (int i = 0; i < TIMERS; i++) {
		if (!span[i].before || (!span[i].end && !is_over(&span[i])))
			open++;
		else if (!span[i].end)
			span[i].end = now_ns();
	}
	return open;
}

/* Goes on noting for some time, or until all are over. */
static void note_for(struct bed *bed, struct span *span,
		     bool (*is_over)(struct span *s), unsigned int ms)
{
	uint64_t deadline = deadline_in(ms);
	struct pollfd p[TIMERS + 1];

	while (note_ends(bed, span, is_over) && deadline_left(deadline)) {
		for (int i = 0; i < TIMERS; i++)
			p[i] = (struct pollfd) {
				.fd = span[i].end ? -1 : span[i].pair.fd,
				.events = POLLIN,
			};
		p[TIMERS] = (struct pollfd) {
			.fd = bed->guest.rx.call, .events = POLLIN,
		};
		if (guest_ring_calls_on(&bed->guest.rx))
			poll(p, TIMERS + 1, deadline_left(deadline));
		guest_ring_drain_calls(&bed->guest.rx);
	}
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void expect_in_time(struct __test_metadata *_metadata,
			   const struct span *span, unsigned int ms)
{
	int64_t late[TIMERS];

	for (int i = 0; i < TIMERS; i++) {
		ASSERT_NE(0, span[i].end);
		EXPECT_LE(ms * 1000000ULL, span[i].end - span[i].before);
		late[i] = (int64_t)(span[i].end - span[i].after) / 1000 -
			  ms * 1000LL;
	}
	qsort(late, TIMERS, sizeof(late[0]), compare);
	EXPECT_GT(LATE_MS * 1000, late[TIMERS / 2])
		TH_LOG("late by %lld to %lld us, mostly by %lld",
		       (long long)late[0], (long long)late[TIMERS - 1],
		       (long long)late[TIMERS / 2]);
}

/* A client that never writes its line. */
TEST_F(timer, of_a_handshake_is_exact)
{
	struct bed *bed = &self->bed;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(
			.handshake_timeout_ms = variant->ms)));
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];
		uint64_t sockets = BED_STAT(bed, sockets);

		s->before = now_ns();
		s->pair.fd = uds_connect(bed->path);
		ASSERT_LE(0, s->pair.fd);
		/* the device has it, or has had it */
		while (BED_STAT(bed, sockets) <= sockets && !host_end(s))
			;
		s->after = now_ns();
		note_for(bed, self->span, host_end, STEP_MS);
	}
	note_for(bed, self->span, host_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	EXPECT_EQ(TIMERS, BED_STAT(bed, handshake_timeouts));
}

/* A guest that never answers a request. */
TEST_F(timer, of_a_connect_is_exact)
{
	struct bed *bed = &self->bed;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(
			.connect_timeout_ms = variant->ms)));
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];
		struct guest_conn *newest = bed->mux.conns;

		s->before = now_ns();
		s->pair.fd = bed_client(bed, 80);
		ASSERT_LE(0, s->pair.fd);
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux, bed->mux.conns != newest));
		s->after = now_ns();
		note_for(bed, self->span, host_end, STEP_MS);
	}
	note_for(bed, self->span, host_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	EXPECT_EQ(TIMERS, BED_STAT(bed, connect_timeouts));
}

/* A guest that never confirms the end. */
TEST_F(timer, of_a_shutdown_is_exact)
{
	struct bed *bed = &self->bed;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(
			.shutdown_timeout_ms = variant->ms)));
	for (int i = 0; i < TIMERS; i++)
		ASSERT_EQ(0, bed_host_pair(bed, &self->span[i].pair, 80));
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];

		s->before = now_ns();
		close(s->pair.fd);
		s->pair.fd = -1;
		ASSERT_TRUE(GUEST_UNTIL(&bed->mux,
					s->pair.conn->peer_shutdown == 3));
		s->after = now_ns();
		note_for(bed, self->span, guest_end, STEP_MS);
	}
	note_for(bed, self->span, guest_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	EXPECT_EQ(TIMERS, BED_STAT(bed, shutdown_timeouts));
}

TEST_HARNESS_MAIN
