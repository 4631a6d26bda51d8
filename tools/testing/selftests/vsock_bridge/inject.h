/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Failures on demand: the kernel's fault injection (CONFIG_FAULT_INJECTION, with
 * FAILSLAB, FAIL_PAGE_ALLOC and FAULT_INJECTION_USERCOPY) has the n-th place of
 * a thread fail that may: an allocation from a slab, one of pages, or a copy
 * from or to user space.
 *
 * Errors are negative errno values.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <sys/types.h>

/* -ENOENT: this kernel does not fail on demand. */
int inject_prepare(void);

/**
 * struct inject - a thread of this process whose calls can be made to fail
 * @nth: its fail-nth
 */
struct inject {
	int nth;
};

int inject_open(struct inject *inject, pid_t tid);
void inject_close(struct inject *inject);
/* The @n-th place that may fail from here on does, the first being 1. */
int inject_arm(struct inject *inject, unsigned int n);
/* None does any more; whether one did. */
bool inject_disarm(struct inject *inject);

#endif /* INJECT_H */
