// SPDX-License-Identifier: GPL-2.0
/* Credit, in both directions. */
#include "harness.h"

FIXTURE(credit)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(credit)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(credit)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Sends until the device accepts no more. Returns the number of bytes. */
static size_t fill_host(struct bed *bed, struct bed_pair *pair, uint32_t seed)
{
	static char data[65536];
	size_t sent = 0, n;

	do {
		bed_fill(data, seed, sent, sizeof(data));
		n = guest_conn_send(pair->conn, data, sizeof(data),
				    GUEST_TX_BUF);
		sent += n;
		if (bed_fence(bed, pair))
			return 0;
	} while (n || guest_conn_credit(pair->conn));
	return sent;
}

/* Writes until the device reads no more. Returns the number of bytes. */
static size_t fill_guest(struct bed *bed, struct bed_pair *pair, uint32_t seed)
{
	static char data[4096];
	size_t sent = 0;
	ssize_t n;

	do {
		bed_fill(data, seed, sent, sizeof(data));
		n = uds_send_now(pair->fd, data, sizeof(data));
		sent += n > 0 ? n : 0;
		if (bed_fence(bed, pair))
			return 0;
	} while (n > 0);
	return sent;
}

TEST_F(credit, credit_request_gets_an_update)
{
	struct guest_conn *c = self->pair.conn;

	ASSERT_EQ(0, guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE]));
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, c->peer_buf_alloc);
}

/*
 * A data packet carries the same credit, but a guest may wait for the update.
 */
TEST_F(credit, credit_request_gets_an_update_after_pending_data)
{
	struct guest *g = &self->bed.guest;
	struct guest_conn *c = self->pair.conn;
	struct guest_buf *held[256];

	ASSERT_GE(256, g->nr_rx);
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &self->pair, held));
	ASSERT_EQ(0, uds_send(self->pair.fd, "data", 4));
	ASSERT_EQ(0, guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0));
	ASSERT_EQ(g->tx.avail_idx, BED_AWAIT_STAT(&self->bed, tx_packets_count,
						  g->tx.avail_idx));
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE]));
	EXPECT_EQ(4, guest_conn_unread(c));
}

TEST_F(credit, buf_alloc_limit_applies_to_new_connections)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(.buf_alloc = 5000)));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, 80));
	EXPECT_EQ(5000, pair.conn->peer_buf_alloc);
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, self->pair.conn->peer_buf_alloc);
	close(pair.fd);
}

TEST_F(credit, slow_host_reader_stops_the_guest_without_loss)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent = fill_host(&self->bed, &self->pair, 1), got = 0;

	ASSERT_LT(VSOCK_BRIDGE_DEF_BUF_ALLOC - 1, sent);
	/* The window plus a socket buffer limits this. */
	EXPECT_GT(16 << 20, sent);
	EXPECT_EQ(sent - VSOCK_BRIDGE_DEF_BUF_ALLOC, c->peer_fwd_cnt);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC,
		  BED_STAT(&self->bed, buffered_bytes));
	while (got < sent) {
		size_t n = sent - got < sizeof(data) ? sent - got : sizeof(data);

		ASSERT_EQ(0, uds_recv(self->pair.fd, data, n));
		ASSERT_TRUE(bed_match(data, 1, got, n));
		got += n;
	}
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, buffered_bytes, 0));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(sent, c->peer_fwd_cnt);
}

TEST_F(credit, update_is_sent_when_the_host_reads)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent = fill_host(&self->bed, &self->pair, 1);

	for (size_t got = 0; got < sent; ) {
		ssize_t n = sent - got;

		n = n < (ssize_t)sizeof(data) ? n : (ssize_t)sizeof(data);
		ASSERT_EQ(0, uds_recv(self->pair.fd, data, n));
		got += n;
	}
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_credit(c) >=
				VSOCK_BRIDGE_DEF_BUF_ALLOC / 2));
}

TEST_F(credit, packet_above_the_credit_resets_the_connection)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];

	ASSERT_NE(0, fill_host(&self->bed, &self->pair, 1));
	ASSERT_EQ(0, guest_conn_credit(c));
	ASSERT_EQ(0, guest_conn_send_packet(c, data, 1));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, over_credit));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(credit, full_guest_window_stops_the_device)
{
	struct guest_conn *c = self->pair.conn;

	c->no_updates = true;
	ASSERT_NE(0, fill_guest(&self->bed, &self->pair, 1));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(c) == c->buf_alloc));
	EXPECT_FALSE(c->reset);
}

TEST_F(credit, update_from_the_guest_resumes_the_device)
{
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	size_t sent, got = 0;

	sent = fill_guest(&self->bed, &self->pair, 1);
	while (got < sent) {
		size_t n;

		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c)));
		n = guest_conn_recv(c, data, sizeof(data));
		ASSERT_TRUE(bed_match(data, 1, got, n));
		got += n;
	}
	EXPECT_EQ(sent, got);
}

/*
 * A guest that waits for many bytes before it reads any, as with SO_RCVLOWAT.
 */
FIXTURE(waiting)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_VARIANT(waiting)
{
	size_t write;
};

FIXTURE_VARIANT_ADD(waiting, for_bytes)		{ .write = 1 };
FIXTURE_VARIANT_ADD(waiting, for_10_each)	{ .write = 10 };
FIXTURE_VARIANT_ADD(waiting, for_128_each)	{ .write = 128 };
FIXTURE_VARIANT_ADD(waiting, for_129_each)	{ .write = 129 };
FIXTURE_VARIANT_ADD(waiting, for_200_each)	{ .write = 200 };
FIXTURE_VARIANT_ADD(waiting, for_1000_each)	{ .write = 1000 };

