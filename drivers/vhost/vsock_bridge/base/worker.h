/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads in the context of the device's owner, and the work that they run.
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
 * @node: entry in the worker's list
 * @queued: bit 0 is set while the work is in the list, or a thread has taken it
 *	but has not called @fn yet
 * @fn: the function; its time is bounded, and it queues itself again if work is
 *	left
 */
struct vsb_work {
	struct llist_node node;
	unsigned long queued;
	void (*fn)(struct vsb_work *work);
};

/* The threads of a worker, and the value of ->away if no thread is away. */
enum vsb_worker_thread {
	VSB_THREAD,
	VSB_STAND_IN,
	VSB_THREADS,
	VSB_NOBODY = VSB_THREADS,
};

/**
 * struct vsb_worker - a thread, a stand-in for it, and a list of works
 * @works: the queued works; lock-free, from any context
 * @task: the thread; NULL before vsb_worker_start() and after vsb_worker_stop()
 * @stand_in: the thread that runs the works while @task is away; NULL as @task
 * @stand_in_task: the task of @stand_in, by which the stand-in recognizes
 *	itself; set in its first round
 * @rest: per thread, the works that it took out of @works and has not started
 * @dying: the owner was killed and the threads exit; queued works wake no
 *	thread
 * @away: the thread that runs a work that may block, or VSB_NOBODY. At most one
 *	thread is away, so code that runs only while its thread is away excludes
 *	itself.
 * @kcov_handle: the owner's coverage handle, for kernels with KCOV: the works
 *	count as the owner's coverage
 * @killed: called by both threads when the owner was killed
 * @arg: argument of @killed
 *
 * Work may be queued at any time. Work that is queued while there is no thread
 * stays in the list; vsb_worker_start() starts a thread that runs it.
 *
 * A work that may block for long calls vsb_worker_leave() first. Most such
 * works do not block in the end, and then no other thread is woken.
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

/* Return: true if the worker has threads and they are not being stopped. */
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
