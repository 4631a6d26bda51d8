/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data path: receive.c takes packets from the guest, send.c brings packets
 * to it, event.c tells it of events, datapath.c holds them together and says
 * when they run.
 */
#ifndef VSB_DATAPATH_H
#define VSB_DATAPATH_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/timer.h>
#include <linux/types.h>

#include "base/busy.h"
#include "base/coalesce.h"
#include "base/ctx.h"
#include "conn/connector.h"
#include "conn/listener.h"
#include "conn/table.h"
#include "datapath/call.h"
#include "datapath/gather.h"
#include "datapath/poll.h"
#include "host/unix/pages.h"
#include "host/unix/route.h"
#include "virtio/dirty_log.h"
#include "virtio/kick.h"
#include "virtio/mem.h"
#include "virtio/split.h"

struct eventfd_ctx;

/* RX and TX are the guest's view; virtio 1.3, 5.10.2. */
enum vsb_queue_index {
	VSB_RX,
	VSB_TX,
	VSB_EVENT,
	VSB_QUEUES,
};

/* One for each type of socket. */
enum vsb_listener_index {
	VSB_LISTEN_STREAM,
	VSB_LISTEN_SEQPACKET,
	VSB_LISTENERS,
};

/**
 * struct vsb_queue - a virtqueue and its eventfds
 * @vr: the ring
 * @kick: from the guest
 * @call: to the guest; a reference is held; NULL when there is none
 * @err: to the VMM; likewise
 * @work: what a kick queues
 * @active: it was set when the device was started. RX and TX must be; a VMM
 *	that tells the guest of events itself keeps the event queue.
 * @stop_base: where the ring stood when the device was stopped
 * @stop_used: the used element before that place
 * @busyloop_us: VHOST_SET_VRING_BUSYLOOP_TIMEOUT, in microseconds
 * @reported: that it is broken was told
 */
struct vsb_queue {
	struct vsb_vring vr;
	struct vsb_kick kick;
	struct eventfd_ctx *call;
	struct eventfd_ctx *err;
	struct vsb_work work;
	bool active;
	u16 stop_base;
	struct vring_used_elem stop_used;
	u32 busyloop_us;
	bool reported;
};

/**
 * struct vsb_gate - keeps RX still until the guest has answered an event
 * @closed: it has not
 * @restored: VSOCK_BRIDGE_SET_STATE: the next start leaves it as it is
 * @until: when it opens without an answer, in nanoseconds; it has that time anew
 *	with each start
 * @held: chains that the event queue held before the event; when it holds as
 *	many again, that is the answer
 */
struct vsb_gate {
	bool closed;
	bool restored;
	u64 until;
	u16 held;
};

/* RX chains that one read is given at most. */
#define VSB_SEND_SLOTS	32U

/**
 * struct vsb_slot - an RX chain that was taken
 * @iov: its parts, among those of the data path
 * @gpa: their guest-physical addresses, or NULL when writes are not logged
 * @nr: how many
 * @room: bytes behind the header, no more than one turn fills
 * @head: its name
 */
struct vsb_slot {
	const struct iovec *iov;
	const u64 *gpa;
	unsigned int nr;
	u32 room;
	u16 head;
};

/**
 * struct vsb_slots - RX chains for one read
 * @nr: how many
 * @parts: entries of the data path's chain_iov in use
 * @payload: entries of what is behind the headers, in a row of the data path's
 *	gather, for nothing is gathered while we send
 * @room: bytes behind the headers, in all
 * @whole: each has room for a header in its first part
 * @slot: the chains, in the order of the ring
 */
struct vsb_slots {
	unsigned int nr;
	unsigned int parts;
	unsigned int payload;
	u32 room;
	bool whole;
	struct vsb_slot slot[VSB_SEND_SLOTS];
};

/**
 * struct vsb_remains - what is let go behind the end of a device, without its
 *	lock: a file system may make that wait
 * @listener: sockets that listened
 * @routes: with the directories and namespaces that they hold
 * @connects: connections that waited for a connect
 */
struct vsb_remains {
	struct socket *listener[VSB_LISTENERS];
	struct vsb_route *routes;
	struct list_head connects;
};

