// SPDX-License-Identifier: GPL-2.0
/* The reference for the virtqueue tests: a simple walk of a chain. */
#include <linux/limits.h>

#include "ring_model.h"

/* Adds the guest memory at an address, region by region. */
static void model_memory(struct ring_model *m, const struct ring *r, u64 addr,
			 u32 len)
{
	u32 done = 0;

	while (done < len) {
		u8 *at = ring_host(r, addr + done);
		u32 room = RAM_SIZE - (addr + done) % RAM_SIZE;

		if (!at || addr + len < addr) {
			m->fault = VSB_FAULT_BOUNDS;
			return;
		}
		if (m->parts == r->chain.max) {
			m->fault = VSB_FAULT_SEGS;
			return;
		}
		room = room < len - done ? room : len - done;
		m->part[m->parts].iov_base = at;
		m->part[m->parts].iov_len = room;
		m->parts++;
		done += room;
	}
	m->len += len;
}

/*
 * Reads entry @i of the ring's descriptors, or of the indirect table at @table.
 */
static bool model_desc(const struct ring *r, u64 table, u32 i,
		       struct vring_desc *desc)
{
	u8 *to = (u8 *)desc, *from;
	size_t j;

	if (!table) {
		*desc = r->desc[i];
		return true;
	}
	for (j = 0; j < sizeof(*desc); j++) {
		from = ring_host(r, table + i * sizeof(*desc) + j);
		if (!from)
			return false;
		to[j] = *from;
	}
	return true;
}

/* The order in which the faults of a descriptor are checked. */
static enum vsb_fault model_judge(const struct ring_model *m,
				  const struct ring *r, u64 table, u16 flags,
				  u32 len)
{
	if (flags & D_INDIRECT) {
		if (table || !r->vr.indirect || flags & D_NEXT || !len ||
		    len % sizeof(struct vring_desc))
			return VSB_FAULT_CHAIN;
		return len > VSB_SEGS_MAX * sizeof(struct vring_desc) ?
		       VSB_FAULT_SEGS : VSB_FAULT_NONE;
	}
	if (!!(flags & D_WRITE) != r->vr.writes)
		return VSB_FAULT_DIRECTION;
	return m->len + len > U32_MAX ? VSB_FAULT_CHAIN : VSB_FAULT_NONE;
}

static bool model_table_is_memory(const struct ring *r, u64 at, u32 len)
{
	while (len) {
		u32 room = RAM_SIZE - at % RAM_SIZE;

		if (!ring_host(r, at))
			return false;
		room = room < len ? room : len;
		at += room;
		len -= room;
	}
	return true;
}

static void model_walk(struct ring_model *m, const struct ring *r, u64 table,
		       u32 num, u32 i)
{
	struct vring_desc desc;
	u32 steps, len;
	u16 flags;
	u64 addr;

	for (steps = 0; steps < num; steps++) {
		if (i >= num)
			break;
		if (!model_desc(r, table, i, &desc)) {
			m->fault = VSB_FAULT_MEMORY;
			return;
		}
		addr = __le64_to_cpu(desc.addr);
		len = __le32_to_cpu(desc.len);
		flags = __le16_to_cpu(desc.flags);
		m->fault = model_judge(m, r, table, flags, len);
		if (m->fault)
			return;
		if (flags & D_INDIRECT) {
			if (model_table_is_memory(r, addr, len))
				model_walk(m, r, addr, len / sizeof(desc), 0);
			else
				m->fault = VSB_FAULT_BOUNDS;
			return;
		}
		if (len)
			model_memory(m, r, addr, len);
		if (m->fault || !(flags & D_NEXT))
			return;
		i = __le16_to_cpu(desc.next);
	}
	m->fault = VSB_FAULT_CHAIN;
}

void ring_model(struct ring_model *m, const struct ring *r, u16 head)
{
	m->fault = VSB_FAULT_NONE;
	m->len = 0;
	m->parts = 0;
	model_walk(m, r, 0, r->num, head);
}

static bool is_memory(const struct ring *r, const struct iovec *part)
{
	unsigned int i;

	for (i = 0; i < RAM_REGIONS; i++) {
		size_t at = (u8 *)part->iov_base - r->ram[i];

		if (at < RAM_SIZE && part->iov_len <= RAM_SIZE - at)
			return true;
	}
	return false;
}

bool ring_chain_is_memory(const struct ring *r)
{
	const struct vsb_chain *chain = &r->chain;
	unsigned int i;
	u64 len = 0;

	if (chain->nr > chain->max)
		return false;
	for (i = 0; i < chain->nr; i++) {
		if (!is_memory(r, &chain->iov[i]))
			return false;
		len += chain->iov[i].iov_len;
	}
	return len == chain->len;
}
