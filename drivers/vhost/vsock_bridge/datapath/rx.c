// SPDX-License-Identifier: GPL-2.0
/*
 * Host to guest: host socket -> connection -> RX virtqueue.
 *
 * Connections take turns. What one owes to the guest goes first; then one call
 * reads from its host socket into several RX buffers, behind the place of
 * their headers, which are written afterwards. When there are no RX buffers
 * everything waits for a kick; when the gate is closed, for the guest's answer.
 */
#include <linux/math.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "conn/conn.h"
#include "conn/pure/packet.h"
#include "datapath/datapath.h"
#include "virtio/iov.h"

/* One round: so many packets, or RX chains, good or bad. */
#define VSB_SEND_PACKETS	256
#define VSB_SEND_CHAINS		1024

/* One turn of a connection: so many bytes, in VSB_SEND_SLOTS RX buffers. */
#define VSB_SEND_BYTES		(64U * 1024)

/* Write a header into one part: the call of a copy would cost more. */
static inline bool vsb_send_header_to(struct virtio_vsock_hdr __user *to,
				      const struct virtio_vsock_hdr *hdr)
{
	if (!user_write_access_begin(to, sizeof(*to)))
		return false;
	unsafe_copy_to_user((char __user *)to, (const char *)hdr, sizeof(*hdr),
			    fault);
	user_write_access_end();
	return true;
fault:
	user_write_access_end();
	return false;
}

static inline bool vsb_send_header(const struct vsb_slot *slot,
				   const struct virtio_vsock_hdr *hdr)
{
	struct iov_iter iter;

	if (likely(slot->iov[0].iov_len >= sizeof(*hdr)))
		return vsb_send_header_to(slot->iov[0].iov_base, hdr);
	iov_iter_init(&iter, ITER_DEST, slot->iov, slot->nr, sizeof(*hdr));
	return copy_to_iter(hdr, sizeof(*hdr), &iter) == sizeof(*hdr);
}

/* Has the round taken as many RX chains as it may, or walked as far in them? */
static inline bool vsb_send_is_spent(const struct vsb_datapath *dp)
{
	return !dp->send_budget || vsb_vring_is_spent(&dp->queue[VSB_RX].vr,
						      dp->send_since);
}

/* No chain is at hand. */
static struct vsb_slots *vsb_send_no_slots(struct vsb_datapath *dp)
{
	dp->slots.nr = 0;
	dp->slots.parts = 0;
	dp->slots.payload = 0;
	dp->slots.room = 0;
	dp->slots.whole = true;
	return &dp->slots;
}

/* The first @len bytes of a slot were written, or may have been. */
static void vsb_send_log(struct vsb_datapath *dp, const struct vsb_slot *slot,
			 u32 len)
{
	vsb_vring_log_chain(&dp->queue[VSB_RX].vr, slot->iov, slot->gpa,
			    slot->nr, len);
}

/* An RX chain that cannot be used goes back empty. */
static void vsb_send_reject(struct vsb_datapath *dp,
			    const struct vsb_chain *chain)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];

	if (chain->fault)
		vsb_datapath_count_fault(dp, q, chain->fault);
	else
		vsb_error(&dp->ctx, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_HEADER, 0, 0);
	vsb_vring_push(&q->vr, chain->head, 0);
}

/* A chain that was taken becomes the last slot. */
static inline void vsb_slots_add(struct vsb_slots *slots,
				 const struct vsb_chain *chain,
				 struct iovec *payload)
{
	struct vsb_slot *slot = &slots->slot[slots->nr++];

	slot->iov = chain->iov;
	slot->gpa = chain->gpa;
	slot->nr = chain->nr;
	slot->room = min_t(u32, chain->len - VSB_HDR_SIZE, VSB_SEND_BYTES);
	slot->head = chain->head;
	slots->payload += vsb_iov_slice(payload + slots->payload, chain->iov,
					chain->nr, VSB_HDR_SIZE, slot->room);
	slots->parts += chain->nr;
	slots->room += slot->room;
	slots->whole &= chain->iov->iov_len >= VSB_HDR_SIZE;
}

/*
 * Take the next RX chain that holds @min bytes behind a header. A bad one
 * ends the row of those that were taken before it, so that a rewind counts
 * right; without such a row it is returned to the guest. Good or bad, a chain
 * costs a part of the round's budget.
 */
