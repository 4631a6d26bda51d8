// SPDX-License-Identifier: GPL-2.0
/*
 * Host to guest: host socket -> connection -> RX virtqueue.
 *
 * Connections take turns. In a turn, the packets that a connection owes to the
 * guest are sent first. Then one call reads from its host socket into several
 * RX buffers, leaving room for the headers, which are written afterwards. If
 * there are no RX buffers, RX waits for a kick; if the gate is closed, RX waits
 * for the guest's answer.
 */
#include <linux/math.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "base/ctx.h"
#include "base/reason.h"
#include "base/trace.h"
#include "conn/conn.h"
#include "conn/io.h"
#include "conn/pure/packet.h"
#include "datapath/datapath.h"
#include "datapath/rx.h"

/* The budget of one round: packets, and RX chains, good or bad. */
#define VSB_RX_PACKETS	256
#define VSB_RX_CHAINS	1024

/* Writes a header into one part; a call of copy_to_user() would cost more. */
static inline bool vsb_rx_header_to(struct virtio_vsock_hdr __user *to,
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

static inline bool vsb_rx_header(const struct vsb_rx_slot *slot,
				 const struct virtio_vsock_hdr *hdr)
{
	struct iov_iter iter;

	if (likely(slot->iov[0].iov_len >= sizeof(*hdr)))
		return vsb_rx_header_to(slot->iov[0].iov_base, hdr);
	iov_iter_init(&iter, ITER_DEST, slot->iov, slot->nr, sizeof(*hdr));
	return copy_to_iter(hdr, sizeof(*hdr), &iter) == sizeof(*hdr);
}

/* Has the round used up its budget of RX chains, or of the walk in them? */
static inline bool vsb_rx_is_spent(const struct vsb_datapath *dp)
{
	return !dp->rx_budget ||
	       vsb_queue_is_spent(&dp->queue[VSB_RX], dp->rx_since);
}

static struct vsb_rx_slots *vsb_rx_no_slots(struct vsb_datapath *dp)
{
	vsb_rx_slots_reset(&dp->slots);
	return &dp->slots;
}

/* Logs that the first @len bytes of a slot were written, or may have been. */
static void vsb_rx_log(struct vsb_datapath *dp, const struct vsb_rx_slot *slot,
		       u32 len)
{
	vsb_queue_log_chain(&dp->queue[VSB_RX], slot->iov, slot->gpa, slot->nr,
			    len);
}

/* Returns an RX chain that cannot be used to the guest, empty. */
static void vsb_rx_reject(struct vsb_datapath *dp,
			  const struct vsb_chain *chain)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];

	if (chain->fault)
		vsb_queue_count_fault(q, chain->fault);
	else
		vsb_error(&dp->ctx, VSB_REASON_DESC_CHAIN_TOO_SHORT_FOR_HEADER, 0, 0);
	vsb_queue_push(q, chain->head, 0);
}

/*
 * Takes the next RX chain that holds @min bytes behind a header. A bad chain
 * stays in the ring if slots are taken, so that a rewind returns slots only. If
 * none are taken, the bad chain is returned to the guest. Each chain, good or
 * bad, counts against the budget.
 */
static inline bool vsb_rx_take_slot(struct vsb_datapath *dp,
				    struct vsb_rx_slots *slots, u32 min)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	struct vsb_chain chain = {
		.iov = dp->chain_iov + slots->parts,
		.gpa = vsb_log_is_on(&dp->log) ?
		       dp->chain_gpa + slots->parts : NULL,
		.max = ARRAY_SIZE(dp->chain_iov) - slots->parts,
	};

	while (!vsb_rx_is_spent(dp) &&
	       vsb_queue_next(q, &dp->mem, &chain) > 0) {
		dp->rx_budget--;
		if (!chain.fault && chain.len >= VSB_HDR_SIZE + min) {
			vsb_rx_slots_add(slots, &chain, dp->gather.flat);
			return true;
		}
		if (slots->nr) {
			vsb_queue_rewind(q, 1);
			return false;
		}
		vsb_rx_reject(dp, &chain);
	}
	return false;
}

/*
 * Takes up to @max more RX chains that are plain, as most are, if the log is
 * off.
 */
static void vsb_rx_fill_plain(struct vsb_datapath *dp,
			      struct vsb_rx_slots *slots, unsigned int max)
{
	struct iovec *iov = dp->chain_iov + slots->parts;
	u16 heads[VSB_RX_SLOTS];
	unsigned int i, nr;

