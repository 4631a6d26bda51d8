/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holds a device up: a thread of its own issues an ioctl whose argument does
 * not come, and the device's lock is held for that. What happens meanwhile the
 * device sees at once when it is let go, in the order in which it happened.
 */
#ifndef HOLD_H
#define HOLD_H

#include <pthread.h>

#include <linux/vsock_bridge.h>

/**
 * struct hold - a device that is held
 * @device: its descriptor
 * @request: what is issued
 * @uffd: lets the page come
 * @page: where the argument is
 * @thread: that waits for it
 */
struct hold {
	int device;
	unsigned long request;
	int uffd;
	void *page;
	pthread_t thread;
};

/* Returns when the device is held; -errno: -ENOSYS where that cannot be. */
int hold_begin(struct hold *hold, int device);
/* The same with an ioctl that may or may not hold the lock while it waits. */
int hold_ioctl(struct hold *hold, int device, unsigned long request);
void hold_end(struct hold *hold);

#endif /* HOLD_H */