static inline bool vsb_send_take(struct vsb_datapath *dp,
				 struct vsb_slots *slots, u32 min)
{
	struct vsb_vring *vr = &dp->queue[VSB_RX].vr;
	struct vsb_chain chain = {
		.iov = dp->chain_iov + slots->parts,
		.gpa = vsb_log_is_on(&dp->log) ?
		       dp->chain_gpa + slots->parts : NULL,
		.max = ARRAY_SIZE(dp->chain_iov) - slots->parts,
	};

	while (!vsb_send_is_spent(dp) &&
	       vsb_vring_next(vr, &dp->mem, &chain) > 0) {
		dp->send_budget--;
		if (!chain.fault && chain.len >= VSB_HDR_SIZE + min) {
			vsb_slots_add(slots, &chain, dp->gather.row);
			return true;
		}
		if (slots->nr) {
			vsb_vring_rewind(vr, 1);
			return false;
		}
		vsb_send_reject(dp, &chain);
	}
	return false;
}

/* Take up to @max more that are as plain as most are, if the log is off. */
static void vsb_send_take_row(struct vsb_datapath *dp, struct vsb_slots *slots,
			      unsigned int max)
{
	struct iovec *iov = dp->chain_iov + slots->parts;
	u16 heads[VSB_SEND_SLOTS];
	unsigned int i, nr;

	if (!max || vsb_log_is_on(&dp->log))
		return;
	max = min3(max, dp->send_budget,
		   (unsigned int)ARRAY_SIZE(dp->chain_iov) - slots->parts);
	nr = vsb_vring_next_row(&dp->queue[VSB_RX].vr, &dp->mem, iov, heads,
				max, VSB_HDR_SIZE + 1);
	dp->send_budget -= nr;
	for (i = 0; i < nr; i++) {
		const struct vsb_chain chain = {
			.iov = iov + i,
			.nr = 1,
			.len = iov[i].iov_len,
			.head = heads[i],
		};

		vsb_slots_add(slots, &chain, dp->gather.row);
	}
}

/* A packet without payload. Return: false when there is no RX buffer. */
static bool vsb_send_control(struct vsb_datapath *dp,
			     const struct vsb_packet *pkt)
{
	struct vsb_vring *vr = &dp->queue[VSB_RX].vr;
	struct vsb_slot *slot = &dp->slots.slot[0];
	struct virtio_vsock_hdr hdr;
	bool sent;

	vsb_packet_encode(&hdr, pkt);
	while (vsb_send_take(dp, vsb_send_no_slots(dp), 0)) {
		sent = vsb_send_header(slot, &hdr);
		vsb_send_log(dp, slot, VSB_HDR_SIZE);
		if (sent) {
			vsb_vring_push(vr, slot->head, VSB_HDR_SIZE);
			dp->ctx.stats.rx_packets_count++;
			return true;
		}
		vsb_error(&dp->ctx, VSB_REASON_GUEST_MEMORY, pkt->src_port,
			  pkt->dst_port);
		vsb_vring_push(vr, slot->head, 0);
	}
	return false;
}

static void vsb_send_fill(const struct vsb_datapath *dp,
			  const struct vsb_conn *conn, struct vsb_packet *pkt,
			  u16 op)
{
	*pkt = (struct vsb_packet) {
		.src_cid = VSB_HOST_CID,
		.dst_cid = dp->guest_cid,
		.src_port = conn->host_port,
		.dst_port = conn->guest_port,
		.type = conn->type,
		.op = op,
		.buf_alloc = conn->credit.buf_alloc,
		.fwd_cnt = conn->credit.fwd_cnt,
	};
}

/*
 * The packet on its way told the guest all there is to know of our credit; where
 * a writer in the guest may sleep, an update says it again.
 */
static void vsb_send_told(struct vsb_conn *conn, u16 op)
{
	bool update = op == VIRTIO_VSOCK_OP_CREDIT_UPDATE;

	conn->cs.owed &= ~VSB_OWE_CREDIT_UPDATE;
	if (vsb_credit_told(&conn->credit, update))
		conn->cs.owed |= VSB_OWE_CREDIT_UPDATE;
}

/*
 * Account for a CREDIT_REQUEST to the guest. A running guest returns RX
 * buffers, a paused guest does not. A driver that returns RX buffers but leaves
 * many requests in a row unanswered does not implement the operation, so it is
 * not Linux's driver, and the ceiling does not apply.
 */
static void vsb_send_asked(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	struct vsb_vring *vr = &dp->queue[VSB_RX].vr;

	if (vsb_vring_count(vr) < 0)
		return;
	if (conn->unanswered && conn->asked_at == vr->avail_idx)
		conn->unanswered = 0;
	conn->asked_at = vr->avail_idx;
	if (conn->unanswered < VSB_SILENT_ASKS)
		conn->unanswered++;
	else if (!conn->credit.lifted)
		vsb_credit_lift(&conn->credit);
}

