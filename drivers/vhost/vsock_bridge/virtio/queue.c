// SPDX-License-Identifier: GPL-2.0
/*
 * A virtqueue: its ring, its eventfds, and the round that a kick starts.
 */
#include <linux/eventfd.h>

#include "base/compat.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/reason.h"
#include "virtio/dirty_log.h"
#include "virtio/eventfd.h"
#include "virtio/queue.h"

/**
 * struct vsb_queue_errors - the reasons that differ between the queues
 * @kick: a kick eventfd could not be set
 * @direction: a descriptor has the wrong direction
 */
struct vsb_queue_errors {
	enum vsb_reason kick;
	enum vsb_reason direction;
};

static const struct vsb_queue_errors vsb_queue_errors[VSB_QUEUES] = {
	[VSB_RX] = {
		.kick = VSB_REASON_RX_QUEUE_EVENT_FAILS,
		.direction = VSB_REASON_UNWRITABLE_DESCRIPTOR,
	},
	[VSB_TX] = {
		.kick = VSB_REASON_TX_QUEUE_EVENT_FAILS,
		.direction = VSB_REASON_UNREADABLE_DESCRIPTOR,
	},
	[VSB_EVENT] = {
		.kick = VSB_REASON_EV_QUEUE_EVENT_FAILS,
		.direction = VSB_REASON_UNWRITABLE_DESCRIPTOR,
	},
};

/**
 * vsb_queue_init() - initialize a queue
 * @q: the queue, zeroed
 * @index: which of the queues it is
 * @ctx: the context of the device
 * @log: the dirty log of the device
 * @work: the queue's round
 */
void vsb_queue_init(struct vsb_queue *q, enum vsb_queue_index index,
		    struct vsb_ctx *ctx, struct vsb_log *log,
		    struct vsb_work *work)
{
	q->ctx = ctx;
	q->work = work;
	q->index = index;
	q->ring.writes = index != VSB_TX;
	q->ring.log = log;
	vsb_kick_init(&q->kick, &ctx->worker, work, &ctx->stats.device, index);
}

/* The caller has disconnected the queue. */
void vsb_queue_destroy(struct vsb_queue *q)
{
	vsb_eventfd_put(q->call);
	vsb_eventfd_put(q->err);
}

/**
 * vsb_queue_start() - start a queue
 * @q: the queue
 * @features: the negotiated features
 *
 * Return: 0, or -EFAULT when the ring or its log cannot be accessed.
 */
int vsb_queue_start(struct vsb_queue *q, u64 features)
{
	q->reported = false;
	q->active = q->index != VSB_EVENT || vsb_split_is_set(&q->ring);
	return q->active ? vsb_split_start(&q->ring, features) : 0;
}

/*
 * Save the position of the ring. Between two rounds all chains that were taken
 * are used.
 */
void vsb_queue_stop(struct vsb_queue *q)
{
	q->stop_base = q->ring.last_avail;
	if (q->active)
		q->stop_used = vsb_split_last_used(&q->ring);
}

/* After the return, kicks start no rounds. */
void vsb_queue_disconnect(struct vsb_queue *q)
{
	vsb_kick_clear(&q->kick);
}

/*
 * Does the ring continue at the position of the stop? A new ring may have the
 * same index, because an index has only 16 bits, but it does not hold the last
 * used element.
 */
bool vsb_queue_is_resumed(const struct vsb_queue *q)
{
	return !q->active || (q->ring.last_avail == q->stop_base &&
			      vsb_split_last_used(&q->ring) == q->stop_used);
}

/* Makes the worker run the queue's round. */
void vsb_queue_schedule(struct vsb_queue *q)
{
	vsb_worker_queue(&q->ctx->worker, q->work);
}

/* The device is stopped. Return: 0 or -EINVAL. */
int vsb_queue_set_num(struct vsb_queue *q, u32 num)
{
	return vsb_split_set_num(&q->ring, num);
}

/* The device is stopped. Return: 0 or -EINVAL. */
int vsb_queue_set_base(struct vsb_queue *q, u32 base)
{
	return vsb_split_set_base(&q->ring, base);
}

