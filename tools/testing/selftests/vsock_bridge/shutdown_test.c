// SPDX-License-Identifier: GPL-2.0
/* How connections end, in one direction and in both. */
#include "harness.h"

#include <sys/socket.h>

#define RCV VIRTIO_VSOCK_SHUTDOWN_RCV
#define SEND VIRTIO_VSOCK_SHUTDOWN_SEND

FIXTURE(end)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(end)
{
	int (*make)(struct bed *bed, struct bed_pair *pair, uint32_t port);
};

FIXTURE_VARIANT_ADD(end, host_client)
{
	.make = bed_host_pair,
};

FIXTURE_VARIANT_ADD(end, guest_client)
{
	.make = bed_guest_pair,
};

FIXTURE_SETUP(end)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, variant->make(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(end)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* All counters are as before the connection. */
static void expect_gone(struct __test_metadata *_metadata, struct bed *bed)
{
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connections, 0));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, lingering, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, sockets, 1));
	EXPECT_EQ(0, BED_STAT(bed, buffered_bytes));
	EXPECT_EQ(BED_STAT(bed, conns_added), BED_STAT(bed, conns_removed));
}

TEST_F(end, host_shut_wr_sends_shutdown_send)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	EXPECT_EQ(SEND, c->peer_shutdown);
	EXPECT_FALSE(c->reset);
}

TEST_F(end, host_shut_wr_keeps_the_other_direction)
{
	struct bed_flow flow = { .to_host = 300000, .seed = 1 };
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	EXPECT_EQ(SEND, c->peer_shutdown);
	EXPECT_FALSE(c->reset);
}

TEST_F(end, host_shut_wr_follows_all_bytes)
{
	struct guest_conn *c = self->pair.conn;
	char data[50000];

	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(self->pair.fd, data, sizeof(data)));
	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	ASSERT_EQ(sizeof(data), guest_conn_recv(c, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

TEST_F(end, host_shut_rd_sends_shutdown_rcv)
{
	struct bed_flow flow = { .to_guest = 300000, .seed = 1 };
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_RD));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	EXPECT_EQ(RCV, c->peer_shutdown);
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	EXPECT_EQ(RCV, c->peer_shutdown);
	EXPECT_FALSE(c->reset);
}

/*
 * After SHUT_RD the device discards bytes and grants credit, but sends only one
 * SHUTDOWN.
 */
TEST_F(end, host_shut_rd_discards_what_the_guest_still_writes)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent = 0;

	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_RD));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	while (sent < 4 * VSOCK_BRIDGE_DEF_BUF_ALLOC) {
		size_t n = guest_conn_send(c, data, sizeof(data), 65536);

		ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
		ASSERT_TRUE(n || guest_conn_credit(c));
		sent += n;
	}
	EXPECT_FALSE(c->reset);
	EXPECT_EQ(c->tx_cnt, c->peer_fwd_cnt);
	EXPECT_EQ(1, BED_STAT(&self->bed, tx_write_fails));
	EXPECT_EQ(1, c->seen[VIRTIO_VSOCK_OP_SHUTDOWN]);
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &(struct bed_flow){
				.to_guest = 10000 }));
}

/* Bytes of the guest are lost, but none of the host program's. */
TEST_F(end, host_close_after_discarding_resets_after_all_bytes)
{
	struct guest_conn *c = self->pair.conn;
	char got[3];

	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_RD));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown));
	ASSERT_EQ(3, guest_conn_send(c, "abc", 3, 3));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, tx_write_fails, 1));
	ASSERT_EQ(0, uds_send(self->pair.fd, "xyz", 3));
	close(self->pair.fd);
	self->pair.fd = -1;
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	ASSERT_EQ(3, guest_conn_recv(c, got, 3));
	EXPECT_EQ(0, memcmp(got, "xyz", 3));
	expect_gone(_metadata, &self->bed);
}

/* Reads until the device sends SHUTDOWN. Returns the number of bytes. */
static size_t read_until_shutdown(struct bed *bed, struct guest_conn *c)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	size_t got = 0;
	char data[512];

	do {
		guest_mux_step(&bed->mux, -1, 0, deadline);
		/* all remaining bytes arrived before the SHUTDOWN */
		got += guest_conn_recv(c, data, sizeof(data));
	} while (!c->peer_shutdown && !c->reset && deadline_left(deadline));
	return got + guest_conn_unread(c);
}

/*
 * A driver that closes the connection at any SHUTDOWN would lose these bytes.
 */
