// SPDX-License-Identifier: GPL-2.0
/* What happens at each limit of SET_LIMITS. */
#include "harness.h"

#include <poll.h>

BED_FIXTURE(limit)

TEST_F(limit, max_connections_refuses_the_guest_with_rst)
{
	int listener = bed_listen(&self->bed, 1024);
	struct bed_pair pair;
	struct guest_conn *c;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = 1)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	c = guest_connect(&self->bed.mux, 7, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open || c->reset));
	EXPECT_TRUE(c->reset);
	EXPECT_EQ(1, BED_STAT(&self->bed, too_many_connections));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
	close(listener);
}

TEST_F(limit, max_connections_refuses_a_client_with_eof)
{
	struct bed_pair pair;
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = 1)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, too_many_connections, 1));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
	close(fd);
}

TEST_F(limit, max_connections_frees_a_slot_at_the_end)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = 1)));
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
		ASSERT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
		close(pair.fd);
	}
	EXPECT_EQ(0, BED_STAT(&self->bed, too_many_connections));
}

TEST_F(limit, lower_max_connections_keeps_open_connections)
{
	struct bed_pair pair[3];

	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_connections = 1)));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(0, bed_echo(&self->bed, &pair[i]));
		close(pair[i].fd);
	}
}

/* Limits the number of handshakes, and gives each a long timeout. */
static int limit_handshakes(struct bed *bed, unsigned int max)
{
	return bed_set_limits(bed, BED_LIMITS(.max_handshakes = max,
					      .handshake_timeout_ms = 60000));
}

/* Connects a client and returns when the device counts it as a handshake. */
static int waiting_client(struct bed *bed, const char *text, uint64_t nr)
{
	int fd = uds_connect(bed->path);

	if (fd < 0 || uds_send(fd, text, strlen(text)) ||
	    BED_AWAIT_STAT(bed, handshakes, nr) != nr)
		return -1;
	return fd;
}

/* Completes the CONNECT line. Returns whether the client is served. */
static bool finishes(struct bed *bed, int fd, const char *rest)
{
	char line[32];

	guest_listen(&bed->mux, 80);
	return !uds_send(fd, rest, strlen(rest)) &&
	       guest_accept(&bed->mux, 80, deadline_in(WAIT_MS)) &&
	       !uds_recv_line(fd, line, sizeof(line)) &&
	       !strncmp(line, "OK ", 3);
}

TEST_F(limit, max_handshakes_evicts_the_oldest_silent_client)
{
	int a, b, c;

	ASSERT_EQ(0, limit_handshakes(&self->bed, 2));
	a = waiting_client(&self->bed, "", 1);
	b = waiting_client(&self->bed, "", 2);
	c = waiting_client(&self->bed, "", 2);
	EXPECT_EQ(0, uds_recv_eof(a));
	EXPECT_EQ(1, BED_STAT(&self->bed, handshake_evictions));
	EXPECT_EQ(0, BED_STAT(&self->bed, invalid_port_request));
	EXPECT_TRUE(finishes(&self->bed, b, "CONNECT 80\n"));
	EXPECT_TRUE(finishes(&self->bed, c, "CONNECT 80\n"));
	close(a);
	close(b);
	close(c);
}

TEST_F(limit, max_handshakes_spares_a_client_that_sent_bytes)
{
	int a, b, c;

	ASSERT_EQ(0, limit_handshakes(&self->bed, 2));
	a = waiting_client(&self->bed, "CONN", 1);
	b = waiting_client(&self->bed, "", 2);
	c = waiting_client(&self->bed, "", 2);
	EXPECT_EQ(0, uds_recv_eof(b));
	EXPECT_TRUE(finishes(&self->bed, a, "ECT 80\n"));
	EXPECT_TRUE(finishes(&self->bed, c, "CONNECT 80\n"));
	EXPECT_EQ(1, BED_STAT(&self->bed, handshake_evictions));
	close(a);
	close(b);
	close(c);
}

TEST_F(limit, max_handshakes_evicts_the_oldest_partial_line)
{
	int a, b, c;

	ASSERT_EQ(0, limit_handshakes(&self->bed, 2));
	a = waiting_client(&self->bed, "CONN", 1);
	b = waiting_client(&self->bed, "C", 2);
	c = waiting_client(&self->bed, "", 2);
	EXPECT_EQ(0, uds_recv_eof(a));
	EXPECT_TRUE(finishes(&self->bed, b, "ONNECT 80\n"));
	EXPECT_TRUE(finishes(&self->bed, c, "CONNECT 80\n"));
	EXPECT_EQ(1, BED_STAT(&self->bed, handshake_evictions));
	close(a);
	close(b);
	close(c);
}

