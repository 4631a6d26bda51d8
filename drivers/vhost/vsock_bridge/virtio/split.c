// SPDX-License-Identifier: GPL-2.0
/*
 * A split virtqueue (virtio 1.3, 2.7), from the side of the device.
 *
 * Everything in guest memory is read once into a variable, checked, and used
 * from there. Every walk is bounded by the size of the table it walks.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "virtio/dirty_log.h"
#include "virtio/mem.h"
#include "virtio/split.h"

static int vsb_vring_break(struct vsb_vring *vr)
{
	vr->broken = true;
	return -EFAULT;
}

static __virtio16 __user *vsb_vring_used_event(const struct vsb_vring *vr)
{
	return &vr->avail->ring[vr->num];
}

static __virtio16 __user *vsb_vring_avail_event(const struct vsb_vring *vr)
{
	return (__virtio16 __user *)&vr->used->ring[vr->num];
}

/* @len bytes at @at, in the used ring, were written. */
static void vsb_vring_log_used(struct vsb_vring *vr, const void __user *at,
			       size_t len)
{
	u64 offset = at - (const void __user *)vr->used;

	if (likely(!vr->log_used))
		return;
	if (vsb_log_write(vr->log, vr->log_addr + offset, len))
		vsb_vring_break(vr);
}

/**
 * vsb_vring_log_fits() - can a log hold the used ring?
 * @vr: the queue
 * @base: the log
 * @addr: guest-physical address of the used ring
 *
 * Return: false when it cannot.
 */
bool vsb_vring_log_fits(const struct vsb_vring *vr, const void __user *base,
			u64 addr)
{
	return vsb_log_fits(base, addr, addr + vsb_vring_used_size(vr->num) - 1);
}

/**
 * vsb_vring_start() - start a virtqueue whose addresses are set
 * @vr: the queue
 * @features: what was negotiated
 *
 * The place in the available ring is kept; the one in the used ring is the
 * driver's memory's.
 *
 * Return: 0, or -EFAULT when the ring, or its log, cannot be accessed.
 */
int vsb_vring_start(struct vsb_vring *vr, u64 features)
{
	__virtio16 idx;
	u16 flags;

	if (!vr->num ||
	    !access_ok(vr->desc, vsb_vring_desc_size(vr->num)) ||
	    !access_ok(vr->avail, vsb_vring_avail_size(vr->num)) ||
	    !access_ok(vr->used, vsb_vring_used_size(vr->num)))
		return -EFAULT;
	vr->event_idx = features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
	flags = vr->event_idx ? 0 : VRING_USED_F_NO_NOTIFY;
	if (get_user(idx, &vr->used->idx) ||
	    put_user(vsb_to_ring16(flags), &vr->used->flags))
		return -EFAULT;

	vr->broken = false;
	vr->indirect = features & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC);
	vr->notify_on_empty = features & BIT_ULL(VIRTIO_F_NOTIFY_ON_EMPTY);
	vr->used_idx = vsb_ring16(idx);
	vr->avail_idx = vr->last_avail;
	vr->staged = 0;
	vr->kept = 0;
	vr->heads_nr = 0;
	vr->signalled_valid = false;
	vr->untold = 0;
	vr->parked = false;
	vsb_vring_log_used(vr, &vr->used->flags, sizeof(vr->used->flags));
	return vr->broken ? -EFAULT : 0;
}

/**
 * vsb_vring_last_used() - look at the used element that was published last
 * @vr: the queue
 * @elem: out: as it stands in the ring; zeros when that cannot be accessed
 */
void vsb_vring_last_used(const struct vsb_vring *vr,
			 struct vring_used_elem *elem)
{
	u16 slot = (vr->used_idx - 1) & (vr->num - 1);

	if (copy_from_user(elem, &vr->used->ring[slot], sizeof(*elem)))
		memset(elem, 0, sizeof(*elem));
}