/* Pay one of the packets that are owed, if it is. False: no RX buffer. */
static bool vsb_send_owed(struct vsb_datapath *dp, struct vsb_conn *conn,
			  u16 owed, u16 op)
{
	struct vsb_packet pkt;

	if (!(conn->cs.owed & owed))
		return true;
	vsb_send_fill(dp, conn, &pkt, op);
	if (op == VIRTIO_VSOCK_OP_SHUTDOWN)
		pkt.flags = conn->cs.host_shut;
	if (!vsb_send_control(dp, &pkt))
		return false;

	conn->cs.owed &= ~owed;
	vsb_send_told(conn, op);
	if (op == VIRTIO_VSOCK_OP_CREDIT_UPDATE)
		trace_vsb_credit_sent(dp->ctx.stats.device, conn->host_port,
				      conn->guest_port, pkt.buf_alloc,
				      pkt.fwd_cnt);
	if (op == VIRTIO_VSOCK_OP_CREDIT_REQUEST)
		vsb_send_asked(dp, conn);
	/* the guest's time starts when it can know */
	if (op == VIRTIO_VSOCK_OP_REQUEST)
		vsb_conntab_arm(&dp->tab, conn, VSB_DUE_STATE,
				dp->ctx.limits.connect_timeout_ms);
	return true;
}

static void vsb_send_count_rst(struct vsb_datapath *dp, u32 host_port,
			       u32 guest_port)
{
	dp->ctx.stats.rsts_sent++;
	trace_vsb_rst_sent(dp->ctx.stats.device, host_port, guest_port);
}

static bool vsb_send_rst(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (!vsb_send_owed(dp, conn, VSB_OWE_RST, VIRTIO_VSOCK_OP_RST))
		return false;
	vsb_send_count_rst(dp, conn->host_port, conn->guest_port);
	vsb_conn_event(conn, VSB_EV_RST_SENT, 0);
	return true;
}

/* RX buffers for one read: no more than credit, and the last one, suggest. */
static void vsb_send_take_slots(struct vsb_datapath *dp,
				const struct vsb_conn *conn,
				struct vsb_slots *slots, u32 want, u32 packets)
{
	unsigned int max = min(packets, VSB_SEND_SLOTS), more;

	/* of a message is known how much it needs */
	if (!vsb_conn_is_seqpacket(conn))
		max = min(max, conn->rx_chains);

	while (slots->nr < max && slots->room < want &&
	       vsb_send_take(dp, slots, 1)) {
		/* as many more as will do if they are as large as this one */
		more = DIV_ROUND_UP(want - min(want, slots->room),
				    slots->slot[slots->nr - 1].room);
		vsb_send_take_row(dp, slots, min(more, max - slots->nr));
	}
}

/* The header of the packet that brings the next of @left bytes. */
static __always_inline u32 vsb_send_part(const struct vsb_slot *slot,
					 struct virtio_vsock_hdr *hdr, u32 left,
					 bool eom)
{
	u32 part = min(slot->room, left);

	hdr->len = cpu_to_le32(part);
	if (eom && part == left)
		hdr->flags = cpu_to_le32(VIRTIO_VSOCK_SEQ_EOM);
	return part;
}

/* Write headers that are in one part each, in one window of accesses. */
static unsigned int vsb_send_whole_headers(const struct vsb_slots *slots,
					   struct virtio_vsock_hdr *hdr,
					   u32 len, bool eom)
{
	const struct vsb_slot *slot = slots->slot;

	/*
	 * Where the slots are was checked with the guest's memory; a window is
	 * for all of it on the architectures that we know.
	 */
	if (!user_write_access_begin(slot->iov->iov_base, sizeof(*hdr)))
		return 0;
	for (; len; slot++) {
		len -= vsb_send_part(slot, hdr, len, eom);
		unsafe_copy_to_user((char __user *)slot->iov->iov_base,
				    (const char *)hdr, sizeof(*hdr), fault);
	}
fault:
	user_write_access_end();
	return slot - slots->slot;
}

static unsigned int vsb_send_split_headers(const struct vsb_slots *slots,
					   struct virtio_vsock_hdr *hdr,
					   u32 len, bool eom)
{
	unsigned int i;

	for (i = 0; len; i++) {
		len -= vsb_send_part(&slots->slot[i], hdr, len, eom);
		if (!vsb_send_header(&slots->slot[i], hdr))
			break;
	}
	return i;
}

/*
 * Account for @nr packets, which bring @len bytes; the last one has @part of them
 * in a buffer for @room.
 */
