/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A split virtqueue (virtio 1.3, 2.7), from the side of the device.
 *
 * The verbs: next takes the next available chain, next_row those behind it that
 * are like most, and rewind gives the last ones back; push stages a used
 * element, publish shows the staged ones to the driver. wants_call asks whether
 * it wants an interrupt for those since settle, which says that it has had one,
 * or wants none. count looks how many chains are available; park asks for a
 * kick with the next one, await with a later one, unpark for silence. log_chain
 * tells the dirty log what was written into a chain; what is written into the
 * used ring is logged by those who write it.
 *
 * What one side writes and the other reads, and the barriers between:
 *
 *	 guest                                 device
 *	 desc[], avail.ring[]                  used.ring[]
 *	   wmb                                   (A) smp_wmb
 *	 avail.idx                             used.idx
 *	   mb                                    (B) smp_mb
 *	 reads avail_event or used.flags       reads used_event or avail.flags
 *	   -> kick                               -> call
 *
 *	 used_event or avail.flags             avail_event or used.flags
 *	   mb, pairs with (B)                    (C) smp_mb, pairs with the
 *	 reads used.idx                        reads avail.idx    guest's mb
 *	                                         (D) smp_rmb, pairs with the
 *	                                       reads avail.ring[], desc[]   wmb
 *
 * The ring is under the lock of the datapath, as all that is in here.
 */
#ifndef VSB_VRING_H
#define VSB_VRING_H

#include <linux/types.h>
#include <linux/uio.h>
#include <linux/virtio_ring.h>
#include <asm/byteorder.h>

struct vsb_log;
struct vsb_mem;

/* Parts of a chain that we take; as many as an iov_iter takes (UIO_MAXIOV). */
#define VSB_SEGS_MAX	1024U

/*
 * One round of a queue walks at most this many entries of descriptor tables and
 * parts that they make, and what the chain that reaches it takes beyond: less than
 * 3 * VSB_SEGS_MAX.
 */
#define VSB_VRING_ROUND		8192U

/* So many entries of the available and the used ring are moved at once. */
#define VSB_VRING_BATCH	64U

/**
 * enum vsb_fault - what can be wrong with a chain
 * @VSB_FAULT_NONE: nothing
 * @VSB_FAULT_DIRECTION: a descriptor has the wrong direction for this queue
 * @VSB_FAULT_CHAIN: a loop, an index out of range, a bad indirect table, more
 *	than 2^32 - 1 bytes
 * @VSB_FAULT_SEGS: more parts or descriptors than VSB_SEGS_MAX
 * @VSB_FAULT_BOUNDS: an address that is not the guest's memory
 * @VSB_FAULT_MEMORY: a table in the guest's memory that cannot be accessed
 */
enum vsb_fault {
	VSB_FAULT_NONE,
	VSB_FAULT_DIRECTION,
	VSB_FAULT_CHAIN,
	VSB_FAULT_SEGS,
	VSB_FAULT_BOUNDS,
	VSB_FAULT_MEMORY,
};

/**
 * struct vsb_chain - a chain as the driver made it available
 * @iov: its parts, in the process's addresses; storage of the caller
 * @gpa: their guest-physical addresses; likewise, or NULL when nobody asks
 * @max: entries in @iov and @gpa
 * @nr: entries in use
 * @len: bytes in all
 * @head: index of its first descriptor: its name
 * @fault: why it cannot be used; @nr and @len are what is before that place
 */
struct vsb_chain {
	struct iovec *iov;
	u64 *gpa;
	unsigned int max;
	unsigned int nr;
	u32 len;
	u16 head;
	enum vsb_fault fault;
};

/**
 * struct vsb_vring - one virtqueue
 * @desc: descriptor table, in the owner's memory, as the next two
 * @avail: available ring
 * @used: used ring
 * @num: number of entries, a power of two; 0 before it was set
 * @writes: the device writes into the chains of this queue (RX, events)
 * @event_idx: VIRTIO_F_EVENT_IDX was negotiated
 * @indirect: VIRTIO_F_INDIRECT_DESC was negotiated
 * @notify_on_empty: VIRTIO_F_NOTIFY_ON_EMPTY was negotiated
 * @broken: the ring broke its rules; not touched until it is started again
 * @parked: the driver was asked for kicks
 * @last_avail: index of the next available entry to take
 * @avail_idx: avail.idx as it was read last
 * @used_idx: used.idx as it was written last
 * @staged: used elements that are not published
 * @kept: the last of these, which are in @elems and not in the ring yet
 * @elems: those
 * @heads: entries of the available ring that were read
 * @heads_first: index of the first one
 * @heads_nr: how many
 * @signalled: used.idx when the driver was called last, or wanted no call
 * @signalled_valid: @signalled holds something
 * @untold: entries of the descriptor table that were walked since then
 * @walked: the work of all chains so far, modulo 2^32: the entries that were
 *	walked, in the descriptor table or an indirect one, and the parts that they
 *	made
 * @log: where writes are logged
 * @log_used: VHOST_VRING_F_LOG: writes into the used ring are
 * @log_addr: guest-physical address of the used ring
 */