TEST_F(end, host_shut_rd_follows_bytes_that_wait_for_credit)
{
	static char data[10000];
	struct bed_pair pair;

	self->bed.mux.buf_alloc = 4096;
	ASSERT_EQ(0, variant->make(&self->bed, &pair, 81));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	ASSERT_EQ(0, shutdown(pair.fd, SHUT_RD));
	EXPECT_EQ(sizeof(data), read_until_shutdown(&self->bed, pair.conn));
	EXPECT_EQ(RCV, pair.conn->peer_shutdown);
	close(pair.fd);
}

TEST_F(end, host_close_and_failed_write_follow_waiting_bytes)
{
	static char data[10000];
	struct bed_pair pair;

	self->bed.mux.buf_alloc = 4096;
	ASSERT_EQ(0, variant->make(&self->bed, &pair, 81));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	close(pair.fd);
	ASSERT_EQ(3, guest_conn_send(pair.conn, "abc", 3, 3));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, tx_write_fails, 1));
	EXPECT_EQ(sizeof(data), read_until_shutdown(&self->bed, pair.conn));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->reset));
}

TEST_F(end, host_shut_rd_is_sent_at_the_timeout_to_a_stalled_guest)
{
	static char data[10000];
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 50)));
	self->bed.mux.buf_alloc = 4096;
	ASSERT_EQ(0, variant->make(&self->bed, &pair, 81));
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	ASSERT_EQ(0, shutdown(pair.fd, SHUT_RD));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				pair.conn->peer_shutdown == RCV));
	EXPECT_EQ(4096, guest_conn_unread(pair.conn));
	close(pair.fd);
}

TEST_F(end, guest_shutdown_send_gives_eof_after_all_bytes)
{
	struct guest_conn *c = self->pair.conn;
	char data[50000];

	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(sizeof(data), guest_conn_send(c, data, sizeof(data), 5000));
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	ASSERT_EQ(0, uds_recv(self->pair.fd, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
}

TEST_F(end, guest_shutdown_send_keeps_the_other_direction)
{
	struct bed_flow flow = { .to_guest = 300000, .seed = 1 };
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &flow));
	EXPECT_EQ(0, c->peer_shutdown);
	EXPECT_FALSE(c->reset);
}

TEST_F(end, guest_shutdown_rcv_gives_epipe_to_a_writer)
{
	char byte = 0;
	ssize_t n;

	ASSERT_EQ(0, guest_conn_shutdown(self->pair.conn, RCV));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	n = uds_send_now(self->pair.fd, &byte, 1);
	EXPECT_EQ(-EPIPE, n);
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &(struct bed_flow){
				.to_host = 10000 }));
}

TEST_F(end, guest_shutdown_of_both_is_confirmed_with_rst)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, guest_conn_shutdown(c, RCV | SEND));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	expect_gone(_metadata, &self->bed);
}

TEST_F(end, guest_shutdown_one_by_one_is_confirmed_with_rst)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, guest_conn_shutdown(c, RCV));
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	expect_gone(_metadata, &self->bed);
}

static void expect_all(struct __test_metadata *_metadata, int fd, size_t len)
{
	static char data[65536];

	for (size_t got = 0; got < len; ) {
		size_t n = len - got < sizeof(data) ? len - got : sizeof(data);

		ASSERT_EQ(0, uds_recv(fd, data, n));
		ASSERT_TRUE(bed_match(data, 1, got, n));
		got += n;
	}
	EXPECT_EQ(0, uds_recv_eof(fd));
}

/* In either order, even if the guest's program does not close. */
TEST_F(end, half_closes_of_both_sides_end_with_rst)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.shutdown_timeout_ms = 50)));
	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown == SEND));
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	expect_gone(_metadata, &self->bed);
}

/*
 * A guest that writes without reading must learn that the host program closed.
 */
TEST_F(end, host_close_reaches_a_guest_without_credit)
{
	struct guest_conn *c = self->pair.conn;
	static char data[1 << 20];

	c->no_updates = true;
	while (uds_send_now(self->pair.fd, data, sizeof(data)) > 0)
		guest_mux_poll(&self->bed.mux);
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_LT(0, guest_conn_send(c, data, 1000, 1000));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->reset || (c->peer_shutdown & RCV)));
}

