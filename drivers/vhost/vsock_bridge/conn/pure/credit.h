/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The byte credit of a connection (virtio 1.3, 5.10.6.3) and the packet-count
 * limit of Linux guests.
 *
 * All counters are modulo 2^32, as on the wire. The number of bytes in flight
 * to the guest is a signed difference: if the driver's fwd_cnt is larger than
 * the number of bytes sent, no bytes are in flight. No window is larger than
 * 2^31 - 1, so that the sign is unambiguous.
 *
 * A Linux guest keeps a receive queue of packets for each connection. The guest
 * resets a connection when (packets in the queue + 1) * SKB_TRUESIZE(0) is
 * above its buf_alloc, independent of the byte credit. This file calls the
 * limit the ceiling. If a stream packet has at most VSB_JOIN_MAX bytes and is
 * smaller than the free room of the last packet in the queue, the guest copies
 * its bytes into that room: the packet joins the last packet and does not
 * count. The guest checks the limit before the copy.
 *
 * The device counts packets in the same way. It begins packets of any size
 * until the remaining ceiling is just enough for a whole window of full
 * packets. From then on it fills the last packet before it begins another
 * packet. Therefore the device can always send the whole window to a guest that
 * waits for many bytes before it reads.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_CREDIT_H
#define VSB_CREDIT_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

/*
 * SKB_TRUESIZE(0) is 576 with the usual 17 fragments, and 1024 with 45
 * fragments, the largest number that CONFIG_MAX_SKB_FRAGS allows.
 */
#define VSB_PACKET_COST	1024U

/* Linux's GOOD_COPY_LEN: the largest packet that joins the last packet. */
#define VSB_JOIN_MAX	128U

/*
 * The RX buffers of every Linux guest hold more payload than this: 3732 bytes,
 * or 3284 bytes with 45 fragments. A guest with smaller RX buffers is not
 * Linux, so the ceiling does not apply.
 */
#define VSB_LINUX_ROOM	3072U

/* The largest window that the device uses, so that signs are unambiguous. */
#define VSB_WINDOW_MAX	0x7fffffffU

/* Number of marks for runs of unread packets; see struct vsb_credit. */
#define VSB_MARKS	16U

/**
 * struct vsb_mark - the end of a run of packets that the guest has not read
 * @end: value of rx_cnt at the end of the run
 * @packets: number of packets in it
 */
struct vsb_mark {
	u32 end;
	u32 packets;
};

/**
 * struct vsb_credit - both directions of one connection
 * @buf_alloc: largest number of bytes that the guest may have in flight to the
 *	device
 * @tx_cnt: number of bytes that the guest has sent
 * @fwd_cnt: number of the guest's bytes that the host socket has accepted
 * @reported_fwd_cnt: value of @fwd_cnt in the last packet to the guest
 * @updated_fwd_cnt: value of @fwd_cnt in the last CREDIT_UPDATE
 * @peer_buf_alloc: largest number of bytes that the device may have in flight
 *	to the guest
 * @peer_fwd_cnt: number of bytes that the guest has consumed, from its headers
 * @rx_cnt: number of bytes that the device has sent
 * @room: payload that an RX buffer of the guest holds; 0 before the first RX
 *	buffer was used
 * @tail: free room in the last packet, for packets that join it; 0 if the guest
 *	has consumed all packets
 * @lifted: the guest is known not to be a Linux guest, so the ceiling does not
 *	apply
 * @limit: largest number of unread packets with which the guest still accepts
 *	another packet that joins
 * @any: number of unread packets below which the device may begin a packet of
 *	any size
 * @packets: number of packets to the guest that the guest has not consumed
 * @first: index of the oldest mark
 * @marks: number of marks in use
 * @mark: a ring of runs of packets, oldest first. The device retires a run as a
 *	whole when @peer_fwd_cnt has passed its end, so @packets is never too
 *	small, and 16 marks are enough for any window.
 */
struct vsb_credit {
	u32 buf_alloc;
	u32 tx_cnt;
	u32 fwd_cnt;
	u32 reported_fwd_cnt;
	u32 updated_fwd_cnt;

	u32 peer_buf_alloc;
	u32 peer_fwd_cnt;
	u32 rx_cnt;

	u32 room;
	u32 tail;
	bool lifted;
	u32 limit;
	u32 any;

	u32 packets;
	u8 first;
	u8 marks;
	struct vsb_mark mark[VSB_MARKS];
};

/* Return: number of the guest's bytes that the host socket has not accepted. */
static inline u32 vsb_credit_unread(const struct vsb_credit *c)
{
	return c->tx_cnt - c->fwd_cnt;
}

/**
 * vsb_credit_take() - account for a packet from the guest
 * @c: the connection's credit
 * @len: bytes of payload
 *
 * Return: false when the guest exceeds its credit; then the counters do not
 * change.
 */
