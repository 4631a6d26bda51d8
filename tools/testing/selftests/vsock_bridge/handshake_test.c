// SPDX-License-Identifier: GPL-2.0
/* The CONNECT line of a host client, and its answer. */
#include "harness.h"

#include <sys/socket.h>

BED_FIXTURE(handshake)

/* Accepted lines: each must become a request to port 80. */
FIXTURE(good_line)
{
	struct bed bed;
};

FIXTURE_VARIANT(good_line)
{
	const char *line;
};

#define GOOD(name, text) \
FIXTURE_VARIANT_ADD(good_line, name) { .line = text }

GOOD(plain, "CONNECT 80\n");
GOOD(lowercase, "connect 80\n");
GOOD(mixed_case, "cOnNeCt 80\n");
GOOD(carriage_return, "CONNECT 80\r\n");
GOOD(leading_plus, "CONNECT +80\n");
GOOD(leading_zeros, "CONNECT 00080\n");
GOOD(extra_words, "CONNECT 80 and more\n");
GOOD(spaces_around, "  CONNECT   80  \n");
GOOD(tabs, "\tCONNECT\t80\t\n");
GOOD(thirty_two_bytes, "CONNECT 0000000000000000000080 \n");

FIXTURE_SETUP(good_line)
{
	BED_SETUP(&self->bed, NULL);
}

FIXTURE_TEARDOWN(good_line)
{
	BED_TEARDOWN(&self->bed);
}

static int client_with(struct bed *bed, const char *text, size_t len)
{
	int fd = uds_connect(bed->path);
	int err;

	if (fd < 0)
		return fd;
	err = uds_send(fd, text, len);
	if (!err)
		return fd;
	close(fd);
	return err;
}

TEST_F(good_line, connects)
{
	struct bed_pair pair;
	char line[64];

	guest_listen(&self->bed.mux, 80);
	pair.fd = client_with(&self->bed, variant->line, strlen(variant->line));
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_EQ(0, uds_recv_line(pair.fd, line, sizeof(line)));
	EXPECT_STREQ("OK 1073741824\n", line);
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

/* Refused lines: the stream ends without an answer. */
FIXTURE(bad_line)
{
	struct bed bed;
};

FIXTURE_VARIANT(bad_line)
{
	const char *line;
	size_t len;
};

#define BAD(name, text) \
FIXTURE_VARIANT_ADD(bad_line, name) { .line = text, .len = sizeof(text) - 1 }

BAD(no_connect, "HELLO 80\n");
BAD(connect_with_a_tail, "CONNECTED 80\n");
BAD(no_port, "CONNECT\n");
BAD(no_port_but_space, "CONNECT \n");
BAD(no_space, "CONNECT80\n");
BAD(empty, "\n");
BAD(only_spaces, "   \n");
BAD(port_is_a_word, "CONNECT http\n");
BAD(port_is_negative, "CONNECT -1\n");
BAD(port_is_hexadecimal, "CONNECT 0x50\n");
BAD(port_with_a_tail, "CONNECT 80x\n");
BAD(port_is_a_plus, "CONNECT +\n");
BAD(port_with_two_pluses, "CONNECT ++80\n");
BAD(port_above_32_bits, "CONNECT 4294967296\n");
BAD(port_far_above_32_bits, "CONNECT 99999999999999999999\n");
BAD(nul_byte, "CONNECT\0 80\n");
BAD(nul_in_port, "CONNECT 8\0000\n");
BAD(thirty_three_bytes, "CONNECT 00000000000000000000080 \n");
BAD(no_newline, "CONNECT 80                      ");
BAD(binary, "\xff\xfe\xfd\xfc\n");

FIXTURE_SETUP(bad_line)
{
	BED_SETUP(&self->bed, NULL);
}

FIXTURE_TEARDOWN(bad_line)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(bad_line, gets_eof_and_no_answer)
{
	int fd = client_with(&self->bed, variant->line, variant->len);

	ASSERT_LE(0, fd);
	/* AF_UNIX resets if a byte after the first 32 stays unread */
	EXPECT_EQ(0, variant->len > 32 ? uds_recv_reset(fd) : uds_recv_eof(fd));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, invalid_port_request, 1));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(0, BED_STAT(&self->bed, rx_packets_count));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(handshake, accepts_the_largest_port)
{
	struct virtio_vsock_hdr h;
	int fd = bed_client(&self->bed, UINT32_MAX);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_REQUEST, h.op);
	EXPECT_EQ(UINT32_MAX, h.dst_port);
	close(fd);
}

