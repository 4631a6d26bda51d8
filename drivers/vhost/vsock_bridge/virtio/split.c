// SPDX-License-Identifier: GPL-2.0
/*
 * The split ring format (virtio 1.3, 2.7), device side.
 *
 * The device reads each value in guest memory once into a variable, checks the
 * variable, and uses only the variable. Every walk is bounded by the size of
 * the table that it walks.
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
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "virtio/dirty_log.h"
#include "virtio/mem.h"
#include "virtio/split.h"

static int vsb_split_break(struct vsb_split *vr)
{
	vr->broken = true;
	return -EFAULT;
}

static __virtio16 __user *vsb_split_used_event(const struct vsb_split *vr)
{
	return &vr->avail->ring[vr->num];
}

static __virtio16 __user *vsb_split_avail_event(const struct vsb_split *vr)
{
	return (__virtio16 __user *)&vr->used->ring[vr->num];
}

/* Logs the write of @len bytes at @at, an address in the used ring. */
static void vsb_split_log_used(struct vsb_split *vr, const void __user *at,
			       size_t len)
{
	u64 offset = at - (const void __user *)vr->used;

	if (likely(!vr->log_used))
		return;
	if (vsb_log_write(vr->log, vr->log_addr + offset, len))
		vsb_split_break(vr);
}

/**
 * vsb_split_set_num() - set the size, for VHOST_SET_VRING_NUM
 * @vr: the ring, which does not run
 * @num: number of entries
 *
 * Return: 0 or -EINVAL.
 */
int vsb_split_set_num(struct vsb_split *vr, u32 num)
{
	if (!num || num > U16_MAX || (num & (num - 1)))
		return -EINVAL;
	vr->num = num;
	return 0;
}

/**
 * vsb_split_set_base() - set the position, for VHOST_SET_VRING_BASE
 * @vr: the ring, which does not run
 * @base: index of the next available entry to take
 *
 * Return: 0 or -EINVAL.
 */
int vsb_split_set_base(struct vsb_split *vr, u32 base)
{
	if (base > U16_MAX)
		return -EINVAL;
	vr->last_avail = base;
	return 0;
}

/* Can a log at @base hold the used ring at @addr, a guest-physical address? */
static bool vsb_split_used_fits(const struct vsb_split *vr,
				const void __user *base, u64 addr)
{
	return vsb_log_fits(base, addr, addr + vsb_split_used_size(vr->num) - 1);
}

/**
 * vsb_split_log_fits() - can a log hold the bits of the used ring?
 * @vr: the ring
 * @base: the log
 *
 * Return: also true when the used ring is not logged.
 */
bool vsb_split_log_fits(const struct vsb_split *vr, const void __user *base)
{
	return !vr->log_used || vsb_split_used_fits(vr, base, vr->log_addr);
}

static bool vsb_split_is_accessible(const void __user *desc,
				    const void __user *avail,
				    const void __user *used, u32 num)
{
	return access_ok(desc, vsb_split_desc_size(num)) &&
	       access_ok(avail, vsb_split_avail_size(num)) &&
	       access_ok(used, vsb_split_used_size(num));
}

static void __user *vsb_owner_addr(u64 addr)
{
	return (void __user *)(unsigned long)addr;
}

/* Check the addresses for a running ring, which uses them at once. */
static bool vsb_split_addr_ok(const struct vsb_split *vr,
			      const struct vhost_vring_addr *a)
{
	if ((a->flags & BIT(VHOST_VRING_F_LOG)) &&
	    !vsb_split_used_fits(vr, vr->log->base, a->log_guest_addr))
		return false;
	return vsb_split_is_accessible(vsb_owner_addr(a->desc_user_addr),
				       vsb_owner_addr(a->avail_user_addr),
				       vsb_owner_addr(a->used_user_addr),
				       vr->num);
}

/**
 * vsb_split_set_addr() - set the addresses, for VHOST_SET_VRING_ADDR
 * @vr: the ring
 * @a: the addresses
 * @running: the ring runs; otherwise the start checks the addresses, because
 *	the size can still change
 *
 * Return: 0, -EOPNOTSUPP, -EFAULT or -EINVAL.
 */