	if (!max || vsb_log_is_on(&dp->log))
		return;
	max = min3(max, dp->rx_budget,
		   (unsigned int)ARRAY_SIZE(dp->chain_iov) - slots->parts);
	nr = vsb_queue_next_plain(&dp->queue[VSB_RX], &dp->mem, iov, heads,
				  max, VSB_HDR_SIZE + 1);
	dp->rx_budget -= nr;
	for (i = 0; i < nr; i++) {
		const struct vsb_chain chain = {
			.iov = iov + i,
			.nr = 1,
			.len = iov[i].iov_len,
			.head = heads[i],
		};

		vsb_rx_slots_add(slots, &chain, dp->gather.flat);
	}
}

/* Sends a packet without payload. Return: false if there is no RX buffer. */
static bool vsb_rx_control(struct vsb_datapath *dp,
			   const struct vsb_packet *pkt)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	struct vsb_rx_slot *slot = &dp->slots.slot[0];
	struct virtio_vsock_hdr hdr;
	bool sent;

	vsb_packet_encode(&hdr, pkt);
	while (vsb_rx_take_slot(dp, vsb_rx_no_slots(dp), 0)) {
		sent = vsb_rx_header(slot, &hdr);
		vsb_rx_log(dp, slot, VSB_HDR_SIZE);
		if (sent) {
			vsb_queue_push(q, slot->head, VSB_HDR_SIZE);
			dp->ctx.stats.rx_packets_count++;
			return true;
		}
		vsb_error(&dp->ctx, VSB_REASON_GUEST_MEMORY, pkt->src_port,
			  pkt->dst_port);
		vsb_queue_push(q, slot->head, 0);
	}
	return false;
}

static void vsb_rx_make_packet(const struct vsb_datapath *dp,
			       const struct vsb_conn *conn,
			       struct vsb_packet *pkt, u16 op)
{
	*pkt = (struct vsb_packet) {
		.src_cid = VSB_HOST_CID,
		.dst_cid = dp->guest_cid,
		.src_port = conn->flow.host_port,
		.dst_port = conn->flow.guest_port,
		.type = conn->type,
		.op = op,
		.buf_alloc = conn->credit.buf_alloc,
		.fwd_cnt = conn->credit.fwd_cnt,
	};
}

/*
 * The packet has reported all credit to the guest. A CREDIT_UPDATE follows if a
 * writer in the guest may still sleep.
 */
static void vsb_rx_reported_credit(struct vsb_conn *conn, u16 op)
{
	bool update = op == VIRTIO_VSOCK_OP_CREDIT_UPDATE;

	conn->cs.owed &= ~VSB_OWE_CREDIT_UPDATE;
	if (vsb_credit_reported(&conn->credit, update))
		conn->cs.owed |= VSB_OWE_CREDIT_UPDATE;
}

/*
 * Accounts for a CREDIT_REQUEST to the guest. A running guest returns RX
 * buffers, a paused guest does not. A driver that returns RX buffers but leaves
 * many consecutive requests unanswered does not implement the operation, so it
 * is not Linux's driver, and the packet ceiling does not apply.
 */
static void vsb_rx_requested_credit(struct vsb_datapath *dp,
				    struct vsb_conn *conn)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];

	if (vsb_queue_count(q) < 0)
		return;
	if (conn->unanswered && conn->asked_at == vsb_queue_added(q))
		conn->unanswered = 0;
	conn->asked_at = vsb_queue_added(q);
	if (conn->unanswered < VSB_SILENT_ASKS)
		conn->unanswered++;
	else if (!conn->credit.lifted)
		vsb_credit_lift(&conn->credit);
}

/* Sends a packet if it is owed. Return: false if there is no RX buffer. */
static bool vsb_rx_owed(struct vsb_datapath *dp, struct vsb_conn *conn,
			u16 owed, u16 op)
{
	struct vsb_packet pkt;

	if (!(conn->cs.owed & owed))
		return true;
	vsb_rx_make_packet(dp, conn, &pkt, op);
	if (op == VIRTIO_VSOCK_OP_SHUTDOWN)
		pkt.flags = conn->cs.host_shut;
	if (!vsb_rx_control(dp, &pkt))
		return false;

	conn->cs.owed &= ~owed;
	vsb_rx_reported_credit(conn, op);
	if (op == VIRTIO_VSOCK_OP_CREDIT_UPDATE)
		trace_vsb_credit_sent(dp->ctx.stats.device, conn->flow.host_port,
				      conn->flow.guest_port, pkt.buf_alloc,
				      pkt.fwd_cnt);
	if (op == VIRTIO_VSOCK_OP_CREDIT_REQUEST)
		vsb_rx_requested_credit(dp, conn);
	/* the guest's time to answer starts when it can see the REQUEST */
	if (op == VIRTIO_VSOCK_OP_REQUEST)
		vsb_conn_arm(conn, VSB_DUE_STATE,
			     dp->ctx.limits.connect_timeout_ms);
	return true;
}

