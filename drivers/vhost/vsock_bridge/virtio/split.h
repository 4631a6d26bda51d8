/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The split ring format (virtio 1.3, 2.7), device side.
 *
 * Only queue.[ch] call these functions; all other files call queue.h. To add
 * another ring format, add a file with the same functions, and choose between
 * the two formats in queue.[ch].
 *
 * next takes the next available chain. next_plain takes chains of one
 * descriptor each. rewind returns the chains that were taken last. push stages
 * a used element, and publish publishes the staged elements to the driver.
 * wants_interrupt checks whether the driver wants an interrupt for the elements
 * that were published since set_signalled. count reads the number of available
 * chains. park asks for a kick with the next chain, park_until asks for a kick
 * with a later chain, and unpark asks for no kicks. log_chain logs the writes
 * into a chain; the functions that write into the used ring log those writes
 * themselves.
 *
 * The writes and reads of each side, and the barriers between them:
 *
 *	 guest                                 device
 *	 desc[], avail.ring[]                  used.ring[]
 *	   wmb                                   (A) smp_wmb
 *	 avail.idx                             used.idx
 *	   mb                                    (B) smp_mb
 *	 reads avail_event or used.flags       reads used_event or avail.flags
 *	   -> kick                               -> interrupt
 *
 *	 used_event or avail.flags             avail_event or used.flags
 *	   mb, pairs with (B)                    (C) smp_mb, pairs with the
 *	 reads used.idx                        reads avail.idx    guest's mb
 *	                                         (D) smp_rmb, pairs with the
 *	                                       reads avail.ring[], desc[]   wmb
 *
 * The data path's lock protects the ring, and thus everything in this file.
 */
#ifndef VSB_SPLIT_H
#define VSB_SPLIT_H

#include <linux/types.h>
#include <linux/uio.h>
#include <linux/virtio_ring.h>
#include <asm/byteorder.h>

#include "virtio/chain.h"

struct vhost_vring_addr;
struct vsb_log;
struct vsb_mem;

/*
 * The bound on the work of one round of a queue: the number of descriptors that
 * are walked plus the number of parts that they make. The chain that reaches
 * the bound may exceed it by less than 3 * VSB_SEGS_MAX.
 */
#define VSB_SPLIT_ROUND		8192U

/* Number of ring entries that are copied at once from avail or to used. */
#define VSB_SPLIT_BATCH	64U

/**
 * struct vsb_split - a split ring
 * @desc: descriptor table, in the owner's memory
 * @avail: available ring, in the owner's memory
 * @used: used ring, in the owner's memory
 * @num: number of entries, a power of two; 0 until it is set
 * @writes: the device writes into the chains of this queue (RX, events)
 * @event_idx: VIRTIO_F_EVENT_IDX was negotiated
 * @indirect: VIRTIO_F_INDIRECT_DESC was negotiated
 * @notify_on_empty: VIRTIO_F_NOTIFY_ON_EMPTY was negotiated
 * @broken: the ring violated the protocol; the device does not use the ring
 *	until it is started again
 * @parked: the device has asked the driver for kicks
 * @last_avail: index of the next available entry to take
 * @avail_idx: the value of avail.idx that was last read
 * @used_idx: the value of used.idx that was last written
 * @staged: number of used elements that are not published
 * @signalled: used.idx when the driver was last interrupted, or needed no
 *	interrupt
 * @signalled_valid: @signalled has a value
 * @unsignalled: number of entries of the descriptor table that were walked
 *	since @signalled was set
 * @walked: the work for all chains so far, modulo 2^32: the number of
 *	descriptors that were walked, in the descriptor table and in indirect
 *	tables, plus the number of parts that they made
 * @buffered: number of @staged elements that are not yet in the used ring; they
 *	are the youngest staged elements
 * @elems: the @buffered elements
 * @heads_first: index of the first entry in @heads
 * @heads_nr: number of entries in @heads
 * @heads: entries that were read ahead from the available ring
 * @log: the dirty log
 * @log_used: VHOST_VRING_F_LOG: writes into the used ring are logged
 * @log_addr: guest-physical address of the used ring
 */
