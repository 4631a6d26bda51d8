// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors that a host program passes: the device delivers them to no
 * process and keeps none.
 */
#include "harness.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

FIXTURE(passed_fd)
{
	struct bed bed;
	struct bed_pair pair;
};

FIXTURE_SETUP(passed_fd)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
}

FIXTURE_TEARDOWN(passed_fd)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

/*
 * Sends one byte with a descriptor. Returns the result of sendmsg(), or -errno.
 */
static ssize_t pass(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	ssize_t sent;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	return sent < 0 ? -errno : sent;
}

/* Is the writing end closed everywhere? Then the device does not keep it. */
static bool is_closed(int reading_end)
{
	char byte;

	return !uds_wait(reading_end, POLLHUP) && !read(reading_end, &byte, 1);
}

/*
 * A kernel that can refuse descriptors does; on others the device resets the
 * connection.
 */
static bool is_refused(struct bed *bed, int sock, int fd)
{
	ssize_t sent = pass(sock, fd);

	if (sent == -EPERM)
		return true;
	return sent == 1 && !uds_recv_reset(sock) &&
	       BED_AWAIT_STAT(bed, sockets, 1) == 1;
}

TEST_F(passed_fd, on_a_connection_is_refused_and_closed)
{
	int ends[2];

	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	EXPECT_TRUE(is_refused(&self->bed, self->pair.fd, ends[1]));
	close(ends[1]);
	EXPECT_TRUE(is_closed(ends[0]));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(ends[0]);
}

/* Unread messages would keep the descriptors, and the device, for ever. */
TEST_F(passed_fd, on_an_unread_connection_is_refused)
{
	static char data[5000];
	struct bed_pair pair;
	int ends[2];

	self->bed.mux.buf_alloc = 4096;
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, 81));
	pair.conn->no_updates = true;
	ASSERT_EQ(0, uds_send(pair.fd, data, sizeof(data)));
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux,
				guest_conn_unread(pair.conn) == 4096));
	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	if (pass(pair.fd, ends[1]) != -EPERM) {
		EXPECT_TRUE(GUEST_UNTIL(&self->bed.mux, pair.conn->reset));
		EXPECT_EQ(0, uds_recv_reset(pair.fd));
	}
	close(pair.fd);
	close(ends[1]);
	EXPECT_TRUE(is_closed(ends[0]));
	close(ends[0]);
}

TEST_F(passed_fd, in_the_handshake_is_refused_and_closed)
{
	int ends[2], fd = uds_connect(self->bed.path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	ASSERT_EQ(1, BED_AWAIT_STAT(&self->bed, handshakes, 1));
	if (pass(fd, ends[1]) != -EPERM) {
		EXPECT_EQ(0, uds_recv_reset(fd));
		EXPECT_EQ(1, BED_AWAIT_STAT(&self->bed, rx_read_fails, 1));
	}
	close(fd);
	close(ends[1]);
	EXPECT_TRUE(is_closed(ends[0]));
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(ends[0]);
}

/*
 * Closing this socket lasts as long as its creator wants. The kernel closes it
 * in its own work item (delayed_fput), which the device does not wait for.
 */
static int lingering_socket(int *peer)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 60 };
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char data[1 << 20];

	bind(listener, (struct sockaddr *)&addr, sizeof(addr));
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&addr, &len);
	connect(fd, (struct sockaddr *)&addr, len);
	*peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	return fd;
}

TEST_F(passed_fd, lingering_socket_does_not_block_the_device)
{
	int peer, fd = lingering_socket(&peer);

	ASSERT_LE(0, fd);
	ASSERT_LE(0, peer);
	is_refused(&self->bed, self->pair.fd, fd);
	close(fd);
	EXPECT_EQ(0, bed_works(&self->bed));
	close(peer);
}

TEST_F(passed_fd, two_hundred_leave_no_socket)
{
	for (int i = 0; i < 200; i++) {
		int fd = uds_connect(self->bed.path);

		ASSERT_LE(0, fd);
		pass(fd, fd);
		close(fd);
	}
	EXPECT_EQ(0, BED_AWAIT_STAT(&self->bed, handshakes, 0));
	EXPECT_EQ(2, BED_AWAIT_STAT(&self->bed, sockets, 2));
	EXPECT_EQ(0, bed_works(&self->bed));
}

static bool is_refused_in_the_end(const char *path)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	int fd;

	do {
		fd = uds_connect(path);
		if (fd >= 0)
			close(fd);
	} while (fd >= 0 && deadline_left(deadline));
	return fd == -ECONNREFUSED;
}

/* The lab checks the module's reference count after all tests. */
TEST_F(passed_fd, of_the_device_itself_is_released)
{
	pass(self->pair.fd, self->bed.guest.fd);
	close(self->bed.guest.fd);
	self->bed.guest.fd = -1;
	EXPECT_EQ(0, uds_recv_reset(self->pair.fd));
	EXPECT_TRUE(is_refused_in_the_end(self->bed.path));
}

TEST_HARNESS_MAIN
