/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread in the context of the device's owner, and the work it is given.
 */
#ifndef VSB_WORKER_H
#define VSB_WORKER_H

#include <linux/llist.h>
#include <linux/types.h>

struct vhost_task;

/**
 * struct vsb_work - something for a worker to do
 * @node: place in the worker's list
 * @queued: bit 0: it is in the list; cleared just before @fn runs
 * @fn: what to do; bounded, it queues itself again when more is left
 */
struct vsb_work {
	struct llist_node node;
	unsigned long queued;
	void (*fn)(struct vsb_work *work);
};

/**
 * struct vsb_worker - a thread and its list
 * @works: works that were queued; lock-free, from any context
 * @task: the thread; NULL before vsb_worker_start() and after stop
 * @killed: called once by the thread when the owner was killed
 * @arg: argument of @killed
 *
 * Work may be queued at any time. What is queued while there is no thread
 * stays in the list; vsb_worker_start() takes it up.
 */
struct vsb_worker {
	struct llist_head works;
	struct vhost_task *task;
	void (*killed)(void *arg);
	void *arg;
};

static inline void vsb_work_init(struct vsb_work *work,
				 void (*fn)(struct vsb_work *work))
{
	work->queued = 0;
	work->fn = fn;
}

void vsb_worker_init(struct vsb_worker *worker, void (*killed)(void *arg),
		     void *arg);
int vsb_worker_start(struct vsb_worker *worker, const char *name);
void vsb_worker_stop(struct vsb_worker *worker);
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work);

#endif /* VSB_WORKER_H */
