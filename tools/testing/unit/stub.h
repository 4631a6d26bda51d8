/* SPDX-License-Identifier: GPL-2.0 */
/* Control of the stubs of kernel functions: injected faults, and counters. */
#ifndef UNIT_STUB_H
#define UNIT_STUB_H

#include <linux/types.h>

#define STUB_NEVER	(~0U)
#define STUB_TRACE_MAX	256

/**
 * struct stub_step - an access to user memory, or a barrier
 * @kind: 'r' or 'w' for an access, 'p' for a pinned page, 'R', 'W' or 'M' for a
 *     barrier
 * @addr: the address
 */
struct stub_step {
	char kind;
	const void *addr;
};

/**
 * struct stub - the state of the stubs
 * @alloc_fail: the allocation that fails, counted from 0
 * @allocs: allocations so far
 * @live: allocations not yet freed
 * @pinned: pages not yet unpinned
 * @user_fail: the access that fails, counted from 0
 * @user: accesses so far
 * @hook: called before each access
 * @hook_arg: its argument
 * @task_size: the end of the address space of the process
 * @lookups: searches in a vhost_iotlb
 * @steps: entries of @trace in use
 * @trace: the first STUB_TRACE_MAX steps
 */
struct stub {
	unsigned int alloc_fail;
	unsigned int allocs;
	unsigned int live;
	unsigned int pinned;
	unsigned int user_fail;
	unsigned int user;
	void (*hook)(void *arg);
	void *hook_arg;
	u64 task_size;
	unsigned int lookups;
	unsigned int steps;
	struct stub_step trace[STUB_TRACE_MAX];
};

extern struct stub stub;

void stub_reset(void);
void stub_deny(const void *addr, size_t len);
void stub_trace_clear(void);

#endif /* UNIT_STUB_H */
