// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a data path, and the unlock that performs it.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "base/busy.h"
#include "conn/conn.h"
#include "conn/connector.h"
#include "conn/listener.h"
#include "datapath/datapath.h"
#include "datapath/quench.h"
#include "host/acceptor.h"
#include "host/end.h"

/* How long the end of a device waits for a task that holds its lock. */
#define VSB_QUENCH_WAIT		HZ

/*
 * Ends all parts of the device that others can see: sockets, hooks, rounds on
 * the rings. Return: false if the device has ended before.
 */
static bool vsb_datapath_end(struct vsb_datapath *dp)
{
	struct vsb_remains *remains = &dp->remains;
	int i;

	if (dp->ended)
		return false;
	WRITE_ONCE(dp->ended, true);
	dp->running = false;
	for (i = 0; i < VSB_LISTENERS; i++) {
		remains->acceptor[i] = vsb_listener_detach(&dp->listener[i]);
		vsb_acceptor_refuse(remains->acceptor[i]);
	}
	vsb_datapath_end_conns(dp, vsb_conn_kill);
	vsb_pages_free(&dp->pages);
	for (i = 0; i < VSB_QUEUES; i++)
		vsb_queue_disconnect(&dp->queue[i]);
	vsb_connector_cancel(&dp->connector, &remains->connects);
	remains->routes = vsb_routes_take(&dp->routes);
	return true;
}

/* Called by the task that ended the device, or by the teardown; not locked. */
void vsb_datapath_let_go(struct vsb_datapath *dp)
{
	struct vsb_remains *remains = &dp->remains;
	int i;

	for (i = 0; i < VSB_LISTENERS; i++) {
		vsb_acceptor_close(remains->acceptor[i]);
		remains->acceptor[i] = NULL;
	}
	vsb_connector_forget(&remains->connects);
	vsb_route_put_all(remains->routes);
	remains->routes = NULL;
}

static void vsb_datapath_unlock_once(struct vsb_datapath *dp, bool wait)
{
	bool ends = vsb_datapath_is_dead(dp) && vsb_datapath_end(dp);
	LIST_HEAD(closing);

	list_splice_init(&dp->conns.closing, &closing);
	mutex_unlock(&dp->lock);
	vsb_ends_close(&closing, ends && wait);
	if (ends) {
		/* the mount must be free when the VMM's end is reported */
		if (wait)
			vsb_datapath_let_go(dp);
		complete_all(&dp->quenched);
		vsb_busy_put(&dp->busy);
	}
}

/*
 * Return: true if the device is dead and no task has ended it. Then the lock
 * may be free.
 */
static bool vsb_datapath_must_end(struct vsb_datapath *dp)
{
	/* (T): orders the unlock before the read of @dead */
	smp_mb();
	return vsb_datapath_is_dead(dp) && !READ_ONCE(dp->ended);
}

static void vsb_datapath_unlock_as(struct vsb_datapath *dp, bool wait)
{
	do {
		vsb_datapath_unlock_once(dp, wait);
	} while (unlikely(vsb_datapath_must_end(dp)) &&
		 mutex_trylock(&dp->lock));
}

/**
 * vsb_datapath_unlock() - release the lock of the data path
 * @dp: the data path; the caller has a reference of its own to the device, or
 *	is one of its threads
 *
 * A device that is quenched while the lock is held ends here. The task that
 * quenches it does not wait for the lock, because the lock holder may wait for
 * a page of the owner's memory.
 *
 * Sockets of connections that ended under the lock are released after the
 * unlock. At the end of the device the calling task releases them itself, so
 * that the dentries and mounts that they hold are free on return.
 */
void vsb_datapath_unlock(struct vsb_datapath *dp)
{
	vsb_datapath_unlock_as(dp, true);
}

static void vsb_datapath_quench_as(struct vsb_datapath *dp, bool wait)
{
	WRITE_ONCE(dp->dead, true);
	/*
	 * (T): orders the write of @dead before the trylock: either the lock is
	 * free, or its holder sees @dead.
	 */
	smp_mb();
	if (mutex_trylock(&dp->lock))
		vsb_datapath_unlock_as(dp, wait);
	if (wait)
		wait_for_completion_timeout(&dp->quenched, VSB_QUENCH_WAIT);
}

/**
 * vsb_datapath_quench() - end the parts of the device that others can see
 * @dp: the data path; the caller has a reference of its own to the device, or
 *	is one of its threads
 *
 * After the return the device runs no rounds and has no sockets, and no hook
 * can queue work. Host programs see EOF before the return, unless the lock
 * holder needs longer than VSB_QUENCH_WAIT. In that case the lock holder ends
 * the device when it unlocks. A kernel thread, which may close files for the
 * whole machine, waits neither for the lock holder nor for a file system.
 */
void vsb_datapath_quench(struct vsb_datapath *dp)
{
	vsb_datapath_quench_as(dp, !(current->flags & PF_KTHREAD));
}

/*
 * The owner was killed; the descriptor may still be open in another process.
 * The device's own thread may wait, even if it is a kernel thread (before Linux
 * 6.4).
 */
void vsb_datapath_killed(void *arg)
{
	vsb_datapath_quench_as(arg, true);
}

/**
 * vsb_datapath_release() - handle the close of the last descriptor
 * @dp: the data path, quenched; it may be freed on return
 */
void vsb_datapath_release(struct vsb_datapath *dp)
{
	vsb_worker_let_go_mm(&dp->ctx.worker);
	vsb_busy_put(&dp->busy);
}
