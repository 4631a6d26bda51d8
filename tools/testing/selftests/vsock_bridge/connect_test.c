// SPDX-License-Identifier: GPL-2.0
/* Connections that the guest opens. */
#include "harness.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

BED_FIXTURE(connect)

TEST_F(connect, reaches_the_listener_of_its_port)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, 1024));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	EXPECT_EQ(VSOCK_BRIDGE_DEF_BUF_ALLOC, pair.conn->peer_buf_alloc);
	EXPECT_EQ(1, pair.conn->seen[VIRTIO_VSOCK_OP_RESPONSE]);
	close(pair.fd);
}

TEST_F(connect, reaches_the_largest_port)
{
	struct bed_pair pair;

	ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair, UINT32_MAX));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(connect, is_reset_without_a_listener)
{
	struct guest_conn *c = guest_connect(&self->bed.mux, 7, 1024);

	ASSERT_NE(NULL, c);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open || c->reset));
	EXPECT_TRUE(c->reset);
	EXPECT_FALSE(c->open);
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, connections, 0));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, sockets, 1));
}

TEST_F(connect, is_reset_if_the_path_is_a_folder)
{
	char path[BED_PATH_SIZE];
	struct guest_conn *c;

	bed_port_path(&self->bed, 1024, path);
	ASSERT_EQ(0, mkdir(path, 0700));
	c = guest_connect(&self->bed.mux, 7, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	rmdir(path);
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(connect, is_reset_if_the_path_is_a_datagram_socket)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char path[BED_PATH_SIZE];
	struct guest_conn *c;

	bed_port_path(&self->bed, 1024, path);
	ASSERT_GT(sizeof(addr.sun_path), strlen(path));
	strcpy(addr.sun_path, path);
	ASSERT_EQ(0, bind(fd, (void *)&addr, sizeof(addr)));
	c = guest_connect(&self->bed.mux, 7, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	close(fd);
}

/* As in Firecracker, a full backlog refuses the connection. */
TEST_F(connect, is_reset_if_the_backlog_is_full)
{
	int fd = bed_listen(&self->bed, 1024);
	struct guest_conn *c[4];
	unsigned int open = 0, reset = 0;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, listen(fd, 0));
	for (int i = 0; i < 4; i++)
		c[i] = guest_connect(&self->bed.mux, 7 + i, 1024);
	for (int i = 0; i < 4; i++) {
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
					c[i]->open || c[i]->reset));
		open += c[i]->open;
		reset += c[i]->reset;
	}
	EXPECT_EQ(1, open);
	EXPECT_EQ(3, reset);
	EXPECT_EQ(0, bed_works(&self->bed));
	close(fd);
}

TEST_F(connect, full_backlog_is_counted_beside_the_failed_connect)
{
	int fd = bed_listen(&self->bed, 1024);
	struct guest_conn *c;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, listen(fd, 0));
	c = guest_connect(&self->bed.mux, 7, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open));
	EXPECT_EQ(0, BED_STAT(&self->bed, backlog_full));
	c = guest_connect(&self->bed.mux, 8, 1024);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->reset));
	EXPECT_EQ(1, BED_STAT(&self->bed, backlog_full));
	EXPECT_EQ(1, BED_STAT(&self->bed, unix_connect_fails));
	close(fd);
}

TEST_F(connect, many_connections_share_a_port)
{
	enum { N = 300 };	/* some share a bucket of the hash table */
	struct bed_pair pair[N];

	self->bed.mux.buf_alloc = 4096;
	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_guest_pair(&self->bed, &pair[i], 1024));
	EXPECT_EQ(N, BED_STAT(&self->bed, connections));
	for (int i = 0; i < N; i++)
		ASSERT_EQ(0, bed_echo(&self->bed, &pair[i]));
	for (int i = 0; i < N; i++)
		close(pair[i].fd);
}

TEST_F(connect, data_after_response_before_accept_arrives)
{
	int listener = bed_listen(&self->bed, 1024), fd;
	struct guest_conn *c = guest_connect(&self->bed.mux, 7, 1024);
	char data[3];

	/* Linux waits for RESPONSE, because only then it knows the credit. */
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open));
	ASSERT_EQ(3, guest_conn_send(c, "abc", 3, 1));
	fd = uds_accept(listener);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, uds_recv(fd, data, sizeof(data)));
	EXPECT_EQ(0, memcmp(data, "abc", 3));
	close(fd);
	close(listener);
}

TEST_F(connect, request_on_an_open_connection_replaces_it)
{
	int listener = bed_listen(&self->bed, 1024), old, new;
	struct guest_conn *c = guest_connect(&self->bed.mux, 7, 1024);

	ASSERT_NE(NULL, c);
	old = uds_accept(listener);
	ASSERT_LE(0, old);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open));
	ASSERT_EQ(0, guest_conn_op(c, VIRTIO_VSOCK_OP_REQUEST, 0));
	EXPECT_EQ(0, uds_recv_reset(old));
	new = uds_accept(listener);
	ASSERT_LE(0, new);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				c->seen[VIRTIO_VSOCK_OP_RESPONSE] == 2));
	EXPECT_FALSE(c->reset);
	EXPECT_EQ(0, bed_echo(&self->bed, &(struct bed_pair){ new, c }));
	EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, connections, 1));
	close(new);
	close(old);
	close(listener);
}

TEST_HARNESS_MAIN
