// SPDX-License-Identifier: GPL-2.0
/* SEQPACKET connections, which preserve message boundaries. */
#include "harness.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define PORT		1024
#define LARGEST		VSOCK_BRIDGE_MAX_MESSAGE
#define ROUNDS		200

FIXTURE(seqpacket)
{
	struct bed bed;
	struct bed_pair pair;
	uint8_t *out;
	uint8_t *in;
};

FIXTURE_SETUP(seqpacket)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_open_seqpacket(&self->bed, NULL));
	self->out = malloc(2 * LARGEST);
	self->in = malloc(2 * LARGEST);
	ASSERT_TRUE(self->out && self->in);
	self->pair.fd = -1;
}

FIXTURE_TEARDOWN(seqpacket)
{
	free(self->out);
	free(self->in);
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/* Sizes around those of RX buffers, packets, pages and the largest message. */
static const uint32_t sizes[] = {
	1, 2, 100, 3731, 3732, 3733, 4096, 7464, 7465, 36544, 36545, 65535,
	65536, 65537, 131072, 200001, LARGEST - 1, LARGEST,
};

#define NR_SIZES	(sizeof(sizes) / sizeof(sizes[0]))

/*
 * Receives the next message, which must be the one of @seed. Returns 0, or else
 * its length or -errno.
 */
static ssize_t host_gets(int fd, uint8_t *buf, uint32_t seed, uint32_t len)
{
	ssize_t n = uds_recv_message(fd, buf, 2 * LARGEST);

	return n == len && bed_match(buf, seed, 0, len) ? 0 : n ?: -EPIPE;
}

static ssize_t guest_gets(struct bed *bed, struct guest_conn *c, uint8_t *buf,
			  uint32_t seed, uint32_t len)
{
	ssize_t n = -EAGAIN;

	if (!GUEST_UNTIL(&bed->mux,
			 (n = guest_conn_recv_message(c, buf, 2 * LARGEST)) !=
			 -EAGAIN || c->reset))
		return -ETIMEDOUT;
	if (n == -EAGAIN)
		return -ECONNRESET;
	return n == len && bed_match(buf, seed, 0, len) ? 0 : n ?: -EPIPE;
}

TEST_F(seqpacket, feature_is_offered)
{
	EXPECT_TRUE(self->bed.guest.offered & 1ULL << VIRTIO_VSOCK_F_SEQPACKET);
}

TEST_F(seqpacket, guest_request_reaches_a_seqpacket_listener)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	EXPECT_EQ(LARGEST, self->pair.conn->peer_buf_alloc);
}

TEST_F(seqpacket, host_client_connects_with_a_message)
{
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, PORT));
	EXPECT_EQ(VIRTIO_VSOCK_TYPE_SEQPACKET, self->pair.conn->type);
}

TEST_F(seqpacket, connect_message_needs_no_newline)
{
	char path[BED_PATH_SIZE + 16], ok[32] = "";
	struct guest_conn *c;

	guest_listen(&self->bed.mux, PORT);
	snprintf(path, sizeof(path), "%s_seqpacket", self->bed.path);
	self->pair.fd = uds_connect_type(path, SOCK_SEQPACKET);
	ASSERT_GE(self->pair.fd, 0);
	ASSERT_EQ(0, uds_send(self->pair.fd, "connect 1024", 12));
	c = guest_accept(&self->bed.mux, PORT, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, c);
	ASSERT_EQ(14, uds_recv_message(self->pair.fd, ok, sizeof(ok)));
	EXPECT_STREQ("OK 1073741824\n", ok);
}

TEST_F(seqpacket, messages_to_the_host_keep_their_boundaries)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (unsigned int i = 0; i < NR_SIZES; i++) {
		bed_fill(self->out, i, 0, sizes[i]);
		ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out,
						     sizes[i], 65536));
		ASSERT_EQ(0, host_gets(self->pair.fd, self->in, i, sizes[i]));
	}
}

