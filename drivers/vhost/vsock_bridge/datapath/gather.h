/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payload from the guest on its way to host sockets: what the packets of one
 * round bring for a connection goes with one call, whatever the order is in
 * which packets of several connections come.
 *
 * It is scratch of a round, under the lock of the data path: empty between two.
 */
#ifndef VSB_GATHER_H
#define VSB_GATHER_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uio.h>

#include "conn/gathered.h"
#include "virtio/iov.h"
#include "virtio/split.h"

struct vsb_conn;

/* One call to a host socket, so that its reader can begin. */
#define VSB_GATHER_BYTES	(128U * 1024)

/**
 * struct vsb_gather - what was gathered
 * @conns: the connections that have something, longest first
 * @recent: of these, whose the last packet was, or NULL
 * @nr: entries of @part in use, until @conns is empty
 * @part: parts of all of them
 * @next: for each part, the one that follows it in its connection
 * @row: parts of one connection, one after the other
 */
struct vsb_gather {
	struct list_head conns;
	struct vsb_gathered *recent;
	unsigned int nr;
	struct iovec part[VSB_SEGS_MAX];
	u16 next[VSB_SEGS_MAX];
	struct iovec row[VSB_SEGS_MAX];
};

static inline void vsb_gather_init(struct vsb_gather *gather)
{
	INIT_LIST_HEAD(&gather->conns);
}

void vsb_gather_flush(struct vsb_gather *gather, struct vsb_conn *conn,
		      bool eom);
void vsb_gather_flush_all(struct vsb_gather *gather);

/* Has a connection more than @len bytes less than one call takes? */
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
 * @own: what of it is the connection's
 * @chain: where the payload is
 * @skip: bytes before it
 * @len: its bytes
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