static inline bool vsb_credit_take(struct vsb_credit *c, u32 len)
{
	if ((u64)vsb_credit_unread(c) + len > c->buf_alloc)
		return false;
	c->tx_cnt += len;
	return true;
}

/* Account for @len bytes that the host socket accepted. */
static inline void vsb_credit_forward(struct vsb_credit *c, u32 len)
{
	c->fwd_cnt += len;
}

/* Return: the guest's TX window: the smaller buf_alloc of the two sides. */
static inline u32 vsb_credit_window(const struct vsb_credit *c)
{
	if (c->peer_buf_alloc && c->peer_buf_alloc < c->buf_alloc)
		return c->peer_buf_alloc;
	return c->buf_alloc;
}

/**
 * vsb_credit_reported() - account for a packet to the guest with fwd_cnt
 * @c: the connection's credit
 * @update: the packet is a CREDIT_UPDATE
 *
 * Some drivers wake a writer only for a CREDIT_UPDATE. Such a writer may sleep
 * when the guest has nearly used up the credit of the last CREDIT_UPDATE. Data
 * packets after that CREDIT_UPDATE do not count, because the writer may have
 * gone to sleep before the driver processed them.
 *
 * Return: true when a CREDIT_UPDATE must follow, because a writer may sleep and
 * half of the window is open. A stream of small packets then costs one extra
 * packet for each three quarters of a window.
 */
static inline bool vsb_credit_reported(struct vsb_credit *c, bool update)
{
	u32 window = vsb_credit_window(c);

	c->reported_fwd_cnt = c->fwd_cnt;
	if (update) {
		c->updated_fwd_cnt = c->fwd_cnt;
		return false;
	}
	return c->tx_cnt - c->updated_fwd_cnt >= window - window / 4 &&
	       vsb_credit_unread(c) <= window / 2;
}

/*
 * Does the guest lack a report of fwd_cnt, or may its writer sleep without a
 * CREDIT_UPDATE? An update is sent when more than a quarter of the window is
 * used since the last one, so a writer that waits for up to three quarters of
 * the window at once wakes up.
 */
static inline bool vsb_credit_is_unreported(const struct vsb_credit *c)
{
	if (c->reported_fwd_cnt != c->fwd_cnt)
		return true;
	return c->updated_fwd_cnt != c->fwd_cnt &&
	       c->tx_cnt - c->updated_fwd_cnt > vsb_credit_window(c) / 4;
}

/**
 * vsb_credit_update_due() - must the device send its fwd_cnt to the guest?
 * @c: the connection's credit
 * @midway: the guest has sent the start of a message, which the device cannot
 *	write to the host socket before the end of the message
 *
 * Linux guests never send CREDIT_REQUEST. An update is due when the host socket
 * has accepted half of the guest's window without a report. A partial message
 * can fill the rest of the window; then the host socket accepts no more bytes,
 * and the guest cannot send the end of the message. With a partial message an
 * update is therefore due as soon as the guest sees at most half of its window
 * free.
 */
static inline bool vsb_credit_update_due(const struct vsb_credit *c,
					 bool midway)
{
	u32 half = (vsb_credit_window(c) + 1) / 2;
	u32 unreported = c->fwd_cnt - c->reported_fwd_cnt;
	u32 in_flight = c->tx_cnt - c->reported_fwd_cnt;

	return unreported >= half || (midway && unreported && in_flight >= half);
}

/* Retire each run whose packets the guest has all consumed. */
static inline void vsb_credit_retire(struct vsb_credit *c)
{
	while (c->marks) {
		const struct vsb_mark *m = &c->mark[c->first];

		if ((s32)(c->peer_fwd_cnt - m->end) < 0)
			return;
		c->packets -= m->packets;
		c->first = (c->first + 1) % VSB_MARKS;
		c->marks--;
	}
	c->tail = 0;
}

/*
 * Recompute @limit and @any. A full packet holds at least all but one byte of
 * its room, because a packet that joins must be smaller than the free room.
 */
static inline void vsb_credit_measure(struct vsb_credit *c)
{
	u32 full;

	if (c->lifted || (c->room && c->room < VSB_LINUX_ROOM)) {
		c->limit = U32_MAX;
		c->any = U32_MAX;
		return;
	}
	c->limit = max(c->peer_buf_alloc / VSB_PACKET_COST, 1U) - 1;
	if (!c->room)
		return;
	full = c->peer_buf_alloc / (c->room - 1) + 1;
	c->any = c->limit > full ? c->limit - full : 0;
}

/* The guest is not a Linux guest, so the ceiling does not apply. */
static inline void vsb_credit_lift(struct vsb_credit *c)
{
	c->lifted = true;
	vsb_credit_measure(c);
}

