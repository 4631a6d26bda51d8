// SPDX-License-Identifier: GPL-2.0
/* Many connections at once, and many that are closed abruptly. */
#include "harness.h"

#include <sys/resource.h>
#include <sys/socket.h>

BED_FIXTURE(load)

static void allow_files(unsigned int n)
{
	struct rlimit limit = { .rlim_cur = n, .rlim_max = n };

	setrlimit(RLIMIT_NOFILE, &limit);
}

static void expect_idle(struct __test_metadata *_metadata, struct bed *bed)
{
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, connections, 0));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, lingering, 0));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, handshakes, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(bed, sockets, 1));
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, buffered_bytes, 0));
	EXPECT_EQ(BED_STAT(bed, conns_added), BED_STAT(bed, conns_removed));
}

/*
 * Resets all connections, as a guest does when its program or the host's
 * closes.
 */
static void reset_all(struct guest_mux *mux)
{
	while (mux->conns) {
		if (!mux->conns->reset)
			guest_conn_op(mux->conns, VIRTIO_VSOCK_OP_RST, 0);
		guest_conn_free(mux->conns);
	}
}

/* Sends everything; waits for TX buffers, but not for credit. */
static size_t send_all(struct guest_conn *c, const char *data, size_t len)
{
	size_t sent = 0;

	GUEST_UNTIL(c->mux, (sent += guest_conn_send(c, data + sent,
						     len - sent, 1000)) == len);
	return sent;
}

/* 64 connections transfer data in both directions at the same time. */
TEST_F(load, many_connections_move_data_at_once)
{
	enum { N = 64, BYTES = 20000 };
	struct bed_pair pair[N];
	static char data[BYTES];

	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	for (int i = 0; i < N; i++) {
		bed_fill(data, i, 0, BYTES);
		ASSERT_EQ(0, uds_send(pair[i].fd, data, BYTES));
		ASSERT_EQ(BYTES, send_all(pair[i].conn, data, BYTES));
	}
	for (int i = 0; i < N; i++) {
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair[i].conn) == BYTES));
		guest_conn_recv(pair[i].conn, data, BYTES);
		ASSERT_TRUE(bed_match(data, i, 0, BYTES));
		ASSERT_EQ(0, uds_recv(pair[i].fd, data, BYTES));
		ASSERT_TRUE(bed_match(data, i, 0, BYTES));
		close(pair[i].fd);
	}
	reset_all(&self->bed.mux);
	expect_idle(_metadata, &self->bed);
}

static void expect_alive_and_end(struct __test_metadata *_metadata,
				 struct bed *bed, struct bed_pair *pair,
				 unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i += 100)
		EXPECT_EQ(0, bed_echo(bed, &pair[i]));
	for (unsigned int i = 0; i < nr; i++)
		close(pair[i].fd);
	reset_all(&bed->mux);
	expect_idle(_metadata, bed);
}

TEST_F(load, default_max_connections_is_usable)
{
	enum { N = VSOCK_BRIDGE_DEF_CONNECTIONS };
	static struct bed_pair pair[N];
	int fd;

	allow_files(N + 100);
	/* the guest does not use the receive space of each connection */
	self->bed.mux.buf_alloc = 4096;
	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	EXPECT_EQ(N, BED_STAT(&self->bed, connections));
	fd = bed_client(&self->bed, 80);
	EXPECT_EQ(0, uds_recv_eof(fd));
	close(fd);
	EXPECT_EQ(1, BED_STAT(&self->bed, too_many_connections));
	expect_alive_and_end(_metadata, &self->bed, pair, N);
	EXPECT_EQ(0, bed_works(&self->bed));
}

/*
 * Far more connections than the default: ports and table slots suffice and do
 * not collide.
 */
