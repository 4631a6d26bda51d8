/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that does not come. A packet of the guest in such memory holds the
 * device's lock, because the device reads it in a round: what happens meanwhile
 * the device sees when the packet comes, in the order in which it happened. The
 * argument of an ioctl in such memory must hold nothing but its caller.
 */
#ifndef HOLD_H
#define HOLD_H

#include <pthread.h>
#include <stdbool.h>

#include <linux/vsock_bridge.h>

struct guest;

/**
 * struct hold - memory that does not come
 * @uffd: lets the page come
 * @page: the page
 * @guest: whose packet is there; or NULL
 * @head: of its chain
 * @device: else: the descriptor of the ioctl
 * @request: its number
 * @thread: issues it
 */
struct hold {
	int uffd;
	void *page;
	struct guest *guest;
	int head;
	int device;
	unsigned long request;
	pthread_t thread;
};

/* Whether the kernel has userfaultfd. */
bool hold_is_possible(void);
/* Returns when the device's lock is held. */
int hold_begin(struct hold *hold, struct guest *guest);
/* Returns when the ioctl waits for its argument. */
int hold_ioctl(struct hold *hold, int device, unsigned long request);
/* The page comes: a packet that the device ignores, or zeroes. */
void hold_end(struct hold *hold);

#endif /* HOLD_H */
