// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a device as a whole: its lists, queues and counts.
 */
#include "base/ctx.h"
#include "base/reason.h"
#include "conn/conns.h"
#include "conn/pure/packet.h"

/**
 * vsb_conns_init() - initialize the connections of a device: there are none
 * @conns: the connections, zeroed
 * @ctx: the context of the device
 * @pages: pages that the host ends may send by reference
 * @ready_work: the round that handles events of host ends
 * @timer_work: the round that handles due times
 *
 * Return: 0 or -ENOMEM.
 */
int vsb_conns_init(struct vsb_conns *conns, struct vsb_ctx *ctx,
		   struct vsb_pages *pages, struct vsb_work *ready_work,
		   struct vsb_work *timer_work)
{
	int ret = vsb_flows_init(&conns->flows);

	if (ret)
		return ret;
	conns->ctx = ctx;
	conns->pages = pages;
	vsb_deadlines_init(&conns->deadlines, &ctx->worker, timer_work);
	vsb_ready_init(&conns->ready, &ctx->worker, ready_work);
	INIT_LIST_HEAD(&conns->all);
	INIT_LIST_HEAD(&conns->rxq);
	INIT_LIST_HEAD(&conns->silent);
	INIT_LIST_HEAD(&conns->begun);
	INIT_LIST_HEAD(&conns->requested);
	INIT_LIST_HEAD(&conns->stalled);
	INIT_LIST_HEAD(&conns->lingering);
	INIT_LIST_HEAD(&conns->closing);
	return 0;
}

/* The device has ended: stops the timers, which may still be running. */
void vsb_conns_stop(struct vsb_conns *conns)
{
	vsb_deadlines_destroy(&conns->deadlines);
	vsb_ready_destroy(&conns->ready);
}

/* All connections are gone and the timers have stopped. */
void vsb_conns_destroy(struct vsb_conns *conns)
{
	vsb_flows_destroy(&conns->flows);
}

/*
 * Return: true if the guest negotiated @type; false if not, which is counted.
 */
bool vsb_conns_check_type(struct vsb_conns *conns, u16 type, u32 guest_port)
{
	if (vsb_packet_type_ok(type, conns->seqpacket))
		return true;
	vsb_error(conns->ctx, VSB_REASON_SEQPACKET_REFUSED, 0, guest_port);
	return false;
}

/* Answers a packet that belongs to no connection. */
void vsb_conns_reply_rst(struct vsb_conns *conns, u32 host_port, u32 guest_port,
			 u16 type)
{
	const struct vsb_rst rst = {
		.host_port = host_port,
		.guest_port = guest_port,
		.type = type,
	};

	if (!vsb_rstq_add(&conns->rsts, rst))
		vsb_error(conns->ctx, VSB_REASON_RST_OVERFLOW, host_port,
			  guest_port);
}
