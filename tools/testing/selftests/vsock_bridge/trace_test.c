// SPDX-License-Identifier: GPL-2.0
/*
 * Errors: each is counted once and traced once under the same name, with the
 * device's number and the known ports. The trace event exists as soon as the
 * counter can be read.
 */
#include "harness.h"

#include <endian.h>
#include <sys/socket.h>

#include "chain.h"
#include "trace.h"

/* The ports of an unknown flow, on the host and in the guest. */
#define NOWHERE 2222
#define NOBODY 1111

FIXTURE(error)
{
	struct chain_bed cb;
	struct trace trace;
};

/*
 * @provoke: causes the error, possibly only after it returns
 * @of_the_pair: the event has the ports of the open connection
 */
FIXTURE_VARIANT(error)
{
	int (*provoke)(struct chain_bed *cb);
	const char *name;
	size_t counter;
	bool of_the_pair;
	uint32_t host_port;
	uint32_t guest_port;
};

#define ERROR(stat, ...)						\
FIXTURE_VARIANT_ADD(error, stat)					\
{									\
	.provoke = provoke_##stat,					\
	.name = #stat,							\
	.counter = offsetof(struct vsock_bridge_stats, stat),		\
	__VA_ARGS__							\
}

#define OF_NOBODY
#define OF_THE_PAIR .of_the_pair = true
#define OF(host, guest) .host_port = host, .guest_port = guest

/* Chains and packets */

static int provoke_desc_chain_too_short_for_header(struct chain_bed *cb)
{
	struct chain chain = { PARTS({ HDR, 43, 0, 0 }) };

	return chain_send(cb, &chain);
}

ERROR(desc_chain_too_short_for_header, OF_NOBODY);

static int provoke_desc_chain_too_short_for_packet(struct chain_bed *cb)
{
	struct chain chain = { .len = 8, PARTS({ HDR, 44, 0, 0 }) };

	return chain_send(cb, &chain);
}

ERROR(desc_chain_too_short_for_packet, OF_THE_PAIR);

static int provoke_guest_memory_bounds(struct chain_bed *cb)
{
	struct chain chain = { PARTS({ HOLE, 44, 0, 0 }) };

	return chain_send(cb, &chain);
}

ERROR(guest_memory_bounds, OF_NOBODY);

static int provoke_guest_memory(struct chain_bed *cb)
{
	struct chain chain = {
		.len = 8, PARTS({ HDR, 44, NEXT, 1 }, { LOCKED, 8, 0, 0 })
	};

	return chain_send(cb, &chain);
}

ERROR(guest_memory, OF_THE_PAIR);

static struct virtio_vsock_hdr stray(struct chain_bed *cb)
{
	return guest_hdr(&cb->bed.guest, VIRTIO_VSOCK_OP_RW, NOBODY, NOWHERE);
}

static int send_hdr(struct chain_bed *cb, const struct virtio_vsock_hdr *h)
{
	return guest_send(&cb->bed.guest, h, NULL, deadline_in(WAIT_MS));
}

static int provoke_unknown_flow(struct chain_bed *cb)
{
	struct virtio_vsock_hdr h = stray(cb);

	return send_hdr(cb, &h);
}

ERROR(unknown_flow, OF(NOWHERE, NOBODY));

static int provoke_bad_type(struct chain_bed *cb)
{
	struct virtio_vsock_hdr h = stray(cb);

	h.type = htole16(77);
	return send_hdr(cb, &h);
}

ERROR(bad_type, OF(NOWHERE, NOBODY));

static int provoke_bad_src_cid(struct chain_bed *cb)
{
	struct virtio_vsock_hdr h = stray(cb);

	h.src_cid = htole64(99);
	return send_hdr(cb, &h);
}

ERROR(bad_src_cid, OF(NOWHERE, NOBODY));

static int provoke_bad_dst_cid(struct chain_bed *cb)
{
	struct virtio_vsock_hdr h = stray(cb);

	h.dst_cid = htole64(99);
	return send_hdr(cb, &h);
}

ERROR(bad_dst_cid, OF(NOWHERE, NOBODY));

static int provoke_bad_op(struct chain_bed *cb)
{
	return guest_conn_op(cb->pair.conn, VIRTIO_VSOCK_OP_RESPONSE, 0);
}

ERROR(bad_op, OF_THE_PAIR);

