// SPDX-License-Identifier: GPL-2.0
/*
 * The eventfd that the guest signals (kicks) when it has made chains available.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/vhost.h>

#include "base/trace.h"
#include "base/worker.h"
#include "virtio/kick.h"

/*
 * Runs under the lock of the eventfd's wait queue, with interrupts off. It only
 * wakes the worker, because signalling another eventfd here could recurse.
 */
static int vsb_kick_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
			 void *key)
{
	struct vsb_kick *kick = container_of(wait, struct vsb_kick, wait);

	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	WRITE_ONCE(kick->count, kick->count + 1);
	trace_vsb_kick(*kick->device, kick->queue);
	vsb_worker_queue(kick->worker, kick->work);
	return 0;
}

static void vsb_kick_queue_proc(struct file *file, wait_queue_head_t *wqh,
				poll_table *table)
{
	struct vsb_kick *kick = container_of(table, struct vsb_kick, table);

	kick->wqh = wqh;
	add_wait_queue(wqh, &kick->wait);
}

void vsb_kick_init(struct vsb_kick *kick, struct vsb_worker *worker,
		   struct vsb_work *work, const u32 *device, u32 queue)
{
	init_waitqueue_func_entry(&kick->wait, vsb_kick_wake);
	init_poll_funcptr(&kick->table, vsb_kick_queue_proc);
	kick->worker = worker;
	kick->work = work;
	kick->device = device;
	kick->queue = queue;
}

/**
 * vsb_kick_clear() - remove the hook
 * @kick: the hook
 *
 * After the return no kick queues work; work that was queued before may still
 * run.
 */
void vsb_kick_clear(struct vsb_kick *kick)
{
	if (kick->wqh)
		remove_wait_queue(kick->wqh, &kick->wait);
	kick->wqh = NULL;
	if (kick->file)
		fput(kick->file);
	kick->file = NULL;
}

/**
 * vsb_kick_set() - replace the kick eventfd
 * @kick: the hook
 * @fd: a descriptor of the current process, or VHOST_FILE_UNBIND
 *
 * An eventfd that is readable already counts as a kick, so that earlier kicks
 * are not lost.
 *
 * Return: 0, or an error of eventfd_fget(). On error the old eventfd stays.
 */
int vsb_kick_set(struct vsb_kick *kick, int fd)
{
	struct file *file = NULL;

	if (fd != VHOST_FILE_UNBIND) {
		file = eventfd_fget(fd);
		if (IS_ERR(file))
			return PTR_ERR(file);
	}

	vsb_kick_clear(kick);
	kick->file = file;
	if (file && (vfs_poll(file, &kick->table) & EPOLLIN))
		vsb_worker_queue(kick->worker, kick->work);
	return 0;
}
