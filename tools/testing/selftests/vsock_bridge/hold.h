/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page whose fault the test holds up with userfaultfd. If a TX packet is in
 * it, the worker blocks in its copy and holds the device's lock; what happens
 * meanwhile, the device processes in order once the page arrives. If an ioctl's
 * argument is in it, only the caller may block.
 */
#ifndef HOLD_H
#define HOLD_H

#include <pthread.h>
#include <stdbool.h>

#include <linux/vsock_bridge.h>

struct guest;

/**
 * struct hold - a page whose fault is held up
 * @uffd: the userfaultfd that resolves the fault
 * @page: the page
 * @guest: the guest whose packet is in the page; or NULL
 * @head: head of the packet's chain
 * @device: without @guest: the descriptor for the ioctl
 * @request: the ioctl's request number
 * @thread: the thread that issues the ioctl
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

/* Does the kernel have userfaultfd? */
bool hold_is_possible(void);
/* Returns when the worker holds the device's lock. */
int hold_begin(struct hold *hold, struct guest *guest);
/* Returns when the ioctl blocks on its argument. */
int hold_ioctl(struct hold *hold, int device, unsigned long request);
/* Resolves the fault: with a packet that the device ignores, or with zeroes. */
void hold_end(struct hold *hold);

#endif /* HOLD_H */