static void vsb_rx_count_rst(struct vsb_datapath *dp, u32 host_port,
			     u32 guest_port)
{
	dp->ctx.stats.rsts_sent++;
	trace_vsb_rst_sent(dp->ctx.stats.device, host_port, guest_port);
}

static bool vsb_rx_rst(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (!vsb_rx_owed(dp, conn, VSB_OWE_RST, VIRTIO_VSOCK_OP_RST))
		return false;
	vsb_rx_count_rst(dp, conn->flow.host_port, conn->flow.guest_port);
	vsb_conn_event(conn, VSB_EV_RST_SENT, 0);
	return true;
}

/*
 * Takes RX buffers for one read, as many as credit and the last read suggest.
 */
static void vsb_rx_fill_slots(struct vsb_datapath *dp,
			      const struct vsb_conn *conn,
			      struct vsb_rx_slots *slots, u32 want,
			      u32 packets)
{
	unsigned int max = min(packets, VSB_RX_SLOTS), more;

	/* the length of a message is known */
	if (!vsb_conn_is_seqpacket(conn))
		max = min(max, conn->rx_chains);

	while (slots->nr < max && slots->room < want &&
	       vsb_rx_take_slot(dp, slots, 1)) {
		/* number of further buffers if all have the size of this one */
		more = DIV_ROUND_UP(want - min(want, slots->room),
				    slots->slot[slots->nr - 1].room);
		vsb_rx_fill_plain(dp, slots, min(more, max - slots->nr));
	}
}

/* Sets the header of the packet that brings the next of @left bytes. */
static __always_inline u32 vsb_rx_part(const struct vsb_rx_slot *slot,
				       struct virtio_vsock_hdr *hdr, u32 left,
					 bool eom)
{
	u32 part = min(slot->room, left);

	hdr->len = cpu_to_le32(part);
	if (eom && part == left)
		hdr->flags = cpu_to_le32(VIRTIO_VSOCK_SEQ_EOM);
	return part;
}

/* Writes headers that are in one part each, in one user access window. */
static unsigned int vsb_rx_whole_headers(const struct vsb_rx_slots *slots,
					 struct virtio_vsock_hdr *hdr,
					   u32 len, bool eom)
{
	const struct vsb_rx_slot *slot = slots->slot;

	/*
	 * The memory table's check covers all slots, and a window covers all of
	 * user space on the supported architectures.
	 */
	if (!user_write_access_begin(slot->iov->iov_base, sizeof(*hdr)))
		return 0;
	for (; len; slot++) {
		len -= vsb_rx_part(slot, hdr, len, eom);
		unsafe_copy_to_user((char __user *)slot->iov->iov_base,
				    (const char *)hdr, sizeof(*hdr), fault);
	}
fault:
	user_write_access_end();
	return slot - slots->slot;
}

static unsigned int vsb_rx_split_headers(const struct vsb_rx_slots *slots,
					 struct virtio_vsock_hdr *hdr,
					   u32 len, bool eom)
{
	unsigned int i;

	for (i = 0; len; i++) {
		len -= vsb_rx_part(&slots->slot[i], hdr, len, eom);
		if (!vsb_rx_header(&slots->slot[i], hdr))
			break;
	}
	return i;
}

/*
 * Accounts for @nr packets with @len bytes; the last packet has @part bytes in
 * a buffer for @room.
 */
static void vsb_rx_account(struct vsb_conn *conn, unsigned int nr, u32 len,
			   u32 room, u32 part)
{
	u32 tail = vsb_conn_is_seqpacket(conn) ? 0 : room - part;

	vsb_credit_sent(&conn->credit, nr, len, room, tail);
	conn->rx_bytes += len;
}

/*
 * Writes the headers of the bytes that were read; @eom: a message ends with
 * them. Return: number of slots in use.
 */