/* Read avail.idx. Return: 1 when there are new entries, 0, or an error. */
static int vsb_vring_refresh(struct vsb_vring *vr)
{
	__virtio16 raw;
	u16 idx;

	if (get_user(raw, &vr->avail->idx))
		return vsb_vring_break(vr);
	idx = vsb_ring16(raw);
	if ((u16)(idx - vr->last_avail) > vr->num)
		return vsb_vring_break(vr);
	vr->avail_idx = idx;
	if (idx == vr->last_avail)
		return 0;

	smp_rmb();	/* (D): the entries are read after the index */
	return 1;
}

/* Note where in the guest's memory the next @nr parts are. */
static void vsb_chain_note(struct vsb_chain *chain, int nr, u64 addr)
{
	const struct iovec *iov = chain->iov + chain->nr;
	u64 *gpa = chain->gpa + chain->nr;
	int i;

	for (i = 0; i < nr; i++) {
		gpa[i] = addr;
		addr += iov[i].iov_len;
	}
}

/* Add a descriptor's memory to the chain. */
static inline enum vsb_fault
vsb_chain_add(struct vsb_chain *chain, struct vsb_mem *mem, u64 addr, u32 len)
{
	int nr;

	if (!len)
		return VSB_FAULT_NONE;
	if (len > U32_MAX - chain->len)
		return VSB_FAULT_CHAIN;

	nr = vsb_mem_translate(mem, addr, len, chain->iov + chain->nr,
			       chain->max - chain->nr);
	if (nr == -ENOBUFS)
		return VSB_FAULT_SEGS;
	if (nr < 0)
		return VSB_FAULT_BOUNDS;
	if (unlikely(chain->gpa))
		vsb_chain_note(chain, nr, addr);
	chain->nr += nr;
	chain->len += len;
	return VSB_FAULT_NONE;
}

/**
 * struct vsb_desc - a descriptor as we use it
 * @addr: guest-physical address
 * @len: bytes
 * @flags: VRING_DESC_F_*
 * @next: index of the next one
 */
struct vsb_desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

static __always_inline void vsb_desc_decode(struct vsb_desc *desc,
					    const struct vring_desc *raw)
{
	desc->addr = le64_to_cpu((__force __le64)raw->addr);
	desc->len = le32_to_cpu((__force __le32)raw->len);
	desc->flags = vsb_ring16(raw->flags);
	desc->next = vsb_ring16(raw->next);
}

/* Within a window of accesses. */
#define vsb_desc_get(raw, from, fault)					\
	do {								\
		struct vring_desc *_raw = (raw);			\
		const struct vring_desc __user *_from = (from);		\
									\
		unsafe_get_user(_raw->addr, &_from->addr, fault);	\
		unsafe_get_user(_raw->len, &_from->len, fault);		\
		unsafe_get_user(_raw->flags, &_from->flags, fault);	\
		unsafe_get_user(_raw->next, &_from->next, fault);	\
	} while (0)

/* The call of a copy would cost more than the copy. */
static inline bool vsb_desc_read(const struct vring_desc __user *from,
				 struct vsb_desc *desc)
{
	struct vring_desc raw;

	if (!user_read_access_begin(from, sizeof(*from)))
		return false;
	vsb_desc_get(&raw, from, fault);
	user_read_access_end();
	vsb_desc_decode(desc, &raw);
	return true;
fault:
	user_read_access_end();
	return false;
}

/* Guest memory that an indirect table may lie across. */
#define VSB_TABLE_PARTS	2

/**
 * struct vsb_table - an indirect table
 * @part: where it is
 * @parts: how many
 * @num: its entries
 */
struct vsb_table {
	struct iovec part[VSB_TABLE_PARTS];
	unsigned int parts;
	u32 num;
};

/* Read an entry that may begin in one part and end in the next. */
static bool vsb_table_read_parts(const struct vsb_table *table, u32 i,
				 struct vsb_desc *desc)
{
	struct vring_desc raw;
	size_t skip = i * sizeof(raw);
	size_t len, done = 0;
	unsigned int p;

