/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One measurement: what is measured, and what its processes share.
 *
 * A cell is one guest with its device and the program of the host that talks to
 * it, each a process of its own. The coordinator, which made them, looks at
 * their counters from outside, and ends them when it has seen enough.
 */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_MAX_CELLS		64
#define BENCH_MAX_CONNS		1024
#define BENCH_MAX_LATENCIES	(1 << 20)
#define BENCH_BULK		65536	/* a message of what disturbs */

/* What the guest and the host are connected by. */
enum peer {
	PEER_BRIDGE,		/* this module */
	PEER_VHOST,		/* vhost-vsock, and AF_VSOCK in the program */
	PEER_VHOST_SOCAT,	/* vhost-vsock behind a relay to AF_UNIX */
	PEER_VHOST_SOCAT_64K,	/* likewise, with a relay that reads 64 KiB */
	PEER_SOCKETPAIR,	/* two programs and AF_UNIX, without a guest */
	PEER_VHOST_DEVICE,	/* vhost-device-vsock, over vhost-user */
	PEERS
};

enum scenario {
	SCENARIO_G2H,		/* streams to the host */
	SCENARIO_H2G,		/* streams to the guest */
	SCENARIO_BOTH,		/* both at once on each connection */
	SCENARIO_PINGPONG,	/* host, guest, host */
	SCENARIO_PINGPONG_BULK_G2H,	/* beside a stream to the host */
	SCENARIO_PINGPONG_BULK_H2G,	/* beside a stream to the guest */
	SCENARIO_PINGPONG_STALLED,	/* beside a host that does not read */
	SCENARIO_CONNECT_G2H,	/* connect, a byte, close; one after the other */
	SCENARIO_CONNECT_H2G,
	SCENARIO_STORM_G2H,	/* 1000 of them at once */
	SCENARIO_STORM_H2G,
	SCENARIO_IDLE,		/* connections that nobody uses */
	SCENARIOS
};

/**
 * struct bench - what to measure
 * @peer: what connects guest and host
 * @scenario: what they do
 * @size: bytes of a message: of one write, or of a packet of the guest
 * @conns: connections of each guest
 * @devices: guests
 * @warmup_ms: before the counters are read for the first time
 * @ms: between the two readings
 * @limit_s: after which all is given up
 * @poll_us: VHOST_SET_VRING_BUSYLOOP_TIMEOUT of the bridge; 0: none
 * @syscalls: count those of every task, by tracefs
 * @cid: of the first guest
 * @dir: folder for sockets
 */
struct bench {
	enum peer peer;
	enum scenario scenario;
	uint32_t size;
	unsigned int conns;
	unsigned int devices;
	unsigned int warmup_ms;
	unsigned int ms;
	unsigned int limit_s;
	unsigned int poll_us;
	bool syscalls;
	uint32_t cid;
	char dir[64];
};

/*
 * Counters that only grow. Each has one process that writes it; the coordinator
 * reads them at any time.
 */
struct counters {
	_Atomic uint64_t to_host;	/* payload that the program took */
	_Atomic uint64_t to_guest;	/* payload that the guest took */
	_Atomic uint64_t ops;		/* round trips, or connections */
	_Atomic uint64_t packets_to_host;
	_Atomic uint64_t packets_to_guest;
	_Atomic uint64_t kicks;
	_Atomic uint64_t calls;
};

static inline void count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/**
 * struct cell - one guest and its host, in memory that all processes share
 * @bench: what they do
 * @index: number of the cell
 * @guest: pid of the guest's process
 * @host: pid of the program
 * @step: both and the coordinator meet here between the steps of the set-up
 * @ready: posted by each when all of its connections are open
 * @done: posted when what has an end has ended
 * @begin_ns: of what has an end
 * @end_ns: likewise
 * @counters: what was moved
 * @latencies: nanoseconds of each round trip or connection, by counters.ops
 */
struct cell {
	const struct bench *bench;
	unsigned int index;
	pid_t guest;
	pid_t host;
	pthread_barrier_t step;
	sem_t ready;
	sem_t done;
	_Atomic uint64_t begin_ns;
	_Atomic uint64_t end_ns;
	struct counters counters;
	uint32_t *latencies;
};

static inline void record_latency(struct cell *cell, uint64_t ns)
{
	uint64_t n = atomic_load_explicit(&cell->counters.ops,
					  memory_order_relaxed);

	cell->latencies[n % BENCH_MAX_LATENCIES] = ns > UINT32_MAX ? UINT32_MAX : ns;
	count(&cell->counters.ops, 1);
}

static inline bool streams_to_host(const struct bench *b)
{
	return b->scenario == SCENARIO_G2H || b->scenario == SCENARIO_BOTH;
}

static inline bool streams_to_guest(const struct bench *b)
{
	return b->scenario == SCENARIO_H2G || b->scenario == SCENARIO_BOTH;
}

static inline bool has_end(const struct bench *b)
{
	return b->scenario == SCENARIO_STORM_G2H ||
	       b->scenario == SCENARIO_STORM_H2G;
}

/* Ends the whole measurement: no result is better than a wrong one. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* What the processes of a cell run. They do not return. */
void run_guest(struct cell *cell) __attribute__((noreturn));
void run_plain_guest(struct cell *cell) __attribute__((noreturn));
void run_host(struct cell *cell) __attribute__((noreturn));

#endif /* BENCH_H */
