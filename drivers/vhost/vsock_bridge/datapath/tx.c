// SPDX-License-Identifier: GPL-2.0
/*
 * Guest to host: TX virtqueue -> connection -> host socket.
 *
 * Every chain is consumed, even if its packet is dropped, so that no connection
 * of a guest can block its others. Data packets of one connection are gathered
 * and written to the host socket with one call, directly from guest memory. The
 * used elements become visible after the write.
 */
#include <linux/err.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "conn/conn.h"
#include "conn/pure/packet.h"
#include "conn/room.h"
#include "datapath/datapath.h"
#include "datapath/tx.h"

/* The budget of one round, besides that of vsb_queue_is_spent(). */
#define VSB_TX_CHAINS	256
#define VSB_TX_BYTES	(512 * 1024)

static void vsb_packet_error(struct vsb_datapath *dp, enum vsb_reason reason,
			     const struct vsb_packet *pkt)
{
	vsb_error(&dp->ctx, reason, pkt->dst_port, pkt->src_port);
}

/* Does the packet end a SEQPACKET message? */
static bool vsb_tx_is_end(const struct vsb_conn *conn,
			  const struct vsb_packet *pkt)
{
	return vsb_conn_is_seqpacket(conn) &&
	       (pkt->flags & VIRTIO_VSOCK_SEQ_EOM);
}

static void vsb_tx_data(struct vsb_datapath *dp, struct vsb_conn *conn,
			const struct vsb_packet *pkt,
			     const struct vsb_chain *chain)
{
	bool eom = vsb_tx_is_end(conn, pkt);

	if (!vsb_conn_takes_data(&conn->cs)) {
		/* not an error if the guest has not received the RST yet */
		if (conn->cs.state < VSB_LINGER)
			vsb_conn_error(conn, VSB_REASON_BAD_OP);
		return;
	}
	if (!pkt->len && !eom)
		return;
	/*
	 * This must precede vsb_credit_take(): a flush that fails gives back
	 * all credit that was taken, and may end the connection.
	 */
	if (vsb_gather_is_spent(&dp->gather, chain->nr))
		vsb_gather_flush_all(&dp->gather);
	else if (vsb_gather_is_full(conn, pkt->len))
		vsb_gather_flush(&dp->gather, conn, false);
	if (!vsb_conn_takes_data(&conn->cs))
		return;
	if (!vsb_credit_take(&conn->credit, pkt->len)) {
		vsb_gather_flush(&dp->gather, conn, false);
		vsb_conn_fail(conn, VSB_REASON_OVER_CREDIT);
		return;
	}
	dp->ctx.stats.tx_bytes_count += pkt->len;
	conn->tx_bytes += pkt->len;
	vsb_gather_add(&dp->gather, conn, chain, VSB_HDR_SIZE, pkt->len);
	if (eom)
		vsb_gather_flush(&dp->gather, conn, true);
}

/* Return: the route of the port, or NULL if it has none, which is counted. */
static struct vsb_route *vsb_tx_route(struct vsb_datapath *dp,
				      const struct vsb_packet *pkt)
{
	struct vsb_route *route = vsb_routes_find(&dp->routes, pkt->dst_port);

	if (!IS_ERR(route))
		return route;
	if (PTR_ERR(route) == -EACCES)
		vsb_packet_error(dp, VSB_REASON_PORTS_DENIED, pkt);
	else
		vsb_packet_error(dp, VSB_REASON_UNIX_CONNECT_FAILS, pkt);
	return NULL;
}

static void vsb_tx_reply_rst(struct vsb_datapath *dp,
			     const struct vsb_packet *pkt)
{
	vsb_conns_reply_rst(&dp->conns, pkt->dst_port, pkt->src_port,
			    pkt->type);
}

/* The guest connects to a host program. */
static void vsb_tx_request(struct vsb_datapath *dp,
			   const struct vsb_packet *pkt)
{
	struct vsb_route *route = vsb_tx_route(dp, pkt);
	struct vsb_conns *conns = &dp->conns;
	struct vsb_conn *conn = NULL;

	if (route && vsb_room_for_connect(conns, pkt->dst_port, pkt->src_port))
		conn = vsb_conn_alloc(conns);
	if (!conn) {
		vsb_tx_reply_rst(dp, pkt);
		return;
	}
	vsb_conn_begin(conn, VSB_CONNECTING, pkt->type);
	conn->flow.host_port = pkt->dst_port;
	conn->flow.guest_port = pkt->src_port;
	vsb_credit_peer(&conn->credit, pkt->buf_alloc, pkt->fwd_cnt);
	vsb_conn_insert(conn);
	vsb_connector_submit(&dp->connector, conn, route);
}