TEST_F(seqpacket, messages_to_the_guest_keep_their_boundaries)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (unsigned int i = 0; i < NR_SIZES; i++) {
		/* its send buffer limits the messages of a host program */
		if (sizes[i] > 200000)
			break;
		bed_fill(self->out, i, 0, sizes[i]);
		ASSERT_EQ(0, uds_send(self->pair.fd, self->out, sizes[i]));
		ASSERT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in,
					i, sizes[i]));
	}
}

TEST_F(seqpacket, host_connection_carries_both_directions)
{
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, PORT));
	bed_fill(self->out, 1, 0, 5000);
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 5000));
	EXPECT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in, 1, 5000));
	ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out, 5000,
					     65536));
	EXPECT_EQ(0, host_gets(self->pair.fd, self->in, 1, 5000));
}

/*
 * The message has packets of odd size, interleaved with another connection's.
 */
TEST_F(seqpacket, message_in_many_packets_arrives_as_one)
{
	struct bed_pair other;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &other, PORT + 1));
	bed_fill(self->out, 7, 0, 50000);
	for (uint32_t at = 0; at < 50000; at += 1000) {
		ASSERT_EQ(0, guest_conn_send_part(self->pair.conn,
						  self->out + at, 1000,
						  at == 49000));
		ASSERT_EQ(0, guest_conn_send_part(other.conn, "x", 1, true));
	}
	EXPECT_EQ(0, host_gets(self->pair.fd, self->in, 7, 50000));
	for (int i = 0; i < 50; i++)
		ASSERT_EQ(1, uds_recv_message(other.fd, self->in, 10));
	close(other.fd);
}

/* One-byte packets are the worst case for the FIFO. */
TEST_F(seqpacket, message_of_one_byte_packets_arrives_as_one)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	bed_fill(self->out, 8, 0, 3000);
	for (uint32_t at = 0; at < 3000; at++)
		ASSERT_EQ(0, guest_conn_send_part(self->pair.conn,
						  self->out + at, 1,
						  at == 2999));
	EXPECT_EQ(0, host_gets(self->pair.fd, self->in, 8, 3000));
}

TEST_F(seqpacket, incomplete_message_is_not_delivered)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "half", 4, false));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_EQ(-EAGAIN, uds_recv_now(self->pair.fd, self->in, 10));
	EXPECT_EQ(4, BED_STAT(&self->bed, buffered_bytes));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "done", 4, true));
	ASSERT_EQ(8, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_EQ(0, memcmp("halfdone", self->in, 8));
}

TEST_F(seqpacket, empty_packet_may_end_a_message)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "abc", 3, false));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, NULL, 0, true));
	EXPECT_EQ(3, uds_recv_message(self->pair.fd, self->in, 10));
}

/* AF_UNIX cannot distinguish an empty message from the end of the stream. */
TEST_F(seqpacket, empty_message_is_dropped_in_both_directions)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, NULL, 0, true));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "a", 1, true));
	EXPECT_EQ(1, uds_recv_message(self->pair.fd, self->in, 10));
	ASSERT_EQ(0, send(self->pair.fd, "", 0, MSG_NOSIGNAL));
	ASSERT_EQ(1, send(self->pair.fd, "b", 1, MSG_NOSIGNAL));
	EXPECT_EQ(1, ({
		ssize_t n = -1;

		GUEST_UNTIL(&self->bed.mux,
			    (n = guest_conn_recv_message(self->pair.conn,
							 self->in, 10)) >= 0);
		n; }));
	EXPECT_FALSE(self->pair.conn->reset);
}

/* The guest sends a whole window before the host program reads. */
TEST_F(seqpacket, slow_host_reader_gets_intact_messages)
{
	uint32_t i, sent, len;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (i = 0; i < 40; i++) {
		len = 1 + i * 997 % 30000;
		if (guest_conn_credit(self->pair.conn) < len)
			break;
		bed_fill(self->out, i, 0, len);
		ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out,
						     len, 5000));
		guest_mux_poll(&self->bed.mux);
	}
	sent = i;
	EXPECT_GT(sent, 10);
	for (i = 0; i < sent; i++)
		ASSERT_EQ(0, host_gets(self->pair.fd, self->in, i,
				       1 + i * 997 % 30000));
}

