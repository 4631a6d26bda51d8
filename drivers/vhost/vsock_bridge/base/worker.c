// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: two threads in the context of the device's owner, and their work.
 *
 * A vhost_task is a thread of the owner's process. It has the memory, the
 * cgroups, the credentials and the rlimits of that process, and ends with it.
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
 * fput() defers the close of a file to the task's return to user space, but a
 * vhost_task never returns there. A pending TIF_NOTIFY_SIGNAL makes the thread
 * call get_signal(), which also runs the deferred work. Without this, files
 * that host programs pass to the device's sockets would pile up.
 */
static void vsb_worker_close_files(void)
{
	if (task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_SIGNAL);
}

/* Take the next work from the works that thread @me has taken from the list. */
static struct vsb_work *vsb_worker_next(struct vsb_worker *worker, int me)
{
	struct llist_node *node = worker->rest[me];

	if (!node)
		return NULL;
	worker->rest[me] = node->next;
	return llist_entry(node, struct vsb_work, node);
}

/* Run all queued works once. Return: false when no work was queued. */
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
		 * bit, because a caller that finds the bit clear overwrites
		 * node->next.
		 */
		clear_bit_unlock(VSB_WORK_QUEUED, &work->queued);
		/*
		 * (I): This round sees the writes of a caller that found the
		 * bit set.
		 */
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

/* The stand-in runs works only while the first thread is away. */
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

	/* (S): orders the initialization of the task before the pointer */
	smp_store_release(slot, task);
	/*
	 * (F): From here on vsb_worker_queue() wakes the thread. The thread's
	 * first round finds the works that were queued before.
	 */
	smp_mb();
	vhost_task_start(task);
	return 0;
}

/*
 * A thread that is being stopped must not be woken, because its task may be
 * gone. The same is true for a thread that exits with its owner: timers may
 * still queue work, but before Linux 6.17 a vhost_task holds no reference to
 * its task, and RCU frees the task after its exit.
 */
static void vsb_worker_wake(struct vsb_worker *worker, struct vhost_task **slot)
{
	struct vhost_task *task;

	rcu_read_lock();	/* (K): keeps the task until the unlock */
	/* (S): the reads of the task depend on the pointer */
	task = READ_ONCE(*slot);
	if (task && !READ_ONCE(worker->dying))
		vhost_task_wake(task);
	rcu_read_unlock();
}

/**
 * vsb_worker_start() - create the threads, with current as the owner
 * @worker: the worker
 * @name: name of the first thread
 * @stand_in_name: name of the stand-in
 *
 * The caller holds no lock that a work or @killed takes. Each thread runs as
 * soon as it is created. If the second create fails, this function waits for
 * the first thread to end.
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
		/* the next stand-in sets this pointer when it first runs */
		worker->stand_in_task = NULL;
	}
	return ret;
}

/* The device is dead: stop the threads' use of the owner's memory. */
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
 * From here on only works may queue work: the caller has removed all other
 * sources.
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
 * vsb_worker_queue() - queue a work; may be called from any context
 * @worker: the worker
 * @work: the work; the call does nothing when the work is queued already
 */
void vsb_worker_queue(struct vsb_worker *worker, struct vsb_work *work)
{
	/* (I), a full barrier: orders the caller's writes before the bit */
	if (test_and_set_bit(VSB_WORK_QUEUED, &work->queued))
		return;
	/*
	 * (F) (G) (P), a full barrier: orders the list before the reads of the
	 * thread's pointer, of @away and of the sleeper's state.
	 */
	llist_add(&work->node, &worker->works);
	vsb_worker_wake(worker, atomic_read(&worker->away) == VSB_THREAD ?
				&worker->stand_in : &worker->task);
}

/* Return works that this thread has taken but not started to the list. */
static void vsb_worker_put_back(struct vsb_worker *worker, int me)
{
	struct llist_node *last = worker->rest[me];

	if (!last)
		return;
	worker->rest[me] = NULL;
	/* (G): needs no barrier, because this thread checks the list next */
	llist_add_batch(llist_reverse_order(last), last, &worker->works);
}

/**
 * vsb_worker_leave() - the calling work may block for long from here on
 * @worker: the worker
 *
 * The other thread runs all queued works until vsb_worker_return().
 *
 * Return: false when the other thread is away already. Then the caller must not
 * block, because one thread must stay.
 */
bool vsb_worker_leave(struct vsb_worker *worker)
{
	int me = current == READ_ONCE(worker->stand_in_task) ? VSB_STAND_IN :
							       VSB_THREAD;

	/*
	 * (G), a full barrier: either this thread sees the queued work, or
	 * vsb_worker_queue() sees that this thread is away. (R): This thread
	 * sees the writes of the thread that was away before.
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
 * The next thread that is away sees the caller's writes. The call ends with a
 * full barrier. The stand-in finishes the works that it has taken and leaves
 * the others in the list; the first thread checks the list before it sleeps.
 */
void vsb_worker_return(struct vsb_worker *worker)
{
	/* (R): the next thread that is away sees this thread's writes */
	atomic_set_release(&worker->away, VSB_NOBODY);
	smp_mb();	/* (H): before the caller checks for submitted work */
}