	for (p = 0; p < table->parts && done < sizeof(raw); p++) {
		const struct iovec *part = &table->part[p];

		if (skip >= part->iov_len) {
			skip -= part->iov_len;
			continue;
		}
		len = min(sizeof(raw) - done, part->iov_len - skip);
		if (copy_from_user((void *)&raw + done, part->iov_base + skip,
				   len))
			return false;
		done += len;
		skip = 0;
	}
	if (done < sizeof(raw))
		return false;
	vsb_desc_decode(desc, &raw);
	return true;
}

static inline bool vsb_table_read(const struct vsb_table *table, u32 i,
				  struct vsb_desc *desc)
{
	const struct iovec *part = &table->part[0];
	size_t at = i * sizeof(struct vring_desc);

	/* tables are aligned to their entries (2.7), but who knows */
	if (likely(at + sizeof(struct vring_desc) <= part->iov_len &&
		   IS_ALIGNED((unsigned long)part->iov_base,
			      sizeof(struct vring_desc))))
		return vsb_desc_read(part->iov_base + at, desc);
	return vsb_table_read_parts(table, i, desc);
}

/*
 * Walk a chain from entry @i of @table, or of the ring's own table when that is
 * NULL. A table is walked for as many steps as it has entries, so a loop ends,
 * and for no more than VSB_SEGS_MAX. The last entry of the ring's table may
 * point to an indirect one, and is left in @last; an indirect table leads to no
 * other. @walked grows by the entries that were read.
 *
 * Most chains are one or two entries: in a place of its own each.
 */
static __always_inline enum vsb_fault
vsb_vring_walk_table(struct vsb_vring *vr, const struct vsb_table *table,
		     u32 i, struct vsb_chain *chain, struct vsb_mem *mem,
		     struct vsb_desc *last, u32 *walked)
{
	u32 num = table ? table->num : vr->num;
	enum vsb_fault fault;
	u32 steps;

	for (steps = 0; steps < min(num, VSB_SEGS_MAX); steps++) {
		if (i >= num)
			return VSB_FAULT_CHAIN;
		++*walked;
		if (!(table ? vsb_table_read(table, i, last) :
			      vsb_desc_read(vr->desc + i, last)))
			return VSB_FAULT_MEMORY;
		if (last->flags & VRING_DESC_F_INDIRECT) {
			if (table || !vr->indirect ||
			    (last->flags & VRING_DESC_F_NEXT))
				return VSB_FAULT_CHAIN;
			return VSB_FAULT_NONE;
		}
		if (vr->writes != !!(last->flags & VRING_DESC_F_WRITE))
			return VSB_FAULT_DIRECTION;
		fault = vsb_chain_add(chain, mem, last->addr, last->len);
		if (fault || !(last->flags & VRING_DESC_F_NEXT))
			return fault;
		i = last->next;
	}
	return steps < num ? VSB_FAULT_SEGS : VSB_FAULT_CHAIN;
}

/*
 * Continue in the table that an indirect descriptor points to. One that is too
 * long is walked as far as we take chains, so that the header is found in it.
 */
static enum vsb_fault
vsb_vring_walk_indirect(struct vsb_vring *vr, struct vsb_chain *chain,
			struct vsb_mem *mem, struct vsb_desc *desc, u32 *walked)
{
	u32 most = VSB_SEGS_MAX * sizeof(struct vring_desc);
	bool too_long = desc->len > most;
	struct vsb_table table;
	enum vsb_fault fault;
	int parts;

	if (!desc->len || desc->len % sizeof(struct vring_desc))
		return VSB_FAULT_CHAIN;
	table.num = min(desc->len, most) / sizeof(struct vring_desc);
	parts = vsb_mem_translate(mem, desc->addr, min(desc->len, most),
				  table.part, VSB_TABLE_PARTS);
	if (parts < 0)
		return too_long ? VSB_FAULT_SEGS : VSB_FAULT_BOUNDS;
	table.parts = parts;
	fault = vsb_vring_walk_table(vr, &table, 0, chain, mem, desc,
				     walked);
	return too_long ? VSB_FAULT_SEGS : fault;
}