/* The guest has forgotten the old connection. */
static void vsb_tx_request_again(struct vsb_datapath *dp,
				 struct vsb_conn *old,
				      const struct vsb_packet *pkt)
{
	vsb_conn_forget(old, VSB_REASON_FORGOTTEN);
	vsb_tx_request(dp, pkt);
}

static void vsb_tx_unknown(struct vsb_datapath *dp,
			   const struct vsb_packet *pkt)
{
	switch (pkt->op) {
	case VIRTIO_VSOCK_OP_REQUEST:
		vsb_tx_request(dp, pkt);
		break;
	case VIRTIO_VSOCK_OP_RST:
		break;
	default:
		vsb_packet_error(dp, VSB_REASON_UNKNOWN_FLOW, pkt);
		vsb_tx_reply_rst(dp, pkt);
	}
}

static void vsb_tx_credit(struct vsb_conn *conn,
			  const struct vsb_packet *pkt)
{
	if (vsb_credit_peer(&conn->credit, pkt->buf_alloc, pkt->fwd_cnt))
		vsb_conn_got_credit(conn);
	trace_vsb_credit_received(conn->ctx->stats.device, conn->flow.host_port,
				  conn->flow.guest_port, pkt->buf_alloc, pkt->fwd_cnt);
	/* a guest can use up its window by reducing it */
	vsb_conn_check_update(conn);
}

static void vsb_tx_known(struct vsb_datapath *dp, struct vsb_conn *conn,
			 const struct vsb_packet *pkt,
			      const struct vsb_chain *chain)
{
	if (vsb_credit_is_news(&conn->credit, pkt->buf_alloc, pkt->fwd_cnt))
		vsb_tx_credit(conn, pkt);
	if (pkt->op != VIRTIO_VSOCK_OP_CREDIT_UPDATE)
		vsb_burst_end(&conn->burst);

	switch (pkt->op) {
	case VIRTIO_VSOCK_OP_REQUEST:
		vsb_tx_request_again(dp, conn, pkt);
		break;
	case VIRTIO_VSOCK_OP_RESPONSE:
		vsb_conn_event(conn, VSB_EV_RESPONSE, 0);
		break;
	case VIRTIO_VSOCK_OP_RST:
		vsb_conn_event(conn, VSB_EV_GUEST_RST, 0);
		break;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		vsb_conn_event(conn, VSB_EV_GUEST_SHUTDOWN, pkt->flags);
		break;
	case VIRTIO_VSOCK_OP_RW:
		vsb_tx_data(dp, conn, pkt, chain);
		break;
	case VIRTIO_VSOCK_OP_CREDIT_UPDATE:
		conn->unanswered = 0;
		break;
	case VIRTIO_VSOCK_OP_CREDIT_REQUEST:
		/* a guest expects no other packet before the RESPONSE */
		if (conn->cs.state == VSB_OPEN)
			vsb_conn_owe(conn, VSB_OWE_CREDIT_REPLY);
		break;
	default:
		vsb_conn_error(conn, VSB_REASON_BAD_OP);
	}
}

/*
 * The guest has one namespace of ports for all types. A packet of another type
 * is not for this connection. A REQUEST shows that the guest has forgotten it.
 */
static void vsb_tx_other_type(struct vsb_datapath *dp,
			      struct vsb_conn *conn,
				   const struct vsb_packet *pkt)
{
	switch (pkt->op) {
	case VIRTIO_VSOCK_OP_REQUEST:
		vsb_tx_request_again(dp, conn, pkt);
		break;
	case VIRTIO_VSOCK_OP_RST:
		break;
	default:
		vsb_packet_error(dp, VSB_REASON_BAD_TYPE, pkt);
		vsb_tx_reply_rst(dp, pkt);
	}
}

static struct vsb_conn *vsb_tx_recent(const struct vsb_gather *gather)
{
	return gather->recent ? gather->recent->conn : NULL;
}

