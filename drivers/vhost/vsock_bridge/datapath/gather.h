/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payload from the guest on its way to host sockets. One call writes all
 * payload that the packets of one round bring for a connection, even if packets
 * of other connections arrive in between.
 *
 * The gathered payload is scratch memory of a round, protected by the data
 * path's lock, and empty between rounds.
 */
#ifndef VSB_GATHER_H
#define VSB_GATHER_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "conn/conn.h"
#include "virtio/chain.h"
#include "virtio/iov.h"

/*
 * Maximum number of bytes of one call to a host socket; a larger call would
 * keep its reader waiting.
 */
#define VSB_GATHER_BYTES	(128U * 1024)

/*
 * Maximum number of connections with payload; a TX round takes no more chains.
 */
#define VSB_GATHER_CONNS	256U

/**
 * struct vsb_gathered - the payload that was gathered for one connection
 * @node: entry in struct vsb_gather.conns
 * @conn: the connection, which points back
 * @first: index of its first part
 * @last: index of its last part
 * @nr: number of its parts
 * @len: number of bytes
 *
 * For SEQPACKET, the bytes belong to one message.
 */
struct vsb_gathered {
	struct list_head node;
	struct vsb_conn *conn;
	u16 first;
	u16 last;
	u16 nr;
	u32 len;
};

/**
 * struct vsb_gather - the gathered payload
 * @conns: the connections with payload, in the order of their first packets
 * @recent: the entry of @conns that the last packet belongs to, or NULL
 * @used: entries of @gathered in use, until @conns is empty
 * @gathered: one entry for each of @conns
 * @nr: entries of @part in use, until @conns is empty
 * @part: the parts of all connections
 * @next: for each part, the next part of the same connection
 * @flat: the parts of one connection in order. While RX runs, RX uses it for
 *	the parts of a read.
 */
struct vsb_gather {
	struct list_head conns;
	struct vsb_gathered *recent;
	unsigned int used;
	struct vsb_gathered gathered[VSB_GATHER_CONNS];
	unsigned int nr;
	struct iovec part[VSB_SEGS_MAX];
	u16 next[VSB_SEGS_MAX];
	struct iovec flat[VSB_SEGS_MAX];
};

static inline void vsb_gather_init(struct vsb_gather *gather)
{
	INIT_LIST_HEAD(&gather->conns);
}

void vsb_gather_flush(struct vsb_gather *gather, struct vsb_conn *conn,
		      bool eom);
void vsb_gather_flush_all(struct vsb_gather *gather);

/* Would @len more bytes of a connection exceed one call? */
static inline bool vsb_gather_is_full(const struct vsb_conn *conn, u32 len)
{
	return conn->gathered && conn->gathered->len + len > VSB_GATHER_BYTES;
}

/* Is there no room for @nr more parts, or for one more connection? */
static inline bool vsb_gather_is_spent(const struct vsb_gather *gather,
				       unsigned int nr)
{
	return gather->nr + nr > VSB_SEGS_MAX ||
	       gather->used == VSB_GATHER_CONNS;
}

/*
 * Begins to gather for @conn, which has no gathered payload. Return: its entry.
 */
static inline struct vsb_gathered *vsb_gather_begin(struct vsb_gather *gather,
						    struct vsb_conn *conn)
{
	struct vsb_gathered *own = &gather->gathered[gather->used++];

	own->conn = conn;
	own->nr = 0;
	own->len = 0;
	list_add_tail(&own->node, &gather->conns);
	conn->gathered = own;
	return own;
}

/* Parts @first to @end - 1 are the next parts of a connection. */
static inline void vsb_gather_link(struct vsb_gather *gather,
				   struct vsb_gathered *own,
				   unsigned int first, unsigned int end)
{
	unsigned int i;

	if (own->nr)
		gather->next[own->last] = first;
	else
		own->first = first;
	for (i = first; i + 1 < end; i++)
		gather->next[i] = i + 1;
	own->last = end - 1;
	own->nr += end - first;
}

/**
 * vsb_gather_add() - add the payload of a packet
 * @gather: the gathered payload; it has room
 * @conn: the connection
 * @chain: the chain of the packet
 * @skip: number of bytes before the payload
 * @len: number of bytes of the payload
 */
static inline void vsb_gather_add(struct vsb_gather *gather,
				  struct vsb_conn *conn,
				  const struct vsb_chain *chain, u32 skip,
				  u32 len)
{
	struct vsb_gathered *own = conn->gathered;
	unsigned int nr;

	if (!own)
		own = vsb_gather_begin(gather, conn);
	gather->recent = own;
	nr = vsb_iov_slice(gather->part + gather->nr, chain->iov, chain->nr,
			   skip, len);
	if (nr)
		vsb_gather_link(gather, own, gather->nr, gather->nr + nr);
	gather->nr += nr;
	own->len += len;
}

#endif /* VSB_GATHER_H */
