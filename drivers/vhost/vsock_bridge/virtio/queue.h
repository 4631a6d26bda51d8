/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtqueue: its ring, its eventfds, and the round that a kick starts.
 *
 * Code outside of virtio/ uses the functions below and accesses no field. The
 * functions on the packet path are inline and call the ring format. To add a
 * second ring format, choose between the two formats here.
 *
 * The data path's lock protects a queue, except for the fields that
 * vsb_queue_peek() and the hook of the kick use.
 */
#ifndef VSB_QUEUE_H
#define VSB_QUEUE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "virtio/kick.h"
#include "virtio/split.h"

struct eventfd_ctx;
struct vhost_vring_addr;
struct vsb_ctx;
struct vsb_log;
struct vsb_work;

/**
 * enum vsb_queue_index - the queues of virtio-vsock (virtio 1.3, 5.10.2)
 * @VSB_RX: packets to the guest
 * @VSB_TX: packets from the guest
 * @VSB_EVENT: events to the guest
 * @VSB_QUEUES: number of queues
 */
enum vsb_queue_index {
	VSB_RX,
	VSB_TX,
	VSB_EVENT,
	VSB_QUEUES,
};

/**
 * struct vsb_queue - a virtqueue
 * @ring: the ring
 * @kick: the eventfd that the guest signals
 * @call: the eventfd that interrupts the guest; a reference is held; NULL when
 *	there is no eventfd
 * @err: the eventfd that signals a broken ring to the VMM; a reference is held;
 *	NULL when there is no eventfd
 * @ctx: the context of the device
 * @work: the queue's round
 * @index: which of the queues this is
 * @active: the VMM had set the size and the addresses when the device was
 *	started. RX and TX must be set; a VMM that sends events itself does not
 *	set the event queue.
 * @reported: VRING_BROKEN was reported
 * @busyloop_us: VHOST_SET_VRING_BUSYLOOP_TIMEOUT, in microseconds
 * @stop_base: index of the next available entry when the device was stopped
 * @stop_used: the last used element when the device was stopped
 */
struct vsb_queue {
	struct vsb_split ring;
	struct vsb_kick kick;
	struct eventfd_ctx *call;
	struct eventfd_ctx *err;
	struct vsb_ctx *ctx;
	struct vsb_work *work;
	enum vsb_queue_index index;
	bool active;
	bool reported;
	u32 busyloop_us;
	u16 stop_base;
	u64 stop_used;
};

/**
 * struct vsb_queue_seen - the state that vsb_queue_peek() compares with
 * @ring: the state of the ring
 */
struct vsb_queue_seen {
	struct vsb_split_seen ring;
};

/* Functions that initialize, start, stop and destroy a queue. */
void vsb_queue_init(struct vsb_queue *q, enum vsb_queue_index index,
		    struct vsb_ctx *ctx, struct vsb_log *log,
		    struct vsb_work *work);
void vsb_queue_destroy(struct vsb_queue *q);
int vsb_queue_start(struct vsb_queue *q, u64 features);
void vsb_queue_stop(struct vsb_queue *q);
void vsb_queue_disconnect(struct vsb_queue *q);
bool vsb_queue_is_resumed(const struct vsb_queue *q);
void vsb_queue_schedule(struct vsb_queue *q);

/* Functions that set parameters for the VMM. */
int vsb_queue_set_num(struct vsb_queue *q, u32 num);
int vsb_queue_set_base(struct vsb_queue *q, u32 base);
u32 vsb_queue_base(const struct vsb_queue *q);
int vsb_queue_set_addr(struct vsb_queue *q, const struct vhost_vring_addr *a,
		       bool running);
int vsb_queue_set_kick(struct vsb_queue *q, int fd);
int vsb_queue_set_call(struct vsb_queue *q, int fd);
int vsb_queue_set_err(struct vsb_queue *q, int fd);
bool vsb_queue_log_fits(const struct vsb_queue *q, const void __user *base);

/* Functions for a round of the queue. */
void vsb_queue_count_fault(struct vsb_queue *q, enum vsb_fault fault);
void vsb_queue_report(struct vsb_queue *q);
bool vsb_queue_park(struct vsb_queue *q);

static inline void vsb_queue_set_busyloop(struct vsb_queue *q, u32 us)
{
	q->busyloop_us = us;
}

static inline u32 vsb_queue_busyloop(const struct vsb_queue *q)
{
	return q->busyloop_us;
}

/* Return: the number of kicks so far. */
static inline u64 vsb_queue_kicks(const struct vsb_queue *q)
{
	return READ_ONCE(q->kick.count);
}

