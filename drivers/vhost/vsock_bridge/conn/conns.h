/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of a device as a whole: its lists, queues and counts.
 *
 * The data path's lock protects everything in this file, except for @ready.
 */
#ifndef VSB_CONNS_H
#define VSB_CONNS_H

#include <linux/list.h>
#include <linux/types.h>

#include "conn/deadlines.h"
#include "conn/pure/rstq.h"
#include "conn/ready.h"
#include "conn/flows.h"

struct vsb_ctx;
struct vsb_pages;
struct vsb_work;

/**
 * struct vsb_conns - the connections of a device
 * @ctx: the context of the device
 * @pages: pages that the host ends may send by reference
 * @flows: connections that the guest knows, by their ports
 * @deadlines: the due times of connections
 * @ready: connections whose host end had an event; each with a reference
 * @rsts: RST packets without a connection
 * @all: all connections, in any state, in the order in which they began
 * @rxq: connections that have packets for the guest, oldest first
 * @silent: clients in the handshake that have not sent a byte, oldest first
 * @begun: the other clients in the handshake, in the order of their first byte
 * @requested: connections in VSB_REQUESTED, least recently checked first
 * @stalled: connections that hold bytes which the host program has not
 *	accepted, except those in VSB_LINGER; longest without progress first
 * @lingering: connections in VSB_LINGER that hold such bytes, in the same order
 * @closing: host ends that the lock holder closes after its unlock
 * @nr: number of connections, without clients in the handshake
 * @nr_dead: number of those of @nr that only owe the guest an RST
 * @nr_lingering: number of those of @nr that are in VSB_LINGER
 * @nr_handshakes: number of clients in the handshake
 * @nr_connecting: number of connects that the connector has
 * @last_id: ID of the connection that began last
 * @seqpacket: VIRTIO_VSOCK_F_SEQPACKET was negotiated
 */
struct vsb_conns {
	struct vsb_ctx *ctx;
	struct vsb_pages *pages;
	struct vsb_flows flows;
	struct vsb_deadlines deadlines;
	struct vsb_ready ready;
	struct vsb_rstq rsts;
	struct list_head all;
	struct list_head rxq;
	struct list_head silent;
	struct list_head begun;
	struct list_head requested;
	struct list_head stalled;
	struct list_head lingering;
	struct list_head closing;
	u32 nr;
	u32 nr_dead;
	u32 nr_lingering;
	u32 nr_handshakes;
	u32 nr_connecting;
	u64 last_id;
	bool seqpacket;
};

int vsb_conns_init(struct vsb_conns *conns, struct vsb_ctx *ctx,
		   struct vsb_pages *pages, struct vsb_work *ready_work,
		   struct vsb_work *timer_work);
void vsb_conns_stop(struct vsb_conns *conns);
void vsb_conns_destroy(struct vsb_conns *conns);

bool vsb_conns_check_type(struct vsb_conns *conns, u16 type, u32 guest_port);
void vsb_conns_reply_rst(struct vsb_conns *conns, u32 host_port, u32 guest_port,
			 u16 type);

#endif /* VSB_CONNS_H */
