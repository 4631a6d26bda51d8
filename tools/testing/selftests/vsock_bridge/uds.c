// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "deadline.h"
#include "uds.h"

/* Creates a socket, and the address for @path. */
static int uds_socket(const char *path, int type, struct sockaddr_un *addr,
		      socklen_t *len)
{
	int fd;

	if (strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, path);
	*len = sizeof(*addr);
	if (path[0] == '@') {
		addr->sun_path[0] = 0;
		*len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	}
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

/* Closes the socket and returns the error if the last call failed. */
static int checked(int fd, int failed)
{
	int err = errno;

	if (!failed)
		return fd;
	close(fd);
	return -err;
}

int uds_connect_type(const char *path, int type)
{
	struct sockaddr_un addr;
	socklen_t len;
	int fd = uds_socket(path, type, &addr, &len);

	if (fd < 0)
		return fd;
	return checked(fd, connect(fd, (struct sockaddr *)&addr, len));
}

int uds_connect(const char *path)
{
	return uds_connect_type(path, SOCK_STREAM);
}

int uds_listen_type(const char *path, int type)
{
	struct sockaddr_un addr;
	socklen_t len;
	int fd = uds_socket(path, type, &addr, &len);

	if (fd < 0)
		return fd;
	return checked(fd, bind(fd, (struct sockaddr *)&addr, len) ||
			   listen(fd, 1024));
}

int uds_listen(const char *path)
{
	return uds_listen_type(path, SOCK_STREAM);
}

static int wait_until(int fd, short events, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, deadline_left(deadline));

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

int uds_wait_ms(int fd, short events, unsigned int ms)
{
	return wait_until(fd, events, deadline_in(ms));
}

int uds_wait(int fd, short events)
{
	return wait_until(fd, events, deadline_in(WAIT_MS));
}

int uds_accept(int fd)
{
	int err = uds_wait(fd, POLLIN);
	int r;

	if (err)
		return err;
	r = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return r < 0 ? -errno : r;
}

ssize_t uds_recv_now(int fd, void *data, size_t len)
{
	ssize_t n = recv(fd, data, len, MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

ssize_t uds_send_now(int fd, const void *data, size_t len)
{
	ssize_t n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

int uds_send(int fd, const void *data, size_t len)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	const char *p = data;

	while (len) {
		ssize_t n = uds_send_now(fd, p, len);

		if (n == -EAGAIN)
			n = wait_until(fd, POLLOUT, deadline);
		if (n < 0)
			return n;
		p += n;
		len -= n;
	}
	return 0;
}

int uds_recv(int fd, void *data, size_t len)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	char *p = data;

	while (len) {
		ssize_t n = uds_recv_now(fd, p, len);

		if (!n)
			return -EPIPE;
		if (n == -EAGAIN)
			n = wait_until(fd, POLLIN, deadline);
		if (n < 0)
			return n;
		p += n;
		len -= n;
	}
	return 0;
}

ssize_t uds_recv_message(int fd, void *data, size_t len)
{
	int err = uds_wait(fd, POLLIN);

	return err ?: uds_recv_now(fd, data, len);
}

/* Returns -EPIPE for EOF, -ECONNRESET or another error; -EEXIST for a byte. */
static int recv_end(int fd)
{
	char byte;

	return uds_recv(fd, &byte, 1) ?: -EEXIST;
}

int uds_recv_eof(int fd)
{
	int end = recv_end(fd);

	return end == -EPIPE ? 0 : end;
}

int uds_recv_reset(int fd)
{
	int end = recv_end(fd);

	return end == -ECONNRESET ? 0 : end;
}

int uds_recv_line(int fd, char *line, size_t size)
{
	size_t n = 0;
	int err;

	while (n + 1 < size) {
		err = uds_recv(fd, line + n, 1);
		if (err)
			return err;
		if (line[n++] == '\n')
			break;
	}
	line[n] = 0;
	return 0;
}

int uds_send_fd(int fd, int passed)
{
	char byte = 0, control[CMSG_SPACE(sizeof(passed))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(passed));
	memcpy(CMSG_DATA(cmsg), &passed, sizeof(passed));
	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
