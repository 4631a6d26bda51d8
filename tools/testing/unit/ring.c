// SPDX-License-Identifier: GPL-2.0
/* A virtqueue in memory, from the driver's side. */
#include <stdlib.h>

#include <linux/vhost.h>

#include "test.h"

#include "ring.h"
#include "stub.h"

static const u64 ram_start[RAM_REGIONS] = { RAM0, RAM1, RAM2 };

static void ring_load(struct ring *r)
{
	struct vhost_memory *table;
	unsigned int i;

	table = calloc(1, sizeof(*table) +
		       RAM_REGIONS * sizeof(table->regions[0]));
	table->nregions = RAM_REGIONS;
	for (i = 0; i < RAM_REGIONS; i++) {
		r->ram[i] = calloc(1, RAM_SIZE);
		table->regions[i].guest_phys_addr = ram_start[i];
		table->regions[i].memory_size = RAM_SIZE;
		table->regions[i].userspace_addr = (unsigned long)r->ram[i];
	}
	assert_int_equal(vsb_mem_load(&r->mem, table), 0);
	free(table);
}

/* Creates an empty queue whose indices start at @base. */
void ring_init(struct ring *r, u32 num, u64 features, u16 base)
{
	stub_reset();
	memset(r, 0, sizeof(*r));
	ring_load(r);
	r->num = num;
	r->desc = calloc(1, vsb_split_desc_size(num));
	r->avail = calloc(1, vsb_split_avail_size(num));
	r->used = calloc(1, vsb_split_used_size(num));
	ring_set(&r->avail->idx, base);
	ring_set(&r->used->idx, base);

	r->vr.desc = r->desc;
	r->vr.avail = r->avail;
	r->vr.used = r->used;
	r->vr.num = num;
	r->vr.last_avail = base;
	r->chain.iov = r->iov;
	r->chain.max = VSB_SEGS_MAX;
	assert_int_equal(vsb_split_start(&r->vr, features), 0);
	stub_reset();
}

void ring_free(struct ring *r)
{
	unsigned int i;

	vsb_mem_free(&r->mem);
	for (i = 0; i < RAM_REGIONS; i++)
		free(r->ram[i]);
	free(r->desc);
	free(r->avail);
	free(r->used);
	stub_reset();
}

/* The host address of a byte of guest memory, or NULL. */
void *ring_host(const struct ring *r, u64 addr)
{
	unsigned int i;

	for (i = 0; i < RAM_REGIONS; i++) {
		if (addr >= ram_start[i] && addr - ram_start[i] < RAM_SIZE)
			return r->ram[i] + (addr - ram_start[i]);
	}
	return NULL;
}

static struct vring_desc desc_of(u64 addr, u32 len, u16 flags, u16 next)
{
	return (struct vring_desc) {
		.addr = __cpu_to_le64(addr),
		.len = __cpu_to_le32(len),
		.flags = __cpu_to_le16(flags),
		.next = __cpu_to_le16(next),
	};
}

void ring_desc(struct ring *r, u16 i, u64 addr, u32 len, u16 flags, u16 next)
{
	r->desc[i] = desc_of(addr, len, flags, next);
}

/* Writes entry @i of the indirect table at @at. */
void ring_table(struct ring *r, u64 at, u16 i, u64 addr, u32 len, u16 flags,
		u16 next)
{
	struct vring_desc desc = desc_of(addr, len, flags, next);
	size_t j;

	for (j = 0; j < sizeof(desc); j++) {
		u8 *to = ring_host(r, at + i * sizeof(desc) + j);

		if (to)
			*to = ((u8 *)&desc)[j];
	}
}

void ring_avail(struct ring *r, u16 head)
{
	u16 idx = ring_get(&r->avail->idx);

	ring_set(&r->avail->ring[idx & (r->num - 1)], head);
	ring_set(&r->avail->idx, idx + 1);
}

int ring_next(struct ring *r)
{
	return vsb_split_next(&r->vr, &r->mem, &r->chain);
}
