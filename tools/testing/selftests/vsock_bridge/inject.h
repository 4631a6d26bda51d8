/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fault injection (CONFIG_FAULT_INJECTION with FAILSLAB, FAIL_PAGE_ALLOC and
 * FAULT_INJECTION_USERCOPY): makes the n-th fault point that a thread reaches
 * fail. A fault point is a slab or page allocation, or a copy from or to user
 * space.
 *
 * Errors are negative errno values.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns -ENOENT if the kernel has no fault injection. */
int inject_prepare(void);

/**
 * struct inject - a thread of this process whose calls can be made to fail
 * @nth: descriptor of the thread's fail-nth
 */
struct inject {
	int nth;
};

int inject_open(struct inject *inject, pid_t tid);
void inject_close(struct inject *inject);
/* Makes the @n-th fault point from here on fail; the first is 1. */
int inject_arm(struct inject *inject, unsigned int n);
/* Disarms. Returns whether a fault point failed. */
bool inject_disarm(struct inject *inject);

#endif /* INJECT_H */