u32 vsb_queue_base(const struct vsb_queue *q)
{
	return q->ring.last_avail;
}

/* @running: the device runs. Return: 0, -EOPNOTSUPP, -EFAULT or -EINVAL. */
int vsb_queue_set_addr(struct vsb_queue *q, const struct vhost_vring_addr *a,
		       bool running)
{
	return vsb_split_set_addr(&q->ring, a, running);
}

static int vsb_queue_count_error(struct vsb_queue *q, int ret,
				 enum vsb_reason reason)
{
	if (ret)
		vsb_error(q->ctx, reason, 0, 0);
	return ret;
}

/* Return: 0, or an error of eventfd_fget(), which is counted. */
int vsb_queue_set_kick(struct vsb_queue *q, int fd)
{
	return vsb_queue_count_error(q, vsb_kick_set(&q->kick, fd),
				     vsb_queue_errors[q->index].kick);
}

/* Return: 0, or an error of eventfd_ctx_fdget(), which is counted. */
int vsb_queue_set_call(struct vsb_queue *q, int fd)
{
	return vsb_queue_count_error(q, vsb_eventfd_set(&q->call, fd),
				     VSB_REASON_EVENT_FD_FAILS);
}

/* Return: 0, or an error of eventfd_ctx_fdget(), which is counted. */
int vsb_queue_set_err(struct vsb_queue *q, int fd)
{
	return vsb_queue_count_error(q, vsb_eventfd_set(&q->err, fd),
				     VSB_REASON_EVENT_FD_FAILS);
}

/* Can a log at @base hold the used ring? True if that ring is not logged. */
bool vsb_queue_log_fits(const struct vsb_queue *q, const void __user *base)
{
	return vsb_split_log_fits(&q->ring, base);
}

static enum vsb_reason vsb_queue_fault_reason(const struct vsb_queue *q,
					      enum vsb_fault fault)
{
	switch (fault) {
	case VSB_FAULT_DIRECTION:
		return vsb_queue_errors[q->index].direction;
	case VSB_FAULT_CHAIN:
		return VSB_REASON_DESC_CHAIN_OVERFLOW;
	case VSB_FAULT_SEGS:
		return VSB_REASON_IOV_OVERFLOW;
	case VSB_FAULT_BOUNDS:
		return VSB_REASON_GUEST_MEMORY_BOUNDS;
	case VSB_FAULT_MEMORY:
		return VSB_REASON_GUEST_MEMORY;
	case VSB_FAULT_NONE:
		break;
	}
	return VSB_REASON_NONE;
}

void vsb_queue_count_fault(struct vsb_queue *q, enum vsb_fault fault)
{
	enum vsb_reason reason = vsb_queue_fault_reason(q, fault);

	if (reason != VSB_REASON_NONE)
		vsb_error(q->ctx, reason, 0, 0);
}

/* Signals the VMM if the dirty log has new bits. */
static void vsb_queue_report_log(struct vsb_log *log)
{
	if (likely(!log->dirty))
		return;
	log->dirty = false;
	if (log->ctx)
		vsb_eventfd_signal(log->ctx);
}

/**
 * vsb_queue_report() - signal the VMM for the dirty log and for a broken ring
 * @q: the queue
 *
 * A broken ring is reported only once.
 */
void vsb_queue_report(struct vsb_queue *q)
{
	vsb_queue_report_log(q->ring.log);
	if (!q->ring.broken || q->reported)
		return;
	q->reported = true;
	vsb_dev_warn(q->ctx, "vq %u: ring protocol violation, queue stopped\n",
		     q->index);
	vsb_error(q->ctx, VSB_REASON_VRING_BROKEN, 0, 0);
	if (q->err)
		vsb_eventfd_signal(q->err);
}

/**
 * vsb_queue_park() - ask for a kick, because the queue is empty
 * @q: the queue
 *
 * Return: true when the queue is not empty any more; then the driver may not
 * kick.
 */
bool vsb_queue_park(struct vsb_queue *q)
{
	bool more = vsb_split_park(&q->ring);

	vsb_queue_report(q);
	return more && !q->ring.broken;
}
