/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest in user space: the driver of a virtio-vsock device behind the vhost
 * ioctls, and the VMM that sets that device up. RX and TX are the guest's view.
 *
 * One thread uses a guest. No memory is allocated after guest_open(), and no
 * call blocks unless it takes a deadline. Errors are negative errno values.
 *
 * Guest memory is region 0 at 0, region 1 right behind it but elsewhere in the
 * process, and region 2 at 4 GiB; between them and behind is a hole.
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
#define GUEST_MAX_PARTS		19	/* descriptors of the largest packet */
#define GUEST_REGION_SIZE	0x100000
#define GUEST_HIGH_GPA		0x100000000ULL
#define GUEST_FEATURES		(1ULL << VIRTIO_F_VERSION_1 | \
				 1ULL << VIRTIO_RING_F_INDIRECT_DESC | \
				 1ULL << VIRTIO_RING_F_EVENT_IDX)

/* How a packet lies in descriptors. */
enum guest_layout {
	GUEST_LINEAR,	/* one descriptor */
	GUEST_SPLIT,	/* header and payload */
	GUEST_SCATTER,	/* a header in two parts, and pieces of odd size */
	GUEST_INDIRECT,	/* the same in an indirect table */
};

/**
 * struct guest_config - what a guest is like; a 0 takes the default
 * @device: node to open; default: $VSOCK_BRIDGE_DEVICE or /dev/vsock-bridge
 * @fd: an open device, instead; the guest closes it
 * @cid: default 3
 * @rx_num: descriptors of the RX ring, a power of two; default 128
 * @tx_num: of the TX ring
 * @event_num: of the event ring; default: the VMM keeps the event queue
 * @features: default GUEST_FEATURES
 * @rx_buf: size of an RX buffer, default GUEST_RX_BUF
 * @tx_buf: largest payload of a TX packet, default GUEST_TX_BUF
 * @event_buf: size of a buffer for events, default 4, as Linux's
 * @rx_layout: of all RX buffers
 * @tx_layout: of all TX packets
 * @hold_rx: post no RX buffers at the start
 * @hold_event: post no buffers for events at the start
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
 * struct guest_buf - memory of one packet: a header and the payload behind it
 * @hdr: the header, little-endian
 * @data: the payload
 * @size: bytes of header and payload together
 * @head: the chain that it is posted as
 * @table: for GUEST_INDIRECT
 * @next: on the list of free TX buffers
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
 * @cfg: with the defaults filled in
 * @fd: the device
 * @features: what was negotiated
 * @offered: what the device offers
 * @mem: guest memory
 * @rx: ring 0
 * @tx: ring 1
 * @event: ring 2, where there is one
 * @rx_bufs: one per RX chain
 * @tx_bufs: one per TX chain
 * @event_bufs: cfg.event_buf bytes per chain of the event ring
 * @nr_rx: number of @rx_bufs
 * @nr_tx: number of @tx_bufs
 * @rx_posted: by head: the buffer; NULL for a chain of the caller's own
 * @tx_posted: likewise
 * @tx_free: TX buffers that are not in flight
 * @error: the first thing that the device did wrong, or ""
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
 * The life of a guest. guest_realize() and guest_run() issue the ioctls in the
 * order of QEMU; guest_open() only opens and allocates.
 */
int guest_open(struct guest *g, const struct guest_config *cfg);
int guest_realize(struct guest *g);
int guest_run(struct guest *g);
/* Stops the device and keeps what it says of the rings for guest_run(). */
int guest_stop(struct guest *g);
/* After guest_stop(): empty rings, as a guest that was reset would have. */
void guest_reset(struct guest *g);
/*
 * After guest_stop(): another device, new and unconfigured, in place of the old
 * one; memory and rings stay as they are, for guest_realize() and guest_run().
 */
int guest_reopen(struct guest *g);
void guest_close(struct guest *g);

/* Parts of guest_realize() and guest_run(). */
int guest_set_features(struct guest *g, uint64_t features);
int guest_set_cid(struct guest *g, uint64_t cid);
int guest_set_running(struct guest *g, int running);
void guest_fill_rx(struct guest *g);
/* Descriptors of the ring itself that a packet of @size bytes takes. */
unsigned int guest_ring_parts(enum guest_layout layout, uint32_t size);

/* Notes something that the device did wrong; the first note is kept. */
void guest_fail(struct guest *g, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A header with all that is the same in most packets. */
struct virtio_vsock_hdr guest_hdr(const struct guest *g, unsigned int op,
				  uint32_t src_port, uint32_t dst_port);

/*
 * Sending without a copy: get a buffer (NULL: all are in flight), fill in the
 * header, whose len says how much payload there is, and the payload, and put
 * it. guest_tx_flush() then shows all of them to the device, with one kick.
 */
struct guest_buf *guest_tx_get(struct guest *g);
void guest_tx_put(struct guest *g, struct guest_buf *b);
void guest_tx_flush(struct guest *g);
/* Takes back what the device has used. */
void guest_tx_reap(struct guest *g);

/* One packet, copied; waits for a free buffer. */
int guest_send(struct guest *g, const struct virtio_vsock_hdr *hdr,
	       const void *data, uint64_t deadline);

/*
 * Receiving without a copy: the next packet (NULL: none there), and its buffer
 * back to the ring. guest_rx_flush() shows the buffers to the device.
 */
struct guest_buf *guest_rx_get(struct guest *g);
void guest_rx_put(struct guest *g, struct guest_buf *b);
void guest_rx_flush(struct guest *g);

/*
 * Sleeps until the device has used something or @fd (unless negative) has one
 * of @events. -ETIMEDOUT when the deadline has passed, -EPIPE when the device
 * signals that a ring is broken.
 */
int guest_wait(struct guest *g, int fd, short events, uint64_t deadline);

/* Waits until a chain of guest_ring_raw() is back, and frees it. */
int guest_wait_raw(struct guest *g, struct guest_ring *ring, int head,
		   uint32_t *len, uint64_t deadline);

/* Waits for the signal that a ring is broken. */
int guest_wait_err(struct guest_ring *ring, uint64_t deadline);

/* Parts of guest_open(): memory that the event queue takes, and the queue. */
size_t guest_event_size(const struct guest *g);
int guest_event_init(struct guest *g);
/*
 * Posts all buffers for events that are not, with one kick if it is wanted.
 * After an event this is the guest's answer.
 */
void guest_event_fill(struct guest *g);
/* Takes an event, or UINT32_MAX for an empty buffer: 1, 0 if there is none. */
int guest_event_get(struct guest *g, uint32_t *id);
/* Waits for one. */
int guest_event_wait(struct guest *g, uint32_t *id, uint64_t deadline);

#endif /* GUEST_H */