/**
 * struct vsb_datapath - everything that moves bytes for one guest
 * @lock: protects all of it, but what says otherwise. Taken by the worker for
 *	one bounded round at a time, and by ioctls; released by
 *	vsb_datapath_unlock(). See "Locks" in
 *	Documentation/driver-api/design.rst.
 * @running: VHOST_VSOCK_SET_RUNNING: the rings may be touched
 * @dead: the owner was killed, or the device is being closed: for good; set
 *	without the lock
 * @ended: what others see of it has ended: by the task that set @dead, or by the
 *	one that held the lock then
 * @quenched: completed behind that
 * @busy: what the teardown waits for: the open file, @ended, and a connect
 *	that is under way
 * @ctx: counters, limits and threads, for every part
 * @guest_cid: the guest's CID; 0 before it was set
 * @features: what VHOST_SET_FEATURES set
 * @run_features: what it was when the device was started last
 * @mem: the guest's memory
 * @log: which of it was written
 * @queue: the virtqueues
 * @gate: of RX
 * @gate_timer: for the time that it has
 * @tab: the connections
 * @listener: where host programs come in
 * @routes: where the guest goes
 * @remains: filled by the task that ends the device; without the lock then
 * @connector: how it gets there; takes a thread of the worker away for it
 * @ready_work: sockets with events
 * @coalesce: when it is queued
 * @timer_work: deadlines
 * @accept_work: clients in the backlog
 * @pages: for what goes to the host
 * @poll: how long the worker looks for more
 * @call_timer: calls that wait
 * @starved: what is for the guest waits for RX buffers
 * @send_budget: RX chains that the round at hand may still take
 * @send_since: @walked of the RX queue when that round began
 * @chain_iov: parts of the chains at hand; scratch of one round
 * @chain_gpa: their guest-physical addresses, while writes are logged
 * @gather: scratch of one round
 * @slots: scratch of one packet, or read, to the guest
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
	struct vsb_gate gate;
	struct timer_list gate_timer;
	struct vsb_conntab tab;
	struct vsb_listener listener[VSB_LISTENERS];
	struct vsb_routes routes;
	struct vsb_remains remains;
	struct vsb_connector connector;
	struct vsb_work ready_work;
	struct vsb_coalesce coalesce;
	struct vsb_work timer_work;
	struct vsb_work accept_work;
	struct vsb_pages pages;
	struct vsb_poll poll;
	struct vsb_call_timer call_timer;
	bool starved;
	unsigned int send_budget;
	u32 send_since;
	struct iovec chain_iov[VSB_SEGS_MAX];
	u64 chain_gpa[VSB_SEGS_MAX];
	struct vsb_gather gather;
	struct vsb_slots slots;
};

/* Its owner was killed, or its last descriptor is closed. */
static inline bool vsb_datapath_is_dead(const struct vsb_datapath *dp)
{
	return READ_ONCE(dp->dead);
}

/* datapath.c */
int vsb_datapath_init(struct vsb_datapath *dp,
		      void (*idle)(struct vsb_busy *busy));
void vsb_datapath_unlock(struct vsb_datapath *dp);
int vsb_datapath_attach(struct vsb_datapath *dp);
void vsb_datapath_set_features(struct vsb_datapath *dp, u64 features);
int vsb_datapath_set_cid(struct vsb_datapath *dp, u64 cid);
int vsb_datapath_start(struct vsb_datapath *dp);
void vsb_datapath_stop(struct vsb_datapath *dp);
void vsb_datapath_quench(struct vsb_datapath *dp);
void vsb_datapath_release(struct vsb_datapath *dp);
void vsb_datapath_destroy(struct vsb_datapath *dp);
void vsb_datapath_forget_all(struct vsb_datapath *dp);
void vsb_datapath_unlock(struct vsb_datapath *dp);
bool vsb_datapath_log_fits(const struct vsb_datapath *dp,
			   const void __user *base, bool all);
void vsb_datapath_finish(struct vsb_datapath *dp, struct vsb_queue *q);
bool vsb_datapath_park(struct vsb_datapath *dp, struct vsb_queue *q);
void vsb_datapath_count_fault(struct vsb_datapath *dp,
			      const struct vsb_queue *q, enum vsb_fault fault);

/* receive.c: guest to host */
bool vsb_receive(struct vsb_datapath *dp, struct vsb_poll_spot *spot);

/* send.c: host to guest */
void vsb_send(struct vsb_datapath *dp);

/* event.c: to the guest as a whole */
void vsb_event_init(struct vsb_datapath *dp);
void vsb_event_destroy(struct vsb_datapath *dp);
int vsb_event_send(struct vsb_datapath *dp, u32 id);
void vsb_event_look(struct vsb_datapath *dp);
void vsb_event_start(struct vsb_datapath *dp, bool anew);

#endif /* VSB_DATAPATH_H */