int vsb_split_set_addr(struct vsb_split *vr, const struct vhost_vring_addr *a,
		       bool running)
{
	if (a->flags & ~BIT(VHOST_VRING_F_LOG))
		return -EOPNOTSUPP;
	if (a->desc_user_addr > ULONG_MAX || a->avail_user_addr > ULONG_MAX ||
	    a->used_user_addr > ULONG_MAX)
		return -EFAULT;
	if ((a->avail_user_addr & (VRING_AVAIL_ALIGN_SIZE - 1)) ||
	    (a->used_user_addr & (VRING_USED_ALIGN_SIZE - 1)) ||
	    (a->log_guest_addr & (VRING_USED_ALIGN_SIZE - 1)))
		return -EINVAL;
	if (running && !vsb_split_addr_ok(vr, a))
		return -EINVAL;

	vr->desc = vsb_owner_addr(a->desc_user_addr);
	vr->avail = vsb_owner_addr(a->avail_user_addr);
	vr->used = vsb_owner_addr(a->used_user_addr);
	vr->log_used = a->flags & BIT(VHOST_VRING_F_LOG);
	vr->log_addr = a->log_guest_addr;
	/* the entries that were read ahead are from the old available ring */
	vr->heads_nr = 0;
	return 0;
}

/**
 * vsb_split_start() - start a ring whose addresses are set
 * @vr: the ring
 * @features: the negotiated features
 *
 * The index of the available ring stays; the index of the used ring is read
 * from the ring.
 *
 * Return: 0, or -EFAULT when the ring or its log cannot be accessed.
 */
int vsb_split_start(struct vsb_split *vr, u64 features)
{
	__virtio16 idx;
	u16 flags;

	if (!vr->num || !vsb_split_is_accessible(vr->desc, vr->avail, vr->used,
						 vr->num))
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
	vr->buffered = 0;
	vr->heads_nr = 0;
	vr->signalled_valid = false;
	vr->unsignalled = 0;
	vr->parked = false;
	vsb_split_log_used(vr, &vr->used->flags, sizeof(vr->used->flags));
	return vr->broken ? -EFAULT : 0;
}

/**
 * vsb_split_last_used() - read the used element that was published last
 * @vr: the ring
 *
 * Return: the raw element in the ring; 0 if it cannot be accessed.
 */
u64 vsb_split_last_used(const struct vsb_split *vr)
{
	u16 slot = (vr->used_idx - 1) & (vr->num - 1);
	u64 elem;

	if (copy_from_user(&elem, &vr->used->ring[slot], sizeof(elem)))
		return 0;
	return elem;
}

/*
 * Reads avail.idx. Return: 1 if there are new entries, 0 if not, or an error.
 */
static int vsb_split_refresh(struct vsb_split *vr)
{
	__virtio16 raw;
	u16 idx;

	if (get_user(raw, &vr->avail->idx))
		return vsb_split_break(vr);
	idx = vsb_ring16(raw);
	if ((u16)(idx - vr->last_avail) > vr->num)
		return vsb_split_break(vr);
	vr->avail_idx = idx;
	if (idx == vr->last_avail)
		return 0;

	smp_rmb();	/* (D): orders the index before the entries */
	return 1;
}

/* Store the guest-physical addresses of the next @nr parts. */
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

/* Adds a descriptor's memory to the chain. */
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
 * struct vsb_desc - a decoded descriptor
 * @addr: guest-physical address
 * @len: bytes
 * @flags: VRING_DESC_F_*
 * @next: index of the next descriptor
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

/* The caller has opened a user access window. */
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

/* Does not use copy_from_user(), whose call would cost more than the copy. */
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

/*
 * An indirect table may cross from one region of the guest's memory into the
 * next region.
 */
#define VSB_TABLE_PARTS	2

/**
 * struct vsb_table - an indirect table
 * @part: its parts
 * @parts: number of parts
 * @num: number of entries
 */
struct vsb_table {
	struct iovec part[VSB_TABLE_PARTS];
	unsigned int parts;
	u32 num;
};

/* Reads an entry that may begin in one part and end in the next part. */
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

	/* virtio 1.3, 2.7 requires the alignment, but a guest may violate it */
	if (likely(at + sizeof(struct vring_desc) <= part->iov_len &&
		   IS_ALIGNED((unsigned long)part->iov_base,
			      sizeof(struct vring_desc))))
		return vsb_desc_read(part->iov_base + at, desc);
	return vsb_table_read_parts(table, i, desc);
}

