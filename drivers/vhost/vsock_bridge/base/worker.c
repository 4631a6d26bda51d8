// SPDX-License-Identifier: GPL-2.0
/*
 * Threads in the context of the device's owner, and the work that they run.
 *
 * A vhost_task is a thread of the owner's process: it has the owner's memory,
 * cgroups, credentials and rlimits, and it ends with the owner.
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
 * The kernel closes a task's released files only on the task's way back to user
 * space, and a vhost_task never goes there. A pending signal sends the
 * vhost_task through get_signal(), which closes them too. Without this, files
 * that a host program passed to the device would pile up.
 */
static void vsb_worker_close_files(void)
{
	if (task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_SIGNAL);
}

/* Takes the next work out of the batch that thread @me took from the list. */
static struct vsb_work *vsb_worker_next(struct vsb_worker *worker, int me)
{
	struct llist_node *node = worker->rest[me];

	if (!node)
		return NULL;
	worker->rest[me] = node->next;
	return llist_entry(node, struct vsb_work, node);
}

/* Runs the queued works once. Return: false when there was no work. */
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
		 * (I): The release orders the read of node->next before the
		 * clear of the bit: a caller that finds the bit clear
		 * overwrites node->next.
		 */
		clear_bit_unlock(VSB_WORK_QUEUED, &work->queued);
		/* (I): fn sees the writes of a caller that found the bit set */
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

/* One round of the stand-in: it works only while the thread is away. */
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

	/* (S): a waker that reads the pointer sees an initialized task */
	smp_store_release(slot, task);
	/*
	 * (F): From here on vsb_worker_queue() wakes the thread. The first
	 * round of the thread runs the works that were queued before.
	 */
	smp_mb();
	vhost_task_start(task);
	return 0;
}

/*
 * Does not wake a thread that is being stopped, nor a thread that exits with
 * its owner. Timers may still queue work at that time. Before Linux 6.17
 * nothing holds a reference to the task of a vhost_task, and RCU frees the task
 * after its exit.
 */
static void vsb_worker_wake(struct vsb_worker *worker, struct vhost_task **slot)
{
	struct vhost_task *task;

	rcu_read_lock();	/* (K): the task lives until the unlock */
	/* (S): an address dependency orders the reads of the task's fields */
	task = READ_ONCE(*slot);
	if (task && !READ_ONCE(worker->dying))
		vhost_task_wake(task);
	rcu_read_unlock();
}

/**
 * vsb_worker_start() - create the threads, with current as the owner
 * @worker: the worker
 * @name: name of the thread
 * @stand_in_name: name of the stand-in
 *
 * Each thread runs at once, so the caller must hold no lock that a work or
 * @killed takes. If the second thread cannot be created, the first one is
 * stopped again.
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
		/* the next stand-in sets it again */
		worker->stand_in_task = NULL;
	}
	return ret;
}

/* The device is dead: the threads stop using the owner's memory. */
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
 * Only works may still queue work: the caller has removed all other sources.
 */
void vsb_worker_stop(struct vsb_worker *worker)
{
	struct vhost_task *task = worker->task, *stand_in = worker->stand_in;

	if (!task)
		return;
	WRITE_ONCE(worker->task, NULL);
	WRITE_ONCE(worker->stand_in, NULL);
	/* (K): each thread may be about to wake the other thread */
	synchronize_rcu();
	vhost_task_stop(task);
	vhost_task_stop(stand_in);
	init_llist_head(&worker->works);
}

/**
 * vsb_worker_queue() - queue a work; callable from any context
 * @worker: the worker
 * @work: the work; the call has no effect if the work is queued already
 */
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work)
{
	/* (I), a full barrier: fn sees the caller's earlier writes */
	if (test_and_set_bit(VSB_WORK_QUEUED, &work->queued))
		return;
	/*
	 * (F) (G) (P), a full barrier: orders llist_add() before the reads of
	 * the task, of ->away and of the sleeper's state.
	 */
	llist_add(&work->node, &worker->works);
	vsb_worker_wake(worker, atomic_read(&worker->away) == VSB_THREAD ?
				&worker->stand_in : &worker->task);
}

/* Returns the works that thread @me took but did not start to the list. */
static void vsb_worker_put_back(struct vsb_worker *worker, int me)
{
	struct llist_node *last = worker->rest[me];

	if (!last)
		return;
	worker->rest[me] = NULL;
	/* (G): needs no barrier, because this thread reads the list itself */
	llist_add_batch(llist_reverse_order(last), last, &worker->works);
}

/**
 * vsb_worker_leave() - allow the calling work to block for long
 * @worker: the worker
 *
 * Until vsb_worker_return(), the other thread runs the queued works.
 *
 * Return: false when the other thread is away: one thread has to stay.
 */
bool vsb_worker_leave(struct vsb_worker *worker)
{
	int me = current == READ_ONCE(worker->stand_in_task) ? VSB_STAND_IN :
							       VSB_THREAD;

	/*
	 * (G), a full barrier: either this thread sees a queued work, or the
	 * thread that queued it sees that this thread is away. (R): This thread
	 * also sees the writes of the thread that was away before.
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
 * vsb_worker_return() - end what vsb_worker_leave() began
 * @worker: the worker
 *
 * The next thread that leaves sees the writes that the caller made while it was
 * away. The function ends with a full barrier. The stand-in completes the work
 * that it runs and leaves the rest in the list: each thread checks the list
 * before it sleeps.
 */
void vsb_worker_return(struct vsb_worker *worker)
{
	/* (R): the next thread that leaves sees this thread's writes */
	atomic_set_release(&worker->away, VSB_NOBODY);
	smp_mb();	/* (H): before the caller's checks for work */
}
