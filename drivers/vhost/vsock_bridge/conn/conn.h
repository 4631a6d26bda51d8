/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection between a host end and a port of the guest.
 *
 * The data path's lock protects all fields, unless stated otherwise.
 *
 * References: one for the list of all connections, which ends with
 * VSB_ACT_FREE; one for the ready list; one while the connector has the
 * connection. VSB_ACT_RELEASE frees the buffer and detaches the host end
 * regardless of the references; the task that holds the lock closes the host
 * end after its unlock.
 */
#ifndef VSB_CONN_H
#define VSB_CONN_H

#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/virtio_vsock.h>

#include "base/reason.h"
#include "conn/buffer.h"
#include "conn/burst.h"
#include "conn/conns.h"
#include "conn/deadlines.h"
#include "conn/handshake.h"
#include "conn/pure/credit.h"
#include "conn/pure/state.h"
#include "conn/ready.h"
#include "conn/flows.h"
#include "host/end.h"
#include "host/watch.h"

/*
 * Interval between CREDIT_REQUESTs while the guest gives no credit; it doubles
 * with each request. Many drivers never report reads unasked, so the first
 * interval is about the time that a program needs to be scheduled and to read.
 */
#define VSB_PROBE_MIN_MS	2
#define VSB_PROBE_MAX_MS	12800

/*
 * The driver of a running guest counts as silent after this number of
 * consecutive CREDIT_REQUESTs without an answer. With the doubled intervals
 * this takes about half a second.
 */
#define VSB_SILENT_ASKS		8

/* Idle time of a connection after which the device reports all credit. */
#define VSB_REPORT_MS		10

struct vsb_gathered;
struct vsb_route;

/**
 * struct vsb_conn - a connection
 * @ctx: the context of its device
 * @conns: the connections of its device
 * @ref: references, see above
 * @flow: its ports, and its entry among the flows
 * @by_guest: the guest requested the connection; false if a host program did
 * @type: VIRTIO_VSOCK_TYPE_*; does not change
 * @cs: its state
 * @credit: byte and packet credit, both ways
 * @taken: for SEQPACKET, number of bytes of the host program's current message
 *	that the guest has received
 * @tx_bytes: total number of bytes from the guest
 * @rx_bytes: total number of bytes to the guest
 * @end: the host end; NULL before the host connect, and after the release
 * @watch: events of the host end and of the connector; from any context
 * @buffer: the guest's bytes that the host end has not accepted
 * @readable: a receive from the host end may return bytes or EOF
 * @handshake: the beginning of its CONNECT line
 * @credit_asked: a CREDIT_REQUEST is owed or sent, and no credit has arrived
 *	since
 * @unanswered: number of consecutive CREDIT_REQUESTs that the guest has not
 *	answered although it returned RX buffers between them
 * @asked_at: avail index of the RX ring at the last CREDIT_REQUEST
 * @probe_ms: interval until the next CREDIT_REQUEST
 * @idle_fwd_cnt: the credit's fwd_cnt when VSB_DUE_REPORT was armed
 * @rcv_late: the delay of an owed SHUTDOWN(RCV) has expired
 * @rx_chains: number of RX chains for the next receive; grows with success
 * @cancelled: the connector need not connect any more; read without the lock
 * @all: entry in vsb_conns.all
 * @waiting: entry in vsb_conns.silent or vsb_conns.begun during the handshake,
 *	then in vsb_conns.requested
 * @rxq: entry in vsb_conns.rxq
 * @deadline: its due times
 * @gathered: payload that the data path's current round has gathered for the
 *	host end; NULL if there is none
 * @burst: whether events of the host end may wait
 * @ready: entry in vsb_conns.ready
 * @connect: entry in the connector's list
 * @route: the route to connect to, with a reference, until the connect is made
 * @connected: result of the connector: a host end, an error, or NULL before;
 *	passed on with VSB_WATCH_CONNECTED
 * @reason: the first reason why it ended, or will end; VSB_REASON_NONE before
 * @id: identifies the connection within its device; does not change
 * @began_at: time at which it began, in ns; does not change
 */
struct vsb_conn {
	struct vsb_ctx *ctx;
	struct vsb_conns *conns;
	refcount_t ref;
	struct vsb_flow flow;
	bool by_guest;
	u16 type;
	struct vsb_conn_state cs;
	struct vsb_credit credit;
	u32 taken;
	u64 tx_bytes;
	u64 rx_bytes;
	struct vsb_end *end;
	struct vsb_watch watch;
	struct vsb_buffer buffer;
	bool readable;
	struct vsb_handshake handshake;
	bool credit_asked;
	u8 unanswered;
	u16 asked_at;
	u16 probe_ms;
	bool rcv_late;
	u32 idle_fwd_cnt;
	u8 rx_chains;
	bool cancelled;

