// SPDX-License-Identifier: GPL-2.0
/*
 * Timeouts fire on time: never early, and less than 50 ms late.
 *
 * Several devices run one timeout each, started one after the other: a coarse
 * timer rounds each expiry up by a different amount. Next to each device, a
 * timerfd of this process runs for the same time; its lateness is the
 * machine's. The remaining difference has outliers, so only the median must be
 * in time.
 */
#include "harness.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>

enum { TIMERS = 7, STEP_MS = 37, LATE_MS = 50 };

/**
 * struct span - one timeout of a device
 * @bed: the device
 * @pair: the connection that the timeout ends, seen by a host program or the
 *     guest
 * @clock: the timerfd of this process
 * @before: earliest possible start of the timeout, in ns
 * @end: the wake-up that showed the expiry
 * @after: a time that is certainly after the expiry
 * @clock_end: the wake-up that showed the expiry of @clock
 */
struct span {
	struct bed bed;
	struct bed_pair pair;
	int clock;
	uint64_t before;
	uint64_t end;
	uint64_t after;
	uint64_t clock_end;
};

FIXTURE(timer)
{
	struct span *span;
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
	struct guest_config cfg = { .tx_buf = 1024 };

	SKIP_WITHOUT(guest_device());
	self->span = calloc(TIMERS, sizeof(*self->span));
	ASSERT_NE(NULL, self->span);
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];

		s->pair.fd = -1;
		s->clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
		ASSERT_LE(0, s->clock);
		ASSERT_EQ(0, bed_open(&s->bed, &cfg));
		guest_listen(&s->bed.mux, 80);
	}
}

FIXTURE_TEARDOWN(timer)
{
	for (int i = 0; self->span && i < TIMERS; i++) {
		struct span *s = &self->span[i];

		if (s->pair.fd >= 0)
			close(s->pair.fd);
		close(s->clock);
		BED_TEARDOWN(&s->bed);
	}
	free(self->span);
}

/* Has the host program's stream ended? */
static bool host_end(struct span *s)
{
	char byte;

	return !uds_recv_now(s->pair.fd, &byte, 1);
}

static bool guest_end(struct span *s)
{
	return s->pair.conn->reset;
}

/*
 * Fills in what to poll for one device. Returns false if a packet is already
 * there.
 */
static bool watch(struct span *s, struct pollfd p[3])
{
	p[0] = (struct pollfd){ .fd = s->end ? -1 : s->pair.fd,
				.events = POLLIN };
	p[1] = (struct pollfd){ .fd = s->clock_end ? -1 : s->clock,
				.events = POLLIN };
	p[2] = (struct pollfd){ .fd = s->bed.guest.rx.call, .events = POLLIN };
	return guest_ring_calls_on(&s->bed.guest.rx);
}

/* Handles the events of one device at time @now. */
static void note(struct span *s, const struct pollfd p[3], uint64_t now,
		 bool (*is_over)(struct span *s))
{
	if (p[1].revents && !s->clock_end)
		s->clock_end = now;
	guest_ring_drain_calls(&s->bed.guest.rx);
	guest_mux_poll(&s->bed.mux);
	if (!s->end && is_over(s)) {
		s->end = now;
		s->after = now_ns();
	}
}

/*
 * Records expiries for @ms, or until none is missing. Uses the time of the
 * wake-up, so that checking all devices does not count as lateness.
 */
static void note_for(struct span *span, unsigned int n,
		     bool (*is_over)(struct span *s), unsigned int ms)
{
	uint64_t deadline = deadline_in(ms), now;
	struct pollfd p[TIMERS][3];
	unsigned int open;

	do {
		bool ready = false;

		for (unsigned int i = 0; i < n; i++)
			ready |= !watch(&span[i], p[i]);
		poll(p[0], 3 * n, ready ? 0 : deadline_left(deadline));
		now = now_ns();
		open = 0;
		for (unsigned int i = 0; i < n; i++) {
			if (ready || p[i][0].revents || p[i][1].revents ||
			    p[i][2].revents)
				note(&span[i], p[i], now, is_over);
			open += !span[i].end || !span[i].clock_end;
		}
	} while (open && deadline_left(deadline));
}