static inline enum vsb_fault vsb_vring_walk(struct vsb_vring *vr,
					    struct vsb_chain *chain,
					    struct vsb_mem *mem, u32 head)
{
	struct vsb_desc last;
	enum vsb_fault fault;
	u32 walked = 0;

	fault = vsb_vring_walk_table(vr, NULL, head, chain, mem, &last,
				     &walked);
	vr->untold += walked;
	if (!fault && (last.flags & VRING_DESC_F_INDIRECT))
		fault = vsb_vring_walk_indirect(vr, chain, mem, &last, &walked);
	vr->walked += walked + chain->nr;
	return fault;
}

/* Read the entries from the next one on, as far as one copy goes. */
static bool vsb_vring_read_heads(struct vsb_vring *vr)
{
	u16 slot = vr->last_avail & (vr->num - 1);
	u32 nr = min3((u32)(u16)(vr->avail_idx - vr->last_avail),
		      VSB_VRING_BATCH, vr->num - slot);

	vr->heads_nr = 0;
	if (copy_from_user(vr->heads, &vr->avail->ring[slot],
			   nr * sizeof(vr->heads[0])))
		return false;
	vr->heads_first = vr->last_avail;
	vr->heads_nr = nr;
	return true;
}

/* The next entry, which is available. Return: its head; @num: there is none. */
static u32 vsb_vring_head(struct vsb_vring *vr)
{
	u16 i = vr->last_avail - vr->heads_first;
	u16 head;

	if (i >= vr->heads_nr) {
		if (!vsb_vring_read_heads(vr))
			return vr->num;
		i = 0;
	}
	head = vsb_ring16(vr->heads[i]);
	return min_t(u32, head, vr->num);
}

/**
 * vsb_vring_next() - take the next available chain
 * @vr: the queue
 * @mem: the guest's memory
 * @chain: in: storage for its parts; out: the chain
 *
 * A chain that is taken must be pushed or given back by vsb_vring_rewind(),
 * also one with a fault.
 *
 * Return: 1 with a chain, 0 when there is none, -EFAULT when the ring is
 * broken.
 */
int vsb_vring_next(struct vsb_vring *vr, struct vsb_mem *mem,
		   struct vsb_chain *chain)
{
	u32 head;
	int ret;

	if (vr->broken)
		return -EFAULT;
	if (vr->last_avail == vr->avail_idx) {
		ret = vsb_vring_refresh(vr);
		if (ret <= 0)
			return ret;
	}
	head = vsb_vring_head(vr);
	if (head == vr->num)
		return vsb_vring_break(vr);

	vr->last_avail++;
	chain->head = head;
	chain->nr = 0;
	chain->len = 0;
	chain->fault = vsb_vring_walk(vr, chain, mem, head);
	return 1;
}

/**
 * vsb_vring_next_row() - take chains that are one plain descriptor each
 * @vr: the queue
 * @mem: the guest's memory
 * @iov: out: where they are
 * @heads: out: their names
 * @max: how many at most
 * @len: bytes that each has at least, more than 0
 *
 * All in one window of accesses, which is what makes it fast. It is for those
 * that follow on one that vsb_vring_next() took, goes no further than the
 * entries that this one has read, and ends before a chain that is not plain:
 * vsb_vring_next() takes that, and says what is wrong with it, if anything is.
 * Memory is plain where it is in the range that was used last.
 *
 * Return: how many were taken; each as if by vsb_vring_next().
 */