/* With small messages the FIFO of lengths grows, and shrinks again. */
TEST_F(seqpacket, slow_host_reader_gets_thousands_of_small_messages)
{
	const uint32_t nr = 5000;
	uint32_t i;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (i = 0; i < nr; i++) {
		bed_fill(self->out, i, 0, 1 + i % 7);
		ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, self->out,
						  1 + i % 7, true));
	}
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_GT(BED_STAT(&self->bed, buffered_bytes), 0);
	for (i = 0; i < nr; i++)
		ASSERT_EQ(0, host_gets(self->pair.fd, self->in, i, 1 + i % 7));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, buffered_bytes, 0));
}

TEST_F(seqpacket, host_close_frees_buffered_messages)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (uint32_t i = 0; i < 3000; i++)
		ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "abc", 3,
						  true));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "half", 4, false));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	EXPECT_GT(BED_STAT(&self->bed, buffered_bytes), 0);
	close(self->pair.fd);
	self->pair.fd = -1;
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, buffered_bytes, 0));
}

/*
 * An incomplete message and bytes without a credit update fill the window:
 * without an early update both sides would wait for ever.
 */
TEST_F(seqpacket, incomplete_message_that_fills_the_window_causes_no_deadlock)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t len = i % 2 ? LARGEST - 70000 : 100000;

		bed_fill(self->out, i, 0, len);
		ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out,
						     len, 65536));
		ASSERT_EQ(0, host_gets(self->pair.fd, self->in, i, len));
	}
}

TEST_F(seqpacket, message_above_the_credit_resets_the_connection)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (uint32_t at = 0; at < LARGEST; at += 65536)
		ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, self->out,
						  65536, false));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, self->out, 1, true));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, over_credit));
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, buffered_bytes, 0));
}

/* The RX buffers arrive one by one, so the message needs several rounds. */
TEST_F(seqpacket, message_to_the_guest_waits_for_rx_buffers)
{
	struct guest_buf *held[256];
	struct bed_pair filler;
	unsigned int i;

	ASSERT_GE(256, self->bed.guest.nr_rx);
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	self->bed.type = SOCK_STREAM;
	self->bed.mux.type = VIRTIO_VSOCK_TYPE_STREAM;
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &filler, PORT + 1));
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &filler, held));

	bed_fill(self->out, 5, 0, 40000);
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 40000));
	for (i = 0; i < self->bed.guest.nr_rx; i++) {
		guest_rx_put(&self->bed.guest, held[i]);
		guest_rx_flush(&self->bed.guest);
		/* each returned buffer is used at once */
		if (i < 5)
			ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
						guest_conn_unread(self->pair.conn) >=
						(i + 1) * 3732));
	}
	EXPECT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in, 5, 40000));
	close(filler.fd);
}

/*
 * The guest reads whole messages only, so the device must wait for its credit.
 */
TEST_F(seqpacket, messages_to_the_guest_wait_for_credit)
{
	uint32_t i, len;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	self->bed.mux.buf_alloc = GUEST_BUF_ALLOC;
	for (i = 0; i < 6; i++) {
		len = 50000 + i;
		bed_fill(self->out, i, 0, len);
		ASSERT_EQ(0, uds_send(self->pair.fd, self->out, len));
	}
	for (i = 0; i < 6; i++)
		ASSERT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in,
					i, 50000 + i));
}

TEST_F(seqpacket, message_above_the_guest_buffer_gives_emsgsize)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_set_buf_alloc(self->pair.conn, 8192));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	bed_fill(self->out, 1, 0, 8193);
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 8192));
	ASSERT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in, 1, 8192));
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 8193));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, oversized_messages));
	EXPECT_EQ(-EMSGSIZE, uds_recv_now(self->pair.fd, self->in, 10));
}

/* AF_UNIX reports the reset before it delivers the messages. */
TEST_F(seqpacket, host_close_with_unread_messages_delivers_its_own)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "bye", 3, true));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	for (uint32_t i = 0; i < 3; i++) {
		bed_fill(self->out, i, 0, 50000);
		ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 50000));
	}
	close(self->pair.fd);
	self->pair.fd = -1;
	for (uint32_t i = 0; i < 3; i++)
		ASSERT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in,
					i, 50000));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
}

