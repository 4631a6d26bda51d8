// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's memory: guest-physical ranges and their addresses in the owner's
 * address space.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vhost.h>
#include <linux/vhost_iotlb.h>

#include "virtio/mem.h"

static int vsb_mem_add(struct vhost_iotlb *tlb,
		       const struct vhost_memory_region *region)
{
	u64 addr = region->userspace_addr;
	u64 last = region->guest_phys_addr + region->memory_size - 1;

	/* Neither range may be empty or wrap. */
	if (!region->memory_size || last < region->guest_phys_addr ||
	    addr + region->memory_size < addr || addr > ULONG_MAX ||
	    !access_ok((void __user *)(unsigned long)addr, region->memory_size))
		return -EFAULT;
	return vhost_iotlb_add_range(tlb, region->guest_phys_addr, last, addr,
				     VHOST_MAP_RW);
}

static int vsb_mem_fill(struct vhost_iotlb *tlb,
			const struct vhost_memory_region *regions, u32 nr)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++)
		ret = vsb_mem_add(tlb, &regions[i]);
	return ret;
}

static u64 vsb_mem_top(const struct vhost_memory_region *regions, u32 nr)
{
	u64 top = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		top = max_t(u64, top, regions[i].guest_phys_addr +
				      regions[i].memory_size - 1);
	return top;
}

/**
 * vsb_mem_load() - build the memory from VHOST_SET_MEM_TABLE's argument
 * @mem: out: the memory; unchanged on failure
 * @table: the argument
 *
 * Return: 0; -EFAULT for a table that cannot be read, or for a range that wraps
 * or lies outside of the process's addresses; -EOPNOTSUPP for padding that is
 * not 0; -E2BIG for more than VSB_MEM_REGIONS_MAX ranges; -ENOMEM.
 */
int vsb_mem_load(struct vsb_mem *mem, const struct vhost_memory __user *table)
{
	struct vhost_memory_region *regions;
	struct vhost_memory head;
	struct vhost_iotlb *tlb;
	int ret = -EFAULT;

	if (copy_from_user(&head, table, sizeof(head)))
		return -EFAULT;
	if (head.padding)
		return -EOPNOTSUPP;
	if (head.nregions > VSB_MEM_REGIONS_MAX)
		return -E2BIG;

	regions = kvcalloc(max_t(u32, head.nregions, 1), sizeof(*regions),
			   GFP_KERNEL);
	/* vhost_iotlb splits a range of all 2^64 bytes into two entries */
	tlb = vhost_iotlb_alloc(2 * VSB_MEM_REGIONS_MAX, 0);
	if (!regions || !tlb) {
		ret = -ENOMEM;
		goto out;
	}
	if (!copy_from_user(regions, table->regions,
			    head.nregions * sizeof(*regions)))
		ret = vsb_mem_fill(tlb, regions, head.nregions);
	if (ret)
		goto out;

	mem->tlb = tlb;
	mem->near.size = 0;
	mem->top = vsb_mem_top(regions, head.nregions);
	tlb = NULL;
out:
	if (tlb)
		vhost_iotlb_free(tlb);
	kvfree(regions);
	return ret;
}

void vsb_mem_free(struct vsb_mem *mem)
{
	if (mem->tlb)
		vhost_iotlb_free(mem->tlb);
	mem->tlb = NULL;
	mem->near.size = 0;
	mem->top = 0;
}

/*
 * Makes the range around @addr the near range. Return: false if there is none.
 */
static bool vsb_mem_approach(struct vsb_mem *mem, u64 addr)
{
	const struct vhost_iotlb_map *map;

	if (vsb_range_holds(&mem->near, addr))
		return true;
	if (!mem->tlb)
		return false;
	map = vhost_iotlb_itree_first(mem->tlb, addr, addr);
	if (!map)
		return false;
	mem->near = (struct vsb_range){
		/* no overflow: vhost_iotlb splits a range of all 2^64 bytes */
		.start = map->start,
		.size = map->last - map->start + 1,
		.addr = map->addr,
	};
	return true;
}

/*
 * The slow path of vsb_mem_translate(): the range is not all in the near range.
 */
int vsb_mem_search(struct vsb_mem *mem, u64 addr, u32 len, struct iovec *iov,
		   unsigned int max)
{
	unsigned int nr = 0;

	if (addr + len - 1 < addr)
		return -EFAULT;

	while (len) {
		u64 part;

		if (!vsb_mem_approach(mem, addr))
			return -EFAULT;
		if (nr == max)
			return -ENOBUFS;
		part = min_t(u64, len,
			     mem->near.size - (addr - mem->near.start));
		iov[nr].iov_base = vsb_range_at(&mem->near, addr);
		iov[nr].iov_len = part;
		nr++;
		addr += part;
		len -= part;
	}
	return nr;
}