static unsigned int vsb_rx_headers(struct vsb_datapath *dp,
				   struct vsb_conn *conn,
				     const struct vsb_rx_slots *slots, u32 len,
				     bool eom)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	struct virtio_vsock_hdr hdr;
	struct vsb_packet pkt;
	unsigned int i, nr;
	u32 room = 0, part = 0, sent = 0;

	vsb_rx_make_packet(dp, conn, &pkt, VIRTIO_VSOCK_OP_RW);
	vsb_packet_encode(&hdr, &pkt);
	nr = slots->whole ? vsb_rx_whole_headers(slots, &hdr, len, eom) :
			    vsb_rx_split_headers(slots, &hdr, len, eom);
	for (i = 0; i < nr; i++) {
		room = slots->slot[i].room;
		part = min(room, len - sent);
		vsb_queue_push(q, slots->slot[i].head, VSB_HDR_SIZE + part);
		sent += part;
	}
	vsb_rx_account(conn, nr, sent, room, part);
	dp->ctx.stats.rx_packets_count += nr;
	dp->ctx.stats.rx_bytes_count += sent;
	trace_vsb_rx_bytes(dp->ctx.stats.device, conn->flow.host_port, conn->flow.guest_port,
			   sent);
	vsb_rx_reported_credit(conn, VIRTIO_VSOCK_OP_RW);
	if (sent == len)
		return nr;

	vsb_queue_push(q, slots->slot[nr].head, 0);
	vsb_conn_fail(conn, VSB_REASON_GUEST_MEMORY);
	return nr + 1;
}

/*
 * Logs what a read may have written. If memory faults, a read has written more
 * bytes than it returns, even into chains that are rewound. Therefore all
 * memory that the read could write to is logged.
 */
static void vsb_rx_log_read(struct vsb_datapath *dp,
			    const struct vsb_rx_slots *slots, u32 want)
{
	u32 left = min(want, slots->room);
	unsigned int i;

	for (i = 0; i < slots->nr; i++) {
		const struct vsb_rx_slot *slot = &slots->slot[i];
		u32 part = min(slot->room, left);

		vsb_rx_log(dp, slot, VSB_HDR_SIZE + part);
		left -= part;
	}
}

/*
 * The next read gets twice as many buffers if this read has used all of them.
 */
static void vsb_rx_learn(struct vsb_conn *conn, unsigned int used,
			 unsigned int given)
{
	if (used == given)
		conn->rx_chains = min(2 * used, VSB_RX_SLOTS);
	else
		conn->rx_chains = max(used, 1U);
}

/* One read of a connection. Return: false if there is no RX buffer. */
static bool vsb_rx_data(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	struct vsb_rx_slots *slots = vsb_rx_no_slots(dp);
	u32 offered = vsb_io_offers(conn);
	unsigned int used = 0;
	struct iov_iter iter;
	u32 want, packets;
	bool eom;
	long got;

	if (!offered)
		return true;
	want = min3(offered, vsb_credit_next(&conn->credit, &packets),
		    VSB_RX_BYTES);
	if (!want) {
		vsb_conn_ask_credit(conn);
		return true;
	}
	vsb_rx_fill_slots(dp, conn, slots, want, packets);
	if (!slots->nr)
		return false;

	iov_iter_init(&iter, ITER_DEST, dp->gather.flat, slots->payload,
		      min(want, slots->room));
	got = vsb_io_read(conn, &iter, offered, &eom);
	if (got == -EFAULT) {
		/*
		 * Nothing was read: drops a chain, so that a bad chain becomes
		 * the first.
		 */
		vsb_conn_error(conn, VSB_REASON_GUEST_MEMORY);
		vsb_queue_push(q, slots->slot[0].head, 0);
		used = 1;
	} else if (got > 0) {
		used = vsb_rx_headers(dp, conn, slots, got, eom);
		vsb_rx_learn(conn, used, slots->nr);
	}
	/* a failed read may have written too */
	if (vsb_log_is_on(&dp->log))
		vsb_rx_log_read(dp, slots, want);
	vsb_queue_rewind(q, slots->nr - used);
	return true;
}

/* Sends a SHUTDOWN if it is owed. Return: false if there is no RX buffer. */
static bool vsb_rx_shutdown(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (!(conn->cs.owed & VSB_OWE_SHUTDOWN))
		return true;
	vsb_conn_is_readable(conn);
	return vsb_conn_shutdown_waits(conn) ||
	       vsb_rx_owed(dp, conn, VSB_OWE_SHUTDOWN,
			   VIRTIO_VSOCK_OP_SHUTDOWN);
}

