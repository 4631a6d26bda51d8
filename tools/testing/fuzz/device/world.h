/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the actors of a round share: a device, guest memory, and a folder of
 * sockets.
 *
 * The memory is an arena that the device may read and write. No actor passes
 * other memory of the process to the device, because the device would access
 * it; but actors pass unmapped addresses.
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
/* Layout of the arena: rings of up to 256 entries, buffers, and the rest. */
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

#define PORT_FIRST	5000U	/* first port of the host's listeners */
#define PORTS		4U
#define GUEST_PORTS	8U	/* from port 1000 on */

/* The mapping of guest-physical addresses to the arena. */
enum layout {
	LAYOUT_PLAIN,	/* one range */
	LAYOUT_HALVES,	/* two ranges, the second half first */
	LAYOUT_PAGES,	/* two ranges and a one-page hole */
	LAYOUTS,
};

/**
 * struct world - a round
 * @seed: seed of all rounds
 * @round: number of this round
 * @wrong: one in this many choices is wrong; 0: none
 * @pace: milliseconds between two changes of the set-up; connections need time
 * @over: tells the actors to end
 * @device: its descriptor, or -1
 * @memfd: the file of the arena
 * @arena: guest memory
 * @layout: its mapping to guest-physical addresses
 * @num: entries of each queue, as the driver uses them
 * @cid: the guest's CID
 * @features: the negotiated features
 * @kick: eventfds, as the next two
 * @single: one thread acts for all actors
 * @trace: a checksum of the device's behaviour; with one thread it is the same
 *     in each run of a round, except for timers
 * @dir: the folder of the sockets
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
 * With one thread, runs the device's threads first whenever they have work, on
 * one processor, so that each run is the same. The device's threads inherit the
 * scheduling policy of the thread that creates them.
 */
void world_come_first(const struct world *w);
void world_come_last(const struct world *w);

static inline bool world_wrong(const struct world *w, struct rng *r)
{
	return rng_one_in(r, w->wrong);
}

/* Maps the arena's memory again after it was taken away. */
void world_mend(struct world *w);

/* The guest-physical address of an offset in the arena. */
uint64_t world_gpa(const struct world *w, uint32_t offset);

/* Any address: guest-physical, or of the process. */
uint64_t world_any_gpa(const struct world *w, struct rng *r);
uint64_t world_any_va(const struct world *w, struct rng *r);
/*
 * A guest-physical address whose log bit is in the arena's guard, or unmapped.
 */
uint64_t world_any_logged(struct rng *r);

/*
 * Copy to and from the arena. If its memory goes away, they return false, and
 * @to is zeroed.
 */
bool world_write(struct world *w, uint32_t offset, const void *from,
		 size_t len);
bool world_read(struct world *w, uint32_t offset, void *to, size_t len);
void world_catch_faults(void);

/* The offsets of a queue's areas in the arena. */
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

/* The actors; each call makes one small step. */
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
/* A step that never closes the device, for a second thread. */
void vmm_ioctl(struct world *w, struct rng *r);

#endif /* WORLD_H */
