// SPDX-License-Identifier: GPL-2.0
/*
 * A thread in the context of the device's owner, and the work it is given.
 *
 * A vhost_task is a thread of the owner's process: it has its memory, cgroups,
 * credentials and rlimits, and it ends with it.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/task_work.h>

#include "compat.h"
#include "worker.h"

#define VSB_WORK_QUEUED	0

/*
 * What a task closes is only closed on its way back to user space, where a
 * vhost_task never goes. A pending signal takes it through get_signal(), which
 * does as well: descriptors that were passed to us would pile up else.
 */
static void vsb_worker_close_files(void)
{
	if (task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_SIGNAL);
}

/* One round: run what is queued. Return: false when there was nothing. */
static bool vsb_worker_run(void *arg)
{
	struct vsb_worker *worker = arg;
	struct llist_node *node = llist_del_all(&worker->works);
	struct vsb_work *work, *next;

	if (!node)
		return false;

	__set_current_state(TASK_RUNNING);
	node = llist_reverse_order(node);
	llist_for_each_entry_safe(work, next, node, node) {
		clear_bit(VSB_WORK_QUEUED, &work->queued);
		/* whoever finds it queued still is seen by this round */
		smp_mb__after_atomic();
		work->fn(work);
		cond_resched();
	}
	vsb_worker_close_files();
	return true;
}

static void vsb_worker_killed(void *arg)
{
	struct vsb_worker *worker = arg;

	if (worker->killed)
		worker->killed(worker->arg);
}

void vsb_worker_init(struct vsb_worker *worker, void (*killed)(void *arg),
		     void *arg)
{
	init_llist_head(&worker->works);
	worker->task = NULL;
	worker->killed = killed;
	worker->arg = arg;
}

/**
 * vsb_worker_start() - create the thread, with current as the owner
 * @worker: the worker
 * @name: name of the thread
 *
 * Return: 0, or an error of vhost_task_create().
 */
int vsb_worker_start(struct vsb_worker *worker, const char *name)
{
	struct vhost_task *task;

	task = vhost_task_create(vsb_worker_run, vsb_worker_killed, worker,
				 name);
	if (IS_ERR_OR_NULL(task))
		return task ? PTR_ERR(task) : -ENOMEM;

	/*
	 * From here on vsb_worker_queue() wakes the thread. What was queued
	 * before is found in the thread's first round.
	 */
	smp_store_mb(worker->task, task);
	vhost_task_start(task);
	return 0;
}

/**
 * vsb_worker_stop() - end the thread and wait for it
 * @worker: the worker
 *
 * Nothing may queue work any more: the caller has taken every source away.
 */
void vsb_worker_stop(struct vsb_worker *worker)
{
	struct vhost_task *task = worker->task;

	if (!task)
		return;
	vhost_task_stop(task);
	worker->task = NULL;
	init_llist_head(&worker->works);
}

/**
 * vsb_worker_queue() - give the worker something to do; from any context
 * @worker: the worker
 * @work: the work; nothing happens when it is queued already
 */
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work)
{
	struct vhost_task *task;

	if (test_and_set_bit(VSB_WORK_QUEUED, &work->queued))
		return;
	llist_add(&work->node, &worker->works);
	/* llist_add() is a full barrier: pairs with smp_store_mb() above */
	task = READ_ONCE(worker->task);
	if (task)
		vhost_task_wake(task);
}
