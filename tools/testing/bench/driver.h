/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver that does the same to its device as Linux's virtio_transport: the
 * same buffers, packets, kicks and credit. It leaves out the guest's own work:
 * payload is neither generated nor copied.
 *
 * - RX: 128 buffers of 3776 bytes. The driver returns them, with zeroed
 *   headers, when the device has fewer than half of them and all received
 *   packets are handled.
 * - TX: an indirect table of header and payload, or a chain of two descriptors
 *   where the device does not support tables. A kick after each packet, unless
 *   the device suppresses it.
 * - CREDIT_UPDATE after a read of up to 64 KiB that emptied the connection, or
 *   that left less than 64 KiB of the window that the device knows of.
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
 * @hash: next in the same hash bucket
 * @next_touched: next in the list of touched connections
 * @touched: is in that list
 * @local: port in the guest
 * @peer: port of the host
 * @open: RESPONSE was received or sent
 * @shut: flags of SHUTDOWN from the device
 * @reset: the device sent RST
 * @rx_cnt: bytes received
 * @fwd_cnt: bytes read
 * @reported: @fwd_cnt in the last packet to the device
 * @tx_cnt: bytes sent
 * @peer_alloc: buf_alloc of the device
 * @peer_fwd: fwd_cnt of the device
 * @left: unsent bytes of the current message
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
	uint32_t reported;
	uint32_t tx_cnt;
	uint32_t peer_alloc;
	uint32_t peer_fwd;
	uint32_t left;
	uint64_t owner;
};

/**
 * struct driver - the driver of one device
 * @cell: the cell
 * @guest: rings and memory
 * @flows: connections by hash
 * @touched: connections with packets that the program has not handled
 * @rx_spare: RX chains that the driver owns
 * @nr_spare: number of those
 * @tx_free: TX chains that the driver owns
 * @nr_free: number of those
 * @tx: buffer of each TX chain
 * @indirect: the device supports indirect tables
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

/* Opens the peer's device and starts it. */
void driver_open(struct driver *d, struct cell *cell);

/*
 * Handles used chains of both rings. Returns whether any packet was received.
 */
bool driver_poll(struct driver *d);
/* The next connection with received packets; NULL: none. */
struct flow *driver_touched(struct driver *d);
/* Sleeps until the device interrupts. */
void driver_wait(struct driver *d);

/* Sends REQUEST to @peer. */
struct flow *driver_connect(struct driver *d, uint32_t local, uint32_t peer);
void driver_forget(struct driver *d, struct flow *flow);

static inline bool driver_has_room(const struct driver *d)
{
	return d->nr_free;
}

/* Sends a packet. The TX ring must have space. */
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

/* Reads all received bytes and returns their number. */
uint32_t driver_read(struct driver *d, struct flow *flow);
/*
 * Sends the rest of a message, as far as credit and the TX ring allow. Returns
 * whether all of it was sent.
 */
bool driver_write(struct driver *d, struct flow *flow);

#endif /* DRIVER_H */
