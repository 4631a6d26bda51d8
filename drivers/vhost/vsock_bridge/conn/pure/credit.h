/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Byte credit of a connection (virtio 1.3, 5.10.6.3) and the packet-count
 * ceiling of Linux guests.
 *
 * All counters are modulo 2^32, as on the wire. What is on the way to the guest
 * is a signed difference: a driver whose fwd_cnt is ahead of what was sent has
 * nothing on the way. No window is larger than 2^31 - 1, so that the sign has
 * one meaning.
 *
 * The ceiling. A Linux guest keeps a receive queue of packets. It resets a
 * connection when (packets in the queue + 1) * SKB_TRUESIZE(0) is above its
 * buf_alloc, whatever the byte credit says. A stream packet of at most
 * VSB_JOIN_MAX bytes that is smaller than the room behind the last packet in the
 * queue is copied there instead: it joins that packet and costs nothing more,
 * but the check comes before the copy. The device counts in the same way. It
 * may begin packets of any size until the rest of the ceiling is what a whole
 * window of full packets needs; from then on it fills the last packet before it
 * begins another one. So a guest that waits for many bytes before it reads any
 * can always be given its whole window.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_CREDIT_H
#define VSB_CREDIT_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

/*
 * SKB_TRUESIZE(0): 576 with the usual 17 fragments, 1024 with 45, the most that
 * CONFIG_MAX_SKB_FRAGS allows.
 */
#define VSB_PACKET_COST	1024U

/* Linux's GOOD_COPY_LEN: the largest packet that joins another one. */
#define VSB_JOIN_MAX	128U

/*
 * The RX buffers of every Linux guest have room for more than this: 3732 bytes,
 * or 3284 with 45 fragments. A guest whose buffers are smaller has no ceiling.
 */
#define VSB_LINUX_ROOM	3072U

/* The largest window that is used, see above. */
#define VSB_WINDOW_MAX	0x7fffffffU

/* Marks of the packet window; see struct vsb_credit. */
#define VSB_MARKS	16U

/**
 * struct vsb_mark - the end of a run of packets that the guest has not read
 * @end: value of rx_cnt behind the run
 * @packets: number of packets in it
 */
struct vsb_mark {
	u32 end;
	u32 packets;
};

/**
 * struct vsb_credit - both directions of one connection
 * @buf_alloc: bytes that the guest may have on the way to us
 * @tx_cnt: bytes that the guest has sent
 * @fwd_cnt: bytes of those that the host socket has accepted
 * @reported_fwd_cnt: @fwd_cnt as the guest knows it
 * @updated_fwd_cnt: @fwd_cnt as the last CREDIT_UPDATE reported it
 * @peer_buf_alloc: bytes that we may have on the way to the guest
 * @peer_fwd_cnt: bytes that the guest has consumed, as it says
 * @rx_cnt: bytes that we have sent
 * @room: payload that an RX buffer of the guest holds; 0 before one was used
 * @tail: room behind the bytes of the last packet, for packets that join it; 0
 *	if there is none that the guest has not consumed
 * @lifted: the guest has shown that it is no Linux guest: there is no ceiling
 * @limit: packets that may be unread while one more arrives that joins
 * @any: packets up to which one of any size may be begun
 * @packets: packets to the guest that it has not consumed
 * @first: index of the oldest mark
 * @marks: number of marks in use
 * @mark: a ring of runs of packets, oldest first. A run is retired as a whole
 *	when peer_fwd_cnt has passed its end, so @packets is never below the
 *	truth, and 16 marks do for any window.
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

/* Bytes from the guest that the host socket has not accepted. */
static inline u32 vsb_credit_unread(const struct vsb_credit *c)
{
	return c->tx_cnt - c->fwd_cnt;
}

/**
 * vsb_credit_take() - account for a packet from the guest
 * @c: the connection's credit
 * @len: bytes of payload
 *
 * Return: false when the guest sent more than it was allowed to; nothing is
 * accounted then.
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

/* What the guest goes by: it uses the smaller of our window and its own. */
static inline u32 vsb_credit_window(const struct vsb_credit *c)
{
	if (c->peer_buf_alloc && c->peer_buf_alloc < c->buf_alloc)
		return c->peer_buf_alloc;
	return c->buf_alloc;
}