static int provoke_vring_broken(struct chain_bed *cb)
{
	struct guest_ring *tx = &cb->bed.guest.tx;
	uint16_t idx = tx->shown_idx + tx->vr.num + 1;

	__atomic_store_n(&tx->vr.avail->idx, htole16(idx), __ATOMIC_SEQ_CST);
	guest_ring_force_kick(tx);
	return 0;
}

ERROR(vring_broken, OF_NOBODY);

/* Connections */

/* Sends until the device takes no more, because the host does not read. */
static int fill_host(struct chain_bed *cb)
{
	static const char data[65536];
	struct guest_conn *c = cb->pair.conn;
	int err;

	do {
		guest_conn_send(c, data, sizeof(data), sizeof(data));
		err = bed_fence(&cb->bed, &cb->pair);
	} while (!err && guest_conn_credit(c));
	return err;
}

static int provoke_over_credit(struct chain_bed *cb)
{
	return fill_host(cb) ?: guest_conn_send_packet(cb->pair.conn, "x", 1);
}

ERROR(over_credit, OF_THE_PAIR);

static int provoke_tx_write_fails(struct chain_bed *cb)
{
	if (shutdown(cb->pair.fd, SHUT_RD))
		return -errno;
	return guest_conn_send_packet(cb->pair.conn, "x", 1);
}

ERROR(tx_write_fails, OF_THE_PAIR);

static int provoke_tx_flush_fails(struct chain_bed *cb)
{
	int err = fill_host(cb);

	close(cb->pair.fd);
	cb->pair.fd = -1;
	return err;
}

ERROR(tx_flush_fails, OF_THE_PAIR);

/* Sends a byte that recv() without MSG_OOB does not return. */
static int provoke_no_data(struct chain_bed *cb)
{
	return send(cb->pair.fd, "x", 1, MSG_OOB) == 1 ? 0 : -errno;
}

ERROR(no_data, OF_THE_PAIR);

static int connect_to_nowhere(struct chain_bed *cb)
{
	return guest_connect(&cb->bed.mux, NOBODY, NOWHERE) ? 0 : -ETIMEDOUT;
}

static int provoke_unix_connect_fails(struct chain_bed *cb)
{
	return connect_to_nowhere(cb);
}

ERROR(unix_connect_fails, OF(NOWHERE, NOBODY));

static int provoke_too_many_connections(struct chain_bed *cb)
{
	return bed_set_limits(&cb->bed, BED_LIMITS(.max_connections = 1)) ?:
	       connect_to_nowhere(cb);
}

ERROR(too_many_connections, OF(NOWHERE, NOBODY));

static int provoke_ports_denied(struct chain_bed *cb)
{
	struct vsock_bridge_port port = {
		.size = sizeof(port),
		.port = NOWHERE,
		.action = VSOCK_BRIDGE_PORT_DENY,
	};

	if (ioctl(cb->bed.guest.fd, VSOCK_BRIDGE_SET_PORT, &port))
		return -errno;
	return connect_to_nowhere(cb);
}

ERROR(ports_denied, OF(NOWHERE, NOBODY));

/* Host clients; each stays open until the test's process exits. */

static int client(struct chain_bed *cb, const char *text)
{
	int fd = uds_connect(cb->bed.path);

	return fd < 0 ? fd : uds_send(fd, text, strlen(text));
}

static int provoke_invalid_port_request(struct chain_bed *cb)
{
	return client(cb, "HELLO 80\n");
}

ERROR(invalid_port_request, OF_NOBODY);

static int provoke_handshake_timeouts(struct chain_bed *cb)
{
	return bed_set_limits(&cb->bed,
			      BED_LIMITS(.handshake_timeout_ms = 50)) ?:
	       client(cb, "CONNECT 8");
}

ERROR(handshake_timeouts, OF_NOBODY);

static int provoke_connect_timeouts(struct chain_bed *cb)
{
	return bed_set_limits(&cb->bed, BED_LIMITS(.connect_timeout_ms = 50)) ?:
	       client(cb, "CONNECT 1111\n");
}

ERROR(connect_timeouts, OF(BED_FIRST_PORT, NOBODY));

/* Configuration */

static int provoke_unix_bind_fails(struct chain_bed *cb)
{
	return bed_set_uds(cb->bed.guest.fd, "/nowhere/v.sock") == -ENOENT ?
	       0 : -EPROTO;
}