	struct list_head all;
	struct list_head waiting;
	struct list_head rxq;
	struct vsb_deadline deadline;
	struct vsb_gathered *gathered;
	struct vsb_burst burst;
	struct vsb_ready_node ready;

	struct list_head connect;
	struct vsb_route *route;
	struct vsb_end *connected;

	enum vsb_reason reason;
	u64 id;
	u64 began_at;
};

int vsb_conn_init_module(void);
void vsb_conn_exit_module(void);

struct vsb_conn *vsb_conn_alloc(struct vsb_conns *conns);
void vsb_conn_begin(struct vsb_conn *conn, enum vsb_state state, u16 type);
void vsb_conn_put(struct vsb_conn *conn);

void vsb_conn_insert(struct vsb_conn *conn);
void vsb_conn_attach(struct vsb_conn *conn, struct vsb_end *end);

static inline bool vsb_conn_is_seqpacket(const struct vsb_conn *conn)
{
	return conn->type == VIRTIO_VSOCK_TYPE_SEQPACKET;
}

static inline struct vsb_conn *vsb_conn_get(struct vsb_conn *conn)
{
	refcount_inc(&conn->ref);
	return conn;
}

/* Return: the connection that the guest knows by these ports, or NULL. */
static inline struct vsb_conn *vsb_conn_find(const struct vsb_conns *conns,
					     u32 host_port, u32 guest_port)
{
	struct vsb_flow *flow = vsb_flows_find(&conns->flows, host_port,
					       guest_port);

	return flow ? container_of(flow, struct vsb_conn, flow) : NULL;
}

/*
 * Return: a connection with events; NULL if there is none. The caller owns the
 * ready list's reference from here on.
 */
static inline struct vsb_conn *vsb_conn_next_ready(struct vsb_conns *conns)
{
	struct vsb_ready_node *node = vsb_ready_next(&conns->ready);

	return node ? container_of(node, struct vsb_conn, ready) : NULL;
}

/* As vsb_deadlines_expired(). Return: the connection, or NULL. */
static inline struct vsb_conn *vsb_conn_next_expired(struct vsb_conns *conns,
						     enum vsb_due *due)
{
	struct vsb_deadline *deadline = vsb_deadlines_expired(&conns->deadlines,
							      due);

	return deadline ? container_of(deadline, struct vsb_conn, deadline) :
			  NULL;
}

static inline void vsb_conn_arm(struct vsb_conn *conn, enum vsb_due due, u32 ms)
{
	vsb_deadlines_arm(&conn->conns->deadlines, &conn->deadline, due, ms);
}

static inline void vsb_conn_disarm(struct vsb_conn *conn, enum vsb_due due)
{
	vsb_deadlines_disarm(&conn->conns->deadlines, &conn->deadline, due);
}

/*
 * Return: true if the host end has accepted all bytes of the guest. An
 * incomplete message is never sent.
 */
static inline bool vsb_conn_is_drained(const struct vsb_conn *conn)
{
	if (vsb_conn_is_seqpacket(conn))
		return !vsb_messages_first(&conn->buffer.messages);
	return vsb_buffer_is_empty(&conn->buffer);
}

void vsb_conn_event(struct vsb_conn *conn, enum vsb_event event, u32 flags);
void vsb_conn_error(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_fail(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_fail_by(struct vsb_conn *conn, enum vsb_reason reason,
		      enum vsb_event event);
void vsb_conn_abort(struct vsb_conn *conn, enum vsb_reason reason,
		    enum vsb_event event);
void vsb_conn_kill(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_forget(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_due(struct vsb_conn *conn, enum vsb_due due, bool gated);

void vsb_conn_owe(struct vsb_conn *conn, u16 owed);
void vsb_conn_queue_rx(struct vsb_conn *conn);
bool vsb_conn_is_readable(struct vsb_conn *conn);
bool vsb_conn_has_work(const struct vsb_conn *conn);
bool vsb_conn_shutdown_waits(const struct vsb_conn *conn);

void vsb_conn_ask_credit(struct vsb_conn *conn);
void vsb_conn_got_credit(struct vsb_conn *conn);
void vsb_conn_check_update(struct vsb_conn *conn);
void vsb_conn_forwarded(struct vsb_conn *conn, size_t len);
void vsb_conn_made_progress(struct vsb_conn *conn);

int vsb_conn_take_events(struct vsb_conn *conn);
void vsb_conn_trace_stall(const struct vsb_conn *conn, const char *cause);
void vsb_conn_check_gone(struct vsb_conn *conn);
void vsb_conn_check_shut_rd(struct vsb_conn *conn, unsigned int state);

#endif /* VSB_CONN_H */
