/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical ranges and where they are in the owner's address space.
 */
#ifndef VSB_MEM_H
#define VSB_MEM_H

#include <linux/types.h>
#include <linux/uio.h>

struct vhost_iotlb;
struct vhost_iotlb_map;
struct vhost_memory;

/* QEMU asks vhost for 64 regions and more with memory hotplug. */
#define VSB_MEM_REGIONS_MAX	512

/**
 * struct vsb_mem - the guest's memory
 * @tlb: the ranges; NULL before the table was set
 * @last: the range that was used last; most guests have few
 * @top: the highest guest-physical address
 */
struct vsb_mem {
	struct vhost_iotlb *tlb;
	struct vhost_iotlb_map *last;
	u64 top;
};

int vsb_mem_load(struct vsb_mem *mem, const struct vhost_memory __user *table);
void vsb_mem_free(struct vsb_mem *mem);
int vsb_mem_translate(struct vsb_mem *mem, u64 addr, u32 len,
		      struct iovec *iov, unsigned int max);

#endif /* VSB_MEM_H */