/*
 * Finds the connection of a packet. Gathered data is flushed before any packet
 * other than RW takes effect. The flush may end the connection, hence the
 * second lookup.
 */
static __always_inline struct vsb_conn *
vsb_tx_conn(struct vsb_datapath *dp, const struct vsb_packet *pkt)
{
	struct vsb_conn *conn = vsb_tx_recent(&dp->gather);

	if (!conn || conn->flow.host_port != pkt->dst_port ||
	    conn->flow.guest_port != pkt->src_port)
		conn = vsb_conn_find(&dp->conns, pkt->dst_port, pkt->src_port);
	if (!conn || pkt->op == VIRTIO_VSOCK_OP_RW || !conn->gathered)
		return conn;
	vsb_gather_flush(&dp->gather, conn, false);
	return vsb_conn_find(&dp->conns, pkt->dst_port, pkt->src_port);
}

static void vsb_tx_packet(struct vsb_datapath *dp,
			  const struct vsb_packet *pkt,
			       const struct vsb_chain *chain)
{
	struct vsb_conn *conn = vsb_tx_conn(dp, pkt);

	dp->ctx.stats.tx_packets_count++;
	if (conn && conn->type != pkt->type)
		vsb_tx_other_type(dp, conn, pkt);
	else if (conn)
		vsb_tx_known(dp, conn, pkt, chain);
	else
		vsb_tx_unknown(dp, pkt);
}

/* Reads a header that is in one part. Each field is read once. */
static __always_inline bool
vsb_tx_header_from(const struct virtio_vsock_hdr __user *from,
		   struct virtio_vsock_hdr *hdr)
{
	if (!user_read_access_begin(from, sizeof(*from)))
		return false;
	unsafe_get_user(hdr->src_cid, &from->src_cid, fault);
	unsafe_get_user(hdr->dst_cid, &from->dst_cid, fault);
	unsafe_get_user(hdr->src_port, &from->src_port, fault);
	unsafe_get_user(hdr->dst_port, &from->dst_port, fault);
	unsafe_get_user(hdr->len, &from->len, fault);
	unsafe_get_user(hdr->type, &from->type, fault);
	unsafe_get_user(hdr->op, &from->op, fault);
	unsafe_get_user(hdr->flags, &from->flags, fault);
	unsafe_get_user(hdr->buf_alloc, &from->buf_alloc, fault);
	unsafe_get_user(hdr->fwd_cnt, &from->fwd_cnt, fault);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

/* Reads the header once. */
static bool vsb_tx_header(const struct vsb_chain *chain,
			  struct vsb_packet *pkt)
{
	struct virtio_vsock_hdr hdr;
	struct iov_iter iter;

