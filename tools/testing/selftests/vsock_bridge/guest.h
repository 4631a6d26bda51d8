/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest in user space: the driver of a virtio-vsock device behind the vhost
 * ioctls, and the VMM that sets up the device. RX and TX are the guest's view.
 *
 * Only one thread uses a guest. guest_open() allocates all memory, and no
 * function blocks unless it takes a deadline. Errors are negative errno values.
 *
 * Guest memory is region 0 at address 0, region 1 directly after it but
 * elsewhere in the process, and region 2 at 4 GiB. Between region 1 and 2, and
 * after region 2, there is a hole.
 */
#ifndef GUEST_H
#define GUEST_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_vsock.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "deadline.h"
#include "guest_mem.h"
#include "guest_ring.h"

#define GUEST_HOST_CID		2
#define GUEST_HDR_SIZE		sizeof(struct virtio_vsock_hdr)
#define GUEST_BUF_ALLOC		262144	/* Linux's default */
#define GUEST_RX_BUF		3776	/* Linux's RX buffers, header included */
#define GUEST_TX_BUF		65536	/* largest payload */
#define GUEST_MAX_PARTS		19	/* descriptors for the largest packet */
#define GUEST_REGION_SIZE	0x100000
#define GUEST_HIGH_GPA		0x100000000ULL
#define GUEST_FEATURES		(1ULL << VIRTIO_F_VERSION_1 | \
				 1ULL << VIRTIO_RING_F_INDIRECT_DESC | \
				 1ULL << VIRTIO_RING_F_EVENT_IDX)

/* How a packet is laid out in descriptors. */
enum guest_layout {
	GUEST_LINEAR,	/* one descriptor */
	GUEST_SPLIT,	/* header and payload */
	GUEST_SCATTER,	/* header in two parts, payload in pieces of odd size */
	GUEST_INDIRECT,	/* GUEST_SCATTER in an indirect table */
};

/**
 * struct guest_config - the properties of a guest; 0 takes the default
 * @device: node to open; default: $VSOCK_BRIDGE_DEVICE or /dev/vsock-bridge
 * @fd: an open device to use instead; the guest closes it
 * @cid: default 3
 * @rx_num: descriptors of the RX ring, a power of two; default 128
 * @tx_num: descriptors of the TX ring; default 128
 * @event_num: descriptors of the event ring; default: the VMM serves the event
 *     queue
 * @features: default GUEST_FEATURES
 * @rx_buf: size of an RX buffer, default GUEST_RX_BUF
 * @tx_buf: largest payload of a TX packet, default GUEST_TX_BUF
 * @event_buf: size of an event buffer, default 4, as in Linux
 * @rx_layout: layout of all RX buffers
 * @tx_layout: layout of all TX packets
 * @hold_rx: post no RX buffers at the start
 * @hold_event: post no event buffers at the start
 */
struct guest_config {
	const char *device;
	int fd;
	uint64_t cid;
	unsigned int rx_num;
	unsigned int tx_num;
	unsigned int event_num;
	uint64_t features;
	uint32_t rx_buf;
	uint32_t tx_buf;
	uint32_t event_buf;
	enum guest_layout rx_layout;
	enum guest_layout tx_layout;
	bool hold_rx;
	bool hold_event;
};

/**
 * struct guest_buf - memory for one packet: a header and the payload after it
 * @hdr: the header, little-endian
 * @data: the payload
 * @size: bytes of header and payload together
 * @head: the head of the chain that holds it
 * @table: the indirect table, for GUEST_INDIRECT
 * @next: the next free TX buffer
 */
struct guest_buf {
	struct virtio_vsock_hdr *hdr;
	uint8_t *data;
	uint32_t size;
	uint16_t head;
	struct vring_desc *table;
	struct guest_buf *next;
};

/**
 * struct guest - a guest and its device
 * @cfg: the configuration with the defaults filled in
 * @fd: the device
 * @features: the negotiated features
 * @offered: the features that the device offers
 * @mem: guest memory
 * @rx: ring 0
 * @tx: ring 1
 * @event: ring 2, if the guest has one
 * @rx_bufs: one for each RX chain
 * @tx_bufs: one for each TX chain
 * @event_bufs: cfg.event_buf bytes for each chain of the event ring
 * @nr_rx: number of @rx_bufs
 * @nr_tx: number of @tx_bufs
 * @rx_posted: buffer by head; NULL for a chain from guest_ring_raw()
 * @tx_posted: the same for TX
 * @tx_free: TX buffers that are not in flight
 * @error: the first protocol violation by the device, or ""
 */