/* Does a header of the guest differ in its credit from the previous header? */
static inline bool vsb_credit_is_news(const struct vsb_credit *c, u32 buf_alloc,
				      u32 fwd_cnt)
{
	return fwd_cnt != c->peer_fwd_cnt || buf_alloc != c->peer_buf_alloc;
}

/**
 * vsb_credit_peer() - take the guest's credit from a header of the guest
 * @c: the connection's credit
 * @buf_alloc: buf_alloc from the header
 * @fwd_cnt: fwd_cnt from the header
 *
 * Return: true when the guest's window opened, so that the device may send more
 * than before.
 */
static inline bool vsb_credit_peer(struct vsb_credit *c, u32 buf_alloc,
				   u32 fwd_cnt)
{
	bool opened = fwd_cnt != c->peer_fwd_cnt ||
		      buf_alloc > c->peer_buf_alloc;

	c->peer_fwd_cnt = fwd_cnt;
	vsb_credit_retire(c);
	if (buf_alloc != c->peer_buf_alloc) {
		c->peer_buf_alloc = buf_alloc;
		vsb_credit_measure(c);
	}
	return opened;
}

/* Return: number of bytes that the device may send to the guest now. */
static inline u32 vsb_credit_free(const struct vsb_credit *c)
{
	u32 window = min(c->peer_buf_alloc, VSB_WINDOW_MAX);
	s32 unread = c->rx_cnt - c->peer_fwd_cnt;

	if (unread <= 0)
		return window;
	return window > (u32)unread ? window - unread : 0;
}

/*
 * Return: number of packets that the device may begin now. A guest without
 * unread packets always accepts one packet.
 */
static inline u32 vsb_credit_packets(const struct vsb_credit *c)
{
	u32 limit = max(c->limit, 1U);

	return limit > c->packets ? limit - c->packets : 0;
}

/* Is half of the guest's window open, in bytes and in packets? */
static inline bool vsb_credit_is_wide(const struct vsb_credit *c)
{
	return vsb_credit_free(c) >= c->peer_buf_alloc / 2 &&
	       c->packets <= c->limit / 2;
}

/* Return: the largest packet that joins the last packet and does not count. */
static inline u32 vsb_credit_joins(const struct vsb_credit *c)
{
	if (c->tail <= 1 || c->packets > c->limit)
		return 0;
	return min(c->tail - 1, VSB_JOIN_MAX);
}

/**
 * vsb_credit_next() - how many bytes may the device send to the guest next?
 * @c: the connection's credit
 * @packets: out: the largest number of packets for these bytes
 *
 * Return: number of bytes; 0 when the guest must first consume bytes and report
 * it.
 */
static inline u32 vsb_credit_next(const struct vsb_credit *c, u32 *packets)
{
	u32 free = vsb_credit_free(c), joins;

	*packets = vsb_credit_packets(c);
	if (c->packets < c->any)
		return free;
	joins = vsb_credit_joins(c);
	if (!joins)
		return *packets ? free : 0;
	*packets = 1;
	return min(free, joins);
}

/* Set the payload that an RX buffer holds to @room bytes. */
static inline void vsb_credit_set_room(struct vsb_credit *c, u32 room)
{
	c->room = room;
	vsb_credit_measure(c);
}

/**
 * vsb_credit_sent() - account for packets to the guest
 * @c: the connection's credit
 * @packets: number of packets, at most @packets from vsb_credit_next()
 * @len: bytes of payload in all packets, at most the result of
 *	vsb_credit_next()
 * @room: payload that the RX buffer of the last packet holds
 * @tail: free room in the last packet, for packets that join it; 0 for
 *	SEQPACKET, because no packet joins a packet that ends a message
 *
 * The packets belong to one run. The device closes a run when it holds its
 * share of the ceiling. When all marks are in use, the last run grows; then
 * @packets may stay too large for longer, which is safe.
 */
static inline void vsb_credit_sent(struct vsb_credit *c, u32 packets, u32 len,
				   u32 room, u32 tail)
{
	u32 last = (c->first + c->marks - 1) % VSB_MARKS;

	c->rx_cnt += len;
	if (packets == 1 && len <= vsb_credit_joins(c)) {
		c->tail -= len;
		c->mark[last].end = c->rx_cnt;
		return;
	}
	if (!packets)
		return;
	if (room != c->room)
		vsb_credit_set_room(c, room);
	c->tail = tail;
	c->packets += packets;
	if (!c->marks || (c->mark[last].packets > c->limit / VSB_MARKS &&
			  c->marks < VSB_MARKS)) {
		last = (c->first + c->marks) % VSB_MARKS;
		c->mark[last].packets = 0;
		c->marks++;
	}
	c->mark[last].packets += packets;
	c->mark[last].end = c->rx_cnt;
}

#endif /* VSB_CREDIT_H */