ERROR(unix_bind_fails, OF_NOBODY);

static int provoke_cfg_fails(struct chain_bed *cb)
{
	return guest_ring_set_num(&cb->bed.guest.rx, cb->bed.guest.fd) ==
	       -EBUSY ? 0 : -EPROTO;
}

ERROR(cfg_fails, OF_NOBODY);

/* Sets a descriptor that is not an eventfd. */
static int set_file(struct chain_bed *cb, const struct guest_ring *ring,
		    unsigned long request)
{
	return guest_ring_set_file(ring, cb->bed.guest.fd, request,
				   cb->pair.fd) == -EINVAL ? 0 : -EPROTO;
}

static int provoke_rx_queue_event_fails(struct chain_bed *cb)
{
	return set_file(cb, &cb->bed.guest.rx, VHOST_SET_VRING_KICK);
}

ERROR(rx_queue_event_fails, OF_NOBODY);

static int provoke_tx_queue_event_fails(struct chain_bed *cb)
{
	return set_file(cb, &cb->bed.guest.tx, VHOST_SET_VRING_KICK);
}

ERROR(tx_queue_event_fails, OF_NOBODY);

static int provoke_ev_queue_event_fails(struct chain_bed *cb)
{
	const struct guest_ring event = { .index = 2 };

	return set_file(cb, &event, VHOST_SET_VRING_KICK);
}

ERROR(ev_queue_event_fails, OF_NOBODY);

static int provoke_event_fd_fails(struct chain_bed *cb)
{
	return set_file(cb, &cb->bed.guest.rx, VHOST_SET_VRING_CALL);
}

ERROR(event_fd_fails, OF_NOBODY);

/* Sets an unmapped address for the used ring. */
static int start_without_rings(struct chain_bed *cb)
{
	struct guest *g = &cb->bed.guest;
	struct guest_ring bad = g->tx;
	int err = guest_stop(g);

	bad.vr.used = (void *)0x3000;
	err = err ?: guest_ring_set_addr(&bad, g->fd);
	return err ?: guest_set_running(g, 1) == -EFAULT ? 0 : -EPROTO;
}

static int provoke_activate_fails(struct chain_bed *cb)
{
	return start_without_rings(cb);
}

ERROR(activate_fails, OF_NOBODY);

static int provoke_virtio_state(struct chain_bed *cb)
{
	return start_without_rings(cb);
}

ERROR(virtio_state, OF_NOBODY);

FIXTURE_SETUP(error)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, chain_open(&self->cb));
	ASSERT_EQ(0, trace_open(&self->trace));
}

FIXTURE_TEARDOWN(error)
{
	EXPECT_STREQ("", self->cb.bed.guest.error);
	trace_close(&self->trace);
	chain_close(&self->cb);
}

TEST_F(error, is_counted_and_traced_under_its_name)
{
	struct guest_conn *c = self->cb.pair.conn;
	struct bed *bed = &self->cb.bed;
	uint32_t host_port = variant->host_port;
	uint32_t guest_port = variant->guest_port;
	struct vsock_bridge_stats stats;

	if (variant->of_the_pair) {
		host_port = c->peer;
		guest_port = c->local;
	}
	ASSERT_EQ(0, bed_stat_at(bed, variant->counter));
	ASSERT_EQ(0, variant->provoke(&self->cb));
	EXPECT_EQ(1, bed_await_stat_at(bed, variant->counter, 1));
	ASSERT_EQ(0, bed_stats(bed->guest.fd, &stats));
	EXPECT_EQ(1, trace_count(&self->trace,
				 "vsb_error: dev=%u host_port=%u guest_port=%u reason=%s",
				 stats.device, host_port, guest_port,
				 variant->name));
}

FIXTURE(traced)
{
	struct bed bed;
	struct trace trace;
	struct vsock_bridge_stats stats;
};

FIXTURE_SETUP(traced)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, trace_open(&self->trace));
	ASSERT_EQ(0, bed_stats(self->bed.guest.fd, &self->stats));
}

FIXTURE_TEARDOWN(traced)
{
	trace_close(&self->trace);
	BED_TEARDOWN(&self->bed);
}

static int traced_conn(const struct trace *trace, const char *what,
		       const struct vsock_bridge_stats *stats,
		       const struct guest_conn *c, const char *by)
{
	return trace_count(trace, "vsb_conn_%s: dev=%u host_port=%u guest_port=%u by=%s",
			   what, stats->device, c->peer, c->local, by);
}

