/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Byte credit of a connection (virtio 1.3, 5.10.6.3) and the packet ceiling of
 * Linux guests.
 *
 * All counters are modulo 2^32, as on the wire. The number of bytes in flight
 * to the guest is a signed difference: if a driver's fwd_cnt is ahead of the
 * bytes that were sent, nothing is in flight. No window is larger than 2^31 -
 * 1, so that the sign is unambiguous.
 *
 * The packet ceiling: a Linux guest keeps received packets in a queue. It
 * resets a connection if (packets in the queue + 1) * SKB_TRUESIZE(0) exceeds
 * its buf_alloc, regardless of the byte credit. A stream packet of at most
 * VSB_JOIN_MAX bytes that is smaller than the room behind the last packet in
 * the queue is copied into that room: it joins the last packet and adds no
 * packet to the queue. The guest checks the ceiling before it copies. The
 * device counts in the same way. It begins packets of any size until the rest
 * of the ceiling is only sufficient for a whole window of full packets. From
 * then on it fills the last packet before it begins the next packet. Thus the
 * device can always send the whole window to a guest that waits for many bytes
 * before it reads any.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_CREDIT_H
#define VSB_CREDIT_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

/*
 * SKB_TRUESIZE(0): 576 with the usual 17 fragments, 1024 with 45 fragments, the
 * maximum of CONFIG_MAX_SKB_FRAGS.
 */
#define VSB_PACKET_COST	1024U

/* Linux's GOOD_COPY_LEN: the largest packet that joins the last packet. */
#define VSB_JOIN_MAX	128U

/*
 * The RX buffers of every Linux guest have room for more than this: 3732 bytes,
 * or 3284 with 45 fragments. A guest with smaller buffers has no ceiling.
 */
#define VSB_LINUX_ROOM	3072U

/* The largest window that the device uses; see above. */
#define VSB_WINDOW_MAX	0x7fffffffU

/* Number of entries of struct vsb_credit.mark. */
#define VSB_MARKS	16U

/**
 * struct vsb_mark - the end of a run of packets that the guest has not consumed
 * @end: value of rx_cnt at the end of the run
 * @packets: number of packets in the run
 */
struct vsb_mark {
	u32 end;
	u32 packets;
};

/**
 * struct vsb_credit - both directions of one connection
 * @buf_alloc: number of bytes that the guest may have in flight to the device
 * @tx_cnt: number of bytes that the guest has sent
 * @fwd_cnt: number of those bytes that the host socket has accepted
 * @reported_fwd_cnt: the last @fwd_cnt that the device sent to the guest
 * @updated_fwd_cnt: the last @fwd_cnt that the device sent in a CREDIT_UPDATE
 * @peer_buf_alloc: number of bytes that the device may have in flight to the
 *	guest
 * @peer_fwd_cnt: number of bytes that the guest reports as consumed
 * @rx_cnt: number of bytes that the device has sent
 * @room: payload that an RX buffer of the guest holds; 0 before one was used
 * @tail: room behind the bytes of the last packet, for packets that join it; 0
 *	if the guest has consumed all packets
 * @lifted: the guest has shown that it is not Linux, so there is no packet
 *	limit
 * @limit: number of unconsumed packets at which the guest still accepts a
 *	packet that joins
 * @any: while @packets is below this number, the device may begin a packet of
 *	any size
 * @packets: number of packets to the guest that it has not consumed
 * @first: index of the oldest mark
 * @marks: number of marks in use
 * @mark: ring buffer of runs of packets, oldest first. A run is removed as a
 *	whole when peer_fwd_cnt has passed its end. Therefore @packets is never
 *	too low, and 16 marks suffice for any window.
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

/* Number of bytes from the guest that the host socket has not accepted. */
static inline u32 vsb_credit_unread(const struct vsb_credit *c)
{
	return c->tx_cnt - c->fwd_cnt;
}

/**
 * vsb_credit_take() - account for a packet from the guest
 * @c: the connection's credit
 * @len: bytes of payload
 *
 * Return: false if the guest exceeds its credit; then nothing is accounted.
 */
static inline bool vsb_credit_take(struct vsb_credit *c, u32 len)
{
	if ((u64)vsb_credit_unread(c) + len > c->buf_alloc)
		return false;
	c->tx_cnt += len;
	return true;
}

/* The host socket accepted @len bytes. */
static inline void vsb_credit_forward(struct vsb_credit *c, u32 len)
{
	c->fwd_cnt += len;
}

/* The guest uses the smaller one of the device's window and its own. */
static inline u32 vsb_credit_window(const struct vsb_credit *c)
{
	if (c->peer_buf_alloc && c->peer_buf_alloc < c->buf_alloc)
		return c->peer_buf_alloc;
	return c->buf_alloc;
}