/* The bytes need more than one write, so the failure occurs in the middle. */
TEST_F(end, host_close_during_a_write_returns_the_credit)
{
	static char data[GUEST_TX_BUF];
	struct guest *g = &self->bed.guest;
	struct guest_conn *c = self->pair.conn;
	struct guest_buf *held[256];

	ASSERT_GE(256, g->nr_rx);
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &self->pair, held));
	ASSERT_EQ(0, uds_send(self->pair.fd, data, 1000));
	close(self->pair.fd);
	self->pair.fd = -1;
	for (int i = 0; i < 4; i++) {
		struct virtio_vsock_hdr h = guest_hdr(g, VIRTIO_VSOCK_OP_RW,
						      c->local, c->peer);
		struct guest_buf *b = guest_tx_get(g);

		ASSERT_NE(NULL, b);
		h.len = htole32(sizeof(data));
		h.fwd_cnt = htole32(c->fwd_cnt);
		*b->hdr = h;
		guest_tx_put(g, b);
	}
	guest_tx_flush(g);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, tx_write_fails, 1));
	c->tx_cnt += 4 * sizeof(data);
	ASSERT_EQ(0, guest_conn_send_packet(c, "x", 1));
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(0, BED_STAT(&self->bed, over_credit));
	EXPECT_EQ(1000, guest_conn_unread(c));
}

TEST_F(end, guest_close_waits_for_a_slow_host_reader)
{
	struct guest_conn *c = self->pair.conn;
	size_t sent = bed_send_until_stalled(&self->bed, &self->pair);

	ASSERT_NE(0, sent);
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 60000)));
	ASSERT_EQ(0, guest_conn_shutdown(c, RCV | SEND));
	expect_all(_metadata, self->pair.fd, sent);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(0, BED_STAT(&self->bed, shutdown_timeouts));
	expect_gone(_metadata, &self->bed);
}

/* A half-close arms no timeout: the reader may take as long as it wants. */
TEST_F(end, guest_half_close_has_no_timeout_for_a_slow_reader)
{
	struct guest_conn *c = self->pair.conn;
	size_t sent;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 50)));
	sent = bed_send_until_stalled(&self->bed, &self->pair);
	ASSERT_NE(0, sent);
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	EXPECT_FALSE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, 500, c->reset));
	expect_all(_metadata, self->pair.fd, sent);
	EXPECT_EQ(0, bed_move(&self->bed, &self->pair, &(struct bed_flow){
				.to_guest = 10000 }));
	EXPECT_EQ(0, BED_STAT(&self->bed, shutdown_timeouts));
}

/*
 * The same is true for bytes that the host program wrote before its half-close.
 */
TEST_F(end, host_half_close_has_no_timeout_for_a_slow_guest)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 50)));
	c->no_updates = true;
	do {
		bed_fill(data, 1, sent, sizeof(data));
		n = uds_send_now(self->pair.fd, data, sizeof(data));
		sent += n > 0 ? n : 0;
		ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	} while (n > 0 || guest_conn_unread(c) < c->buf_alloc);
	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	EXPECT_FALSE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, 500, c->reset));
	c->no_updates = false;
	while (got < sent) {
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c)));
		n = guest_conn_recv(c, data, sizeof(data));
		ASSERT_TRUE(bed_match(data, 1, got, n));
		got += n;
	}
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown == SEND));
	EXPECT_EQ(0, BED_STAT(&self->bed, shutdown_timeouts));
}

TEST_F(end, guest_rst_delivers_all_bytes_to_a_slow_reader)
{
	size_t sent = bed_send_until_stalled(&self->bed, &self->pair);

	ASSERT_NE(0, sent);
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 60000)));
	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, lingering, 1));
	EXPECT_EQ(0, BED_STAT(&self->bed, connections));
	expect_all(_metadata, self->pair.fd, sent);
	expect_gone(_metadata, &self->bed);
}

/*
 * The guest has freed the connection, so the device must not send packets for
 * it.
 */
TEST_F(end, no_packets_after_guest_rst_while_the_host_reads)
{
	struct bed *bed = &self->bed;
	struct bed_pair pair;
	uint64_t packets;
	size_t sent;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(
			.shutdown_timeout_ms = 60000, .buf_alloc = 4 << 20)));
	ASSERT_EQ(0, variant->make(bed, &pair, 81));
	sent = bed_send_until_stalled(bed, &pair);
	ASSERT_NE(0, sent);
	guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	ASSERT_EQ(1, BED_AWAIT_STAT(bed, lingering, 1));
	packets = BED_STAT(bed, rx_packets_count);
	expect_all(_metadata, pair.fd, sent);
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, lingering, 0));
	EXPECT_EQ(packets, BED_STAT(bed, rx_packets_count));
	close(pair.fd);
}

