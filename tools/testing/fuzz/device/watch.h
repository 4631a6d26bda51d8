/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzer's parent process sees of its child: the round, the calls that
 * have not returned, and the device's counters.
 */
#ifndef WATCH_H
#define WATCH_H

#include <linux/vsock_bridge.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WATCH_SLOTS	8U

/* A call in progress. */
struct watch_slot {
	_Atomic uint64_t since;
	_Atomic unsigned long request;
};

/**
 * struct watch - in memory that both processes share
 * @round: the current round, or the next
 * @steps: steps of all actors
 * @recovered: devices that worked again after their round
 * @sum: sums of the counters of all devices
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
/* Assigns slot @i to the calling thread. */
void watch_take(unsigned int i);
void watch_enter(unsigned long request);
void watch_leave(void);
/* Marks all threads as not in a call. */
void watch_reset(void);
/* Reports a call that has not returned in time, if there is one. */
bool watch_hangs(void);

void watch_count(const struct vsock_bridge_stats *stats);
void watch_print(void);

#endif /* WATCH_H */