static inline bool vsb_queue_is_active(const struct vsb_queue *q)
{
	return q->active;
}

/* Has the ring violated the protocol? The device does not use such a ring. */
static inline bool vsb_queue_is_broken(const struct vsb_queue *q)
{
	return q->ring.broken;
}

/* Return: the number of entries. */
static inline u32 vsb_queue_num(const struct vsb_queue *q)
{
	return q->ring.num;
}

/* Return: avail.idx at its last read, a count of the available chains. */
static inline u16 vsb_queue_added(const struct vsb_queue *q)
{
	return q->ring.avail_idx;
}

/* Return: the work for all chains so far; see vsb_queue_is_spent(). */
static inline u32 vsb_queue_walked(const struct vsb_queue *q)
{
	return q->ring.walked;
}

/* Has a round that began at vsb_queue_walked() @since used up its share? */
static inline bool vsb_queue_is_spent(const struct vsb_queue *q, u32 since)
{
	return vsb_split_is_spent(&q->ring, since);
}

/* Takes the next available chain; see vsb_split_next(). */
static inline int vsb_queue_next(struct vsb_queue *q, struct vsb_mem *mem,
				 struct vsb_chain *chain)
{
	return vsb_split_next(&q->ring, mem, chain);
}

/* Takes chains of one plain descriptor each; see vsb_split_next_plain(). */
static inline unsigned int
vsb_queue_next_plain(struct vsb_queue *q, const struct vsb_mem *mem,
		     struct iovec *iov, u16 *heads, unsigned int max, u32 len)
{
	return vsb_split_next_plain(&q->ring, mem, iov, heads, max, len);
}

/* Returns the last @count chains that were taken to the queue. */
static inline void vsb_queue_rewind(struct vsb_queue *q, u16 count)
{
	vsb_split_rewind(&q->ring, count);
}

/* Logs that the beginning of a chain was written; see vsb_split_log_chain(). */
static inline void vsb_queue_log_chain(struct vsb_queue *q,
				       const struct iovec *iov, const u64 *gpa,
				       unsigned int nr, size_t len)
{
	vsb_split_log_chain(&q->ring, iov, gpa, nr, len);
}

/* Stages chain @head as used, with @len bytes written. */
static inline void vsb_queue_push(struct vsb_queue *q, u16 head, u32 len)
{
	vsb_split_push(&q->ring, head, len);
}

/* Return: true if there are used chains that the driver does not see yet. */
static inline bool vsb_queue_has_staged(const struct vsb_queue *q)
{
	return q->ring.staged;
}

/* Publish the used chains to the driver; see vsb_interrupt_finish(). */
static inline bool vsb_queue_publish(struct vsb_queue *q)
{
	return vsb_split_publish(&q->ring);
}

/* Does the driver want an interrupt? See vsb_split_wants_interrupt(). */
static inline bool vsb_queue_wants_interrupt(struct vsb_queue *q)
{
	return vsb_split_wants_interrupt(&q->ring);
}

/* The driver was interrupted, or needs no interrupt. */
static inline void vsb_queue_set_signalled(struct vsb_queue *q)
{
	vsb_split_set_signalled(&q->ring);
}

/* The device could not send an interrupt; send one for the next used chain. */
static inline void vsb_queue_signal_next(struct vsb_queue *q)
{
	vsb_split_signal_next(&q->ring);
}

/* Return: the descriptors that were walked since vsb_queue_set_signalled(). */
static inline u32 vsb_queue_unsignalled(const struct vsb_queue *q)
{
	return q->ring.unsignalled;
}

/*
 * Reads how many chains are available. Return: -EFAULT if the ring is broken.
 */
static inline int vsb_queue_count(struct vsb_queue *q)
{
	return vsb_split_count(&q->ring);
}

/* Asks for a kick with the @count-th chain; see vsb_split_park_until(). */
static inline bool vsb_queue_park_until(struct vsb_queue *q, u16 count)
{
	return vsb_split_park_until(&q->ring, count);
}

/* Disables kicks. */
static inline void vsb_queue_unpark(struct vsb_queue *q)
{
	vsb_split_unpark(&q->ring);
}

/* Prepare vsb_queue_peek(). The caller has taken all available chains. */
static inline void vsb_queue_peek_at(const struct vsb_queue *q,
				     struct vsb_queue_seen *seen)
{
	vsb_split_peek_at(&q->ring, &seen->ring);
}

/* Has the driver made a chain available? Needs no lock. */
static inline bool vsb_queue_peek(const struct vsb_queue_seen *seen)
{
	return vsb_split_peek(&seen->ring);
}

#endif /* VSB_QUEUE_H */
