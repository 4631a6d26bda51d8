/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads in the context of the device's owner, and the work they are given.
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
 * struct vsb_work - something for a worker to do
 * @node: place in the worker's list
 * @queued: bit 0: it is in the list, or a thread has taken it and not begun
 * @fn: what to do; bounded, it queues itself again when more is left
 */
struct vsb_work {
	struct llist_node node;
	unsigned long queued;
	void (*fn)(struct vsb_work *work);
};

/* A worker's threads, and who of them is away: one at a time. */
enum vsb_worker_thread {
	VSB_THREAD,
	VSB_STAND_IN,
	VSB_THREADS,
	VSB_NOBODY = VSB_THREADS,
};

/**
 * struct vsb_worker - a thread, another one that stands in for it, and a list
 * @works: works that were queued; lock-free, from any context
 * @task: the thread; NULL before vsb_worker_start() and after stop
 * @stand_in: does the work while the thread is away; NULL as @task is
 * @stand_in_task: the same, so that it knows itself; set when it first runs
 * @rest: what each of them has taken out of @works and not begun with
 * @dying: the owner was killed, so the threads exit although work may still be
 *	queued
 * @away: the thread that runs a work that may block, or VSB_NOBODY; excludes:
 *	what only one thread at a time may do, a thread does while it is away
 * @kcov_handle: to whose coverage the works belong, in kernels with KCOV: the
 *	owner's
 * @killed: called by both threads when the owner was killed
 * @arg: argument of @killed
 *
 * Work may be queued at any time. What is queued while there is no thread
 * stays in the list; vsb_worker_start() takes it up.
 *
 * A work that may block for long says so by vsb_worker_leave(). Most do not
 * block in the end, and cost no change of threads then.
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

/* It has threads, and they are not being stopped. */
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
