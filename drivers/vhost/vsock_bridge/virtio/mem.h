/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical ranges and where they are in the owner's address space.
 */
#ifndef VSB_MEM_H
#define VSB_MEM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uio.h>

struct vhost_iotlb;
struct vhost_memory;

/* QEMU asks vhost for 64 regions and more with memory hotplug. */
#define VSB_MEM_REGIONS_MAX	512

/**
 * struct vsb_range - a guest-physical range
 * @start: its first byte
 * @size: its bytes; 0 when there is none
 * @addr: where it is in the owner's address space
 */
struct vsb_range {
	u64 start;
	u64 size;
	u64 addr;
};

/**
 * struct vsb_mem - the guest's memory
 * @tlb: the ranges; NULL before the table was set
 * @near: the range that was used last; most guests have few
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
 * vsb_mem_translate() - find a guest-physical range in the owner's memory
 * @mem: the memory
 * @addr: where it starts
 * @len: its length, more than 0
 * @iov: out: its parts
 * @max: entries of @iov
 *
 * Return: number of parts; -EFAULT when a byte of it is not guest memory;
 * -ENOBUFS when it has more than @max parts.
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
