/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver that does what Linux's virtio_transport does to its device: the same
 * buffers, the same packets, kicks and credit. What it leaves out is the
 * guest's own work: payload is neither made nor copied.
 *
 * - RX: 128 buffers of 3776 bytes; they go back, with zeroes for a header, when
 *   less than half are there and all that came has been taken.
 * - TX: an indirect table of header and payload, or a chain of two descriptors
 *   where the device knows no tables; a kick after each packet, where the
 *   device wants one.
 * - CREDIT_UPDATE after a read of up to 64 KiB that emptied the connection, or
 *   that left less than 64 KiB of what the device knows to be free.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "bench.h"
#include "guest.h"

#define DRIVER_RING	128
#define DRIVER_PACKET	65536U
#define DRIVER_READ	65536U
#define DRIVER_BUCKETS	1024

/**
 * struct flow - one connection of the guest
 * @hash: next of the same hash
 * @next_touched: next of those that something came for
 * @touched: is one of those
 * @local: port in the guest
 * @peer: port of the host
 * @open: RESPONSE has come or gone
 * @shut: flags of SHUTDOWN from the device
 * @reset: the device has ended it
 * @rx_cnt: bytes that came
 * @fwd_cnt: bytes that were read
 * @told: @fwd_cnt as the device knows it
 * @tx_cnt: bytes sent
 * @peer_alloc: the device's room
 * @peer_fwd: what the device has passed on
 * @left: of the message that is being sent
 * @owner: for the guest's program
 */
struct flow {
	struct flow *hash;
	struct flow *next_touched;
	bool touched;
	uint32_t local;
	uint32_t peer;
	bool open;
	uint32_t shut;
	bool reset;
	uint32_t rx_cnt;
	uint32_t fwd_cnt;
	uint32_t told;
	uint32_t tx_cnt;
	uint32_t peer_alloc;
	uint32_t peer_fwd;
	uint32_t left;
	uint64_t owner;
};

/**
 * struct driver - the driver of one device
 * @cell: owner
 * @guest: rings and memory
 * @flows: connections by hash
 * @touched: those that something came for, since the program looked
 * @rx_spare: RX chains that are not with the device
 * @nr_spare: number of those
 * @tx_free: TX chains that are not with the device
 * @nr_free: number of those
 * @tx: per TX chain: its buffer
 * @indirect: the device knows indirect tables
 */
struct driver {
	struct cell *cell;
	struct guest guest;
	struct flow *flows[DRIVER_BUCKETS];
	struct flow *touched;
	uint16_t rx_spare[DRIVER_RING];
	unsigned int nr_spare;
	uint16_t tx_free[DRIVER_RING];
	unsigned int nr_free;
	struct guest_buf *tx[DRIVER_RING];
	bool indirect;
};

/* Opens the peer's device, and starts it. */
void driver_open(struct driver *d, struct cell *cell);

/* Takes what the device has done: whether it was anything. */
bool driver_poll(struct driver *d);
/* The next connection that something came for; NULL: no more. */
struct flow *driver_touched(struct driver *d);
/* Sleeps until the device has done something. */
void driver_wait(struct driver *d);

/* A connection to @peer: REQUEST is on its way. */
struct flow *driver_connect(struct driver *d, uint32_t local, uint32_t peer);
void driver_forget(struct driver *d, struct flow *flow);

static inline bool driver_has_room(const struct driver *d)
{
	return d->nr_free;
}

/* A packet; there must be room. */
void driver_send(struct driver *d, struct flow *flow, unsigned int op,
		 uint32_t flags, uint32_t len);

static inline uint32_t flow_credit(const struct flow *flow)
{
	uint32_t used = flow->tx_cnt - flow->peer_fwd;

	return used < flow->peer_alloc ? flow->peer_alloc - used : 0;
}

static inline uint32_t flow_unread(const struct flow *flow)
{
	return flow->rx_cnt - flow->fwd_cnt;
}

/* Reads all that is there; how much it was. */
uint32_t driver_read(struct driver *d, struct flow *flow);
/*
 * Sends what is left of a message, as far as credit and room go: whether all
 * of it has gone.
 */
bool driver_write(struct driver *d, struct flow *flow);

#endif /* DRIVER_H */