	if (likely(chain->iov[0].iov_len >= sizeof(hdr))) {
		if (!vsb_tx_header_from(chain->iov[0].iov_base, &hdr))
			return false;
	} else {
		iov_iter_init(&iter, ITER_SOURCE, chain->iov, chain->nr,
			      chain->len);
		if (copy_from_iter(&hdr, sizeof(hdr), &iter) != sizeof(hdr))
			return false;
	}
	vsb_packet_decode(pkt, &hdr);
	return true;
}

/*
 * Refuses a packet whose header could be read, but whose payload could not.
 * Without the payload of an RW packet the byte stream would have a hole, so the
 * connection ends with a reset of both sides. An RST has no payload, so it
 * takes effect. Other packets to a connection are dropped.
 */
static noinline void vsb_tx_refuse(struct vsb_datapath *dp,
				   const struct vsb_packet *pkt)
{
	struct vsb_conn *conn;

	if (vsb_packet_check(pkt, dp->guest_cid, dp->conns.seqpacket, U32_MAX))
		return;
	conn = vsb_tx_conn(dp, pkt);
	if (conn && vsb_conn_takes_data(&conn->cs) &&
	    pkt->op == VIRTIO_VSOCK_OP_RW) {
		vsb_gather_flush(&dp->gather, conn, false);
		vsb_conn_abort(conn, VSB_REASON_BROKEN_PACKET, VSB_EV_RESET);
	} else if (conn && pkt->op == VIRTIO_VSOCK_OP_RST) {
		vsb_conn_event(conn, VSB_EV_GUEST_RST, 0);
	} else if (!conn && pkt->op != VIRTIO_VSOCK_OP_RST) {
		vsb_tx_reply_rst(dp, pkt);
	}
}

/* The parts before the fault of a chain may hold a header. */
static noinline void vsb_tx_faulty(struct vsb_datapath *dp,
				   const struct vsb_chain *chain)
{
	struct vsb_packet pkt;

	vsb_queue_count_fault(&dp->queue[VSB_TX], chain->fault);
	if (chain->len >= VSB_HDR_SIZE && vsb_tx_header(chain, &pkt))
		vsb_tx_refuse(dp, &pkt);
}

static __always_inline void
vsb_tx_chain(struct vsb_datapath *dp, const struct vsb_chain *chain)
{
	struct vsb_packet pkt;

	if (chain->fault) {
		vsb_tx_faulty(dp, chain);
		return;
	}
	if (chain->len < VSB_HDR_SIZE) {
		vsb_error(&dp->ctx, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_HEADER, 0, 0);
		return;
	}
	if (!vsb_tx_header(chain, &pkt)) {
		vsb_error(&dp->ctx, VSB_REASON_GUEST_MEMORY, 0, 0);
		return;
	}

	switch (vsb_packet_check(&pkt, dp->guest_cid, dp->conns.seqpacket,
				 chain->len - VSB_HDR_SIZE)) {
	case VSB_PKT_OK:
		vsb_tx_packet(dp, &pkt, chain);
		break;
	case VSB_PKT_SHORT:
		vsb_packet_error(dp, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_PACKET, &pkt);
		vsb_tx_refuse(dp, &pkt);
		break;
	case VSB_PKT_TYPE:
		vsb_packet_error(dp, VSB_REASON_BAD_TYPE, &pkt);
		if (pkt.op != VIRTIO_VSOCK_OP_RST)
			vsb_tx_reply_rst(dp, &pkt);
		break;
	case VSB_PKT_DST_CID:
		vsb_packet_error(dp, VSB_REASON_BAD_DST_CID, &pkt);
		break;
	case VSB_PKT_SRC_CID:
		vsb_packet_error(dp, VSB_REASON_BAD_SRC_CID, &pkt);
		break;
	}
}

/* Return: true if the budget was used up before the queue was empty. */
static bool vsb_tx_batch(struct vsb_datapath *dp)
{
	struct vsb_queue *q = &dp->queue[VSB_TX];
	struct vsb_chain chain = {
		.iov = dp->chain_iov,
		.max = ARRAY_SIZE(dp->chain_iov),
	};
	u64 bytes = dp->ctx.stats.tx_bytes_count + VSB_TX_BYTES;
	unsigned int chains = VSB_TX_CHAINS;
	u32 since = vsb_queue_walked(q);

	while (vsb_queue_next(q, &dp->mem, &chain) > 0) {
		vsb_tx_chain(dp, &chain);
		vsb_queue_push(q, chain.head, 0);
		if (!--chains || dp->ctx.stats.tx_bytes_count >= bytes ||
		    vsb_queue_is_spent(q, since))
			return true;
	}
	return false;
}

/**
 * vsb_tx_run() - one round of the TX virtqueue
 * @dp: the data path, running
 * @watch: set if the caller has to poll, and then run another round; if not
 *	set, the round is scheduled again, or the driver was asked for a kick
 */
void vsb_tx_run(struct vsb_datapath *dp, struct vsb_busy_poll_watch *watch)
{
	struct vsb_queue *q = &dp->queue[VSB_TX];
	bool more;

	vsb_queue_unpark(q);
	more = vsb_tx_batch(dp);
	vsb_gather_flush_all(&dp->gather);
	if (vsb_queue_has_staged(q))
		vsb_busy_poll_unpark(&dp->poll);
	if (vsb_interrupt_finish(&dp->interrupt, q))
		vsb_busy_poll_active(&dp->poll);
	if (!more && vsb_busy_poll_begin(&dp->poll, q, &dp->conns.ready.list,
					 &dp->ctx.worker, watch))
		return;
	if (more || vsb_queue_park(q))
		vsb_queue_schedule(q);
	else
		vsb_busy_poll_park(&dp->poll);
}