static void vsb_send_account(struct vsb_conn *conn, unsigned int nr, u32 len,
			     u32 room, u32 part)
{
	u32 tail = vsb_conn_is_seqpacket(conn) ? 0 : room - part;

	vsb_credit_sent(&conn->credit, nr, len, room, tail);
	conn->rx_bytes += len;
}

/*
 * Put headers before the bytes that were read; @eom: a message ends with them.
 * Return: slots in use.
 */
static unsigned int vsb_send_headers(struct vsb_datapath *dp,
				     struct vsb_conn *conn,
				     const struct vsb_slots *slots, u32 len,
				     bool eom)
{
	struct vsb_vring *vr = &dp->queue[VSB_RX].vr;
	struct virtio_vsock_hdr hdr;
	struct vsb_packet pkt;
	unsigned int i, nr;
	u32 room = 0, part = 0, sent = 0;

	vsb_send_fill(dp, conn, &pkt, VIRTIO_VSOCK_OP_RW);
	vsb_packet_encode(&hdr, &pkt);
	nr = slots->whole ? vsb_send_whole_headers(slots, &hdr, len, eom) :
			    vsb_send_split_headers(slots, &hdr, len, eom);
	for (i = 0; i < nr; i++) {
		room = slots->slot[i].room;
		part = min(room, len - sent);
		vsb_vring_push(vr, slots->slot[i].head, VSB_HDR_SIZE + part);
		sent += part;
	}
	vsb_send_account(conn, nr, sent, room, part);
	dp->ctx.stats.rx_packets_count += nr;
	dp->ctx.stats.rx_bytes_count += sent;
	trace_vsb_rx_bytes(dp->ctx.stats.device, conn->host_port, conn->guest_port,
			   sent);
	vsb_send_told(conn, VIRTIO_VSOCK_OP_RW);
	if (sent == len)
		return nr;

	vsb_vring_push(vr, slots->slot[nr].head, 0);
	vsb_conn_fail(conn, VSB_REASON_GUEST_MEMORY);
	return nr + 1;
}

/*
 * Log what a read may have written. It says how many bytes it brought, not how
 * many it wrote: where memory faults there are more, even in chains that are
 * given back. So it is all that it was offered.
 */
static void vsb_send_log_read(struct vsb_datapath *dp,
			      const struct vsb_slots *slots, u32 want)
{
	u32 left = min(want, slots->room);
	unsigned int i;

	for (i = 0; i < slots->nr; i++) {
		const struct vsb_slot *slot = &slots->slot[i];
		u32 part = min(slot->room, left);

		vsb_send_log(dp, slot, VSB_HDR_SIZE + part);
		left -= part;
	}
}

/* The next read is given twice the buffers when this one used them all. */
static void vsb_send_learn(struct vsb_conn *conn, unsigned int used,
			   unsigned int given)
{
	if (used == given)
		conn->rx_chains = min(2 * used, VSB_SEND_SLOTS);
	else
		conn->rx_chains = max(used, 1U);
}

/* One read of a connection. Return: false when there is no RX buffer. */
static bool vsb_send_data(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	struct vsb_vring *vr = &dp->queue[VSB_RX].vr;
	struct vsb_slots *slots = vsb_send_no_slots(dp);
	u32 offered = vsb_conn_offers(conn);
	unsigned int used = 0;
	struct iov_iter iter;
	u32 want, packets;
	bool eom;
	long got;

	if (!offered)
		return true;
	want = min3(offered, vsb_credit_next(&conn->credit, &packets),
		    VSB_SEND_BYTES);
	if (!want) {
		vsb_conn_ask_credit(conn);
		return true;
	}
	vsb_send_take_slots(dp, conn, slots, want, packets);
	if (!slots->nr)
		return false;

	iov_iter_init(&iter, ITER_DEST, dp->gather.row, slots->payload,
		      min(want, slots->room));
	got = vsb_conn_read(conn, &iter, offered, &eom);
	if (got == -EFAULT) {
		/* nothing was read; bad ones come first in the end */
		vsb_conn_error(conn, VSB_REASON_GUEST_MEMORY);
		vsb_vring_push(vr, slots->slot[0].head, 0);
		used = 1;
	} else if (got > 0) {
		used = vsb_send_headers(dp, conn, slots, got, eom);
		vsb_send_learn(conn, used, slots->nr);
	}
	/* whatever it says, it may have written */
	if (vsb_log_is_on(&dp->log))
		vsb_send_log_read(dp, slots, want);
	vsb_vring_rewind(vr, slots->nr - used);
	return true;
}