unsigned int vsb_vring_next_row(struct vsb_vring *vr,
				const struct vsb_mem *mem, struct iovec *iov,
				u16 *heads, unsigned int max, u32 len)
{
	const u16 flags = vr->writes ? VRING_DESC_F_WRITE : 0;
	const struct vsb_range near = mem->near;
	u16 i = vr->last_avail - vr->heads_first;
	const __virtio16 *next;
	struct vring_desc raw;
	struct vsb_desc desc;
	unsigned int n;

	if (vr->broken || i >= vr->heads_nr ||
	    !user_read_access_begin(vr->desc, vsb_vring_desc_size(vr->num)))
		return 0;
	next = vr->heads + i;
	max = min(max, (unsigned int)vr->heads_nr - i);
	for (n = 0; n < max; n++) {
		u16 head = vsb_ring16(next[n]);

		if (head >= vr->num)
			break;
		/* not in speculation either: no access checks it again */
		head = array_index_nospec(head, vr->num);
		vsb_desc_get(&raw, vr->desc + head, fault);
		vsb_desc_decode(&desc, &raw);
		if (desc.flags != flags || desc.len < len ||
		    !vsb_range_holds_all(&near, desc.addr, desc.len))
			break;
		iov[n].iov_base = vsb_range_at(&near, desc.addr);
		iov[n].iov_len = desc.len;
		heads[n] = head;
	}
fault:
	user_read_access_end();
	vr->last_avail += n;
	vr->untold += n;
	vr->walked += 2 * n;
	return n;
}

/* Give back the last @count chains that were taken; they come again. */
void vsb_vring_rewind(struct vsb_vring *vr, u16 count)
{
	vr->last_avail -= count;
}

/**
 * vsb_vring_log_chain() - the beginning of a chain was written
 * @vr: the queue
 * @iov: its parts, or those of a part of it
 * @gpa: their guest-physical addresses, or NULL when nothing is to be logged
 * @nr: how many
 * @len: bytes
 *
 * To be called before the chain is published or given back.
 */
void vsb_vring_log_chain(struct vsb_vring *vr, const struct iovec *iov,
			 const u64 *gpa, unsigned int nr, size_t len)
{
	if (likely(!gpa))
		return;
	if (vsb_log_write_parts(vr->log, iov, gpa, nr, len))
		vsb_vring_break(vr);
}

/*
 * Put what was kept into the ring, in rows that end where the ring does. They
 * may be more than the ring has: a guest can lie about what is available.
 */
static void vsb_vring_write_kept(struct vsb_vring *vr)
{
	const struct vring_used_elem *elem = vr->elems;
	u16 idx = vr->used_idx + vr->staged - vr->kept;

	while (vr->kept && !vr->broken) {
		u16 slot = idx & (vr->num - 1);
		u32 nr = min_t(u32, vr->kept, vr->num - slot);

		if (copy_to_user(&vr->used->ring[slot], elem,
				 nr * sizeof(*elem)))
			vsb_vring_break(vr);
		vsb_vring_log_used(vr, &vr->used->ring[slot],
				   nr * sizeof(*elem));
		elem += nr;
		idx += nr;
		vr->kept -= nr;
	}
}

/**
 * vsb_vring_push() - stage a used element
 * @vr: the queue
 * @head: name of the chain
 * @len: bytes that were written into it
 */
void vsb_vring_push(struct vsb_vring *vr, u16 head, u32 len)
{
	if (vr->broken)
		return;
	vr->elems[vr->kept++] = (struct vring_used_elem) {
		.id = (__force __virtio32)cpu_to_le32(head),
		.len = (__force __virtio32)cpu_to_le32(len),
	};
	vr->staged++;
	if (vr->kept == VSB_VRING_BATCH)
		vsb_vring_write_kept(vr);
}

/**
 * vsb_vring_wants_call() - does the driver want an interrupt?
 * @vr: the queue; elements were published since vsb_vring_settle()
 *
 * It may change its mind until the interrupt comes: as soon as it takes the
 * elements without one.
 *
 * Return: true when it does.
 */