TEST_F(traced, host_connection_is_traced_as_added_and_removed)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(1, traced_conn(&self->trace, "added", &self->stats,
				 pair.conn, "host"));
	EXPECT_EQ(0, traced_conn(&self->trace, "removed", &self->stats,
				 pair.conn, "host"));
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, conns_removed, 1));
	EXPECT_EQ(1, traced_conn(&self->trace, "removed", &self->stats,
				 pair.conn, "host"));
	close(pair.fd);
}

TEST_F(traced, guest_connection_is_traced_as_added_and_removed)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, 1024));
	EXPECT_EQ(1, traced_conn(&self->trace, "added", &self->stats,
				 pair.conn, "guest"));
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, conns_removed, 1));
	EXPECT_EQ(1, traced_conn(&self->trace, "removed", &self->stats,
				 pair.conn, "guest"));
	close(pair.fd);
}

TEST_F(traced, accept_is_traced_once)
{
	struct bed_pair host, guest;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &host, 80));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &guest, 1024));
	EXPECT_EQ(1, traced_conn(&self->trace, "accepted", &self->stats,
				 host.conn, "host"));
	EXPECT_EQ(1, traced_conn(&self->trace, "accepted", &self->stats,
				 guest.conn, "guest"));
	close(host.fd);
	close(guest.fd);
}

/* The number of times that the connection ended with @reason. */
static int ended(struct bed *bed, const struct trace *trace,
		 const struct guest_conn *c, const char *reason)
{
	struct vsock_bridge_stats stats;

	if (bed_stats(bed->guest.fd, &stats))
		return -1;
	return trace_count(trace,
			   "vsb_conn_ended: dev=%u host_port=%u guest_port=%u by=host reason=%s",
			   stats.device, c->peer, c->local, reason);
}

TEST_F(traced, guest_rst_is_the_end_reason)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, conns_removed, 1));
	EXPECT_EQ(1, ended(&self->bed, &self->trace, pair.conn, "guest_rst"));
	close(pair.fd);
}

TEST_F(traced, shutdown_is_the_end_reason)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	guest_conn_shutdown(pair.conn, VIRTIO_VSOCK_SHUTDOWN_RCV |
				       VIRTIO_VSOCK_SHUTDOWN_SEND);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, conns_removed, 1));
	EXPECT_EQ(1, ended(&self->bed, &self->trace, pair.conn, "closed"));
	close(pair.fd);
}

TEST_F(traced, error_is_the_end_reason)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	while (guest_conn_credit(pair.conn)) {
		static const char data[65536];

		guest_conn_send(pair.conn, data, sizeof(data), sizeof(data));
		ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	}
	EXPECT_LE(1, trace_count(&self->trace,
				 "vsb_stall: dev=%u host_port=%u guest_port=%u cause=host_reader",
				 self->stats.device, pair.conn->peer, 80));
	guest_conn_send_packet(pair.conn, "x", 1);
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, conns_removed, 1));
	EXPECT_EQ(1, ended(&self->bed, &self->trace, pair.conn, "over_credit"));
	close(pair.fd);
}

TEST_F(traced, stall_for_guest_credit_is_traced)
{
	static const char data[GUEST_BUF_ALLOC + 1];
	struct bed_pair pair;
	unsigned int *asked;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	pair.conn->no_updates = true;
	/* more than the guest has room for */
	for (size_t sent = 0; sent < sizeof(data);) {
		ssize_t n = uds_send_now(pair.fd, data, sizeof(data) - sent);

		ASSERT_TRUE(n > 0 || n == -EAGAIN);
		sent += n > 0 ? n : 0;
		guest_mux_poll(&self->bed.mux);
	}
	asked = &pair.conn->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST];
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, *asked));
	EXPECT_LE(1, trace_count(&self->trace,
				 "vsb_stall: dev=%u host_port=%u guest_port=%u cause=guest_credit",
				 self->stats.device, pair.conn->peer, 80));
	close(pair.fd);
}