TEST_F(handshake, host_ports_are_sequential)
{
	struct bed_pair pair;

	for (unsigned int i = 0; i < 5; i++) {
		ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
		EXPECT_EQ(BED_FIRST_PORT + i, pair.conn->peer);
		close(pair.fd);
	}
}

TEST_F(handshake, request_carries_the_credit)
{
	struct virtio_vsock_hdr h;
	int fd = bed_client(&self->bed, 80);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_REQUEST, h.op);
	EXPECT_EQ(VIRTIO_VSOCK_TYPE_STREAM, h.type);
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, h.buf_alloc);
	EXPECT_EQ(0, h.fwd_cnt);
	EXPECT_EQ(0, h.flags);
	close(fd);
}

TEST_F(handshake, accepts_a_line_in_single_bytes)
{
	static const char line[] = "CONNECT 80\n";
	int fd = uds_connect(self->bed.path);
	char answer[64];

	guest_listen(&self->bed.mux, 80);
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		ASSERT_EQ(0, uds_send(fd, line + i, 1));
		ASSERT_EQ(i < 10, BED_AWAIT_STAT(&self->bed, handshakes,
						 i < 10));
	}
	ASSERT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	ASSERT_EQ(0, uds_recv_line(fd, answer, sizeof(answer)));
	EXPECT_STREQ("OK 1073741824\n", answer);
	close(fd);
}

TEST_F(handshake, bytes_after_the_line_are_payload)
{
	struct bed_pair pair;
	char line[16 + 60000], data[60000], answer[64];
	size_t got = 0;

	memcpy(line, "CONNECT 80\n", 11);
	bed_fill(line + 11, 5, 0, sizeof(data));
	guest_listen(&self->bed.mux, 80);
	pair.fd = client_with(&self->bed, line, 11 + sizeof(data));
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == sizeof(data)));
	got = guest_conn_recv(pair.conn, data, sizeof(data));
	ASSERT_EQ(sizeof(data), got);
	EXPECT_TRUE(bed_match(data, 5, 0, sizeof(data)));
	ASSERT_EQ(0, uds_recv_line(pair.fd, answer, sizeof(answer)));
	EXPECT_STREQ("OK 1073741824\n", answer);
	close(pair.fd);
}

/* One wake-up of the socket announces both; no other follows. */
TEST_F(handshake, bytes_with_the_line_need_no_second_wakeup)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;

	guest_listen(&self->bed.mux, 80);
	ASSERT_EQ(0, guest_set_running(g, 0));
	pair.fd = client_with(&self->bed, "CONNECT 80\nabc", 14);
	ASSERT_LE(0, pair.fd);
	ASSERT_EQ(0, guest_set_running(g, 1));
	pair.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == 3));
	close(pair.fd);
}

TEST_F(handshake, bytes_before_the_response_are_delivered_after_it)
{
	struct bed_pair other, pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &other, 81));
	guest_listen(&self->bed.mux, 80);
	pair.fd = bed_client(&self->bed, 80);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				self->bed.mux.conns != other.conn));
	ASSERT_EQ(0, uds_send(pair.fd, "abc", 3));
	/* The device reads the bytes before it reads the RESPONSE. */
	ASSERT_EQ(0, bed_echo(&self->bed, &other));
	pair.conn = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == 3));
	close(pair.fd);
	close(other.fd);
}

TEST_F(handshake, ok_line_does_not_count_in_fwd_cnt)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	ASSERT_EQ(0, bed_fence(&self->bed, &pair));
	EXPECT_EQ(0, pair.conn->peer_fwd_cnt);
	close(pair.fd);
}

TEST_F(handshake, no_answer_before_the_guest_accepts)
{
	struct virtio_vsock_hdr h;
	char byte;
	int fd = bed_client(&self->bed, 80);

	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	EXPECT_EQ(-EAGAIN, uds_recv_now(fd, &byte, 1));
	close(fd);
}

