/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The eventfd by which the guest says that it has put chains into a virtqueue.
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
 * @file: the eventfd; a reference is held; NULL when there is none
 * @wqh: its wait queue; NULL when the hook is not in it
 * @wait: our entry there
 * @table: by which poll hands over the wait queue
 * @worker: who is woken
 * @work: what it is given
 * @count: kicks so far; written under @wqh's lock
 * @device: the number of its device, for who watches
 * @queue: that of its virtqueue, likewise
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