/**
 * vsb_credit_reported() - account for a packet that reports fwd_cnt to the
 * guest
 * @c: the connection's credit
 * @update: the packet is a CREDIT_UPDATE
 *
 * Some drivers wake a writer only for a CREDIT_UPDATE. Such a writer may sleep
 * when the guest has used nearly all that the last CREDIT_UPDATE allowed.
 * Reports in later data packets do not count, because the guest may have gone
 * to sleep before it processed them.
 *
 * Return: true if a CREDIT_UPDATE must follow: a writer may sleep, and half of
 * the window is open. For a stream of small packets this costs one more packet
 * per three quarters of a window.
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
 * Return: true if the guest does not know the current fwd_cnt, or if a writer
 * may sleep although the guest knows it. A writer that waits for up to three
 * quarters of the window at once is woken.
 */
static inline bool vsb_credit_is_unreported(const struct vsb_credit *c)
{
	if (c->reported_fwd_cnt != c->fwd_cnt)
		return true;
	return c->updated_fwd_cnt != c->fwd_cnt &&
	       c->tx_cnt - c->updated_fwd_cnt > vsb_credit_window(c) / 4;
}

/**
 * vsb_credit_update_due() - must the device report fwd_cnt to the guest?
 * @c: the connection's credit
 * @midway: the guest has sent the beginning of a message, which cannot go to
 *	the host socket before its end arrives
 *
 * Linux guests never send CREDIT_REQUEST. An update is due when half of the
 * window that the guest uses has been consumed without a report. If the
 * beginning of a message fills the rest of the window, nothing more can be
 * consumed, and the guest could not send the end of the message. In that case
 * an update is due as soon as the guest sees less than half of the window.
 */
static inline bool vsb_credit_update_due(const struct vsb_credit *c,
					 bool midway)
{
	u32 half = (vsb_credit_window(c) + 1) / 2;
	u32 unreported = c->fwd_cnt - c->reported_fwd_cnt;
	u32 in_flight = c->tx_cnt - c->reported_fwd_cnt;

	return unreported >= half || (midway && unreported && in_flight >= half);
}

/* Removes the runs of packets that the guest has consumed as a whole. */
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
 * Recomputes @limit and @any. A packet that joins is smaller than the room, so
 * a full packet may leave one byte of its room unused.
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

/* The guest has no packet ceiling. */
static inline void vsb_credit_lift(struct vsb_credit *c)
{
	c->lifted = true;
	vsb_credit_measure(c);
}

/* Does a header from the guest change the guest's credit? */
static inline bool vsb_credit_is_news(const struct vsb_credit *c, u32 buf_alloc,
				      u32 fwd_cnt)
{
	return fwd_cnt != c->peer_fwd_cnt || buf_alloc != c->peer_buf_alloc;
}

/**
 * vsb_credit_peer() - take the guest's credit from a header
 * @c: the connection's credit
 * @buf_alloc: buf_alloc of the header
 * @fwd_cnt: fwd_cnt of the header
 *
 * Return: true if the guest's window opened: the device may send more than
 * before.
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

/* Number of bytes that the device may send to the guest now. */
static inline u32 vsb_credit_free(const struct vsb_credit *c)
{
	u32 window = min(c->peer_buf_alloc, VSB_WINDOW_MAX);
	s32 unread = c->rx_cnt - c->peer_fwd_cnt;

	if (unread <= 0)
		return window;
	return window > (u32)unread ? window - unread : 0;
}

/*
 * Number of packets that the device may begin now. A guest that has consumed
 * all packets takes at least one.
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

/* The largest packet that joins the last packet and so adds no packet. */
static inline u32 vsb_credit_joins(const struct vsb_credit *c)
{
	if (c->tail <= 1 || c->packets > c->limit)
		return 0;
	return min(c->tail - 1, VSB_JOIN_MAX);
}

/**
 * vsb_credit_next() - limits for the next data to the guest
 * @c: the connection's credit
 * @packets: out: maximum number of packets
 *
 * Return: the maximum number of bytes; 0 until the guest consumes bytes and
 * reports that.
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

/* The guest's RX buffers hold @room bytes of payload. */
static inline void vsb_credit_set_room(struct vsb_credit *c, u32 room)
{
	c->room = room;
	vsb_credit_measure(c);
}

/**
 * vsb_credit_sent() - account for packets to the guest
 * @c: the connection's credit
 * @packets: number of packets, within the limit of vsb_credit_next()
 * @len: total bytes of payload, within the limit of vsb_credit_next()
 * @room: payload that the RX buffer of the last packet holds
 * @tail: room that the last packet leaves for packets that join it; 0 for
 *	SEQPACKET, because nothing joins a packet that ends a message
 *
 * The packets belong to one run. A run is closed when it holds its share of the
 * packet ceiling. If all marks are in use, the last run grows, which only makes
 * the count more conservative.
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
