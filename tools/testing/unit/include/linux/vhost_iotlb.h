/* SPDX-License-Identifier: GPL-2.0 */
/* A list in place of the kernel's interval tree; the functions are the same. */
#ifndef UNIT_LINUX_VHOST_IOTLB_H
#define UNIT_LINUX_VHOST_IOTLB_H

#include <linux/types.h>

#define VHOST_MAP_RO	0x1
#define VHOST_MAP_WO	0x2
#define VHOST_MAP_RW	0x3

struct vhost_iotlb_map {
	struct vhost_iotlb_map *next;
	u64 start;
	u64 last;
	u64 size;
	u64 addr;
	u32 perm;
};

struct vhost_iotlb {
	struct vhost_iotlb_map *first;
	unsigned int limit;
	unsigned int nmaps;
};

struct vhost_iotlb *vhost_iotlb_alloc(unsigned int limit, unsigned int flags);
void vhost_iotlb_free(struct vhost_iotlb *iotlb);
int vhost_iotlb_add_range(struct vhost_iotlb *iotlb, u64 start, u64 last,
			  u64 addr, unsigned int perm);
struct vhost_iotlb_map *vhost_iotlb_itree_first(struct vhost_iotlb *iotlb,
						u64 start, u64 last);

#endif /* UNIT_LINUX_VHOST_IOTLB_H */
