// SPDX-License-Identifier: GPL-2.0
/*
 * Host programs: clients that connect, send their line or something else, send,
 * read, half-close, abort, and pass descriptors; and servers for the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uds.h"
#include "world.h"

#define PROGRAMS	24U
#define CHUNK		65536U

/**
 * struct host - the host programs
 * @fd: their connections, or -1
 * @server: listening sockets, or -1
 * @buf: what they send and read
 */
struct host {
	int fd[PROGRAMS];
	int server[PORTS];
	char buf[CHUNK];
};

struct host *host_new(void)
{
	struct host *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	memset(h->fd, -1, sizeof(h->fd));
	memset(h->server, -1, sizeof(h->server));
	return h;
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void host_end(struct host *h)
{
	for (unsigned int i = 0; i < PROGRAMS; i++)
		drop(&h->fd[i]);
	for (unsigned int i = 0; i < PORTS; i++)
		drop(&h->server[i]);
	free(h);
}

static void say(int fd, const void *data, size_t len)
{
	if (send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

/* Sends a CONNECT line that is valid, incomplete, too long, or invalid. */
static void say_line(struct world *w, struct rng *r, int fd)
{
	static const char *const lines[] = {
		"CONNECT ", "CONNECT 4294967296\n", "connect +1000\n", "\n",
		"GET / HTTP/1.0\n", "CONNECT 1000", "CONNECT -1\n",
		"CONNECT 00000000000000000000000000000000001\n",
	};
	char line[64];

	snprintf(line, sizeof(line), "CONNECT %u\n%s",
		 1000 + rng_below(r, GUEST_PORTS),
		 rng_one_in(r, 4) ? "and more" : "");
	if (world_wrong(w, r) || rng_one_in(r, 16))
		snprintf(line, sizeof(line), "%s", RNG_PICK(r, lines));
	say(fd, line, strlen(line));
}

static void connect_client(struct world *w, struct rng *r, int *fd)
{
	char path[120];
	bool seqpacket = rng_one_in(r, 3);

	snprintf(path, sizeof(path), "%s%s%s", rng_one_in(r, 8) ? "@" : "",
		 w->path, seqpacket ? "_seqpacket" : "");
	drop(fd);
	*fd = uds_connect_type(path, seqpacket ? SOCK_SEQPACKET : SOCK_STREAM);
	if (*fd >= 0 && rng_below(r, 16))
		say_line(w, r, *fd);
}

static void pass_descriptor(struct world *w, struct rng *r, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	const int passed[] = { w->memfd, w->kick[0], fd, w->device };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &RNG_PICK(r, passed), sizeof(int));
	if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

static void serve(struct host *h, struct world *w, struct rng *r)
{
	unsigned int i = rng_below(r, PORTS);
	char path[120];

	snprintf(path, sizeof(path), "%s_%u", w->path, PORT_FIRST + i);
	if (h->server[i] >= 0 && rng_below(r, 8))
		return;
	drop(&h->server[i]);
	unlink(path);
	if (rng_below(r, 16))
		h->server[i] = uds_listen_type(path, rng_one_in(r, 4) ?
					       SOCK_SEQPACKET : SOCK_STREAM);
}

static void accept_some(struct host *h, struct rng *r)
{
	int *fd = &h->fd[rng_below(r, PROGRAMS)];
	int server = h->server[rng_below(r, PORTS)];
	int got = server < 0 ? -1 : accept4(server, NULL, NULL,
					    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (got < 0)
		return;
	drop(fd);
	*fd = got;
}

static void use(struct host *h, struct world *w, struct rng *r, int *fd)
{
	static const uint32_t lens[] = { 1, 10, 1000, 4096, 40000, CHUNK };

	switch (rng_below(r, 16)) {
	case 0:
		shutdown(*fd, rng_below(r, 3));
		break;
	case 1:		/* with unread bytes this resets */
		drop(fd);
		break;
	case 2:
		if (rng_one_in(r, 4))
			pass_descriptor(w, r, *fd);
		break;
	case 3:
		if (send(*fd, "!", 1, MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL))
			break;
		break;
	case 4 ... 8:
		say(*fd, h->buf, RNG_PICK(r, lens));
		break;
	default:
		if (recv(*fd, h->buf, RNG_PICK(r, lens), MSG_DONTWAIT) < 0)
			break;
	}
}

void host_step(struct host *h, struct world *w, struct rng *r)
{
	int *fd = &h->fd[rng_below(r, PROGRAMS)];

	switch (rng_below(r, 8)) {
	case 0:
		serve(h, w, r);
		break;
	case 1:
	case 2:
		accept_some(h, r);
		break;
	case 3:
		connect_client(w, r, fd);
		break;
	default:
		if (*fd >= 0)
			use(h, w, r, fd);
		else
			connect_client(w, r, fd);
	}
}