/* A client's age counts from its first byte, however often it sends. */
TEST_F(limit, max_handshakes_evicts_clients_that_send_slowly)
{
	int a, b, c;

	ASSERT_EQ(0, limit_handshakes(&self->bed, 2));
	a = waiting_client(&self->bed, "CONN", 1);
	b = waiting_client(&self->bed, "C", 2);
	/*
	 * the second byte may arrive with the first or after b; the result is
	 * the same
	 */
	ASSERT_EQ(0, uds_send(a, "E", 1));
	c = waiting_client(&self->bed, "", 2);
	EXPECT_EQ(0, uds_recv_eof(a));
	EXPECT_TRUE(finishes(&self->bed, b, "ONNECT 80\n"));
	EXPECT_EQ(1, BED_STAT(&self->bed, handshake_evictions));
	close(a);
	close(b);
	close(c);
}

TEST_F(limit, max_handshakes_is_not_exhausted_by_silent_clients)
{
	enum { N = 200, MAX = 4 };
	struct bed_pair pair;
	int silent[N];

	ASSERT_EQ(0, limit_handshakes(&self->bed, MAX));
	for (int i = 0; i < N; i++) {
		silent[i] = uds_connect(self->bed.path);
		ASSERT_LE(0, silent[i]);
	}
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	/* The client that was served was the last of N + 1. */
	EXPECT_LE(N - MAX, BED_STAT(&self->bed, handshake_evictions));
	EXPECT_GE(MAX, BED_STAT(&self->bed, handshakes));
	EXPECT_EQ(0, BED_STAT(&self->bed, handshake_timeouts));
	for (int i = 0; i < N; i++)
		close(silent[i]);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, sockets, 2));
	close(pair.fd);
}

TEST_F(limit, lower_max_handshakes_applies_at_the_next_client)
{
	int fd[5];

	for (int i = 0; i < 4; i++)
		fd[i] = waiting_client(&self->bed, "", i + 1);
	ASSERT_EQ(0, limit_handshakes(&self->bed, 2));
	EXPECT_EQ(4, BED_STAT(&self->bed, handshakes));
	fd[4] = waiting_client(&self->bed, "", 2);
	EXPECT_EQ(3, BED_STAT(&self->bed, handshake_evictions));
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, uds_recv_eof(fd[i]));
	for (int i = 0; i < 5; i++)
		close(fd[i]);
}

/* Sets a range of host ports. */
static int limit_ports(struct bed *bed, uint32_t min, uint32_t max,
		       uint32_t flags)
{
	return bed_set_limits(bed, BED_LIMITS(.connect_timeout_ms = 60000,
					      .host_port_min = min,
					      .host_port_max = max,
					      .flags = flags,
					      .flags_mask = flags));
}

TEST_F(limit, host_port_range_is_validated)
{
	struct bed *bed = &self->bed;

	EXPECT_EQ(-EINVAL, limit_ports(bed, 1024, 1023, 0));
	EXPECT_EQ(-EINVAL, limit_ports(bed, 1024, UINT32_MAX, 0));
	EXPECT_EQ(-EINVAL, limit_ports(bed, 0, 65535, 0));
	EXPECT_EQ(-EINVAL, limit_ports(bed, 1U << 31, 0, 0));
	EXPECT_EQ(-EINVAL, limit_ports(bed, 0, 0, 1U << 31));
	EXPECT_EQ(-EINVAL, bed_set_limits(bed, BED_LIMITS(.flags = 1)));
	EXPECT_EQ(0, limit_ports(bed, 1, VSOCK_BRIDGE_MAX_HOST_PORT, 0));
}

TEST_F(limit, host_ports_wrap_around_in_the_range)
{
	struct bed_pair pair;

	ASSERT_EQ(0, limit_ports(&self->bed, 65534, 65535, 0));
	for (unsigned int i = 0; i < 5; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		EXPECT_EQ(65534 + i % 2, pair.conn->peer);
		guest_conn_op(pair.conn, VIRTIO_VSOCK_OP_RST, 0);
		guest_conn_free(pair.conn);
		ASSERT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
		close(pair.fd);
	}
}

TEST_F(limit, host_port_exhaustion_refuses_a_client)
{
	struct bed_pair pair[3], other;
	int fd;

	ASSERT_EQ(0, limit_ports(&self->bed, 1024, 1026, 0));
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	fd = bed_client(&self->bed, 80);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_STAT(&self->bed, host_ports_exhausted));
	/* The same host port may be used with another guest port. */
	EXPECT_EQ(0, bed_host_pair(&self->bed, &other, 81));
	guest_conn_op(pair[1].conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_conn_free(pair[1].conn);
	ASSERT_EQ(3, BED_AWAIT_STAT(&self->bed, connections, 3));
	close(pair[1].fd);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[1], 80));
	EXPECT_EQ(1025, pair[1].conn->peer);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(0, bed_echo(&self->bed, &pair[i]));
		close(pair[i].fd);
	}
	close(other.fd);
	close(fd);
}

