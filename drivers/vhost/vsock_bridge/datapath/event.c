// SPDX-License-Identifier: GPL-2.0
/*
 * The event queue (virtio 1.3, 5.10.6.7), of a VMM that hands it over, and the
 * gate that an event closes.
 *
 * TRANSPORT_RESET tells a guest that none of its connections exists any more.
 * It has seen that when it gives a buffer back in place of the one that the
 * event came in: Linux resets its sockets first. A packet that is sent earlier
 * could reach a socket of an old connection, so RX stays closed until then. Virtio
 * does not oblige a driver to give the buffer back, and some never do. The gate
 * therefore opens by itself after the time that a guest has to answer a REQUEST.
 */
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/virtio_vsock.h>
#include <asm/byteorder.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "datapath/datapath.h"

/* One event: so many chains are tried, as far as one round may walk. */
#define VSB_EVENT_CHAINS	256

static u32 vsb_event_write(struct vsb_datapath *dp,
			   const struct vsb_chain *chain,
			   const struct virtio_vsock_event *event)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	struct iov_iter iter;
	size_t done;

	if (chain->fault) {
		vsb_datapath_count_fault(dp, q, chain->fault);
		return 0;
	}
	if (chain->len < sizeof(*event)) {
		vsb_error(&dp->ctx, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_HEADER, 0, 0);
		return 0;
	}

	iov_iter_init(&iter, ITER_DEST, chain->iov, chain->nr, sizeof(*event));
	done = copy_to_iter(event, sizeof(*event), &iter);
	vsb_vring_log_chain(&q->vr, chain->iov, chain->gpa, chain->nr,
			    sizeof(*event));
	if (done == sizeof(*event))
		return done;
	vsb_error(&dp->ctx, VSB_REASON_GUEST_MEMORY, 0, 0);
	return 0;
}

/*
 * Put an event into the first buffer that takes it; those before it go back
 * empty. Return: false when there is none.
 */
static bool vsb_event_put(struct vsb_datapath *dp, u32 id)
{
	const struct virtio_vsock_event event = { .id = cpu_to_le32(id) };
	struct vsb_vring *vr = &dp->queue[VSB_EVENT].vr;
	struct vsb_chain chain = {
		.iov = dp->chain_iov,
		.gpa = vsb_log_is_on(&dp->log) ? dp->chain_gpa : NULL,
		.max = ARRAY_SIZE(dp->chain_iov),
	};
	unsigned int chains = VSB_EVENT_CHAINS;
	u32 since = vr->walked;
	u32 len;

	while (chains-- && !vsb_vring_is_spent(vr, since) &&
	       vsb_vring_next(vr, &dp->mem, &chain) > 0) {
		len = vsb_event_write(dp, &chain, &event);
		vsb_vring_push(vr, chain.head, len);
		if (len)
			return true;
	}
	return false;
}

/* In interrupt context: the worker looks whether the gate's time is over. */
static void vsb_event_gate_expired(struct timer_list *timer)
{
	struct vsb_datapath *dp = container_of(timer, struct vsb_datapath,
					       gate_timer);

	vsb_worker_queue(&dp->ctx.worker, &dp->queue[VSB_EVENT].work);
}

void vsb_event_init(struct vsb_datapath *dp)
{
	timer_setup(&dp->gate_timer, vsb_event_gate_expired, 0);
}

/* Nothing may use the data path any more. */
void vsb_event_destroy(struct vsb_datapath *dp)
{
	timer_delete_sync(&dp->gate_timer);
}

/* Look again when the guest's time for an answer is over. */
static void vsb_event_set_timer(struct vsb_datapath *dp)
{
	s64 left = max_t(s64, dp->gate.until - ktime_get_ns(), 0);

	mod_timer(&dp->gate_timer, jiffies + nsecs_to_jiffies(left) + 1);
}

