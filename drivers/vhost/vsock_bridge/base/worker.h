/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The worker: two threads in the context of the device's owner, and their work.
 */
#ifndef VSB_WORKER_H
#define VSB_WORKER_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/llist.h>
#include <linux/types.h>

#include "base/compat.h"

struct task_struct;
struct vhost_task;

/**
 * struct vsb_work - a function for a worker to run
 * @node: node in the worker's list
 * @queued: bit 0 is set while the work is in the list, or a thread has taken it
 *	from the list and not started it
 * @fn: the function; it is bounded, and queues the work again when more is left
 *	to do
 */
struct vsb_work {
	struct llist_node node;
	unsigned long queued;
	void (*fn)(struct vsb_work *work);
};

/* The threads of a worker. At most one thread is away at a time. */
enum vsb_worker_thread {
	VSB_THREAD,
	VSB_STAND_IN,
	VSB_THREADS,
	VSB_NOBODY = VSB_THREADS,
};

/**
 * struct vsb_worker - a thread, a stand-in for it, and a list of works
 * @works: the queued works; a lock-free list, usable from any context
 * @task: the first thread; NULL before vsb_worker_start() and after
 *	vsb_worker_stop()
 * @stand_in: the second thread, which runs the works while the first thread is
 *	away; NULL when @task is NULL
 * @stand_in_task: the task of @stand_in, by which the stand-in recognizes
 *	itself; set when the stand-in first runs
 * @rest: for each thread, the works that it has taken from @works and not
 *	started
 * @dying: the owner was killed and the threads exit, so no thread is woken any
 *	more
 * @away: the thread that runs a work that may block, or VSB_NOBODY. It also
 *	serves as a lock: operations that only one thread at a time may do are
 *	done by the thread that is away.
 * @kcov_handle: the owner's KCOV handle; the coverage of the works is recorded
 *	there
 * @killed: called by both threads when the owner was killed
 * @arg: argument of @killed
 *
 * Work may be queued at any time. A work that is queued while there is no
 * thread stays in the list until vsb_worker_start().
 *
 * A work calls vsb_worker_leave() before it may block for long. Most of these
 * works do not block in the end, and then cause no switch between the threads.
 */
struct vsb_worker {
	struct llist_head works;
	struct vhost_task *task;
	struct vhost_task *stand_in;
	struct task_struct *stand_in_task;
	struct llist_node *rest[VSB_THREADS];
	bool dying;
	atomic_t away;
	struct kcov_common_handle_id kcov_handle;
	void (*killed)(void *arg);
	void *arg;
};

/* The worker has threads, and they are not being stopped. */
static inline bool vsb_worker_is_there(const struct vsb_worker *worker)
{
	return READ_ONCE(worker->task);
}

static inline void vsb_work_init(struct vsb_work *work,
				 void (*fn)(struct vsb_work *work))
{
	work->queued = 0;
	work->fn = fn;
}

void vsb_worker_init(struct vsb_worker *worker, void (*killed)(void *arg),
		     void *arg);
int vsb_worker_start(struct vsb_worker *worker, const char *name,
		     const char *stand_in_name);
void vsb_worker_let_go_mm(struct vsb_worker *worker);
void vsb_worker_stop(struct vsb_worker *worker);
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work);
bool vsb_worker_leave(struct vsb_worker *worker);
void vsb_worker_return(struct vsb_worker *worker);

#endif /* VSB_WORKER_H */