/* False: no RX buffer. */
static bool vsb_send_shutdown(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (!(conn->cs.owed & VSB_OWE_SHUTDOWN))
		return true;
	vsb_conn_is_readable(conn);
	return vsb_conn_shutdown_waits(conn) ||
	       vsb_send_owed(dp, conn, VSB_OWE_SHUTDOWN,
			     VIRTIO_VSOCK_OP_SHUTDOWN);
}

/* One turn of a connection. Return: false when there is no RX buffer. */
static bool vsb_send_conn(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (conn->cs.owed & VSB_OWE_RST)
		return vsb_send_rst(dp, conn);
	if (!vsb_send_owed(dp, conn, VSB_OWE_RESPONSE,
			   VIRTIO_VSOCK_OP_RESPONSE) ||
	    !vsb_send_owed(dp, conn, VSB_OWE_REQUEST,
			   VIRTIO_VSOCK_OP_REQUEST) ||
	    !vsb_send_shutdown(dp, conn))
		return false;
	if (vsb_conn_wants_data(&conn->cs) && vsb_conn_is_readable(conn) &&
	    !vsb_send_data(dp, conn))
		return false;
	/* the bytes that it waited for may have been the last ones */
	if (!vsb_send_shutdown(dp, conn))
		return false;
	return vsb_send_owed(dp, conn,
			     VSB_OWE_CREDIT_UPDATE | VSB_OWE_CREDIT_REPLY,
			     VIRTIO_VSOCK_OP_CREDIT_UPDATE) &&
	       vsb_send_owed(dp, conn, VSB_OWE_CREDIT_REQUEST,
			     VIRTIO_VSOCK_OP_CREDIT_REQUEST);
}

/* RST packets without a connection. Return: false when no RX buffer is left. */
static bool vsb_send_rsts(struct vsb_datapath *dp)
{
	const struct vsb_rst *rst;

	while ((rst = vsb_rstq_peek(&dp->tab.rsts))) {
		const struct vsb_packet pkt = {
			.src_cid = VSB_HOST_CID,
			.dst_cid = dp->guest_cid,
			.src_port = rst->host_port,
			.dst_port = rst->guest_port,
			.type = rst->type,
			.op = VIRTIO_VSOCK_OP_RST,
		};

		if (!vsb_send_control(dp, &pkt))
			return false;
		vsb_send_count_rst(dp, rst->host_port, rst->guest_port);
		vsb_rstq_drop(&dp->tab.rsts);
	}
	return true;
}

/* Connections take turns. Return: false when no RX buffer is left. */
static bool vsb_send_turns(struct vsb_datapath *dp)
{
	u64 end = dp->ctx.stats.rx_packets_count + VSB_SEND_PACKETS;
	unsigned int turns = VSB_SEND_PACKETS;
	struct vsb_conn *conn;
	bool buffers = true;

	while (buffers && turns-- && dp->ctx.stats.rx_packets_count < end) {
		conn = list_first_entry_or_null(&dp->tab.rxq, struct vsb_conn,
						rxq);
		if (!conn)
			break;
		vsb_conn_get(conn);
		list_del_init(&conn->rxq);
		buffers = vsb_send_conn(dp, conn);
		/* without a buffer it was not its turn */
		if (!buffers)
			list_move(&conn->rxq, &dp->tab.rxq);
		else if (vsb_conn_has_work(conn))
			vsb_conn_queue_rx(conn);
		vsb_conn_put(conn);
	}
	return buffers;
}

/**
 * vsb_send() - one round of the RX virtqueue
 * @dp: the data path, running
 */
void vsb_send(struct vsb_datapath *dp)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	bool buffers, more;

	if (dp->gate.closed)
		return;
	if (list_empty(&dp->tab.rxq) && !dp->tab.rsts.count)
		return;

	vsb_vring_unpark(&q->vr);
	dp->send_budget = VSB_SEND_CHAINS;
	dp->send_since = q->vr.walked;
	buffers = vsb_send_rsts(dp) && vsb_send_turns(dp);
	vsb_datapath_finish(dp, q);
	if (buffers)
		more = !list_empty(&dp->tab.rxq);
	else
		more = vsb_send_is_spent(dp) || vsb_datapath_park(dp, q);
	if (!buffers && !more && !dp->starved && !q->vr.broken)
		trace_vsb_stall(dp->ctx.stats.device, 0, 0, "rx_ring");
	dp->starved = !buffers && !more;
	if (more && !q->vr.broken)
		vsb_worker_queue(&dp->ctx.worker, &q->work);
}
