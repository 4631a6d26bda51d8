/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Byte credit of a connection (virtio 1.3, 5.10.6.3) and the packet-count
 * ceiling of Linux guests.
 *
 * All counters are modulo 2^32, as on the wire; every difference that a guest
 * can influence is taken in signed 64-bit arithmetic, so that a guest that
 * shrinks its buf_alloc or moves its fwd_cnt backwards only starves itself.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_CREDIT_H
#define VSB_CREDIT_H

#include <linux/types.h>
#include <linux/minmax.h>

/*
 * A Linux guest resets a connection when (unread packets + 1) *
 * SKB_TRUESIZE(0) is above its buf_alloc, whatever the byte credit says.
 * SKB_TRUESIZE(0) is 576 on x86-64; the rest is room for other builds.
 */
#define VSB_PACKET_COST	640U

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
 * @told_fwd_cnt: @fwd_cnt as the guest knows it
 * @peer_buf_alloc: bytes that we may have on the way to the guest
 * @peer_fwd_cnt: bytes that the guest has consumed, as it says
 * @rx_cnt: bytes that we have sent
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
	u32 told_fwd_cnt;

	u32 peer_buf_alloc;
	u32 peer_fwd_cnt;
	u32 rx_cnt;

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

/* A packet that carries our fwd_cnt goes to the guest. */
static inline void vsb_credit_told(struct vsb_credit *c)
{
	c->told_fwd_cnt = c->fwd_cnt;
}

/* What the guest goes by: it uses the smaller of our window and its own. */
static inline u32 vsb_credit_window(const struct vsb_credit *c)
{
	if (c->peer_buf_alloc && c->peer_buf_alloc < c->buf_alloc)
		return c->peer_buf_alloc;
	return c->buf_alloc;
}

/**
 * vsb_credit_update_due() - must the guest be told about our fwd_cnt?
 * @c: the connection's credit
 * @midway: the guest has sent the beginning of a message, which cannot go on to
 *	the host socket before its end
 *
 * Linux guests never ask. An update is due when half of the window that the
 * guest uses has been consumed without word. Where the rest of the window is
 * taken by half a message nothing more would be consumed, and the guest could
 * not send its end: then it is due as soon as the guest sees less than half.
 */
static inline bool vsb_credit_update_due(const struct vsb_credit *c,
					 bool midway)
{
	u32 half = (vsb_credit_window(c) + 1) / 2;
	u32 untold = c->fwd_cnt - c->told_fwd_cnt;
	u32 in_flight = c->tx_cnt - c->told_fwd_cnt;

	return untold >= half || (midway && untold && in_flight >= half);
}

/* Forget the runs of packets that the guest has consumed as a whole. */
static inline void vsb_credit_retire(struct vsb_credit *c)
{
	while (c->marks) {
		const struct vsb_mark *m = &c->mark[c->first];

		if ((s32)(c->peer_fwd_cnt - m->end) < 0)
			break;
		c->packets -= m->packets;
		c->first = (c->first + 1) % VSB_MARKS;
		c->marks--;
	}
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

	c->peer_buf_alloc = buf_alloc;
	c->peer_fwd_cnt = fwd_cnt;
	vsb_credit_retire(c);
	return opened;
}

/* Bytes that may be sent to the guest now. */
static inline u32 vsb_credit_free(const struct vsb_credit *c)
{
	s64 free = (s64)c->peer_buf_alloc - (u32)(c->rx_cnt - c->peer_fwd_cnt);

	return free > 0 ? free : 0;
}

/* Packets that the guest takes unread at most; one always passes. */
static inline u32 vsb_credit_packet_limit(const struct vsb_credit *c)
{
	return max_t(u32, c->peer_buf_alloc / VSB_PACKET_COST, 1);
}

/* Packets that may be sent to the guest now. */
static inline u32 vsb_credit_packets(const struct vsb_credit *c)
{
	u32 limit = vsb_credit_packet_limit(c);

	return limit > c->packets ? limit - c->packets : 0;
}

/**
 * vsb_credit_sent() - account for packets to the guest
 * @c: the connection's credit
 * @packets: how many, at most vsb_credit_packets()
 * @len: bytes of payload in all, at most vsb_credit_free()
 *
 * They are in one run. A run is closed when it holds its share of the packet
 * limit; when all marks are in use the last run grows, which only makes the
 * count more careful.
 */
static inline void vsb_credit_sent(struct vsb_credit *c, u32 packets, u32 len)
{
	u32 share = vsb_credit_packet_limit(c) / VSB_MARKS + 1;
	u32 last = (c->first + c->marks - 1) % VSB_MARKS;

	c->rx_cnt += len;
	if (!packets)
		return;
	c->packets += packets;
	if (!c->marks ||
	    (c->mark[last].packets >= share && c->marks < VSB_MARKS)) {
		last = (c->first + c->marks) % VSB_MARKS;
		c->mark[last].packets = 0;
		c->marks++;
	}
	c->mark[last].packets += packets;
	c->mark[last].end = c->rx_cnt;
}

#endif /* VSB_CREDIT_H */
