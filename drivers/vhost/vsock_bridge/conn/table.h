/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of a device: lookup by ports, port allocation, limits, the
 * queue of those that have something for the guest, and deadlines.
 *
 * Everything is under the lock of the datapath, but @ready, which is
 * lock-free.
 */
#ifndef VSB_CONNTAB_H
#define VSB_CONNTAB_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/timer.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

#include "conn/pure/rstq.h"
#include "conn/room.h"

struct vsb_conn;
struct vsb_ctx;
struct vsb_pages;
struct vsb_work;

#define VSB_CONNTAB_BITS	12

/**
 * enum vsb_due - why something is due on a connection at a later time
 * @VSB_DUE_STATE: it has been in its state for too long
 * @VSB_DUE_PROBE: the guest is asked for credit again
 * @VSB_DUE_RCV: a SHUTDOWN(RCV) waits no longer for the host program's bytes
 * @VSB_DUE_TELL: if it is idle, the guest is told of all its credit
 * @VSB_DUES: how many purposes there are
 *
 * Each purpose has a due time of its own, see vsb_conntab_arm(), so that none
 * can take the time of another.
 */
enum vsb_due {
	VSB_DUE_STATE,
	VSB_DUE_PROBE,
	VSB_DUE_RCV,
	VSB_DUE_TELL,
	VSB_DUES,
};

/**
 * struct vsb_conntab - the connections of a device
 * @buckets: by both ports
 * @seed: of the hash, so that a guest cannot aim at a bucket
 * @conns: all, of any state
 * @rxq: those that have something for the guest, oldest first
 * @ready: those whose socket had an event; each is there once, with a reference
 * @ready_batch: those that were taken out of it, oldest first
 * @deadlines: connections by their earliest due time; see vsb_conntab_arm()
 * @timer: for the earliest of them
 * @paused: when the deadlines were stopped, in ns; 0 while they run
 * @closing: connections whose sockets the task that holds the lock releases
 *	behind its unlock; each with a reference
 * @room: those that can make room for others
 * @nr: connections, less those in the handshake
 * @dead: of them, those that owe the guest an RST and nothing else
 * @handshakes: those in the handshake: all of @silent and @begun
 * @silent: of them, those that have not been seen to send a byte, oldest first
 * @begun: the others, in the order in which their first byte was seen
 * @lingering: those that the guest is done with
 * @connecting: connects that the connector has
 * @last_id: of the connection that began last
 * @last_port: host port that was given out last
 * @seqpacket: VIRTIO_VSOCK_F_SEQPACKET was negotiated
 * @rsts: RST packets without a connection
 * @ctx: the context of the device
 * @pages: of the device
 * @coalesce: when the worker hears of @ready
 * @timer_work: for @deadlines
 * @accept_work: for the listener
 */
struct vsb_conntab {
	struct hlist_head *buckets;
	u32 seed;
	struct list_head conns;
	struct list_head rxq;
	struct llist_head ready;
	struct llist_node *ready_batch;
	struct timerqueue_head deadlines;
	struct timer_list timer;
	u64 paused;
	struct list_head closing;
	struct vsb_room room;
	u32 nr;
	u32 dead;
	u32 handshakes;
	struct list_head silent;
	struct list_head begun;
	u32 lingering;
	u32 connecting;
	u64 last_id;
	u32 last_port;
	bool seqpacket;
	struct vsb_rstq rsts;
	struct vsb_ctx *ctx;
	struct vsb_pages *pages;
	struct vsb_coalesce *coalesce;
	struct vsb_work *timer_work;
	struct vsb_work *accept_work;
};

int vsb_conntab_init(struct vsb_conntab *tab, struct vsb_ctx *ctx);
void vsb_conntab_destroy(struct vsb_conntab *tab);

struct vsb_conn *vsb_conntab_find(struct vsb_conntab *tab, u32 host_port,
				  u32 guest_port);
bool vsb_conntab_takes(struct vsb_conntab *tab, u16 type, u32 guest_port);
void vsb_conntab_insert(struct vsb_conntab *tab, struct vsb_conn *conn);
void vsb_conntab_remove(struct vsb_conntab *tab, struct vsb_conn *conn);
u32 vsb_conntab_pick_port(struct vsb_conntab *tab, u32 guest_port);

void vsb_conntab_arm(struct vsb_conntab *tab, struct vsb_conn *conn,
		     enum vsb_due due, u32 ms);
void vsb_conntab_disarm(struct vsb_conntab *tab, struct vsb_conn *conn,
			enum vsb_due due);
void vsb_conntab_disarm_all(struct vsb_conntab *tab, struct vsb_conn *conn);
struct vsb_conn *vsb_conntab_expired(struct vsb_conntab *tab,
				     enum vsb_due *due);
void vsb_conntab_pause(struct vsb_conntab *tab);
void vsb_conntab_resume(struct vsb_conntab *tab);

struct vsb_conn *vsb_conntab_next_ready(struct vsb_conntab *tab);

void vsb_conntab_reply_rst(struct vsb_conntab *tab, u32 host_port,
			   u32 guest_port, u16 type);

#endif /* VSB_CONNTAB_H */
