/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection between a host socket and a port of the guest.
 *
 * The data path's lock protects all fields, unless stated otherwise.
 *
 * References: one for being in conntab's list of all connections, which ends
 * with VSB_ACT_FREE; one for being in conntab's ready list; one while the
 * connector has it; one until its socket is closed. VSB_ACT_RELEASE frees the
 * buffers regardless of the references; the next unlock releases the host
 * socket.
 */
#ifndef VSB_CONN_H
#define VSB_CONN_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/virtio_vsock.h>

#include "base/coalesce.h"
#include "base/reason.h"
#include "conn/bounds.h"
#include "conn/gathered.h"
#include "conn/pure/credit.h"
#include "conn/pure/line.h"
#include "conn/pure/state.h"
#include "conn/table.h"
#include "conn/txbuf.h"
#include "host/unix/socket.h"

/*
 * Interval between CREDIT_REQUESTs while the guest gives no credit; doubled
 * each time. Many drivers never report reads unasked, so the first interval is
 * about the time that a program needs to be scheduled and to read.
 */
#define VSB_PROBE_MIN_MS	2
#define VSB_PROBE_MAX_MS	12800

/*
 * The driver of a running guest counts as silent after this number of
 * CREDIT_REQUESTs in a row without an answer. With the doubled intervals that
 * takes about half a second.
 */
#define VSB_SILENT_ASKS		8

/* Idle time of a connection after which the guest gets all of its credit. */
#define VSB_TELL_MS		10

struct iov_iter;
struct vsb_route;

/**
 * struct vsb_conn - a connection
 * @ctx: the context of its device
 * @tab: the table of its device
 * @ref: references, see above
 * @host_port: port of the host side; does not change once the guest or the
 *	connector knows it
 * @guest_port: port of the guest side; likewise
 * @by_guest: the guest asked for it; else a host program
 * @type: VIRTIO_VSOCK_TYPE_*; does not change
 * @cs: its state
 * @credit: byte and packet credit, both ways
 * @taken: of SEQPACKET, how much of the host program's message at hand the
 *	guest has been given
 * @tx_bytes: bytes from the guest, in all
 * @rx_bytes: bytes to the guest, in all
 * @txbuf: the guest's bytes that the host socket has not taken
 * @bounds: of SEQPACKET, the ends of the messages in @txbuf
 * @sock: the host socket
 * @readable: a read from the host socket may bring something
 * @line_begun: bytes of its CONNECT line were seen
 * @line_len: bytes of @line
 * @line: the beginning of its CONNECT line
 * @credit_asked: a CREDIT_REQUEST is owed or sent, and no credit has come since
 * @unanswered: number of CREDIT_REQUESTs in a row that the guest has not
 *	answered although it returned RX buffers between them
 * @asked_at: avail index of the RX ring at the last CREDIT_REQUEST
 * @probe_ms: interval until the next CREDIT_REQUEST
 * @idle_fwd_cnt: the credit's fwd_cnt when VSB_DUE_TELL was set
 * @rcv_late: the delay of an owed SHUTDOWN(RCV) has expired
 * @rx_chains: how many RX chains the next read is given; grows with success
 * @cancelled: the connector need not connect any more; read without lock
 * @hash: place in conntab's buckets
 * @all: place in conntab's list of all
 * @waiting: entry in conntab's list of silent or of begun clients during the
 *	handshake, then in vsb_room.requested
 * @stalled: entry in vsb_room.stalled or vsb_room.lingering
 * @progress_at: time in ns of the host program's last progress, or of the first
 *	buffered byte
 * @unread: unread bytes in the host socket at the last check for progress
 * @closing: entry in conntab's list of sockets to be closed
 * @closed: the socket to be closed, while @closing is listed
 * @rxq: place in conntab's receive queue
 * @due: by enum vsb_due: the time in nanoseconds, or 0
 * @deadline: place among conntab's deadlines: the earliest of @due, or earlier
 * @gathered: what the round at hand brings for the host socket
 * @row: whether its events may wait
 * @ready: place in conntab's ready list
 * @ready_queued: bit 0: it is in that list; from any context
 * @connect: place in the connector's list
 * @route: while it is there: where it goes, with a reference
 * @connected: result of the connector: a socket, an error, or NULL before;
 *	handed over with VSB_SOCK_CONNECTED
 * @why: the first reason for which it ended, or will end; VSB_REASON_NONE before
 * @id: names it among those of its device; does not change
 * @began_at: when, in nanoseconds; likewise
 */
