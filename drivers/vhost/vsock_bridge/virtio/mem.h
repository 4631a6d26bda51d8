/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's memory: guest-physical ranges and their addresses in the owner's
 * address space.
 */
#ifndef VSB_MEM_H
#define VSB_MEM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uio.h>

struct vhost_iotlb;
struct vhost_memory;

/* With memory hotplug, QEMU needs 64 regions and more. */
#define VSB_MEM_REGIONS_MAX	512

/**
 * struct vsb_range - a guest-physical range
 * @start: address of its first byte
 * @size: its size in bytes; 0 if there is no range
 * @addr: its address in the owner's address space
 */
struct vsb_range {
	u64 start;
	u64 size;
	u64 addr;
};

/**
 * struct vsb_mem - the guest's memory
 * @tlb: the ranges; NULL until a table is set
 * @near: the range that was used last: a cache, because most guests have few
 *	ranges
 * @top: the highest guest-physical address
 */
struct vsb_mem {
	struct vhost_iotlb *tlb;
	struct vsb_range near;
	u64 top;
};

int vsb_mem_load(struct vsb_mem *mem, const struct vhost_memory __user *table);
void vsb_mem_free(struct vsb_mem *mem);
int vsb_mem_search(struct vsb_mem *mem, u64 addr, u32 len, struct iovec *iov,
		   unsigned int max);

static __always_inline bool
vsb_range_holds(const struct vsb_range *range, u64 addr)
{
	return addr - range->start < range->size;
}

static __always_inline bool
vsb_range_holds_all(const struct vsb_range *range, u64 addr, u32 len)
{
	return vsb_range_holds(range, addr) &&
	       len <= range->size - (addr - range->start);
}

static __always_inline void __user *
vsb_range_at(const struct vsb_range *range, u64 addr)
{
	return (void __user *)(unsigned long)(range->addr +
					      (addr - range->start));
}

/**
 * vsb_mem_translate() - translate a guest-physical range to owner addresses
 * @mem: the memory
 * @addr: first address of the range
 * @len: length of the range, more than 0
 * @iov: out: the parts of the range
 * @max: entries of @iov
 *
 * Return: the number of parts; -EFAULT if a byte of the range is not guest
 * memory; -ENOBUFS if the range has more than @max parts.
 */
static inline int vsb_mem_translate(struct vsb_mem *mem, u64 addr, u32 len,
				    struct iovec *iov, unsigned int max)
{
	const struct vsb_range *near = &mem->near;

	if (likely(max && vsb_range_holds_all(near, addr, len))) {
		iov->iov_base = vsb_range_at(near, addr);
		iov->iov_len = len;
		return 1;
	}
	return vsb_mem_search(mem, addr, len, iov, max);
}

#endif /* VSB_MEM_H */
