// SPDX-License-Identifier: GPL-2.0
/* Kernel functions for user space, with faults that a test can inject. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vhost_iotlb.h>
#include <asm/barrier.h>

#include "stub.h"

#define STUB_DENY_MAX	8

/* Memory whose access fails. */
static struct {
	unsigned long start;
	unsigned long end;
} stub_denied[STUB_DENY_MAX];
static unsigned int stub_nr_denied;

struct stub stub;

/* Makes everything succeed from here on, and clears the counters. */
void stub_reset(void)
{
	stub = (struct stub) {
		.alloc_fail = STUB_NEVER,
		.user_fail = STUB_NEVER,
		.live = stub.live,
		.task_size = 1ULL << 47,
	};
	stub_nr_denied = 0;
}

void stub_deny(const void *addr, size_t len)
{
	if (stub_nr_denied == STUB_DENY_MAX)
		abort();
	stub_denied[stub_nr_denied].start = (unsigned long)addr;
	stub_denied[stub_nr_denied].end = (unsigned long)addr + len;
	stub_nr_denied++;
}

void stub_trace_clear(void)
{
	stub.steps = 0;
}

static void stub_step(char kind, const void *addr)
{
	if (stub.steps == STUB_TRACE_MAX)
		return;
	stub.trace[stub.steps].kind = kind;
	stub.trace[stub.steps].addr = addr;
	stub.steps++;
}

/* allocations */

static void *stub_alloc(size_t size, bool zero)
{
	void *p;

	if (stub.allocs++ == stub.alloc_fail)
		return NULL;
	p = malloc(size);
	if (!p)
		abort();
	memset(p, zero ? 0 : 0xa5, size);
	stub.live++;
	return p;
}

void *kmalloc(size_t size, unsigned int flags)
{
	(void)flags;
	return stub_alloc(size, false);
}

void *kvcalloc(size_t n, size_t size, unsigned int flags)
{
	(void)flags;
	return stub_alloc(n * size, true);
}

void kfree(const void *p)
{
	if (p)
		stub.live--;
	free((void *)p);
}

void kvfree(const void *p)
{
	kfree(p);
}

/* user memory */

bool access_ok(const void *addr, unsigned long size)
{
	unsigned long start = (unsigned long)addr;

	return size <= stub.task_size && start <= stub.task_size - size;
}

/* The number of accessible bytes before the first inaccessible one. */
static unsigned long stub_reach(const void *addr, unsigned long n)
{
	unsigned long start = (unsigned long)addr;
	unsigned int i;

	if (stub.user++ == stub.user_fail || !access_ok(addr, n))
		return 0;
	for (i = 0; i < stub_nr_denied; i++) {
		if (start < stub_denied[i].end &&
		    start + n > stub_denied[i].start)
			n = start >= stub_denied[i].start ? 0 :
			    stub_denied[i].start - start;
	}
	return n;
}

unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	unsigned long reach;

	if (stub.hook)
		stub.hook(stub.hook_arg);
	stub_step('r', from);
	reach = stub_reach(from, n);
	if (reach)
		memcpy(to, from, reach);
	memset((char *)to + reach, 0, n - reach);
	return n - reach;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	unsigned long reach;

	if (stub.hook)
		stub.hook(stub.hook_arg);
	stub_step('w', to);
	reach = stub_reach(to, n);
	if (reach)
		memcpy(to, from, reach);
	return n - reach;
}

int pin_user_pages_fast(unsigned long start, int nr_pages,
			unsigned int gup_flags, struct page **pages)
{
	unsigned long page = start & -PAGE_SIZE;

	if (nr_pages != 1 || !(gup_flags & FOLL_WRITE))
		abort();
	stub_step('p', (void *)page);
	if (!stub_reach((void *)page, 1))
		return -EFAULT;
	stub.pinned++;
	*pages = (struct page *)page;
	return 1;
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages,
				 bool make_dirty)
{
	if (!*pages || !make_dirty)
		abort();
	stub.pinned -= npages;
}

/* barriers */

/* 'M' in the trace */
void smp_mb(void)
{
	stub_step('M', NULL);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* 'R' in the trace */
void smp_rmb(void)
{
	stub_step('R', NULL);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* 'W' in the trace */
void smp_wmb(void)
{
	stub_step('W', NULL);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* intervals */

struct vhost_iotlb *vhost_iotlb_alloc(unsigned int limit, unsigned int flags)
{
	struct vhost_iotlb *iotlb = stub_alloc(sizeof(*iotlb), true);

	(void)flags;
	if (iotlb)
		iotlb->limit = limit;
	return iotlb;
}

void vhost_iotlb_free(struct vhost_iotlb *iotlb)
{
	struct vhost_iotlb_map *map;

	while (iotlb && (map = iotlb->first)) {
		iotlb->first = map->next;
		kfree(map);
	}
	kfree(iotlb);
}

int vhost_iotlb_add_range(struct vhost_iotlb *iotlb, u64 start, u64 last,
			  u64 addr, unsigned int perm)
{
	struct vhost_iotlb_map *map, **at;

	if (last < start)
		return -EFAULT;
	if (!iotlb->limit)
		return -EINVAL;
	if (iotlb->nmaps >= iotlb->limit)
		return -ENOSPC;
	map = stub_alloc(sizeof(*map), true);
	if (!map)
		return -ENOMEM;
	map->start = start;
	map->last = last;
	map->size = last - start + 1;
	map->addr = addr;
	map->perm = perm;

	for (at = &iotlb->first; *at && (*at)->start < start;)
		at = &(*at)->next;
	map->next = *at;
	*at = map;
	iotlb->nmaps++;
	return 0;
}

struct vhost_iotlb_map *vhost_iotlb_itree_first(struct vhost_iotlb *iotlb,
						u64 start, u64 last)
{
	struct vhost_iotlb_map *map;

	stub.lookups++;
	for (map = iotlb->first; map; map = map->next) {
		if (map->start <= last && map->last >= start)
			return map;
	}
	return NULL;
}
