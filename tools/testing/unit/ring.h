/* SPDX-License-Identifier: GPL-2.0 */
/* A virtqueue in memory, from the driver's side. */
#ifndef UNIT_RING_H
#define UNIT_RING_H

#include <linux/virtio_config.h>
#include <asm/byteorder.h>

#include "virtio/mem.h"
#include "virtio/split.h"

/*
 * Guest memory. Regions 0 and 1 are adjacent in the guest, but not in the
 * process; there is a hole between 1 and 2.
 */
#define RAM_SIZE	0x10000U
#define RAM0		0x10000ULL
#define RAM1		0x20000ULL
#define HOLE		0x30000ULL
#define RAM2		0x40000ULL
#define RAM_END		0x50000ULL
#define RAM_REGIONS	3

#define F_EVENT_IDX	(1ULL << VIRTIO_RING_F_EVENT_IDX)
#define F_INDIRECT	(1ULL << VIRTIO_RING_F_INDIRECT_DESC)
#define F_EMPTY		(1ULL << VIRTIO_F_NOTIFY_ON_EMPTY)

#define D_NEXT		VRING_DESC_F_NEXT
#define D_WRITE		VRING_DESC_F_WRITE
#define D_INDIRECT	VRING_DESC_F_INDIRECT

/**
 * struct ring - the memory of a virtqueue, and the device's view of it
 * @vr: the device's view
 * @mem: the guest's memory
 * @chain: the chain taken last
 * @iov: its parts
 * @num: number of entries
 * @desc: each of the three areas is an allocation of its exact size
 * @avail: the same
 * @used: the same
 * @ram: the regions of guest memory
 */
struct ring {
	struct vsb_split vr;
	struct vsb_mem mem;
	struct vsb_chain chain;
	struct iovec iov[VSB_SEGS_MAX];
	u32 num;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u8 *ram[RAM_REGIONS];
};

void ring_init(struct ring *r, u32 num, u64 features, u16 base);
void ring_free(struct ring *r);
void *ring_host(const struct ring *r, u64 addr);
void ring_desc(struct ring *r, u16 i, u64 addr, u32 len, u16 flags, u16 next);
void ring_table(struct ring *r, u64 at, u16 i, u64 addr, u32 len, u16 flags,
		u16 next);
void ring_avail(struct ring *r, u16 head);
int ring_next(struct ring *r);

/* Access the driver's fields, which are little-endian. */
static inline void ring_set(__virtio16 *field, u16 v)
{
	*field = __cpu_to_le16(v);
}

static inline u16 ring_get(const __virtio16 *field)
{
	return __le16_to_cpu(*field);
}

static inline __virtio16 *ring_used_event(const struct ring *r)
{
	return &r->avail->ring[r->num];
}

static inline __virtio16 *ring_avail_event(const struct ring *r)
{
	return (__virtio16 *)&r->used->ring[r->num];
}

#endif /* UNIT_RING_H */