struct guest {
	struct guest_config cfg;
	int fd;
	uint64_t features;
	uint64_t offered;
	struct guest_mem mem;
	struct guest_ring rx;
	struct guest_ring tx;
	struct guest_ring event;
	struct guest_buf *rx_bufs;
	struct guest_buf *tx_bufs;
	uint8_t *event_bufs;
	unsigned int nr_rx;
	unsigned int nr_tx;
	struct guest_buf **rx_posted;
	struct guest_buf **tx_posted;
	struct guest_buf *tx_free;
	char error[200];
};

const char *guest_device(void);

/*
 * The life cycle of a guest. guest_open() only opens and allocates;
 * guest_realize() and guest_run() issue the ioctls in QEMU's order.
 */
int guest_open(struct guest *g, const struct guest_config *cfg);
int guest_realize(struct guest *g);
int guest_run(struct guest *g);
/*
 * Stops the device and keeps the ring positions that it reports for
 * guest_run().
 */
int guest_stop(struct guest *g);
/* After guest_stop(): empties the rings, as a reset of the guest does. */
void guest_reset(struct guest *g);
/*
 * After guest_stop(): replaces the device by a new, unconfigured one. Memory
 * and rings stay as they are, for guest_realize() and guest_run().
 */
int guest_reopen(struct guest *g);
void guest_close(struct guest *g);

/* The steps of guest_realize() and guest_run(). */
int guest_set_features(struct guest *g, uint64_t features);
int guest_set_cid(struct guest *g, uint64_t cid);
int guest_set_running(struct guest *g, int running);
void guest_fill_rx(struct guest *g);
/* The number of ring descriptors that a packet of @size bytes takes. */
unsigned int guest_ring_parts(enum guest_layout layout, uint32_t size);

/* Records a protocol violation by the device; only the first is kept. */
void guest_fail(struct guest *g, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A header with the fields that most packets share. */
struct virtio_vsock_hdr guest_hdr(const struct guest *g, unsigned int op,
				  uint32_t src_port, uint32_t dst_port);

/*
 * Sending without a copy: guest_tx_get() returns a buffer (NULL if all are in
 * flight). The caller fills in the header, whose len is the payload's length,
 * and the payload, and calls guest_tx_put(). guest_tx_flush() publishes all of
 * them with one kick.
 */
struct guest_buf *guest_tx_get(struct guest *g);
void guest_tx_put(struct guest *g, struct guest_buf *b);
void guest_tx_flush(struct guest *g);
/* Takes back the chains that the device has used. */
void guest_tx_reap(struct guest *g);

/* Sends one packet, copied; waits for a free buffer. */
int guest_send(struct guest *g, const struct virtio_vsock_hdr *hdr,
	       const void *data, uint64_t deadline);

/*
 * Receiving without a copy: guest_rx_get() returns the next packet (NULL if
 * there is none), guest_rx_put() returns its buffer to the ring, and
 * guest_rx_flush() publishes the buffers.
 */
struct guest_buf *guest_rx_get(struct guest *g);
void guest_rx_put(struct guest *g, struct guest_buf *b);
void guest_rx_flush(struct guest *g);

/*
 * Sleeps until the device has used a chain or @fd (unless negative) has one of
 * @events. Returns -ETIMEDOUT when the deadline has passed, and -EPIPE when the
 * device signals that a ring is broken.
 */
int guest_wait(struct guest *g, int fd, short events, uint64_t deadline);

/* Waits until the device has used a chain of guest_ring_raw(), and frees it. */
int guest_wait_raw(struct guest *g, struct guest_ring *ring, int head,
		   uint32_t *len, uint64_t deadline);

/* Waits for the error eventfd of a broken ring. */
int guest_wait_err(struct guest_ring *ring, uint64_t deadline);

/* The steps of guest_open() for the event queue: its memory, and its ring. */
size_t guest_event_size(const struct guest *g);
int guest_event_init(struct guest *g);
/*
 * Posts every free event buffer, and kicks once if the device wants it. After
 * an event this is the guest's acknowledgment.
 */
void guest_event_fill(struct guest *g);
/*
 * Takes an event, or UINT32_MAX for an empty buffer. Returns 1, or 0 if there
 * is none.
 */
int guest_event_get(struct guest *g, uint32_t *id);
/* Waits for an event. */
int guest_event_wait(struct guest *g, uint32_t *id, uint64_t deadline);

#endif /* GUEST_H */
