// SPDX-License-Identifier: GPL-2.0
/*
 * Threads in the context of the device's owner, and the work they are given.
 *
 * A vhost_task is a thread of the owner's process: it has its memory, cgroups,
 * credentials and rlimits, and it ends with it.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/task_work.h>

#include "base/compat.h"
#include "base/worker.h"

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

/* The next of those that were taken out of the list. */
static struct vsb_work *vsb_worker_next(struct vsb_worker *worker, int me)
{
	struct llist_node *node = worker->rest[me];

	if (!node)
		return NULL;
	worker->rest[me] = node->next;
	return llist_entry(node, struct vsb_work, node);
}

/* One round: run what is queued. Return: false when there was nothing. */
static bool vsb_worker_run_as(struct vsb_worker *worker, int me)
{
	struct llist_node *node = llist_del_all(&worker->works);
	struct vsb_work *work;

	if (!node)
		return false;

	__set_current_state(TASK_RUNNING);
	worker->rest[me] = llist_reverse_order(node);
	while ((work = vsb_worker_next(worker, me))) {
		/*
		 * (I): The release keeps the read of the list's next node before
		 * the bit, for a caller that finds the bit clear overwrites that.
		 */
		clear_bit_unlock(VSB_WORK_QUEUED, &work->queued);
		/* (I): this round sees what a caller did that found the bit set */
		smp_mb__after_atomic();
		vsb_kcov_remote_start(worker->kcov_handle);
		work->fn(work);
		kcov_remote_stop();
		cond_resched();
	}
	vsb_worker_close_files();
	return true;
}

static bool vsb_worker_run(void *arg)
{
	return vsb_worker_run_as(arg, VSB_THREAD);
}

/* The same for the stand-in, while it is one. */
static bool vsb_worker_stand_in(void *arg)
{
	struct vsb_worker *worker = arg;

	if (unlikely(!worker->stand_in_task))
		WRITE_ONCE(worker->stand_in_task, current);
	return atomic_read(&worker->away) == VSB_THREAD &&
	       vsb_worker_run_as(worker, VSB_STAND_IN);
}

static void vsb_worker_killed(void *arg)
{
	struct vsb_worker *worker = arg;

	WRITE_ONCE(worker->dying, true);
	worker->killed(worker->arg);
}

void vsb_worker_init(struct vsb_worker *worker, void (*killed)(void *arg),
		     void *arg)
{
	init_llist_head(&worker->works);
	worker->task = NULL;
	worker->stand_in = NULL;
	worker->stand_in_task = NULL;
	memset(worker->rest, 0, sizeof(worker->rest));
	atomic_set(&worker->away, VSB_NOBODY);
	worker->dying = false;
	worker->killed = killed;
	worker->arg = arg;
}

static int vsb_worker_create(struct vsb_worker *worker, bool (*fn)(void *arg),
			     const char *name, struct vhost_task **slot)
{
	struct vhost_task *task;

	task = vhost_task_create(fn, vsb_worker_killed, worker, name);
	if (IS_ERR_OR_NULL(task))
		return task ? PTR_ERR(task) : -ENOMEM;

	/* (S): a waker that finds the pointer finds the whole of the task */
	smp_store_release(slot, task);
	/*
	 * (F): From here on vsb_worker_queue() wakes the thread. What was
	 * queued before is found in the thread's first round.
	 */
	smp_mb();
	vhost_task_start(task);
	return 0;
}

/*
 * A thread that is being stopped is not woken any more. Nor is one that exits
 * with its owner: timers may still want to, and before Linux 6.17 nobody holds the
 * task of a vhost_task, which RCU frees after its exit.
 */
static void vsb_worker_wake(struct vsb_worker *worker, struct vhost_task **slot)
{
	struct vhost_task *task;

	rcu_read_lock();	/* (K): it is not freed before the end */
	/* (S): what is read of the task depends on the pointer */
	task = READ_ONCE(*slot);
	if (task && !READ_ONCE(worker->dying))
		vhost_task_wake(task);
	rcu_read_unlock();
}

/**
 * vsb_worker_start() - create the threads, with current as the owner
 * @worker: the worker
 * @name: name of the thread
 * @stand_in_name: name of the other one
 *
 * The caller holds no lock that a work or @killed takes: each thread runs at
 * once, and one that is alone is stopped again.
 *
 * Return: 0, or an error of vhost_task_create().
 */