struct vsb_conn {
	struct vsb_ctx *ctx;
	struct vsb_conntab *tab;
	refcount_t ref;
	u32 host_port;
	u32 guest_port;
	bool by_guest;
	u16 type;
	struct vsb_conn_state cs;
	struct vsb_credit credit;
	u32 taken;
	u64 tx_bytes;
	u64 rx_bytes;
	struct vsb_txbuf txbuf;
	struct vsb_bounds bounds;
	struct vsb_socket sock;
	bool readable;
	bool line_begun;
	u8 line_len;
	char line[VSB_LINE_MAX];
	bool credit_asked;
	u8 unanswered;
	u16 asked_at;
	u16 probe_ms;
	bool rcv_late;
	u32 idle_fwd_cnt;
	u8 rx_chains;
	bool cancelled;

	struct hlist_node hash;
	struct list_head all;
	struct list_head waiting;
	struct list_head rxq;
	struct list_head stalled;
	u64 progress_at;
	u32 unread;
	struct list_head closing;
	struct socket *closed;
	u64 due[VSB_DUES];
	struct timerqueue_node deadline;
	struct vsb_gathered gathered;
	struct vsb_row row;
	struct llist_node ready;
	unsigned long ready_queued;

	struct list_head connect;
	struct vsb_route *route;
	struct socket *connected;

	enum vsb_reason why;
	u64 id;
	u64 began_at;
};

int vsb_conn_init_module(void);
void vsb_conn_exit_module(void);

struct vsb_conn *vsb_conn_alloc(struct vsb_conntab *tab);
void vsb_conn_begin(struct vsb_conn *conn, enum vsb_state state, u16 type);
void vsb_conn_put(struct vsb_conn *conn);

static inline bool vsb_conn_is_seqpacket(const struct vsb_conn *conn)
{
	return conn->type == VIRTIO_VSOCK_TYPE_SEQPACKET;
}

static inline struct vsb_conn *vsb_conn_get(struct vsb_conn *conn)
{
	refcount_inc(&conn->ref);
	return conn;
}

void vsb_conn_event(struct vsb_conn *conn, enum vsb_event event, u32 flags);
void vsb_conn_error(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_fail(struct vsb_conn *conn, enum vsb_reason reason);
void vsb_conn_fail_by(struct vsb_conn *conn, enum vsb_reason reason,
		      enum vsb_event event);
void vsb_conn_abort(struct vsb_conn *conn, enum vsb_reason why,
		    enum vsb_event event);
void vsb_conn_owe(struct vsb_conn *conn, u16 owed);
void vsb_conn_ask_credit(struct vsb_conn *conn);
void vsb_conn_got_credit(struct vsb_conn *conn);
void vsb_conn_due(struct vsb_conn *conn, enum vsb_due due, bool gated);
void vsb_conn_notify(struct vsb_socket *s);
int vsb_conn_take_events(struct vsb_conn *conn);
void vsb_conn_stalled(const struct vsb_conn *conn, const char *cause);
bool vsb_conn_is_readable(struct vsb_conn *conn);
bool vsb_conn_has_work(const struct vsb_conn *conn);
bool vsb_conn_shutdown_waits(const struct vsb_conn *conn);
void vsb_conn_queue_rx(struct vsb_conn *conn);
void vsb_conn_kill(struct vsb_conn *conn, enum vsb_reason why);
void vsb_conn_forget(struct vsb_conn *conn, enum vsb_reason why);

void vsb_conn_check_gone(struct vsb_conn *conn);
void vsb_conn_host_ready(struct vsb_conn *conn, int events);
void vsb_conn_check_update(struct vsb_conn *conn);
void vsb_conn_tell_later(struct vsb_conn *conn);

/* conn_io.c: bytes, from and to the host socket */
bool vsb_conn_is_drained(const struct vsb_conn *conn);
void vsb_conn_drop_buffer(struct vsb_conn *conn);
void vsb_conn_forwarded(struct vsb_conn *conn, size_t len);
void vsb_conn_write(struct vsb_conn *conn, struct iov_iter *from, bool eom);
void vsb_conn_flush(struct vsb_conn *conn);
u32 vsb_conn_offers(struct vsb_conn *conn);
long vsb_conn_read(struct vsb_conn *conn, struct iov_iter *to, u32 offered,
		   bool *eom);

#endif /* VSB_CONN_H */