TEST_F(limit, random_host_ports_use_the_whole_range)
{
	enum { N = 16 };
	struct bed_pair pair[N];
	uint32_t seen = 0;

	ASSERT_EQ(0, limit_ports(&self->bed, 1024, 1024 + N - 1,
				 VSOCK_BRIDGE_LIMITS_RANDOM_PORTS));
	for (int i = 0; i < N; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
		ASSERT_LE(1024, pair[i].conn->peer);
		ASSERT_GT(1024 + N, pair[i].conn->peer);
		seen |= 1U << (pair[i].conn->peer - 1024);
	}
	EXPECT_EQ((1U << N) - 1, seen);
	for (int i = 0; i < N; i++)
		close(pair[i].fd);
}

TEST_F(limit, random_host_ports_are_not_sequential)
{
	struct bed_pair pair[8];
	unsigned int steps = 0;

	ASSERT_EQ(0, limit_ports(&self->bed, 0, 0,
				 VSOCK_BRIDGE_LIMITS_RANDOM_PORTS));
	for (unsigned int i = 0; i < ARRAY_SIZE(pair); i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
		EXPECT_LE(VSOCK_BRIDGE_DEF_HOST_PORT_MIN, pair[i].conn->peer);
		EXPECT_GE(VSOCK_BRIDGE_DEF_HOST_PORT_MAX, pair[i].conn->peer);
		steps += i && pair[i].conn->peer == pair[i - 1].conn->peer + 1;
	}
	EXPECT_EQ(0, steps);
	/* Sequential ports again. */
	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(
			.flags_mask = VSOCK_BRIDGE_LIMITS_RANDOM_PORTS)));
	for (unsigned int i = 0; i < ARRAY_SIZE(pair); i++) {
		close(pair[i].fd);
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair[i], 80));
	}
	EXPECT_EQ(pair[0].conn->peer + 1, pair[1].conn->peer);
	for (unsigned int i = 0; i < ARRAY_SIZE(pair); i++)
		close(pair[i].fd);
}

/* The guest sends, and the host program does not read, until @done is true. */
#define SEND_UNREAD(bed, c, done) do {					\
	static char bytes[GUEST_TX_BUF];				\
	uint64_t deadline = deadline_in(WAIT_MS);			\
									\
	while (!(done) && deadline_left(deadline)) {			\
		guest_conn_send(c, bytes, sizeof(bytes), sizeof(bytes));\
		guest_mux_step(&(bed)->mux, -1, 0, deadline_in(1));	\
	}								\
} while (0)

TEST_F(limit, max_buffered_resets_the_connection_that_exceeds_it)
{
	struct bed *bed = &self->bed;
	struct bed_pair a, b;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.buf_alloc = 4 << 20,
						    .max_buffered = 65536)));
	ASSERT_EQ(0, bed_host_pair(bed, &a, 80));
	ASSERT_EQ(0, bed_host_pair(bed, &b, 81));
	SEND_UNREAD(bed, a.conn, a.conn->reset);
	EXPECT_TRUE(a.conn->reset);
	EXPECT_EQ(1, BED_STAT(bed, over_buffered));
	EXPECT_EQ(0, BED_STAT(bed, over_credit));
	EXPECT_EQ(0, BED_STAT(bed, buffered_bytes));
	EXPECT_EQ(0, bed_echo(bed, &b));
	close(a.fd);
	close(b.fd);
}

TEST_F(limit, max_buffered_is_exact)
{
	enum { LIMIT = 65536, PIECE = 1000 };
	struct bed *bed = &self->bed;
	uint64_t held, most = 0;
	char bytes[PIECE] = { 0 };
	struct bed_pair a, b;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.buf_alloc = 4 << 20,
						    .max_buffered = LIMIT)));
	ASSERT_EQ(0, bed_host_pair(bed, &a, 80));
	ASSERT_EQ(0, bed_host_pair(bed, &b, 81));
	while (!a.conn->reset) {
		ASSERT_EQ(0, guest_conn_send_packet(a.conn, bytes, PIECE));
		ASSERT_EQ(0, bed_fence(bed, &b));
		held = BED_STAT(bed, buffered_bytes);
		most = held > most ? held : most;
	}
	EXPECT_GE(LIMIT, most);
	EXPECT_LT(LIMIT - PIECE, most);
	close(a.fd);
	close(b.fd);
}

/*
 * The connection whose host program has not read for the longest time is reset.
 */