/* The timeout of the device has started; starts its timerfd as well. */
static void begun(struct span *s, unsigned int ms)
{
	struct itimerspec t = {
		.it_value = { ms / 1000, ms % 1000 * 1000000L },
	};

	timerfd_settime(s->clock, 0, &t, NULL);
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
		EXPECT_LE(ms * 1000000ULL, span[i].after - span[i].before);
		late[i] = (int64_t)(span[i].end - span[i].clock_end) / 1000;
	}
	qsort(late, TIMERS, sizeof(late[0]), compare);
	EXPECT_GT(LATE_MS * 1000, late[TIMERS / 2])
		TH_LOG("late by %lld to %lld us, median %lld",
		       (long long)late[0], (long long)late[TIMERS - 1],
		       (long long)late[TIMERS / 2]);
}

/* A client that never sends its CONNECT line. */
TEST_F(timer, handshake_timeout_is_exact)
{
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];

		ASSERT_EQ(0, bed_set_limits(&s->bed, BED_LIMITS(
				.handshake_timeout_ms = variant->ms)));
		s->before = now_ns();
		s->pair.fd = uds_connect(s->bed.path);
		ASSERT_LE(0, s->pair.fd);
		/*
		 * until the device has accepted the client, or has already
		 * timed it out
		 */
		while (BED_STAT(&s->bed, sockets) < 2 && !host_end(s))
			;
		begun(s, variant->ms);
		note_for(self->span, i + 1, host_end, STEP_MS);
	}
	note_for(self->span, TIMERS, host_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	for (int i = 0; i < TIMERS; i++)
		EXPECT_EQ(1, BED_STAT(&self->span[i].bed, handshake_timeouts));
}

/* A guest that never answers a request. */
TEST_F(timer, connect_timeout_is_exact)
{
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];

		ASSERT_EQ(0, bed_set_limits(&s->bed, BED_LIMITS(
				.connect_timeout_ms = variant->ms)));
		s->before = now_ns();
		s->pair.fd = bed_client(&s->bed, 80);
		ASSERT_LE(0, s->pair.fd);
		ASSERT_TRUE(GUEST_UNTIL(&s->bed.mux, s->bed.mux.conns));
		begun(s, variant->ms);
		note_for(self->span, i + 1, host_end, STEP_MS);
	}
	note_for(self->span, TIMERS, host_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	for (int i = 0; i < TIMERS; i++)
		EXPECT_EQ(1, BED_STAT(&self->span[i].bed, connect_timeouts));
}

/* A guest that never confirms a shutdown. */
TEST_F(timer, shutdown_timeout_is_exact)
{
	for (int i = 0; i < TIMERS; i++) {
		struct span *s = &self->span[i];

		ASSERT_EQ(0, bed_set_limits(&s->bed, BED_LIMITS(
				.shutdown_timeout_ms = variant->ms)));
		ASSERT_EQ(0, bed_host_pair(&s->bed, &s->pair, 80));
		s->before = now_ns();
		close(s->pair.fd);
		s->pair.fd = -1;
		ASSERT_TRUE(GUEST_UNTIL(&s->bed.mux,
					s->pair.conn->peer_shutdown == 3));
		begun(s, variant->ms);
		note_for(self->span, i + 1, guest_end, STEP_MS);
	}
	note_for(self->span, TIMERS, guest_end, variant->ms + WAIT_MS);
	expect_in_time(_metadata, self->span, variant->ms);
	for (int i = 0; i < TIMERS; i++)
		EXPECT_EQ(1, BED_STAT(&self->span[i].bed, shutdown_timeouts));
}

TEST_HARNESS_MAIN
