/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the actors of a round share: a device, the guest's memory, and a folder
 * of sockets.
 *
 * The memory is an arena that the device may read and write as it likes. No
 * actor ever names other memory of the process to the device, for the device
 * would do what it is told; but it names memory that is not there.
 */
#ifndef WORLD_H
#define WORLD_H

#include <linux/virtio_ring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

#define QUEUES		3U
#define RX		0U
#define TX		1U
#define EVENT		2U

#define PAGE		4096U
#define ARENA_SIZE	0x200000U
/* In the arena: rings of up to 256 entries, buffers, and the rest. */
#define RING_SIZE	0x8000U
#define AVAIL_AT	0x4000U
#define USED_AT		0x6000U
#define NUM_MAX		256U
#define TX_AT		0x20000U
#define TX_SIZE		0x400U
#define TX_TABLE_AT	0x40U
#define DATA_AT		0x40000U
#define DATA_SIZE	0xc0000U
#define RX_AT		0x100000U
#define RX_SIZE		0x1000U

#define PORT_FIRST	5000U	/* of host programs that listen */
#define PORTS		4U
#define GUEST_PORTS	8U	/* from 1000 on */

/* How guest-physical addresses lie in the arena. */
enum layout {
	LAYOUT_PLAIN,	/* one range */
	LAYOUT_HALVES,	/* two ranges, the second half first */
	LAYOUT_PAGES,	/* two ranges and a hole of a page in the arena's end */
	LAYOUTS,
};

/**
 * struct world - a round
 * @seed: of all rounds
 * @round: number of this one
 * @wrong: one in so many choices is wrong; 0: none
 * @pace: milliseconds between two changes of the set-up; connections need time
 * @over: actors shall end
 * @device: the descriptor, or -1
 * @memfd: what the arena is a mapping of
 * @arena: the guest's memory
 * @layout: how it lies
 * @num: entries of each queue, as the driver goes by
 * @cid: the guest's CID
 * @features: what was negotiated
 * @kick: eventfds, as the next two
 * @single: one thread is all actors
 * @trace: a sum of what the device said and did; with one thread it is the same
 *	in each run of a round, but for what timers do
 * @dir: folder of the sockets
 * @path: the device's UDS
 */
struct world {
	uint64_t seed;
	uint64_t round;
	uint32_t wrong;
	uint32_t pace;
	atomic_bool over;
	atomic_int device;
	int memfd;
	uint8_t *arena;
	atomic_uint layout;
	atomic_uint num[QUEUES];
	_Atomic uint64_t cid;
	_Atomic uint64_t features;
	int kick[QUEUES];
	int call[QUEUES];
	int err[QUEUES];
	bool single;
	uint64_t trace;
	char dir[64];
	char path[96];
};

int world_open(struct world *w, uint64_t seed, uint64_t round);
void world_close(struct world *w);

static inline void world_trace(struct world *w, uint64_t what)
{
	if (w->single)
		w->trace = (w->trace ^ what) * 0x100000001b3ULL;
}

/*
 * With one thread: on one processor, whenever the device has something to do,
 * it comes first; so it does the same in each run. Its threads are as the one
 * that makes them is at that time.
 */
void world_come_first(const struct world *w);
void world_come_last(const struct world *w);

static inline bool world_wrong(const struct world *w, struct rng *r)
{
	return rng_one_in(r, w->wrong);
}

/* Puts the arena's memory back where it was taken away. */
void world_mend(struct world *w);

/* Guest-physical address of a place in the arena. */
uint64_t world_gpa(const struct world *w, uint32_t offset);

/* Any address: guest-physical, or of the process. */
uint64_t world_any_gpa(const struct world *w, struct rng *r);
uint64_t world_any_va(const struct world *w, struct rng *r);
/* Guest-physical; its bit in a log is in the arena's guard, or nowhere. */
uint64_t world_any_logged(struct rng *r);

/*
 * Copies to and from the arena. Its memory may go away meanwhile: false then,
 * and @to is zeroed.
 */
bool world_write(struct world *w, uint32_t offset, const void *from,
		 size_t len);
bool world_read(struct world *w, uint32_t offset, void *to, size_t len);
void world_catch_faults(void);

/* Places of a queue's parts in the arena. */
static inline uint32_t desc_at(unsigned int q, uint32_t i)
{
	return q * RING_SIZE + i * sizeof(struct vring_desc);
}

static inline uint32_t avail_at(unsigned int q)
{
	return q * RING_SIZE + AVAIL_AT;
}

static inline uint32_t used_at(unsigned int q)
{
	return q * RING_SIZE + USED_AT;
}

/* The actors: each does one small thing. */
struct driver;
struct host;
struct tool;

struct driver *driver_new(void);
void driver_step(struct driver *d, struct world *w, struct rng *r);
void driver_scribble(struct world *w, struct rng *r);
struct host *host_new(void);
void host_step(struct host *h, struct world *w, struct rng *r);
void host_end(struct host *h);
struct tool *tool_new(void);
void tool_step(struct tool *t, struct world *w, struct rng *r);
void tool_end(struct tool *t);
int vmm_begin(struct world *w, struct rng *r);
void vmm_step(struct world *w, struct rng *r);
/* The same without those that close the device, for a second thread. */
void vmm_ioctl(struct world *w, struct rng *r);

#endif /* WORLD_H */