bool vsb_vring_wants_call(struct vsb_vring *vr)
{
	__virtio16 raw;

	smp_mb();	/* (B): used.idx is seen before the event is read */

	if (vr->notify_on_empty && vr->last_avail == vr->avail_idx &&
	    !get_user(raw, &vr->avail->idx) &&
	    vsb_ring16(raw) == vr->avail_idx)
		return true;
	if (!vr->event_idx) {
		if (get_user(raw, &vr->avail->flags))
			return true;
		return !(vsb_ring16(raw) & VRING_AVAIL_F_NO_INTERRUPT);
	}

	if (!vr->signalled_valid || get_user(raw, vsb_vring_used_event(vr)))
		return true;
	return vring_need_event(vsb_ring16(raw), vr->used_idx, vr->signalled);
}

/**
 * vsb_vring_settle() - the driver knows, or does not want to know
 * @vr: the queue
 *
 * The next vsb_vring_wants_call() asks about what is published from here on.
 */
void vsb_vring_settle(struct vsb_vring *vr)
{
	vr->signalled = vr->used_idx;
	vr->signalled_valid = true;
	vr->untold = 0;
}

/**
 * vsb_vring_publish() - show the staged elements to the driver
 * @vr: the queue
 *
 * Return: true when there were any.
 */
bool vsb_vring_publish(struct vsb_vring *vr)
{
	if (!vr->staged || vr->broken)
		return false;
	vsb_vring_write_kept(vr);
	if (vr->broken)
		return false;

	/*
	 * (A): The elements are written before the index, and so is what was
	 * read from TX chains: what is read is stored, or decides on a store.
	 */
	smp_wmb();
	vr->used_idx += vr->staged;
	vr->staged = 0;
	if (put_user(vsb_to_ring16(vr->used_idx), &vr->used->idx)) {
		vsb_vring_break(vr);
		return false;
	}
	vsb_vring_log_used(vr, &vr->used->idx, sizeof(vr->used->idx));
	return true;
}

/**
 * vsb_vring_count() - look how many chains are available
 * @vr: the queue
 *
 * Return: how many, or -EFAULT when the ring is broken.
 */
int vsb_vring_count(struct vsb_vring *vr)
{
	int ret;

	if (vr->broken)
		return -EFAULT;
	ret = vsb_vring_refresh(vr);
	return ret < 0 ? ret : (u16)(vr->avail_idx - vr->last_avail);
}

/**
 * vsb_vring_await() - ask for a kick when so many chains are available
 * @vr: the queue
 * @count: how many, at least 1
 *
 * Return: true when there are as many already; no kick may come then.
 */
bool vsb_vring_await(struct vsb_vring *vr, u16 count)
{
	__virtio16 __user *wish = &vr->used->flags;
	u16 value = 0;

	if (vr->broken)
		return false;
	vr->parked = true;
	if (vr->event_idx) {
		wish = vsb_vring_avail_event(vr);
		value = vr->last_avail + count - 1;
	}
	if (put_user(vsb_to_ring16(value), wish)) {
		vsb_vring_break(vr);
		return false;
	}
	vsb_vring_log_used(vr, wish, sizeof(*wish));

	smp_mb();	/* (C): the request is seen before the index is read */
	return vsb_vring_count(vr) >= count;
}

/**
 * vsb_vring_park() - ask for a kick with the next available chain
 * @vr: the queue, all of whose chains were taken
 *
 * Return: true when there is a chain already; no kick may come for it.
 */
bool vsb_vring_park(struct vsb_vring *vr)
{
	return vsb_vring_await(vr, 1);
}

/**
 * vsb_vring_unpark() - kicks are not needed for now
 * @vr: the queue
 *
 * With EVENT_IDX nothing is written: an avail_event that stays behind does not
 * match again before the index has wrapped.
 */
void vsb_vring_unpark(struct vsb_vring *vr)
{
	if (!vr->parked || vr->broken)
		return;
	vr->parked = false;
	if (vr->event_idx)
		return;
	if (put_user(vsb_to_ring16(VRING_USED_F_NO_NOTIFY), &vr->used->flags))
		vsb_vring_break(vr);
	vsb_vring_log_used(vr, &vr->used->flags, sizeof(vr->used->flags));
}