/* The same when the guest's write detects the close first. */
TEST_F(seqpacket, write_after_host_close_delivers_the_hosts_messages)
{
	struct guest *g = &self->bed.guest;
	struct guest_buf *held[256];
	struct bed_pair filler;

	ASSERT_GE(256, g->nr_rx);
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	self->bed.type = SOCK_STREAM;
	self->bed.mux.type = VIRTIO_VSOCK_TYPE_STREAM;
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &filler, PORT + 1));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "bye", 3, true));
	ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
	/*
	 * without RX buffers the device reads nothing for the guest before its
	 * write
	 */
	ASSERT_EQ(0, bed_use_up_rx(&self->bed, &filler, held));
	bed_fill(self->out, 1, 0, 5000);
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 5000));
	close(self->pair.fd);
	self->pair.fd = -1;
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "x", 1, true));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, tx_write_fails, 1));
	for (unsigned int i = 0; i < g->nr_rx; i++)
		guest_rx_put(g, held[i]);
	guest_rx_flush(g);
	EXPECT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in, 1, 5000));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	close(filler.fd);
}

/* Waits until the process sleeps. Returns whether it does. */
static bool sleeps(pid_t pid)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	char path[64], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'S' && deadline_left(deadline)) {
		FILE *f = fopen(path, "re");

		if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		if (f)
			fclose(f);
		sched_yield();
	}
	return state == 'S';
}

/* A reader that is blocked meanwhile gets EMSGSIZE, and no other error. */
TEST_F(seqpacket, blocked_reader_gets_emsgsize)
{
	for (int i = 0; i < 20; i++) {
		pid_t child;
		int status;

		ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
		ASSERT_EQ(0, guest_conn_set_buf_alloc(self->pair.conn, 8192));
		ASSERT_EQ(0, bed_fence(&self->bed, &self->pair));
		child = fork();
		if (!child) {
			fcntl(self->pair.fd, F_SETFL, 0);
			_exit(recv(self->pair.fd, self->in, 10, 0) < 0 ? errno :
								  0);
		}
		ASSERT_LT(0, child);
		ASSERT_TRUE(sleeps(child));
		ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 8193));
		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
					self->pair.conn->reset));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(EMSGSIZE, WEXITSTATUS(status));
		close(self->pair.fd);
		guest_conn_free(self->pair.conn);
	}
	self->pair.fd = -1;
}

/* Messages sent before the close arrive. */
TEST_F(seqpacket, host_eof_follows_the_last_message)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	bed_fill(self->out, 3, 0, 30000);
	ASSERT_EQ(0, uds_send(self->pair.fd, self->out, 30000));
	ASSERT_EQ(0, shutdown(self->pair.fd, SHUT_WR));
	EXPECT_EQ(0, guest_gets(&self->bed, self->pair.conn, self->in, 3, 30000));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux,
				self->pair.conn->peer_shutdown ==
				VIRTIO_VSOCK_SHUTDOWN_SEND));
	bed_fill(self->out, 4, 0, 300);
	ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out, 300,
					     65536));
	EXPECT_EQ(0, host_gets(self->pair.fd, self->in, 4, 300));
}

TEST_F(seqpacket, guest_eof_follows_the_last_message)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "whole", 5, true));
	ASSERT_EQ(0, guest_conn_shutdown(self->pair.conn,
					 VIRTIO_VSOCK_SHUTDOWN_SEND));
	EXPECT_EQ(5, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_EQ(0, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_FALSE(self->pair.conn->reset);
}

/*
 * The bytes of the incomplete message are lost. AF_UNIX reports the error once,
 * before the messages.
 */
TEST_F(seqpacket, incomplete_message_before_guest_eof_resets)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "whole", 5, true));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "half", 4, false));
	ASSERT_EQ(0, guest_conn_shutdown(self->pair.conn,
					 VIRTIO_VSOCK_SHUTDOWN_SEND));
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, self->pair.conn->reset));
	EXPECT_EQ(-ECONNRESET, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_EQ(5, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_EQ(0, uds_recv_message(self->pair.fd, self->in, 10));
}

TEST_F(seqpacket, guest_close_waits_for_a_slow_host_reader)
{
	uint32_t i, sent;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	for (i = 0; i < 12; i++) {
		bed_fill(self->out, i, 0, 20000);
		ASSERT_EQ(0, guest_conn_send_message(self->pair.conn, self->out,
						     20000, 65536));
	}
	sent = i;
	ASSERT_EQ(0, guest_conn_op(self->pair.conn, VIRTIO_VSOCK_OP_RST, 0));
	for (i = 0; i < sent; i++)
		ASSERT_EQ(0, host_gets(self->pair.fd, self->in, i, 20000));
	EXPECT_EQ(0, uds_recv_message(self->pair.fd, self->in, 10));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, lingering, 0));
}