struct vsb_split {
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
	u32 unsignalled;
	u32 walked;

	u16 buffered;
	struct vring_used_elem elems[VSB_SPLIT_BATCH];
	u16 heads_first;
	u16 heads_nr;
	__virtio16 heads[VSB_SPLIT_BATCH];

	struct vsb_log *log;
	bool log_used;
	u64 log_addr;
};

/**
 * struct vsb_split_seen - the state that vsb_split_peek() compares with
 * @idx: address of avail.idx, in the owner's memory
 * @avail_idx: the value of avail.idx when all chains were taken
 */
struct vsb_split_seen {
	__virtio16 __user *idx;
	u16 avail_idx;
};

/*
 * A VIRTIO_F_VERSION_1 ring is little-endian. A legacy ring has the byte order
 * of the guest, which is assumed to be little-endian, too.
 */
static inline u16 vsb_ring16(__virtio16 v)
{
	return le16_to_cpu((__force __le16)v);
}

static inline __virtio16 vsb_to_ring16(u16 v)
{
	return (__force __virtio16)cpu_to_le16(v);
}

/*
 * Has a round reached the bound of its work? @since is the value of @walked
 * when the round began.
 */
static inline bool vsb_split_is_spent(const struct vsb_split *vr, u32 since)
{
	return vr->walked - since >= VSB_SPLIT_ROUND;
}

/* Return: true if the VMM has set the size and the addresses. */
static inline bool vsb_split_is_set(const struct vsb_split *vr)
{
	return vr->num && vr->desc;
}

/* Sizes of the three parts of a ring in bytes, including the event fields. */
static inline size_t vsb_split_desc_size(u32 num)
{
	return num * sizeof(struct vring_desc);
}

static inline size_t vsb_split_avail_size(u32 num)
{
	return sizeof(struct vring_avail) + (num + 1) * sizeof(__virtio16);
}

static inline size_t vsb_split_used_size(u32 num)
{
	return sizeof(struct vring_used) +
	       num * sizeof(struct vring_used_elem) + sizeof(__virtio16);
}

int vsb_split_set_num(struct vsb_split *vr, u32 num);
int vsb_split_set_base(struct vsb_split *vr, u32 base);
int vsb_split_set_addr(struct vsb_split *vr, const struct vhost_vring_addr *a,
		       bool running);
bool vsb_split_log_fits(const struct vsb_split *vr, const void __user *base);
int vsb_split_start(struct vsb_split *vr, u64 features);
u64 vsb_split_last_used(const struct vsb_split *vr);

int vsb_split_next(struct vsb_split *vr, struct vsb_mem *mem,
		   struct vsb_chain *chain);
unsigned int vsb_split_next_plain(struct vsb_split *vr,
				  const struct vsb_mem *mem, struct iovec *iov,
				  u16 *heads, unsigned int max, u32 len);
void vsb_split_rewind(struct vsb_split *vr, u16 count);
void vsb_split_log_chain(struct vsb_split *vr, const struct iovec *iov,
			 const u64 *gpa, unsigned int nr, size_t len);
void vsb_split_push(struct vsb_split *vr, u16 head, u32 len);
bool vsb_split_publish(struct vsb_split *vr);
bool vsb_split_wants_interrupt(struct vsb_split *vr);
void vsb_split_set_signalled(struct vsb_split *vr);
void vsb_split_signal_next(struct vsb_split *vr);
int vsb_split_count(struct vsb_split *vr);
bool vsb_split_park_until(struct vsb_split *vr, u16 count);
bool vsb_split_park(struct vsb_split *vr);
void vsb_split_unpark(struct vsb_split *vr);
void vsb_split_peek_at(const struct vsb_split *vr, struct vsb_split_seen *seen);
bool vsb_split_peek(const struct vsb_split_seen *seen);

#endif /* VSB_SPLIT_H */