/**
 * vsb_credit_reported() - a packet that carries our fwd_cnt goes to the guest
 * @c: the connection's credit
 * @update: it is a CREDIT_UPDATE
 *
 * Some drivers wake a writer for a CREDIT_UPDATE alone. Such a writer may sleep
 * when the guest has nearly used up what the last CREDIT_UPDATE allowed. Reports of
 * data packets since then do not count: the guest may have gone to sleep before it
 * looked at them.
 *
 * Return: true when a CREDIT_UPDATE must follow: a writer may sleep, and half of
 * the window is open. A stream of small packets costs a packet more for each three
 * quarters of a window.
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
 * Is there something that the guest does not know, or may sleep over? A writer
 * that waits for up to three quarters of the window at once is woken.
 */
static inline bool vsb_credit_is_unreported(const struct vsb_credit *c)
{
	if (c->reported_fwd_cnt != c->fwd_cnt)
		return true;
	return c->updated_fwd_cnt != c->fwd_cnt &&
	       c->tx_cnt - c->updated_fwd_cnt > vsb_credit_window(c) / 4;
}

/**
 * vsb_credit_update_due() - must the guest get our fwd_cnt?
 * @c: the connection's credit
 * @midway: the guest has sent the beginning of a message, which cannot go on to
 *	the host socket before its end
 *
 * Linux guests never ask. An update is due when half of the window that the
 * guest uses has been consumed without a report. Where the rest of the window is
 * taken by half a message nothing more would be consumed, and the guest could
 * not send its end: then it is due as soon as the guest sees less than half.
 */
static inline bool vsb_credit_update_due(const struct vsb_credit *c,
					 bool midway)
{
	u32 half = (vsb_credit_window(c) + 1) / 2;
	u32 unreported = c->fwd_cnt - c->reported_fwd_cnt;
	u32 in_flight = c->tx_cnt - c->reported_fwd_cnt;

	return unreported >= half || (midway && unreported && in_flight >= half);
}

/* Forget the runs of packets that the guest has consumed as a whole. */
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
 * Recompute @limit and @any: a full packet holds all but one byte of its room
 * for sure, for what joins must be smaller than the room.
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

/* The guest has no ceiling. */
static inline void vsb_credit_lift(struct vsb_credit *c)
{
	c->lifted = true;
	vsb_credit_measure(c);
}

/* Does a header of the guest say anything that the last one did not? */
static inline bool vsb_credit_is_news(const struct vsb_credit *c, u32 buf_alloc,
				      u32 fwd_cnt)
{
	return fwd_cnt != c->peer_fwd_cnt || buf_alloc != c->peer_buf_alloc;
}

/**
 * vsb_credit_peer() - take the guest's credit from one of its headers
 * @c: the connection's credit
 * @buf_alloc: as in the header
 * @fwd_cnt: as in the header
 *
 * Return: true when the guest's window opened: more may be sent than before.
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

/* Bytes that may be sent to the guest now. */
static inline u32 vsb_credit_free(const struct vsb_credit *c)
{
	u32 window = min(c->peer_buf_alloc, VSB_WINDOW_MAX);
	s32 unread = c->rx_cnt - c->peer_fwd_cnt;

	if (unread <= 0)
		return window;
	return window > (u32)unread ? window - unread : 0;
}

/* Packets that may be begun now; a guest without unread ones takes one. */
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

/* The largest packet that joins the last one, and so costs no packet. */
static inline u32 vsb_credit_joins(const struct vsb_credit *c)
{
	if (c->tail <= 1 || c->packets > c->limit)
		return 0;
	return min(c->tail - 1, VSB_JOIN_MAX);
}

/**
 * vsb_credit_next() - how much may be sent to the guest next
 * @c: the connection's credit
 * @packets: out: in how many packets
 *
 * Return: bytes, or 0: the guest must consume, and say so, before.
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

/* RX buffers hold @room bytes of payload. */
static inline void vsb_credit_set_room(struct vsb_credit *c, u32 room)
{
	c->room = room;
	vsb_credit_measure(c);
}

/**
 * vsb_credit_sent() - account for packets to the guest
 * @c: the connection's credit
 * @packets: how many, at most what vsb_credit_next() said
 * @len: bytes of payload in all, at most what it said
 * @room: payload that the RX buffer of the last one holds
 * @tail: how much of it the last one leaves for others to join; with SEQPACKET 0,
 *	for nothing joins a packet that ends a message
 *
 * They are in one run. A run is closed when it holds its share of the ceiling;
 * when all marks are in use the last run grows, which only makes the count more
 * careful.
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