TEST_F(handshake, close_before_the_line_leaves_nothing)
{
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.handshake_timeout_ms = 60000)));
	fd = client_with(&self->bed, "CONN", 4);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	close(fd);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(1, BED_STAT(&self->bed, invalid_port_request));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
	EXPECT_EQ(0, BED_STAT(&self->bed, conns_added));
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* The guest may or may not see a request; here it never answers. */
TEST_F(handshake, close_after_the_line_leaves_nothing)
{
	close(bed_client(&self->bed, 80));
	/*
	 * The device accepts clients in order, so it has accepted that client
	 * before.
	 */
	EXPECT_EQ(0, bed_works(&self->bed));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
}

TEST_F(handshake, close_before_the_response_leaves_nothing)
{
	struct guest_conn *c;
	int fd;

	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, self->bed.mux.conns));
	close(fd);
	c = self->bed.mux.conns;
	ASSERT_EQ(0, guest_conn_op(c, VIRTIO_VSOCK_OP_RESPONSE, 0));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->reset || c->peer_shutdown == 3));
	if (!c->reset)
		guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
}

/* Immediately, not after the timeout. */
TEST_F(handshake, close_before_the_response_resets_the_guest)
{
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 60000)));
	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, self->bed.mux.conns));
	close(fd);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->bed.mux.conns->reset));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
}

/*
 * The client does not read the answer, but the guest gets what the client
 * writes.
 */
TEST_F(handshake, shut_rd_before_the_response_keeps_the_other_direction)
{
	struct guest_conn *c;
	char got[5];
	int fd;

	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	c = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, c);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->peer_shutdown ==
				VIRTIO_VSOCK_SHUTDOWN_RCV));
	ASSERT_EQ(0, uds_send(fd, "hello", 5));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, guest_conn_unread(c) == 5));
	EXPECT_EQ(5, guest_conn_recv(c, got, sizeof(got)));
	EXPECT_FALSE(c->reset);
	close(fd);
}

TEST_F(handshake, silent_client_times_out)
{
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.handshake_timeout_ms = 50)));
	fd = client_with(&self->bed, "CONNECT 80", 10);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, handshake_timeouts, 1));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(handshake, rst_from_the_guest_gives_eof)
{
	struct virtio_vsock_hdr h, rst;
	int fd = bed_client(&self->bed, 80);

	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	rst = guest_hdr(&self->bed.guest, VIRTIO_VSOCK_OP_RST, h.dst_port,
			h.src_port);
	ASSERT_EQ(0, guest_send(&self->bed.guest, &rst, NULL,
				deadline_in(WAIT_MS)));
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(handshake, silent_guest_times_out)
{
	struct virtio_vsock_hdr h;
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 50)));
	fd = bed_client(&self->bed, 80);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, connect_timeouts, 1));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	close(fd);
}

/*
 * The second client's timeout starts later, so the first one's expires earlier.
 */
TEST_F(handshake, response_cancels_the_timeout)
{
	struct virtio_vsock_hdr h;
	struct bed_pair pair;
	int fd;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 1000)));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 80));
	fd = bed_client(&self->bed, 81);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &h, deadline_in(WAIT_MS)));
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, connect_timeouts, 1));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(fd);
	close(pair.fd);
}

TEST_F(handshake, serves_many_clients_at_once)
{
	enum { N = 64 };
	struct bed_pair pair[N];
	char line[64];

	guest_listen(&self->bed.mux, 80);
	for (int i = 0; i < N; i++) {
		pair[i].fd = bed_client(&self->bed, 80);
		ASSERT_LE(0, pair[i].fd);
	}
	for (int i = 0; i < N; i++)
		ASSERT_NE(NULL, guest_accept(&self->bed.mux, 80,
					     deadline_in(WAIT_MS)));
	for (int i = 0; i < N; i++) {
		ASSERT_EQ(0, uds_recv_line(pair[i].fd, line, sizeof(line)));
		ASSERT_EQ(0, strncmp(line, "OK ", 3));
		close(pair[i].fd);
	}
}

TEST_HARNESS_MAIN