TEST_F(seqpacket, guest_request_does_not_reach_a_stream_listener)
{
	char path[BED_PATH_SIZE];
	struct guest_conn *c;
	int fd;

	bed_port_path(&self->bed, PORT, path);
	fd = uds_listen(path);
	ASSERT_GE(fd, 0);
	c = guest_connect(&self->bed.mux, 7, PORT);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
	close(fd);
}

TEST_F(seqpacket, stream_connections_work_in_parallel)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	self->bed.type = SOCK_STREAM;
	self->bed.mux.type = VIRTIO_VSOCK_TYPE_STREAM;
	EXPECT_EQ(0, bed_works(&self->bed));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "a", 1, true));
	EXPECT_EQ(1, uds_recv_message(self->pair.fd, self->in, 10));
}

/* Both types share the guest's port numbers. */
TEST_F(seqpacket, packet_of_the_other_type_gets_an_rst)
{
	struct virtio_vsock_hdr h, rst;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	h = guest_hdr(&self->bed.guest, VIRTIO_VSOCK_OP_CREDIT_UPDATE,
		      self->pair.conn->local, self->pair.conn->peer);
	self->pair.conn->type = VIRTIO_VSOCK_TYPE_STREAM;
	self->pair.conn->peer++;	/* so that the RST counts as a stray */
	ASSERT_EQ(0, guest_send(&self->bed.guest, &h, NULL,
				deadline_in(WAIT_MS)));
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &rst,
				     deadline_in(WAIT_MS)));
	EXPECT_EQ(VIRTIO_VSOCK_OP_RST, le16toh(rst.op));
	EXPECT_EQ(VIRTIO_VSOCK_TYPE_STREAM, le16toh(rst.type));
	EXPECT_EQ(1, BED_STAT(&self->bed, bad_type));
	self->pair.conn->type = VIRTIO_VSOCK_TYPE_SEQPACKET;
	self->pair.conn->peer--;
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "a", 1, true));
	EXPECT_EQ(1, uds_recv_message(self->pair.fd, self->in, 10));
}

TEST_F(seqpacket, request_of_the_other_type_replaces_the_connection)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	self->bed.type = SOCK_STREAM;
	self->bed.mux.type = VIRTIO_VSOCK_TYPE_STREAM;
	self->bed.spare_port = self->pair.conn->local;
	guest_conn_free(self->pair.conn);
	struct bed_pair stream;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &stream, PORT));
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	EXPECT_EQ(0, bed_echo(&self->bed, &stream));
	close(stream.fd);
}