/* The guest can see the event from now on. */
static void vsb_event_start_time(struct vsb_datapath *dp)
{
	u32 ms = dp->ctx.limits.connect_timeout_ms;

	dp->gate.until = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC;
	vsb_event_set_timer(dp);
}

static bool vsb_event_is_overdue(const struct vsb_datapath *dp)
{
	return ktime_get_ns() >= dp->gate.until;
}

/*
 * The gate opens when the queue holds as many buffers again as it did before:
 * each that came back was answered, also those of an event before this one.
 */
static void vsb_event_close_gate(struct vsb_datapath *dp, u16 held)
{
	struct vsb_gate *gate = &dp->gate;

	gate->held = gate->closed ? max(gate->held, held) : held;
	gate->closed = true;
}

/**
 * vsb_event_send() - VSOCK_BRIDGE_SEND_EVENT
 * @dp: the data path; locked
 * @id: VIRTIO_VSOCK_EVENT_TRANSPORT_RESET
 *
 * The guest resets all its connections, so ours end as well.
 *
 * Return: 0, -ESHUTDOWN when the device does not run, -ENXIO when there is no
 * event queue, -ENOBUFS when the guest has no buffer in it, -EPIPE when it is
 * broken. In all these cases nothing ends, and the gate stays as it is.
 */
int vsb_event_send(struct vsb_datapath *dp, u32 id)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	bool sent;
	int held;

	if (!dp->running)
		return -ESHUTDOWN;
	if (!q->active)
		return -ENXIO;

	held = vsb_vring_count(&q->vr);
	sent = held > 0 && vsb_event_put(dp, id);
	vsb_datapath_finish(dp, q);
	if (q->vr.broken)
		return -EPIPE;
	if (!sent) {
		vsb_error(&dp->ctx, VSB_REASON_EMPTY_QUEUE, 0, 0);
		return -ENOBUFS;
	}

	dp->ctx.stats.events_sent++;
	vsb_event_close_gate(dp, held);
	vsb_event_start_time(dp);
	vsb_datapath_forget_all(dp);
	/* a guest that answers at once sends no kick, for none was asked for */
	vsb_event_look(dp);
	return 0;
}

/**
 * vsb_event_look() - open the gate if the guest has answered, or will not
 * @dp: the data path, running
 *
 * A broken queue will never bring an answer. It stops alone: the gate opens. The
 * same is true for a driver that has had its time.
 */
void vsb_event_look(struct vsb_datapath *dp)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];

	if (!dp->gate.closed)
		return;
	if (vsb_vring_await(&q->vr, dp->gate.held) || q->vr.broken ||
	    vsb_event_is_overdue(dp)) {
		dp->gate.closed = false;
		vsb_vring_unpark(&q->vr);
		vsb_worker_queue(&dp->ctx.worker, &dp->queue[VSB_RX].work);
	} else if (!timer_pending(&dp->gate_timer)) {
		/* ticks are no clock: it has fired too early */
		vsb_event_set_timer(dp);
	}
	vsb_datapath_finish(dp, q);
}

/**
 * vsb_event_start() - the device starts
 * @dp: the data path
 * @anew: and so does the guest, as its rings tell
 *
 * Then it has no event to answer; but for one that was restored, whose rings
 * begin elsewhere because this device is new. What told it of the event may
 * have been lost with the old one.
 */
void vsb_event_start(struct vsb_datapath *dp, bool anew)
{
	struct vsb_queue *q = &dp->queue[VSB_EVENT];
	struct vsb_gate *gate = &dp->gate;

	if ((anew && !gate->restored) || !q->active)
		gate->closed = false;
	gate->restored = false;
	if (!gate->closed)
		return;
	/* what SET_STATE said may be more than there can be */
	gate->held = min_t(u32, gate->held, q->vr.num);
	vsb_event_start_time(dp);
	vsb_call(dp, q);
	vsb_worker_queue(&dp->ctx.worker, &q->work);
}