TEST_F(load, four_thousand_connections_work_and_end)
{
	enum { N = 4000 };
	static struct bed_pair pair[N];

	allow_files(N + 100);
	self->bed.mux.buf_alloc = 4096;
	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = N,
					       .host_port_min = 1,
					       .host_port_max = N)));
	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	EXPECT_EQ(N, BED_STAT(&self->bed, connections));
	expect_alive_and_end(_metadata, &self->bed, pair, N);
	EXPECT_EQ(0, BED_STAT(&self->bed, host_ports_exhausted));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* Writes to the other end until it takes no more. */
static void flood_guest(struct bed_pair *pair)
{
	static const char data[65536];

	while (uds_send_now(pair->fd, data, sizeof(data)) > 0)
		guest_mux_poll(pair->conn->mux);
}

static void flood_host(struct bed_pair *pair)
{
	static const char data[65536];

	while (guest_conn_send(pair->conn, data, sizeof(data), GUEST_TX_BUF))
		guest_mux_poll(pair->conn->mux);
}

/* Closes a hundred host clients in the middle of a transfer. */
static void churn(struct __test_metadata *_metadata, struct bed *bed,
		  void (*flood)(struct bed_pair *pair))
{
	struct bed_pair pair;

	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, bed_host_pair(bed, &pair, 80));
		flood(&pair);
		close(pair.fd);
		if (i % 10 == 0)
			ASSERT_EQ(0, bed_works(bed));
	}
	reset_all(&bed->mux);
	expect_idle(_metadata, bed);
}

/* More connections end than RX has buffers, while RX has none. */
TEST_F(load, shutdowns_without_rx_buffers_arrive_after_the_data)
{
	enum { N = 300 };
	struct guest_buf *held[256];
	struct guest *g = &self->bed.guest;
	struct bed_pair pair[N];
	struct bed_pair busy;

	allow_files(4096);
	ASSERT_GE(ARRAY_SIZE(held), g->nr_rx);
	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &busy, 80));
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &busy, held));
	for (int i = 0; i < N; i++) {
		ASSERT_EQ(0, uds_send(pair[i].fd, "x", 1));
		close(pair[i].fd);
	}
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	for (int i = 0; i < N; i++) {
		struct guest_conn *c = pair[i].conn;

		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
					c->reset || c->peer_shutdown == 3));
		EXPECT_EQ(1, guest_conn_unread(c));
	}
	close(busy.fd);
	reset_all(&self->bed.mux);
	expect_idle(_metadata, &self->bed);
}

TEST_F(load, close_during_a_write_leaves_nothing)
{
	churn(_metadata, &self->bed, flood_guest);
}

TEST_F(load, close_without_reading_leaves_nothing)
{
	churn(_metadata, &self->bed, flood_host);
}

/* Both ends close at the same time. */
TEST_F(load, simultaneous_close_leaves_nothing)
{
	struct bed_pair pair;

	for (int i = 0; i < 200; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		if (i & 1)
			guest_conn_shutdown(pair.conn, 3);
		else
			guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
		if (i & 2)
			shutdown(pair.fd, SHUT_WR);
		close(pair.fd);
		guest_mux_poll(&self->bed.mux);
	}
	reset_all(&self->bed.mux);
	expect_idle(_metadata, &self->bed);
}

/* The device closes during transfers on all connections. */
TEST_F(load, close_of_the_device_under_load_ends_every_stream)
{
	enum { N = 50 };
	static char data[65536];
	struct bed_pair pair[N];

	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	for (int i = 0; i < N; i++) {
		uds_send_now(pair[i].fd, data, sizeof(data));
		guest_conn_send(pair[i].conn, data, sizeof(data), 5000);
	}
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	for (int i = 0; i < N; i++) {
		ssize_t n;

		while ((n = uds_recv_now(pair[i].fd, data, sizeof(data))) > 0)
			;
		EXPECT_TRUE(n == 0 || n == -ECONNRESET);
		close(pair[i].fd);
	}
}

TEST_HARNESS_MAIN
