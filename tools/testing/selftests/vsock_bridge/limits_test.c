// SPDX-License-Identifier: GPL-2.0
/* What happens at the limits of connections and handshakes. */
#include "harness.h"

BED_FIXTURE(limit)

TEST_F(limit, of_connections_refuses_the_guest_by_rst)
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

TEST_F(limit, of_connections_refuses_a_host_client_by_eof)
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

TEST_F(limit, of_connections_frees_a_place_when_one_ends)
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

TEST_F(limit, of_connections_lowered_keeps_those_there_are)
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

TEST_F(limit, of_handshakes_lets_further_clients_wait)
{
	int silent[2], fd;
	struct guest_conn *c;

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_handshakes = 2,
					       .handshake_timeout_ms = 60000)));
	for (int i = 0; i < 2; i++)
		silent[i] = uds_connect(self->bed.path);
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, handshakes, 2));
	guest_listen(&self->bed.mux, 80);
	fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, fd);
	EXPECT_EQ(2, BED_STAT(&self->bed, handshakes));
	close(silent[0]);
	c = guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS));
	EXPECT_NE(NULL, c);
	close(silent[1]);
	close(fd);
}

TEST_F(limit, of_handshakes_is_not_held_by_silent_clients_for_ever)
{
	enum { N = 20 };
	struct bed_pair pair;
	int silent[N];

	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.max_handshakes = 2,
					       .handshake_timeout_ms = 50)));
	for (int i = 0; i < N; i++)
		silent[i] = uds_connect(self->bed.path);
	ASSERT_EQ(0, bed_set_limits(&self->bed,
				    BED_LIMITS(.connect_timeout_ms = 5000)));
	guest_listen(&self->bed.mux, 80);
	pair.fd = bed_client(&self->bed, 80);
	ASSERT_LE(0, pair.fd);
	EXPECT_NE(NULL, guest_accept(&self->bed.mux, 80, deadline_in(WAIT_MS)));
	EXPECT_EQ(N, BED_AWAIT_STAT(&self->bed, handshake_timeouts, N));
	for (int i = 0; i < N; i++) {
		EXPECT_EQ(0, uds_recv_eof(silent[i]));
		close(silent[i]);
	}
	close(pair.fd);
}

TEST_F(limit, of_buf_alloc_is_what_a_guest_may_send)
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

TEST_HARNESS_MAIN
