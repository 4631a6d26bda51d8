/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines: the times at which connections have something to do.
 *
 * The data path's lock protects everything in this file.
 */
#ifndef VSB_DEADLINES_H
#define VSB_DEADLINES_H

#include <linux/timer.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

struct vsb_work;
struct vsb_worker;

/**
 * enum vsb_due - the purposes of a connection's due times
 * @VSB_DUE_STATE: the connection has been in its state for too long
 * @VSB_DUE_PROBE: the device repeats a CREDIT_REQUEST
 * @VSB_DUE_RCV: a SHUTDOWN(RCV) stops waiting for the host program's bytes
 * @VSB_DUE_REPORT: if the connection is idle, the device reports all credit
 * @VSB_DUES: number of purposes
 *
 * Each purpose has its own due time, so that no purpose can delay another one;
 * see vsb_deadlines_arm().
 */
enum vsb_due {
	VSB_DUE_STATE,
	VSB_DUE_PROBE,
	VSB_DUE_RCV,
	VSB_DUE_REPORT,
	VSB_DUES,
};

/**
 * struct vsb_deadline - the due times of a connection
 * @due: for each enum vsb_due: the time in ns, or 0
 * @node: entry in struct vsb_deadlines.queue, at the earliest of @due or before
 *	it. It is in the queue as long as a due time is set.
 */
struct vsb_deadline {
	u64 due[VSB_DUES];
	struct timerqueue_node node;
};

/**
 * struct vsb_deadlines - the deadlines of a device
 * @queue: entries of connections, earliest first
 * @timer: fires for the earliest entry
 * @worker: worker of the device
 * @work: the round that handles the due times
 * @paused: the time at which the deadlines were paused, in ns; 0 while they run
 */
struct vsb_deadlines {
	struct timerqueue_head queue;
	struct timer_list timer;
	struct vsb_worker *worker;
	struct vsb_work *work;
	u64 paused;
};

void vsb_deadlines_init(struct vsb_deadlines *deadlines,
			struct vsb_worker *worker, struct vsb_work *work);
void vsb_deadlines_destroy(struct vsb_deadlines *deadlines);
void vsb_deadlines_pause(struct vsb_deadlines *deadlines);
void vsb_deadlines_resume(struct vsb_deadlines *deadlines);

void vsb_deadlines_arm(struct vsb_deadlines *deadlines,
		       struct vsb_deadline *deadline, enum vsb_due due, u32 ms);
void vsb_deadlines_disarm(struct vsb_deadlines *deadlines,
			  struct vsb_deadline *deadline, enum vsb_due due);
void vsb_deadlines_disarm_all(struct vsb_deadlines *deadlines,
			      struct vsb_deadline *deadline);
struct vsb_deadline *vsb_deadlines_expired(struct vsb_deadlines *deadlines,
					   enum vsb_due *due);

static inline void vsb_deadline_init(struct vsb_deadline *deadline)
{
	timerqueue_init(&deadline->node);
}

#endif /* VSB_DEADLINES_H */