/* Random sizes and order, both directions at once. */
TEST_F(seqpacket, random_messages_arrive_in_both_directions)
{
	uint32_t to_host = 0, to_guest = 0, got_host = 0, got_guest = 0;
	unsigned int seed = 20261123;
	uint32_t host_len[ROUNDS], guest_len[ROUNDS];
	ssize_t n;

	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, PORT));
	for (int i = 0; i < ROUNDS; i++) {
		host_len[i] = 1 + rand_r(&seed) % (1 << (rand_r(&seed) % 17));
		guest_len[i] = 1 + rand_r(&seed) % (1 << (rand_r(&seed) % 17));
	}
	while (got_host < ROUNDS || got_guest < ROUNDS) {
		bool moved = false;

		guest_mux_poll(&self->bed.mux);
		if (to_host < ROUNDS && guest_conn_credit(self->pair.conn) >=
					guest_len[to_host]) {
			bed_fill(self->out, to_host, 0, guest_len[to_host]);
			ASSERT_EQ(0, guest_conn_send_message(
				self->pair.conn, self->out, guest_len[to_host],
				1 + rand_r(&seed) % 65536));
			to_host++;
			moved = true;
		}
		if (to_guest < ROUNDS) {
			bed_fill(self->out, ~to_guest, 0, host_len[to_guest]);
			n = uds_send_now(self->pair.fd, self->out,
					 host_len[to_guest]);
			if (n != -EAGAIN) {
				ASSERT_EQ(host_len[to_guest], n);
				to_guest++;
				moved = true;
			}
		}
		n = uds_recv_now(self->pair.fd, self->in, 2 * LARGEST);
		if (n != -EAGAIN) {
			ASSERT_EQ(guest_len[got_host], n);
			ASSERT_TRUE(bed_match(self->in, got_host, 0, n));
			got_host++;
			moved = true;
		}
		n = guest_conn_recv_message(self->pair.conn, self->in,
					    2 * LARGEST);
		if (n != -EAGAIN) {
			ASSERT_EQ(host_len[got_guest], n);
			ASSERT_TRUE(bed_match(self->in, ~got_guest, 0, n));
			got_guest++;
			moved = true;
		}
		if (!moved)
			ASSERT_EQ(0, guest_mux_step(&self->bed.mux,
						    self->pair.fd, POLLIN,
						    deadline_in(WAIT_MS)));
	}
}

TEST_F(seqpacket, first_message_must_be_a_connect_line)
{
	static const char *const bad[] = {
		"CONNECT", "CONNECT x", "CONNECT 1\nmore", "HELLO 1",
		"CONNECT 1234 567890123456789012345",
		"CONNECT 1234 567890123456789012\nx",
	};
	char path[BED_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s_seqpacket", self->bed.path);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = uds_connect_type(path, SOCK_SEQPACKET);

		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, uds_send(fd, bad[i], strlen(bad[i])));
		EXPECT_EQ(0, uds_recv_eof(fd));
		close(fd);
	}
	EXPECT_EQ(6, BED_STAT(&self->bed, invalid_port_request));
}

/* A guest without the feature cannot end such a connection. */
TEST_F(seqpacket, restart_without_the_feature_resets_connections)
{
	struct guest *g = &self->bed.guest;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_stop(g));
	g->cfg.features = GUEST_FEATURES;
	ASSERT_EQ(0, guest_run(g));
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	EXPECT_EQ(0, BED_STAT(&self->bed, connections));
}

TEST_F(seqpacket, set_features_keeps_connections)
{
	ASSERT_EQ(0, bed_guest_pair(&self->bed, &self->pair, PORT));
	ASSERT_EQ(0, guest_set_features(&self->bed.guest, GUEST_FEATURES));
	ASSERT_EQ(0, guest_conn_send_part(self->pair.conn, "a", 1, true));
	EXPECT_EQ(1, uds_recv_message(self->pair.fd, self->in, 10));
}

/* Host ends with and without SEQPACKET, and a guest without the feature. */
BED_FIXTURE(plain)

TEST_F(plain, guest_without_the_feature_gets_an_rst)
{
	struct guest_conn *c;

	self->bed.mux.type = VIRTIO_VSOCK_TYPE_SEQPACKET;
	c = guest_connect(&self->bed.mux, 7, PORT);
	EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, bad_type));
}

TEST_F(plain, host_client_gets_eof_if_the_guest_lacks_the_feature)
{
	int fd;

	snprintf(self->bed.path, sizeof(self->bed.path), "%s/w.sock",
		 self->bed.dir);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, self->bed.path,
				      BED_UDS(.flags =
					      VSOCK_BRIDGE_UDS_SEQPACKET)));
	self->bed.type = SOCK_SEQPACKET;
	fd = bed_client(&self->bed, PORT);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(0, uds_recv_eof(fd));
	EXPECT_EQ(1, BED_STAT(&self->bed, seqpacket_refused));
	close(fd);
}