TEST_F(traced, stall_for_rx_buffers_is_traced)
{
	struct guest_buf *held[256];
	struct bed_pair pair;

	ASSERT_GE(256, self->bed.guest.nr_rx);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &pair, held));
	ASSERT_EQ(0, uds_send(pair.fd, "x", 1));
	ASSERT_EQ(0, bed_settle(&self->bed));
	EXPECT_LE(1, trace_count(&self->trace,
				 "vsb_stall: dev=%u host_port=0 guest_port=0 cause=rx_ring",
				 self->stats.device));
	close(pair.fd);
}

TEST_F(traced, credit_is_traced_in_both_directions)
{
	struct bed_flow flow = { .to_host = GUEST_BUF_ALLOC, .seed = 3 };
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_move(&self->bed, &pair, &flow));
	EXPECT_LE(1, trace_count(&self->trace,
				 "vsb_credit_sent: dev=%u host_port=%u guest_port=%u buf_alloc=%u",
				 self->stats.device, pair.conn->peer, 80,
				 VSOCK_BRIDGE_DEF_BUF_ALLOC));
	pair.conn->buf_alloc /= 2;
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	EXPECT_LE(1, trace_count(&self->trace,
				 "vsb_credit_received: dev=%u host_port=%u guest_port=%u buf_alloc=%u",
				 self->stats.device, pair.conn->peer, 80,
				 GUEST_BUF_ALLOC / 2));
	close(pair.fd);
}

TEST_F(traced, bytes_are_traced_in_both_directions)
{
	struct bed_flow to_host = { .to_host = 1001, .seed = 3 };
	struct bed_flow to_guest = { .to_guest = 1002, .seed = 4 };
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_move(&self->bed, &pair, &to_host));
	ASSERT_EQ(0, bed_move(&self->bed, &pair, &to_guest));
	EXPECT_EQ(1, trace_count(&self->trace,
				 "vsb_tx_bytes: dev=%u host_port=%u guest_port=%u bytes=1001",
				 self->stats.device, pair.conn->peer, 80));
	EXPECT_EQ(1, trace_count(&self->trace,
				 "vsb_rx_bytes: dev=%u host_port=%u guest_port=%u bytes=1002",
				 self->stats.device, pair.conn->peer, 80));
	close(pair.fd);
}

TEST_F(traced, kicks_and_calls_match_their_counters)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_echo(&self->bed, &pair));
	EXPECT_EQ(BED_STAT(&self->bed, tx_queue_event_count) -
		  self->stats.tx_queue_event_count,
		  trace_count(&self->trace, "vsb_kick: dev=%u queue=1",
			      self->stats.device));
	EXPECT_EQ(BED_STAT(&self->bed, rx_calls) - self->stats.rx_calls,
		  trace_count(&self->trace, "vsb_call: dev=%u queue=0",
			      self->stats.device));
	close(pair.fd);
}

TEST_F(traced, rst_to_the_guest_is_traced)
{
	struct guest_conn *c = guest_connect(&self->bed.mux, NOBODY, NOWHERE);

	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, rsts_sent, 1));
	EXPECT_EQ(1, trace_count(&self->trace,
				 "vsb_rst_sent: dev=%u host_port=%u guest_port=%u",
				 self->stats.device, NOWHERE, NOBODY));
}

TEST_F(traced, devices_have_different_numbers)
{
	struct vsock_bridge_stats stats;
	struct bed other;

	ASSERT_EQ(0, bed_open(&other, NULL));
	ASSERT_EQ(0, bed_stats(other.guest.fd, &stats));
	EXPECT_NE(0, self->stats.device);
	EXPECT_NE(0, stats.device);
	EXPECT_NE(self->stats.device, stats.device);
	bed_close(&other);
}

TEST_F(traced, error_has_the_number_of_its_device)
{
	struct vsock_bridge_stats stats;
	struct bed other;

	ASSERT_EQ(0, bed_open(&other, NULL));
	ASSERT_EQ(0, bed_stats(other.guest.fd, &stats));
	ASSERT_EQ(-EBUSY, guest_ring_set_num(&other.guest.rx, other.guest.fd));
	EXPECT_EQ(1, trace_count(&self->trace,
				 "vsb_error: dev=%u host_port=0 guest_port=0 reason=cfg_fails",
				 stats.device));
	EXPECT_EQ(0, trace_count(&self->trace,
				 "vsb_error: dev=%u host_port=0 guest_port=0 reason=cfg_fails",
				 self->stats.device));
	EXPECT_EQ(0, BED_STAT(&self->bed, cfg_fails));
	bed_close(&other);
}

TEST_HARNESS_MAIN