TEST_F(limit, max_buffered_resets_the_longest_stalled_connection)
{
	enum { LIMIT = 1 << 20 };
	struct bed *bed = &self->bed;
	static char data[65536];
	struct bed_pair a, b;
	uint64_t held;
	ssize_t n;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.buf_alloc = 4 << 20,
						    .max_buffered = LIMIT)));
	ASSERT_EQ(0, bed_host_pair(bed, &a, 80));
	ASSERT_EQ(0, bed_host_pair(bed, &b, 81));
	SEND_UNREAD(bed, a.conn, BED_STAT(bed, buffered_bytes) > LIMIT / 2);
	SEND_UNREAD(bed, b.conn, a.conn->reset);
	EXPECT_FALSE(b.conn->reset);
	EXPECT_EQ(1, BED_STAT(bed, over_buffered));
	held = BED_STAT(bed, buffered_bytes);
	EXPECT_LT(0, held);
	EXPECT_GE(LIMIT, held);
	do {
		ASSERT_EQ(0, uds_wait(a.fd, POLLIN));
		n = uds_recv_now(a.fd, data, sizeof(data));
	} while (n > 0);
	EXPECT_EQ(-ECONNRESET, n);
	close(a.fd);
	/* the bytes of the reset connection are available again */
	EXPECT_EQ(0, bed_host_pair(bed, &a, 80));
	EXPECT_EQ(0, bed_echo(bed, &a));
	close(a.fd);
	close(b.fd);
}

/* A connection with an active reader is not reset for stalled ones. */
TEST_F(limit, max_buffered_spares_a_connection_with_a_reader)
{
	enum { LIMIT = 1 << 20, STILL = 8 };
	struct bed *bed = &self->bed;
	static char data[65536];
	struct bed_pair read, still[STILL];
	ssize_t n;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.max_buffered = LIMIT)));
	ASSERT_EQ(0, bed_host_pair(bed, &read, 80));
	SEND_UNREAD(bed, read.conn, !guest_conn_credit(read.conn));
	for (int i = 0; i < STILL; i++) {
		ASSERT_EQ(0, bed_host_pair(bed, &still[i], 81 + i));
		/*
		 * read everything: AF_UNIX reports room, and the device fills
		 * it
		 */
		do
			n = uds_recv_now(read.fd, data, sizeof(data));
		while (n > 0);
		ASSERT_EQ(-EAGAIN, n);
		ASSERT_EQ(0, bed_settle(bed));
		SEND_UNREAD(bed, read.conn, !guest_conn_credit(read.conn));
		SEND_UNREAD(bed, still[i].conn, still[i].conn->reset ||
			    !guest_conn_credit(still[i].conn));
	}
	EXPECT_LT(0, BED_STAT(bed, over_buffered));
	EXPECT_FALSE(read.conn->reset);
	for (int i = 0; i < STILL; i++)
		close(still[i].fd);
	close(read.fd);
}

TEST_F(limit, buf_alloc_limits_what_the_guest_may_send)
{
	static char data[4097];
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(&self->bed, BED_LIMITS(.buf_alloc = 4096)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	EXPECT_EQ(4096, guest_conn_credit(pair.conn));
	ASSERT_EQ(0, guest_conn_send_packet(pair.conn, data, sizeof(data)));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, over_credit));
	close(pair.fd);
}

/*
 * The maximum buf_alloc: the device buffers all of it, then the host reads it.
 */
TEST_F(limit, buf_alloc_of_16_mib_is_usable)
{
	enum { MOST = VSOCK_BRIDGE_MAX_BUF_ALLOC };
	struct bed *bed = &self->bed;
	static char data[65536];
	size_t sent = 0, got = 0, n;
	struct bed_pair pair;

	ASSERT_EQ(0, bed_set_limits(bed, BED_LIMITS(.buf_alloc = MOST)));
	ASSERT_EQ(0, bed_host_pair(bed, &pair, 80));
	EXPECT_EQ(MOST, guest_conn_credit(pair.conn));
	do {
		bed_fill(data, 1, sent, sizeof(data));
		n = guest_conn_send(pair.conn, data, sizeof(data),
				    GUEST_TX_BUF);
		sent += n;
		if (!n)
			ASSERT_EQ(0, bed_fence(bed, &pair));
	} while (n || guest_conn_credit(pair.conn));
	EXPECT_EQ(MOST, BED_STAT(bed, buffered_bytes));
	for (; got < sent; got += n) {
		n = sent - got < sizeof(data) ? sent - got : sizeof(data);
		ASSERT_EQ(0, uds_recv(pair.fd, data, n));
		ASSERT_TRUE(bed_match(data, 1, got, n));
	}
	EXPECT_EQ(0, BED_AWAIT_STAT(bed, buffered_bytes, 0));
	EXPECT_EQ(0, bed_echo(bed, &pair));
	close(pair.fd);
}

TEST_HARNESS_MAIN