TEST_F(plain, no_seqpacket_socket_without_the_flag)
{
	char path[BED_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s_seqpacket", self->bed.path);
	EXPECT_EQ(-ENOENT, uds_connect_type(path, SOCK_SEQPACKET));
}

TEST_F(plain, failed_bind_of_the_seqpacket_socket_leaves_nothing)
{
	char path[BED_PATH_SIZE], second[BED_PATH_SIZE + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/w.sock", self->bed.dir);
	snprintf(second, sizeof(second), "%s_seqpacket", path);
	fd = uds_listen(second);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EADDRINUSE,
		  bed_set_uds_with(self->bed.guest.fd, path,
				   BED_UDS(.flags =
					   VSOCK_BRIDGE_UDS_SEQPACKET)));
	EXPECT_EQ(-1, access(path, F_OK));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(plain, accepts_a_shared_listener_of_each_type)
{
	char path[BED_PATH_SIZE];
	int stream, seqpacket;

	snprintf(path, sizeof(path), "%s/a", self->bed.dir);
	stream = uds_listen(path);
	snprintf(path, sizeof(path), "%s/b", self->bed.dir);
	seqpacket = uds_listen_type(path, SOCK_SEQPACKET);
	ASSERT_GE(stream, 0);
	ASSERT_GE(seqpacket, 0);
	EXPECT_EQ(-ESOCKTNOSUPPORT,
		  bed_set_uds_with(self->bed.guest.fd, self->bed.path, BED_UDS(
			.flags = VSOCK_BRIDGE_UDS_LISTEN_FD |
				 VSOCK_BRIDGE_UDS_SEQPACKET_FD,
			.fd = stream, .seqpacket_fd = stream)));
	EXPECT_EQ(0,
		  bed_set_uds_with(self->bed.guest.fd, self->bed.path, BED_UDS(
			.flags = VSOCK_BRIDGE_UDS_LISTEN_FD |
				 VSOCK_BRIDGE_UDS_SEQPACKET_FD,
			.fd = stream, .seqpacket_fd = seqpacket)));
	/* one listener of each type, and none of the old ones */
	EXPECT_EQ(2, BED_STAT(&self->bed, sockets));
	close(stream);
	close(seqpacket);
}

FIXTURE(contradiction)
{
	struct bed bed;
};

FIXTURE_VARIANT(contradiction)
{
	uint32_t flags;
	int seqpacket_fd;
	uint32_t reserved;
};

FIXTURE_VARIANT_ADD(contradiction, bound_without_binding)
{
	.flags = VSOCK_BRIDGE_UDS_SEQPACKET | VSOCK_BRIDGE_UDS_NO_LISTEN,
};

FIXTURE_VARIANT_ADD(contradiction, bound_and_given)
{
	.flags = VSOCK_BRIDGE_UDS_SEQPACKET | VSOCK_BRIDGE_UDS_SEQPACKET_FD,
	.seqpacket_fd = 1,
};

FIXTURE_VARIANT_ADD(contradiction, given_without_listening)
{
	.flags = VSOCK_BRIDGE_UDS_SEQPACKET_FD | VSOCK_BRIDGE_UDS_NO_LISTEN,
	.seqpacket_fd = 1,
};

FIXTURE_VARIANT_ADD(contradiction, a_descriptor_without_its_flag)
{
	.seqpacket_fd = 1,
};

FIXTURE_VARIANT_ADD(contradiction, a_reserved_field)
{
	.reserved = 1,
};

FIXTURE_SETUP(contradiction)
{
	BED_SETUP(&self->bed, NULL);
}

FIXTURE_TEARDOWN(contradiction)
{
	BED_TEARDOWN(&self->bed);
}

TEST_F(contradiction, is_refused)
{
	char path[BED_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/w.sock", self->bed.dir);
	EXPECT_EQ(-EINVAL,
		  bed_set_uds_with(self->bed.guest.fd, path, BED_UDS(
			.flags = variant->flags,
			.seqpacket_fd = variant->seqpacket_fd,
			.reserved = variant->reserved)));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_HARNESS_MAIN
