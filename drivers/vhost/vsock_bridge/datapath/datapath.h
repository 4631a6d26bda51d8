/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data path of a device: everything that moves bytes for one guest.
 *
 * This header defines the structure. tx.c takes packets from the guest, rx.c
 * brings packets to the guest, event.c sends events to the guest. round.c runs
 * these in the worker, life.c starts and stops them, and quench.c ends them.
 */
#ifndef VSB_DATAPATH_H
#define VSB_DATAPATH_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "base/busy.h"
#include "base/ctx.h"
#include "base/reason.h"
#include "conn/connector.h"
#include "conn/conns.h"
#include "conn/listener.h"
#include "datapath/busy_poll.h"
#include "datapath/gate.h"
#include "datapath/gather.h"
#include "datapath/rx_slots.h"
#include "host/pages.h"
#include "host/route.h"
#include "virtio/dirty_log.h"
#include "virtio/interrupt.h"
#include "virtio/mem.h"
#include "virtio/queue.h"

/* One listener for each type of socket. */
enum vsb_listener_index {
	VSB_LISTEN_STREAM,
	VSB_LISTEN_SEQPACKET,
	VSB_LISTENERS,
};

/*
 * The rounds that the worker runs; see round.c. The queues' rounds come first.
 */
enum vsb_round_index {
	VSB_ROUND_RX = VSB_RX,
	VSB_ROUND_TX = VSB_TX,
	VSB_ROUND_EVENT = VSB_EVENT,
	VSB_ROUND_READY,
	VSB_ROUND_ACCEPT,
	VSB_ROUND_TIMER,
	VSB_ROUND_INTERRUPT,
	VSB_ROUNDS,
};

/**
 * struct vsb_round - a round of a data path
 * @work: runs the round in the worker
 * @dp: the data path
 */
struct vsb_round {
	struct vsb_work work;
	struct vsb_datapath *dp;
};

/**
 * struct vsb_remains - objects that the end of a device releases after its
 * unlock, because a file system can delay the release
 * @acceptor: the acceptors of the listeners
 * @routes: the routes, which hold directories and namespaces
 * @connects: connections that waited for a connect
 */
struct vsb_remains {
	struct vsb_acceptor *acceptor[VSB_LISTENERS];
	struct vsb_route *routes;
	struct list_head connects;
};

/**
 * struct vsb_datapath - everything that moves bytes for one guest
 * @lock: protects the whole structure, unless a member says otherwise. The
 *	worker takes it for one bounded round at a time, and ioctls take it;
 *	vsb_datapath_unlock() releases it. See "Locks" in
 *	Documentation/driver-api/design.rst.
 * @running: VHOST_VSOCK_SET_RUNNING: the device may access the rings
 * @dead: the owner was killed, or the device is being closed. The flag is final
 *	and is set without the lock.
 * @ended: sockets, hooks and rounds have ended. Either the task that set @dead
 *	or the task that held the lock at that time has ended them.
 * @quenched: completed after @ended is set
 * @busy: the users that delay the teardown: the open file, the task that sets
 *	@ended, and a connect that is under way
 * @ctx: counters, limits and threads, for every part
 * @guest_cid: the guest's CID; 0 until it is set
 * @features: the features that VHOST_SET_FEATURES set
 * @run_features: @features at the last start
 * @mem: the guest's memory
 * @log: the dirty log
 * @queue: the virtqueues
 * @interrupt: the interrupts of the guest
 * @gate: the gate of RX
 * @conns: the connections
 * @listener: the sockets that host programs connect to
 * @routes: the destinations of the guest's connections
 * @remains: objects that the task that ends the device releases; the task then
 *	accesses it without the lock
 * @connector: makes the connects for the guest; the worker's thread that
 *	connects is away meanwhile
 * @round: the rounds
 * @pages: pages for the bytes to host sockets
 * @poll: how long the worker polls
 * @rx_starved: packets for the guest wait for RX buffers
 * @rx_budget: number of RX chains that the current round may still take
 * @rx_since: vsb_queue_walked() of RX when the current round began
 * @chain_iov: parts of the current chains; scratch memory of one round
 * @chain_gpa: guest-physical addresses of these parts, while writes are logged
 * @gather: scratch memory of one round
 * @slots: scratch memory of one packet, or of one read, to the guest
 */
struct vsb_datapath {
	struct mutex lock;	/* all of the structure */
	bool running;
	bool dead;
	bool ended;
	struct completion quenched;
	struct vsb_busy busy;
	struct vsb_ctx ctx;
	u64 guest_cid;
	u64 features;
	u64 run_features;
	struct vsb_mem mem;
	struct vsb_log log;
	struct vsb_queue queue[VSB_QUEUES];
	struct vsb_interrupt interrupt;
	struct vsb_gate gate;
	struct vsb_conns conns;
	struct vsb_listener listener[VSB_LISTENERS];
	struct vsb_routes routes;
	struct vsb_remains remains;
	struct vsb_connector connector;
	struct vsb_round round[VSB_ROUNDS];
	struct vsb_pages pages;
	struct vsb_busy_poll poll;
	bool rx_starved;
	unsigned int rx_budget;
	u32 rx_since;
	struct iovec chain_iov[VSB_SEGS_MAX];
	u64 chain_gpa[VSB_SEGS_MAX];
	struct vsb_gather gather;
	struct vsb_rx_slots slots;
};

/* Return: true if the owner was killed or the last descriptor is closed. */
static inline bool vsb_datapath_is_dead(const struct vsb_datapath *dp)
{
	return READ_ONCE(dp->dead);
}

/* Makes the worker run a round. */
static inline void vsb_datapath_schedule(struct vsb_datapath *dp,
					 enum vsb_round_index round)
{
	vsb_worker_queue(&dp->ctx.worker, &dp->round[round].work);
}

void vsb_datapath_end_conns(struct vsb_datapath *dp,
			    void (*end)(struct vsb_conn *conn,
					enum vsb_reason why));
void vsb_datapath_forget_conns(struct vsb_datapath *dp);
bool vsb_datapath_log_fits(const struct vsb_datapath *dp,
			   const void __user *base, bool all);

#endif /* VSB_DATAPATH_H */
