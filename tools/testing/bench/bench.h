/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One measurement: its parameters, and the memory that its processes share.
 *
 * A cell is a guest with its device and the host program at the other end;
 * guest and host program are a process each. The coordinator, which starts
 * them, reads their counters and kills them after the second reading.
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
#define BENCH_BULK		65536	/* message size of the disturbing connection */

/* What connects the guest and the host. */
enum peer {
	PEER_BRIDGE,		/* this module */
	PEER_VHOST,		/* vhost-vsock; the host program uses AF_VSOCK */
	PEER_VHOST_SOCAT,	/* vhost-vsock and a relay to AF_UNIX */
	PEER_VHOST_SOCAT_64K,	/* the same, with a relay that reads 64 KiB */
	PEER_SOCKETPAIR,	/* two programs over AF_UNIX, without a guest */
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
	SCENARIO_CONNECT_G2H,	/* connect, send a byte, close; one after the other */
	SCENARIO_CONNECT_H2G,
	SCENARIO_STORM_G2H,	/* 1000 at once */
	SCENARIO_STORM_H2G,
	SCENARIO_IDLE,		/* connections without traffic */
	SCENARIOS
};

/**
 * struct bench - the parameters of a measurement
 * @peer: what connects guest and host
 * @scenario: what they do
 * @size: bytes of a message: of one write, or of a packet of the guest
 * @conns: connections of each guest
 * @devices: number of guests
 * @warmup_ms: time before the first reading of the counters
 * @ms: time between the two readings
 * @limit_s: time limit, after which the measurement fails
 * @poll_us: VHOST_SET_VRING_BUSYLOOP_TIMEOUT of the bridge; 0: not set
 * @syscalls: count the system calls of each task, by tracefs
 * @cid: CID of the first guest
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
 * Counters that only grow. One process writes each; the coordinator reads them
 * at any time.
 */
struct counters {
	_Atomic uint64_t to_host;	/* payload that the host program read */
	_Atomic uint64_t to_guest;	/* payload that the guest read */
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
 * struct cell - one guest and its host program, in memory that all processes
 * share
 * @bench: the parameters
 * @index: number of the cell
 * @guest: pid of the guest's process
 * @host: pid of the host program
 * @step: a barrier between the steps of the set-up, for both and the
 *     coordinator
 * @ready: each posts it when all of its connections are open
 * @done: posted when a scenario with an end has ended
 * @begin_ns: when a scenario with an end began
 * @end_ns: when it ended
 * @counters: the traffic
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

/* Ends the whole measurement: a wrong result is worse than none. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* The processes of a cell. They do not return. */
void run_guest(struct cell *cell) __attribute__((noreturn));
void run_plain_guest(struct cell *cell) __attribute__((noreturn));
void run_host(struct cell *cell) __attribute__((noreturn));

#endif /* BENCH_H */
