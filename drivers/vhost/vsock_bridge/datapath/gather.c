// SPDX-License-Identifier: GPL-2.0
/*
 * Payload from the guest on its way to host sockets.
 */
#include <linux/uio.h>

#include "base/ctx.h"
#include "base/trace.h"
#include "conn/conn.h"
#include "conn/io.h"
#include "datapath/gather.h"

/* Return: the parts of a connection in one array. */
static const struct iovec *vsb_gather_flatten(struct vsb_gather *gather,
					      const struct vsb_gathered *own)
{
	u16 part = own->first;
	unsigned int i;

	if (own->last - own->first + 1 == own->nr)
		return gather->part + own->first;
	for (i = 0; i < own->nr; i++) {
		gather->flat[i] = gather->part[part];
		part = gather->next[part];
	}
	return gather->flat;
}

/**
 * vsb_gather_flush() - write what was gathered for a connection, if anything
 * @gather: the gathered payload
 * @conn: the connection; it may end, but stays in memory because it owes an RST
 * @eom: a SEQPACKET message ends with this payload
 */
void vsb_gather_flush(struct vsb_gather *gather, struct vsb_conn *conn,
		      bool eom)
{
	struct vsb_gathered *own = conn->gathered;
	struct iov_iter iter;

	if (!own)
		return;
	conn->gathered = NULL;
	list_del(&own->node);
	if (gather->recent == own)
		gather->recent = NULL;
	iov_iter_init(&iter, ITER_SOURCE, vsb_gather_flatten(gather, own),
		      own->nr, own->len);
	trace_vsb_tx_bytes(conn->ctx->stats.device, conn->flow.host_port,
			   conn->flow.guest_port, own->len);
	/* no payload is added during the write below */
	if (list_empty(&gather->conns)) {
		gather->nr = 0;
		gather->used = 0;
	}
	vsb_io_write(conn, &iter, eom);
}

void vsb_gather_flush_all(struct vsb_gather *gather)
{
	struct vsb_gathered *own;

	while ((own = list_first_entry_or_null(&gather->conns,
					       struct vsb_gathered, node)))
		vsb_gather_flush(gather, own->conn, false);
}
