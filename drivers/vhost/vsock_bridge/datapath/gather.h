/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payload from the guest on its way to host sockets. The payload that the
 * packets of one round bring for a connection is written with one call, even if
 * packets of other connections come in between.
 *
 * It is scratch of a round, under the data path's lock, and empty between
 * rounds.
 */
#ifndef VSB_GATHER_H
#define VSB_GATHER_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "conn/gathered.h"
#include "virtio/chain.h"
#include "virtio/iov.h"

struct vsb_conn;

/*
 * Bytes of one call to a host socket; a larger call would keep its reader
 * waiting.
 */
#define VSB_GATHER_BYTES	(128U * 1024)

/**
 * struct vsb_gather - what was gathered
 * @conns: the connections with payload, in the order of their first packets
 * @recent: the one of @conns that the last packet belongs to, or NULL
 * @nr: entries of @part in use, until @conns is empty
 * @part: the parts of all connections
 * @next: for each part, the next part of the same connection
 * @flat: the parts of one connection, one after the other. While RX runs, RX
 *	uses it for the parts of a read.
 */
struct vsb_gather {
	struct list_head conns;
	struct vsb_gathered *recent;
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
static inline bool vsb_gather_is_full(const struct vsb_gathered *own, u32 len)
{
	return own->len + len > VSB_GATHER_BYTES;
}

/* Is there no room for @nr parts? */
static inline bool vsb_gather_is_spent(const struct vsb_gather *gather,
				       unsigned int nr)
{
	return gather->nr + nr > VSB_SEGS_MAX;
}

/* Parts @first to @end - 1 are the next ones of a connection. */
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
 * @gather: what was gathered; there is room
 * @own: the connection's share of it
 * @chain: the chain of the packet
 * @skip: bytes before it
 * @len: bytes of the payload
 */
static inline void vsb_gather_add(struct vsb_gather *gather,
				  struct vsb_gathered *own,
				  const struct vsb_chain *chain, u32 skip,
				  u32 len)
{
	unsigned int nr;

	if (gather->recent != own) {
		gather->recent = own;
		if (list_empty(&own->node))
			list_add_tail(&own->node, &gather->conns);
	}
	nr = vsb_iov_slice(gather->part + gather->nr, chain->iov, chain->nr,
			   skip, len);
	if (nr)
		vsb_gather_link(gather, own, gather->nr, gather->nr + nr);
	gather->nr += nr;
	own->len += len;
}

#endif /* VSB_GATHER_H */