/*
 * Walk a chain from entry @i of @table, or of the descriptor table when @table
 * is NULL. The number of steps is at most the number of entries in the table,
 * so that a loop ends, and at most VSB_SEGS_MAX. @last returns the last
 * descriptor, which may point to an indirect table if @table is NULL; an
 * indirect table must not point to another table. @walked grows by the number
 * of descriptors that were read.
 *
 * Inlined into each caller, because most chains have one or two descriptors.
 */
static __always_inline enum vsb_fault
vsb_split_walk_table(struct vsb_split *vr, const struct vsb_table *table,
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
 * Continue in the table that an indirect descriptor points to. In a table that
 * is too long, walk the first VSB_SEGS_MAX entries, because the caller needs
 * the packet's header.
 */
static enum vsb_fault
vsb_split_walk_indirect(struct vsb_split *vr, struct vsb_chain *chain,
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
	fault = vsb_split_walk_table(vr, &table, 0, chain, mem, desc,
				     walked);
	return too_long ? VSB_FAULT_SEGS : fault;
}

static inline enum vsb_fault vsb_split_walk(struct vsb_split *vr,
					    struct vsb_chain *chain,
					    struct vsb_mem *mem, u32 head)
{
	struct vsb_desc last;
	enum vsb_fault fault;
	u32 walked = 0;

	fault = vsb_split_walk_table(vr, NULL, head, chain, mem, &last,
				     &walked);
	vr->unsignalled += walked;
	if (!fault && (last.flags & VRING_DESC_F_INDIRECT))
		fault = vsb_split_walk_indirect(vr, chain, mem, &last, &walked);
	vr->walked += walked + chain->nr;
	return fault;
}

/* Read ahead one batch of entries, starting with the next available entry. */
static bool vsb_split_read_heads(struct vsb_split *vr)
{
	u16 slot = vr->last_avail & (vr->num - 1);
	u32 nr = min3((u32)(u16)(vr->avail_idx - vr->last_avail),
		      VSB_SPLIT_BATCH, vr->num - slot);

	vr->heads_nr = 0;
	if (copy_from_user(vr->heads, &vr->avail->ring[slot],
			   nr * sizeof(vr->heads[0])))
		return false;
	vr->heads_first = vr->last_avail;
	vr->heads_nr = nr;
	return true;
}

/* Read the next available entry. Return: the head, or @num on an error. */
static u32 vsb_split_head(struct vsb_split *vr)
{
	u16 i = vr->last_avail - vr->heads_first;
	u16 head;

	if (i >= vr->heads_nr) {
		if (!vsb_split_read_heads(vr))
			return vr->num;
		i = 0;
	}
	head = vsb_ring16(vr->heads[i]);
	return min_t(u32, head, vr->num);
}

/**
 * vsb_split_next() - take the next available chain
 * @vr: the ring
 * @mem: the guest's memory
 * @chain: in: storage for the parts; out: the chain
 *
 * The caller must push or rewind each chain that it takes, even a chain with a
 * fault.
 *
 * Return: 1 with a chain, 0 when no chain is available, -EFAULT when the ring
 * is broken.
 */
int vsb_split_next(struct vsb_split *vr, struct vsb_mem *mem,
		   struct vsb_chain *chain)
{
	u32 head;
	int ret;

	if (vr->broken)
		return -EFAULT;
	if (vr->last_avail == vr->avail_idx) {
		ret = vsb_split_refresh(vr);
		if (ret <= 0)
			return ret;
	}
	head = vsb_split_head(vr);
	if (head == vr->num)
		return vsb_split_break(vr);

	vr->last_avail++;
	chain->head = head;
	chain->nr = 0;
	chain->len = 0;
	chain->fault = vsb_split_walk(vr, chain, mem, head);
	return 1;
}

/**
 * vsb_split_next_plain() - take chains of one plain descriptor each
 * @vr: the ring
 * @mem: the guest's memory
 * @iov: out: the parts, one for each chain
 * @heads: out: the heads of the chains
 * @max: largest number of chains to take
 * @len: smallest length of a chain, more than 0
 *
 * A plain descriptor is direct, has no next descriptor, has at least @len
 * bytes, and lies in the memory range that was used last. One user access
 * window covers all chains, so this function is fast.
 *
 * The function starts after a chain that vsb_split_next() took, uses only the
 * entries that were read ahead, and stops before a chain that is not plain.
 * vsb_split_next() takes that chain and finds its fault, if it has a fault.
 *
 * Return: the number of chains that were taken.
 */
unsigned int vsb_split_next_plain(struct vsb_split *vr,
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
	    !user_read_access_begin(vr->desc, vsb_split_desc_size(vr->num)))
		return 0;
	next = vr->heads + i;
	max = min(max, (unsigned int)vr->heads_nr - i);
	for (n = 0; n < max; n++) {
		u16 head = vsb_ring16(next[n]);

		if (head >= vr->num)
			break;
		/*
		 * the access below does not check @head, so it must be in
		 * range even under speculation
		 */
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
	vr->unsignalled += n;
	vr->walked += 2 * n;
	return n;
}

/* Returns the last @count chains that were taken to the ring. */
void vsb_split_rewind(struct vsb_split *vr, u16 count)
{
	vr->last_avail -= count;
}

/**
 * vsb_split_log_chain() - log that the beginning of a chain was written
 * @vr: the ring
 * @iov: parts of the chain
 * @gpa: guest-physical addresses of the parts, or NULL to log nothing
 * @nr: number of parts
 * @len: number of bytes that were written
 *
 * The caller must log a chain before it publishes or rewinds the chain.
 */
void vsb_split_log_chain(struct vsb_split *vr, const struct iovec *iov,
			 const u64 *gpa, unsigned int nr, size_t len)
{
	if (likely(!gpa))
		return;
	if (vsb_log_write_parts(vr->log, iov, gpa, nr, len))
		vsb_split_break(vr);
}

/*
 * Copy the buffered elements to the used ring, in copies that each end at the
 * end of the ring. The number of elements can exceed the size of the ring,
 * because a guest can make more chains available than the ring has entries.
 */
static void vsb_split_write_buffered(struct vsb_split *vr)
{
	const struct vring_used_elem *elem = vr->elems;
	u16 idx = vr->used_idx + vr->staged - vr->buffered;

	while (vr->buffered && !vr->broken) {
		u16 slot = idx & (vr->num - 1);
		u32 nr = min_t(u32, vr->buffered, vr->num - slot);

		if (copy_to_user(&vr->used->ring[slot], elem,
				 nr * sizeof(*elem)))
			vsb_split_break(vr);
		vsb_split_log_used(vr, &vr->used->ring[slot],
				   nr * sizeof(*elem));
		elem += nr;
		idx += nr;
		vr->buffered -= nr;
	}
}

/**
 * vsb_split_push() - stage a used element
 * @vr: the ring
 * @head: head of the chain
 * @len: number of bytes that were written into the chain
 */
void vsb_split_push(struct vsb_split *vr, u16 head, u32 len)
{
	if (vr->broken)
		return;
	vr->elems[vr->buffered++] = (struct vring_used_elem) {
		.id = (__force __virtio32)cpu_to_le32(head),
		.len = (__force __virtio32)cpu_to_le32(len),
	};
	vr->staged++;
	if (vr->buffered == VSB_SPLIT_BATCH)
		vsb_split_write_buffered(vr);
}

/**
 * vsb_split_wants_interrupt() - does the driver want an interrupt?
 * @vr: the ring; elements were published since vsb_split_set_signalled()
 *
 * The answer can change later: a driver that processes the elements without an
 * interrupt does not need the interrupt any more.
 */
bool vsb_split_wants_interrupt(struct vsb_split *vr)
{
	__virtio16 raw;

	smp_mb();	/* (B): orders used.idx before the event field */

	if (vr->notify_on_empty && vr->last_avail == vr->avail_idx &&
	    !get_user(raw, &vr->avail->idx) &&
	    vsb_ring16(raw) == vr->avail_idx)
		return true;
	if (!vr->event_idx) {
		if (get_user(raw, &vr->avail->flags))
			return true;
		return !(vsb_ring16(raw) & VRING_AVAIL_F_NO_INTERRUPT);
	}

	if (!vr->signalled_valid || get_user(raw, vsb_split_used_event(vr)))
		return true;
	return vring_need_event(vsb_ring16(raw), vr->used_idx, vr->signalled);
}

/**
 * vsb_split_set_signalled() - the driver was interrupted, or needs no interrupt
 * @vr: the ring
 *
 * The next vsb_split_wants_interrupt() considers only elements that are
 * published after this call.
 */
void vsb_split_set_signalled(struct vsb_split *vr)
{
	vr->signalled = vr->used_idx;
	vr->signalled_valid = true;
	vr->unsignalled = 0;
}

/*
 * The device could not send an interrupt. With EVENT_IDX, the driver gets an
 * interrupt for the next elements whatever its used_event is.
 */
void vsb_split_signal_next(struct vsb_split *vr)
{
	vr->signalled_valid = false;
}

/**
 * vsb_split_publish() - publish the staged elements to the driver
 * @vr: the ring
 *
 * Return: true when at least one element was published.
 */
bool vsb_split_publish(struct vsb_split *vr)
{
	if (!vr->staged || vr->broken)
		return false;
	vsb_split_write_buffered(vr);
	if (vr->broken)
		return false;

	/*
	 * (A): orders the elements before the index. It also orders the reads
	 * from TX chains, because a store depends on each of these reads.
	 */
	smp_wmb();
	vr->used_idx += vr->staged;
	vr->staged = 0;
	if (put_user(vsb_to_ring16(vr->used_idx), &vr->used->idx)) {
		vsb_split_break(vr);
		return false;
	}
	vsb_split_log_used(vr, &vr->used->idx, sizeof(vr->used->idx));
	return true;
}

/**
 * vsb_split_count() - read how many chains are available
 * @vr: the ring
 *
 * Return: the number, or -EFAULT if the ring is broken.
 */
int vsb_split_count(struct vsb_split *vr)
{
	int ret;

	if (vr->broken)
		return -EFAULT;
	ret = vsb_split_refresh(vr);
	return ret < 0 ? ret : (u16)(vr->avail_idx - vr->last_avail);
}

/**
 * vsb_split_park_until() - ask for a kick when @count chains are available
 * @vr: the ring
 * @count: number of chains, at least 1
 *
 * Return: true when @count chains are available already; then the driver may
 * not kick.
 */
bool vsb_split_park_until(struct vsb_split *vr, u16 count)
{
	__virtio16 __user *field = &vr->used->flags;
	u16 value = 0;

	if (vr->broken)
		return false;
	vr->parked = true;
	if (vr->event_idx) {
		field = vsb_split_avail_event(vr);
		value = vr->last_avail + count - 1;
	}
	if (put_user(vsb_to_ring16(value), field)) {
		vsb_split_break(vr);
		return false;
	}
	vsb_split_log_used(vr, field, sizeof(*field));

	smp_mb();	/* (C): orders the request before avail.idx */
	return vsb_split_count(vr) >= count;
}

/**
 * vsb_split_park() - ask for a kick with the next available chain
 * @vr: the ring; the caller has taken all available chains
 *
 * Return: true when a chain is available already; then the driver may not kick.
 */
bool vsb_split_park(struct vsb_split *vr)
{
	return vsb_split_park_until(vr, 1);
}

/**
 * vsb_split_unpark() - disable kicks
 * @vr: the ring
 *
 * With EVENT_IDX the function writes nothing, because avail.idx passes an old
 * avail_event only after it has wrapped.
 */
void vsb_split_unpark(struct vsb_split *vr)
{
	if (!vr->parked || vr->broken)
		return;
	vr->parked = false;
	if (vr->event_idx)
		return;
	if (put_user(vsb_to_ring16(VRING_USED_F_NO_NOTIFY), &vr->used->flags))
		vsb_split_break(vr);
	vsb_split_log_used(vr, &vr->used->flags, sizeof(vr->used->flags));
}

/**
 * vsb_split_peek_at() - prepare vsb_split_peek()
 * @vr: the ring; the caller has taken all available chains
 * @seen: out: the state for vsb_split_peek()
 */
void vsb_split_peek_at(const struct vsb_split *vr, struct vsb_split_seen *seen)
{
	seen->idx = &vr->avail->idx;
	seen->avail_idx = vr->avail_idx;
}

/**
 * vsb_split_peek() - has the driver made a chain available?
 * @seen: the state from vsb_split_peek_at()
 *
 * The caller needs no lock. The VMM may replace the ring in the meantime,
 * because the function takes no chain.
 *
 * Return: true also if the ring cannot be read.
 */
bool vsb_split_peek(const struct vsb_split_seen *seen)
{
	__virtio16 idx;

	return get_user(idx, seen->idx) || vsb_ring16(idx) != seen->avail_idx;
}
