/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The eventfd that the guest signals (kicks) when it has made chains available.
 */
#ifndef VSB_KICK_H
#define VSB_KICK_H

#include <linux/poll.h>
#include <linux/wait.h>

struct file;
struct vsb_work;
struct vsb_worker;

/**
 * struct vsb_kick - a hook in an eventfd's wait queue
 * @file: the eventfd; a reference is held; NULL when there is no eventfd
 * @wqh: the wait queue of @file; NULL when the hook is in no wait queue
 * @wait: the hook's entry in @wqh
 * @table: the poll table by which vfs_poll() passes @wqh
 * @worker: the worker that a kick wakes
 * @work: the work that a kick queues
 * @count: kicks so far; written under @wqh's lock
 * @device: number of the device, for trace events
 * @queue: number of the virtqueue, for trace events
 */
struct vsb_kick {
	struct file *file;
	wait_queue_head_t *wqh;
	wait_queue_entry_t wait;
	poll_table table;
	struct vsb_worker *worker;
	struct vsb_work *work;
	u64 count;
	const u32 *device;
	u32 queue;
};

void vsb_kick_init(struct vsb_kick *kick, struct vsb_worker *worker,
		   struct vsb_work *work, const u32 *device, u32 queue);
int vsb_kick_set(struct vsb_kick *kick, int fd);
void vsb_kick_clear(struct vsb_kick *kick);

#endif /* VSB_KICK_H */
