/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping of guest-physical ranges to the owner's address space.
 */
#ifndef VSB_MEM_H
#define VSB_MEM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uio.h>

struct vhost_iotlb;
struct vhost_memory;

/* With memory hotplug, QEMU uses 64 regions or more. */
#define VSB_MEM_REGIONS_MAX	512

/**
 * struct vsb_range - a guest-physical range
 * @start: guest-physical address of the first byte
 * @size: number of bytes; 0 when there is no range
 * @addr: address of the first byte in the owner's address space
 */
struct vsb_range {
	u64 start;
	u64 size;
	u64 addr;
};

/**
 * struct vsb_mem - the guest's memory
 * @tlb: the ranges; NULL before the VMM has set the memory table
 * @near: cache of the range that was used last; most guests have few ranges
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
 * @addr: guest-physical address of the range
 * @len: length of the range, more than 0
 * @iov: out: the parts of the range
 * @max: number of entries in @iov
 *
 * Return: number of parts; -EFAULT when a byte of the range is not guest
 * memory; -ENOBUFS when the range has more than @max parts.
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