/* One turn of a connection. Return: false if there is no RX buffer. */
static bool vsb_rx_conn(struct vsb_datapath *dp, struct vsb_conn *conn)
{
	if (conn->cs.owed & VSB_OWE_RST)
		return vsb_rx_rst(dp, conn);
	if (!vsb_rx_owed(dp, conn, VSB_OWE_RESPONSE,
			 VIRTIO_VSOCK_OP_RESPONSE) ||
	    !vsb_rx_owed(dp, conn, VSB_OWE_REQUEST,
			   VIRTIO_VSOCK_OP_REQUEST) ||
	    !vsb_rx_shutdown(dp, conn))
		return false;
	if (vsb_conn_wants_data(&conn->cs) && vsb_conn_is_readable(conn) &&
	    !vsb_rx_data(dp, conn))
		return false;
	/* the SHUTDOWN may have waited for these bytes */
	if (!vsb_rx_shutdown(dp, conn))
		return false;
	return vsb_rx_owed(dp, conn,
			     VSB_OWE_CREDIT_UPDATE | VSB_OWE_CREDIT_REPLY,
			     VIRTIO_VSOCK_OP_CREDIT_UPDATE) &&
	       vsb_rx_owed(dp, conn, VSB_OWE_CREDIT_REQUEST,
			   VIRTIO_VSOCK_OP_CREDIT_REQUEST);
}

/* Sends RSTs without a connection. Return: false if no RX buffer is left. */
static bool vsb_rx_rsts(struct vsb_datapath *dp)
{
	const struct vsb_rst *rst;

	while ((rst = vsb_rstq_peek(&dp->conns.rsts))) {
		const struct vsb_packet pkt = {
			.src_cid = VSB_HOST_CID,
			.dst_cid = dp->guest_cid,
			.src_port = rst->host_port,
			.dst_port = rst->guest_port,
			.type = rst->type,
			.op = VIRTIO_VSOCK_OP_RST,
		};

		if (!vsb_rx_control(dp, &pkt))
			return false;
		vsb_rx_count_rst(dp, rst->host_port, rst->guest_port);
		vsb_rstq_drop(&dp->conns.rsts);
	}
	return true;
}

/* Gives each connection a turn. Return: false if no RX buffer is left. */
static bool vsb_rx_turns(struct vsb_datapath *dp)
{
	u64 end = dp->ctx.stats.rx_packets_count + VSB_RX_PACKETS;
	unsigned int turns = VSB_RX_PACKETS;
	struct vsb_conn *conn;
	bool buffers = true;

	while (buffers && turns-- && dp->ctx.stats.rx_packets_count < end) {
		conn = list_first_entry_or_null(&dp->conns.rxq, struct vsb_conn,
						rxq);
		if (!conn)
			break;
		vsb_conn_get(conn);
		list_del_init(&conn->rxq);
		buffers = vsb_rx_conn(dp, conn);
		/* a turn without a buffer does not count */
		if (!buffers)
			list_move(&conn->rxq, &dp->conns.rxq);
		else if (vsb_conn_has_work(conn))
			vsb_conn_queue_rx(conn);
		vsb_conn_put(conn);
	}
	return buffers;
}

/**
 * vsb_rx_run() - one round of the RX virtqueue
 * @dp: the data path, running
 */
void vsb_rx_run(struct vsb_datapath *dp)
{
	struct vsb_queue *q = &dp->queue[VSB_RX];
	bool buffers, more;

	if (dp->gate.closed)
		return;
	if (list_empty(&dp->conns.rxq) && !dp->conns.rsts.count)
		return;

	vsb_queue_unpark(q);
	dp->rx_budget = VSB_RX_CHAINS;
	dp->rx_since = vsb_queue_walked(q);
	buffers = vsb_rx_rsts(dp) && vsb_rx_turns(dp);
	if (vsb_interrupt_finish(&dp->interrupt, q))
		vsb_busy_poll_active(&dp->poll);
	if (buffers)
		more = !list_empty(&dp->conns.rxq);
	else
		more = vsb_rx_is_spent(dp) || vsb_queue_park(q);
	if (!buffers && !more && !dp->rx_starved && !vsb_queue_is_broken(q))
		trace_vsb_stall(dp->ctx.stats.device, 0, 0, "rx_ring");
	dp->rx_starved = !buffers && !more;
	if (more && !vsb_queue_is_broken(q))
		vsb_queue_schedule(q);
}