/* The guest need not wait, and the reader has no timeout. */
TEST_F(end, guest_close_is_confirmed_before_the_host_reads)
{
	struct guest_conn *c = self->pair.conn;
	size_t sent;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 50)));
	sent = bed_send_until_stalled(&self->bed, &self->pair);
	ASSERT_NE(0, sent);
	ASSERT_EQ(0, guest_conn_shutdown(c, RCV | SEND));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_FALSE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, 500,
				    !BED_STAT(&self->bed, lingering)));
	expect_all(_metadata, self->pair.fd, sent);
	EXPECT_EQ(0, BED_STAT(&self->bed, shutdown_timeouts));
	expect_gone(_metadata, &self->bed);
}

/*
 * Neither the guest's failed write nor its half-close loses bytes of the host.
 */
TEST_F(end, guest_half_close_after_host_close_keeps_host_bytes)
{
	struct guest_conn *c = self->pair.conn;
	struct guest *g = &self->bed.guest;
	struct guest_buf *held[256];
	static char data[1000];

	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &self->pair, held));
	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(self->pair.fd, data, sizeof(data)));
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_EQ(3, guest_conn_send(c, "abc", 3, 3));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, tx_write_fails, 1));
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	ASSERT_EQ(sizeof(data), guest_conn_recv(c, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
	expect_gone(_metadata, &self->bed);
}

/* The same with a full guest window, and with buffered bytes of the guest. */
TEST_F(end, host_close_delivers_more_than_a_window)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	ASSERT_NE(0, bed_send_until_stalled(&self->bed, &self->pair));
	c->no_updates = true;
	do {
		bed_fill(data, 1, sent, sizeof(data));
		n = uds_send_now(self->pair.fd, data, sizeof(data));
		sent += n > 0 ? n : 0;
		ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	} while (n > 0 || guest_conn_unread(c) < c->buf_alloc);
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_EQ(0, bed_settle(&self->bed));
	ASSERT_EQ(0, guest_conn_shutdown(c, SEND));
	c->no_updates = false;
	while (got < sent) {
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c)));
		n = guest_conn_recv(c, data, sizeof(data));
		ASSERT_TRUE(bed_match(data, 1, got, n));
		got += n;
	}
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	expect_gone(_metadata, &self->bed);
}

TEST_F(end, host_close_sends_shutdown_of_both)
{
	struct guest_conn *c = self->pair.conn;

	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown == 3));
	EXPECT_FALSE(c->reset);
	guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	expect_gone(_metadata, &self->bed);
	EXPECT_EQ(0, BED_STAT(&self->bed, rsts_sent));
}

TEST_F(end, host_close_delivers_all_bytes)
{
	struct guest_conn *c = self->pair.conn;
	char data[50000];

	bed_fill(data, 1, 0, sizeof(data));
	ASSERT_EQ(0, uds_send(self->pair.fd, data, sizeof(data)));
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown == 3));
	EXPECT_EQ(1, c->seen[VIRTIO_VSOCK_OP_SHUTDOWN]);
	ASSERT_EQ(sizeof(data), guest_conn_recv(c, data, sizeof(data)));
	EXPECT_TRUE(bed_match(data, 1, 0, sizeof(data)));
}

/*
 * The guest does not want the bytes that the host program wrote before either.
 */
TEST_F(end, host_close_reaches_a_guest_that_shut_down_reading)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, guest_conn_shutdown(c, RCV));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	close(self->pair.fd);
	self->pair.fd = -1;
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown == 3));
	guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	expect_gone(_metadata, &self->bed);
}

TEST_F(end, host_close_times_out_if_the_guest_is_silent)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.shutdown_timeout_ms = 50)));
	close(self->pair.fd);
	self->pair.fd = -1;
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, shutdown_timeouts));
	expect_gone(_metadata, &self->bed);
}

TEST_F(end, host_close_with_unread_bytes_ends_the_connection)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(3, guest_conn_send(c, "abc", 3, 3));
	ASSERT_EQ(0, uds_wait(self->pair.fd, POLLIN));
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->reset || c->peer_shutdown == 3));
	if (!c->reset)
		guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	expect_gone(_metadata, &self->bed);
}

TEST_F(end, end_of_one_connection_keeps_another)
{
	struct bed_pair other;

	ASSERT_EQ(0, variant->make(&self->bed, &other, 80));
	guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0);
	EXPECT_EQ(0, uds_recv_eof(self->pair.fd));
	EXPECT_EQ(0, bed_echo(&self->bed, &other));
	close(other.fd);
}

TEST_HARNESS_MAIN