FIXTURE_SETUP(waiting)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(waiting)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/*
 * The test waits for each write to arrive, so the device cannot merge it with
 * the next. check_room() verifies the guest's packet limit.
 */
TEST_F(waiting, receives_each_write_until_its_window_is_full)
{
	enum { ALONE = 600 };
	struct guest_conn *c = self->pair.conn;
	static char data[65536];
	uint32_t sent = 0;

	bed_fill(data, 1, 0, sizeof(data));
	while (sent < c->buf_alloc) {
		size_t n = sent < ALONE * variant->write ? variant->write :
							   sizeof(data);

		n = n < c->buf_alloc - sent ? n : c->buf_alloc - sent;
		ASSERT_EQ(0, uds_send(self->pair.fd, data, n));
		sent += n;
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
					guest_conn_unread(c) == sent));
	}
	EXPECT_GE(c->buf_alloc / GUEST_PACKET_COST, c->most_unread);
	EXPECT_FALSE(c->reset);
}

TEST_F(credit, shrunk_guest_window_gets_no_more_data)
{
	struct guest_conn *c = self->pair.conn;
	uint32_t unread = c->buf_alloc;

	c->no_updates = true;
	ASSERT_NE(0, fill_guest(&self->bed, &self->pair, 1));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c) == unread));
	ASSERT_EQ(0, guest_conn_set_buf_alloc(c, 1000));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(unread, guest_conn_unread(c));
	ASSERT_EQ(0, guest_conn_set_buf_alloc(c, 0));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(unread, guest_conn_unread(c));
	EXPECT_FALSE(c->reset);
}

TEST_F(credit, zero_guest_window_gets_a_credit_request)
{
	struct guest_conn *c = self->pair.conn;
	char byte = 1;

	ASSERT_EQ(0, guest_conn_set_buf_alloc(c, 0));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	ASSERT_EQ(0, uds_send(self->pair.fd, &byte, 1));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST]));
	EXPECT_EQ(0, guest_conn_unread(c));
	ASSERT_EQ(0, guest_conn_set_buf_alloc(c, 4096));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c)));
}

/* Linux before 6.1 sends no update if it has read only a little. */
TEST_F(credit, guest_without_updates_gets_credit_requests)
{
	enum { WINDOW = 4096, BYTES = 5 * WINDOW };
	static char data[BYTES];
	struct bed_pair pair;
	size_t got = 0;

	self->bed.mux.buf_alloc = WINDOW;
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 81));
	pair.conn->no_updates = true;
	bed_fill(data, 1, 0, BYTES);
	/* One write: later, only the guest can wake the device. */
	ASSERT_EQ(0, uds_send(pair.fd, data, BYTES));
	while (got < BYTES) {
		unsigned int *asked =
			&pair.conn->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST];
		unsigned int before = *asked;

		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == WINDOW));
		/* The answer to the first CREDIT_REQUEST grants no credit. */
		if (got + WINDOW < BYTES)
			ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
						*asked > before));
		got += guest_conn_recv(pair.conn, data + got, WINDOW);
	}
	EXPECT_TRUE(bed_match(data, 1, 0, BYTES));
	close(pair.fd);
}

/*
 * In 1.5 s: requests at the start, and after 2, 6, 14, 30, 62, 126, 254, 510
 * and 1022 ms.
 */
TEST_F(credit, credit_requests_back_off_without_an_answer)
{
	struct guest_conn *c = self->pair.conn;
	unsigned int *asked = &c->seen[VIRTIO_VSOCK_OP_CREDIT_REQUEST];

	ASSERT_EQ(0, guest_conn_set_buf_alloc(c, 0));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	ASSERT_EQ(0, uds_send(self->pair.fd, "x", 1));
	EXPECT_FALSE(GUEST_UNTIL_FD(&self->bed.mux, -1, 0, 1450, *asked > 10));
	EXPECT_LE(6, *asked);
}

/* The device's window is 256 KiB, but the guest uses no more than its own. */
TEST_F(credit, updates_keep_a_small_guest_window_open)
{
	enum { WINDOW = 4096 };
	char data[WINDOW] = { 0 };
	struct bed_pair pair;

	self->bed.mux.buf_alloc = WINDOW;
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, 81));
	for (int i = 0; i < 20; i++) {
		uint32_t end = pair.conn->tx_cnt + WINDOW;

		ASSERT_EQ(0, guest_conn_send_packet(pair.conn, data, WINDOW));
		ASSERT_EQ(0, uds_recv(pair.fd, data, WINDOW));
		/* The guest waits for free space of its own window's size. */
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				end - pair.conn->peer_fwd_cnt < WINDOW));
	}
	close(pair.fd);
}

/* The device neither allocates nor sends by the guest's numbers. */
TEST_F(credit, absurd_guest_credit_is_harmless)
{
	struct guest_conn *c = self->pair.conn;
	struct virtio_vsock_hdr h =
		guest_hdr(&self->bed.guest, VIRTIO_VSOCK_OP_CREDIT_UPDATE,
			  c->local, c->peer);
	static const uint32_t numbers[] = { 0, 1, 0x7fffffff, 0x80000000, ~0u };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
			h.buf_alloc = numbers[i];
			h.fwd_cnt = numbers[k];
			ASSERT_EQ(0, guest_send(&self->bed.guest, &h, NULL,
						deadline_in(WAIT_MS)));
		}
	}
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_FALSE(c->reset);
	EXPECT_EQ(0, bed_echo(&self->bed, &self->pair));
}

TEST_HARNESS_MAIN
