/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The RX chains that one read from a host socket fills.
 *
 * They are scratch memory of a round; the data path's lock protects them.
 */
#ifndef VSB_RX_SLOTS_H
#define VSB_RX_SLOTS_H

#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "conn/pure/packet.h"
#include "virtio/chain.h"
#include "virtio/iov.h"

/* Maximum number of RX chains, and of bytes, that one read fills. */
#define VSB_RX_SLOTS	32U
#define VSB_RX_BYTES	(64U * 1024)

/**
 * struct vsb_rx_slot - an RX chain that was taken
 * @iov: its parts, in the data path's chain_iov
 * @gpa: their guest-physical addresses, or NULL if writes are not logged
 * @nr: number of parts
 * @room: number of bytes behind the header, at most VSB_RX_BYTES
 * @head: head of the chain
 */
struct vsb_rx_slot {
	const struct iovec *iov;
	const u64 *gpa;
	unsigned int nr;
	u32 room;
	u16 head;
};

/**
 * struct vsb_rx_slots - RX chains for one read
 * @nr: number of chains
 * @parts: entries of the data path's chain_iov in use
 * @payload: parts behind the headers. They are in the flat array of the data
 *	path's gather, which TX does not need in the meantime.
 * @room: total number of bytes behind the headers
 * @whole: each chain has room for a header in its first part
 * @slot: the chains, in the order of the ring
 */
struct vsb_rx_slots {
	unsigned int nr;
	unsigned int parts;
	unsigned int payload;
	u32 room;
	bool whole;
	struct vsb_rx_slot slot[VSB_RX_SLOTS];
};

static inline void vsb_rx_slots_reset(struct vsb_rx_slots *slots)
{
	slots->nr = 0;
	slots->parts = 0;
	slots->payload = 0;
	slots->room = 0;
	slots->whole = true;
}

/* Adds a chain that was taken as the last slot. */
static inline void vsb_rx_slots_add(struct vsb_rx_slots *slots,
				    const struct vsb_chain *chain,
				    struct iovec *payload)
{
	struct vsb_rx_slot *slot = &slots->slot[slots->nr++];

	slot->iov = chain->iov;
	slot->gpa = chain->gpa;
	slot->nr = chain->nr;
	slot->room = min_t(u32, chain->len - VSB_HDR_SIZE, VSB_RX_BYTES);
	slot->head = chain->head;
	slots->payload += vsb_iov_slice(payload + slots->payload, chain->iov,
					chain->nr, VSB_HDR_SIZE, slot->room);
	slots->parts += chain->nr;
	slots->room += slot->room;
	slots->whole &= chain->iov->iov_len >= VSB_HDR_SIZE;
}

#endif /* VSB_RX_SLOTS_H */
