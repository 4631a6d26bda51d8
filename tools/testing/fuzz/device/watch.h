/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer's parent sees of its child: where it is, which calls have not
 * come back, and what the device has counted.
 */
#ifndef WATCH_H
#define WATCH_H

#include <linux/vsock_bridge.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WATCH_SLOTS	8U

/* A call under way. */
struct watch_slot {
	_Atomic uint64_t since;
	_Atomic unsigned long request;
};

/**
 * struct watch - in memory that both share
 * @round: the round that runs, or the next one
 * @steps: steps of all actors
 * @recovered: devices that worked again after a storm
 * @sum: all counters of all devices
 * @slot: one for each thread
 */
struct watch {
	_Atomic uint64_t round;
	_Atomic uint64_t steps;
	_Atomic uint64_t recovered;
	struct vsock_bridge_stats sum;
	struct watch_slot slot[WATCH_SLOTS];
};

extern struct watch *watch;

int watch_init(void);
/* The calling thread has slot @i from here on. */
void watch_take(unsigned int i);
void watch_enter(unsigned long request);
void watch_leave(void);
/* No thread is in a call any more. */
void watch_reset(void);
/* Says which call has not come back in time, if there is one. */
bool watch_hangs(void);

void watch_count(const struct vsock_bridge_stats *stats);
void watch_print(void);

#endif /* WATCH_H */