struct vsb_vring {
	struct vring_desc __user *desc;
	struct vring_avail __user *avail;
	struct vring_used __user *used;
	u32 num;
	bool writes;
	bool event_idx;
	bool indirect;
	bool notify_on_empty;
	bool broken;
	bool parked;

	u16 last_avail;
	u16 avail_idx;
	u16 used_idx;
	u16 staged;
	u16 signalled;
	bool signalled_valid;
	u32 untold;
	u32 walked;

	u16 kept;
	struct vring_used_elem elems[VSB_VRING_BATCH];
	u16 heads_first;
	u16 heads_nr;
	__virtio16 heads[VSB_VRING_BATCH];

	struct vsb_log *log;
	bool log_used;
	u64 log_addr;
};

/*
 * VIRTIO_F_VERSION_1 rings are little-endian; a transitional guest's ring has
 * the byte order of the guest, which is that of the host here.
 */
static inline u16 vsb_ring16(__virtio16 v)
{
	return le16_to_cpu((__force __le16)v);
}

static inline __virtio16 vsb_to_ring16(u16 v)
{
	return (__force __virtio16)cpu_to_le16(v);
}

/* Has a round that began when @walked was @since done all that it may? */
static inline bool vsb_vring_is_spent(const struct vsb_vring *vr, u32 since)
{
	return vr->walked - since >= VSB_VRING_ROUND;
}

/* Has the VMM said how large it is, and where? */
static inline bool vsb_vring_is_set(const struct vsb_vring *vr)
{
	return vr->num && vr->desc;
}

/* Sizes of the three parts in bytes, event fields included. */
static inline size_t vsb_vring_desc_size(u32 num)
{
	return num * sizeof(struct vring_desc);
}

static inline size_t vsb_vring_avail_size(u32 num)
{
	return sizeof(struct vring_avail) + (num + 1) * sizeof(__virtio16);
}

static inline size_t vsb_vring_used_size(u32 num)
{
	return sizeof(struct vring_used) +
	       num * sizeof(struct vring_used_elem) + sizeof(__virtio16);
}

bool vsb_vring_log_fits(const struct vsb_vring *vr, const void __user *base,
			u64 addr);
int vsb_vring_start(struct vsb_vring *vr, u64 features);
void vsb_vring_last_used(const struct vsb_vring *vr,
			 struct vring_used_elem *elem);
/* The available ring is elsewhere: what was read of it ahead is void. */
static inline void vsb_vring_forget(struct vsb_vring *vr)
{
	vr->heads_nr = 0;
}

int vsb_vring_next(struct vsb_vring *vr, struct vsb_mem *mem,
		   struct vsb_chain *chain);
unsigned int vsb_vring_next_row(struct vsb_vring *vr,
				const struct vsb_mem *mem, struct iovec *iov,
				u16 *heads, unsigned int max, u32 len);
void vsb_vring_rewind(struct vsb_vring *vr, u16 count);
void vsb_vring_log_chain(struct vsb_vring *vr, const struct iovec *iov,
			 const u64 *gpa, unsigned int nr, size_t len);
void vsb_vring_push(struct vsb_vring *vr, u16 head, u32 len);
bool vsb_vring_publish(struct vsb_vring *vr);
bool vsb_vring_wants_call(struct vsb_vring *vr);
void vsb_vring_settle(struct vsb_vring *vr);
int vsb_vring_count(struct vsb_vring *vr);
bool vsb_vring_await(struct vsb_vring *vr, u16 count);
bool vsb_vring_park(struct vsb_vring *vr);
void vsb_vring_unpark(struct vsb_vring *vr);

#endif /* VSB_VRING_H */