int vsb_worker_start(struct vsb_worker *worker, const char *name,
		     const char *stand_in_name)
{
	int ret;

	worker->kcov_handle = vsb_kcov_common_handle();
	ret = vsb_worker_create(worker, vsb_worker_stand_in, stand_in_name,
				&worker->stand_in);
	if (ret)
		return ret;
	ret = vsb_worker_create(worker, vsb_worker_run, name, &worker->task);
	if (ret) {
		vhost_task_stop(worker->stand_in);
		worker->stand_in = NULL;
		/* the next one has to know itself, too */
		worker->stand_in_task = NULL;
	}
	return ret;
}

/* The device is dead: the threads use the owner's memory no more. */
void vsb_worker_let_go_mm(struct vsb_worker *worker)
{
	if (!worker->task)
		return;
	vhost_task_let_go_mm(worker->task);
	vhost_task_let_go_mm(worker->stand_in);
}

/**
 * vsb_worker_stop() - end the threads and wait for them
 * @worker: the worker
 *
 * Nothing may queue work any more but works themselves: the caller has taken
 * every other source away.
 */
void vsb_worker_stop(struct vsb_worker *worker)
{
	struct vhost_task *task = worker->task, *stand_in = worker->stand_in;

	if (!task)
		return;
	WRITE_ONCE(worker->task, NULL);
	WRITE_ONCE(worker->stand_in, NULL);
	/* (K): each thread may be about to wake the other one */
	synchronize_rcu();
	vhost_task_stop(task);
	vhost_task_stop(stand_in);
	init_llist_head(&worker->works);
}

/**
 * vsb_worker_queue() - give the worker something to do; from any context
 * @worker: the worker
 * @work: the work; nothing happens when it is queued already
 */
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work)
{
	/* (I), a full barrier: the thread that takes it sees all earlier writes */
	if (test_and_set_bit(VSB_WORK_QUEUED, &work->queued))
		return;
	/*
	 * (F) (G) (P), a full barrier: orders llist_add() before the reads of
	 * the thread, of @away and of the sleeper's state.
	 */
	llist_add(&work->node, &worker->works);
	vsb_worker_wake(worker, atomic_read(&worker->away) == VSB_THREAD ?
				&worker->stand_in : &worker->task);
}

/* The works that this thread has taken and not begun go back to the list. */
static void vsb_worker_put_back(struct vsb_worker *worker, int me)
{
	struct llist_node *last = worker->rest[me];

	if (!last)
		return;
	worker->rest[me] = NULL;
	/* (G): no barrier is needed, for we look at the list ourselves */
	llist_add_batch(llist_reverse_order(last), last, &worker->works);
}

/**
 * vsb_worker_leave() - the caller, a work, may block for long from here on
 * @worker: the worker
 *
 * What is queued until vsb_worker_return() is done by the other thread.
 *
 * Return: false when that is away itself: somebody has to stay.
 */
bool vsb_worker_leave(struct vsb_worker *worker)
{
	int me = current == READ_ONCE(worker->stand_in_task) ? VSB_STAND_IN :
							       VSB_THREAD;

	/*
	 * (G), a full barrier: this thread sees what was queued, or its sender
	 * sees that this thread is away. (R): What the thread that was away
	 * before did is done.
	 */
	if (atomic_cmpxchg(&worker->away, VSB_NOBODY, me) != VSB_NOBODY)
		return false;
	vsb_worker_put_back(worker, me);
	if (!llist_empty(&worker->works))
		vsb_worker_wake(worker, me == VSB_STAND_IN ?
					&worker->task : &worker->stand_in);
	return true;
}

/**
 * vsb_worker_return() - the end of vsb_worker_leave()
 * @worker: the worker
 *
 * What the caller did while it was away is seen by the next thread that is.
 * Behind it is a full barrier. The stand-in goes on with what it has begun, and leaves the
 * rest in the list: a thread looks there again before it sleeps.
 */
void vsb_worker_return(struct vsb_worker *worker)
{
	/* (R): the next thread that is away sees what this one did */
	atomic_set_release(&worker->away, VSB_NOBODY);
	smp_mb();	/* (H): before the caller looks for what it was to do */
}
