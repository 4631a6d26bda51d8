// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "endpoint.h"

#define BACKLOG	4096

void endpoint_path(const struct cell *cell, char path[ENDPOINT_PATH])
{
	snprintf(path, ENDPOINT_PATH, "%s/%u", cell->bench->dir, cell->index);
}

void endpoint_port_path(const struct cell *cell, char path[ENDPOINT_PATH])
{
	snprintf(path, ENDPOINT_PATH, "%s/%u_%u", cell->bench->dir, cell->index,
		 HOST_PORT(cell));
}

static void unix_addr(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
}

int unix_listen(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	unix_addr(&addr, path);
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    listen(fd, BACKLOG))
		die("listening on %s: %s", path, strerror(errno));
	return fd;
}

int unix_dial(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;

	unix_addr(&addr, path);
	if (fd < 0 || connect(fd, (void *)&addr, sizeof(addr)))
		die("connecting to %s: %s", path, strerror(errno));
	return fd;
}

int vsock_listen(unsigned int port)
{
	struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY,
		.svm_port = port,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    listen(fd, BACKLOG))
		die("listening on vsock port %u: %s", port, strerror(errno));
	return fd;
}

static int vsock_dial_begin(unsigned int cid, unsigned int port)
{
	struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK,
		.svm_cid = cid,
		.svm_port = port,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || (connect(fd, (void *)&addr, sizeof(addr)) &&
		       errno != EINPROGRESS))
		die("connecting to vsock %u:%u: %s", cid, port,
		    strerror(errno));
	return fd;
}

static void vsock_dial_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = ETIMEDOUT;

	if (poll(&p, 1, 10000) == 1)
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err)
		die("connecting over vsock: %s", strerror(err));
	fcntl(fd, F_SETFL, 0);
}

int vsock_dial(unsigned int cid, unsigned int port)
{
	int fd = vsock_dial_begin(cid, port);

	vsock_dial_end(fd);
	return fd;
}

/*
 * The handshake of the bridge and of all devices that follow Firecracker. The
 * peer sends nothing after its answer until we send, so a long read loses
 * nothing.
 */
static void handshake_begin(int fd)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "CONNECT %u\n", GUEST_PORT);

	if (write(fd, line, len) != len)
		die("sending CONNECT: %s", strerror(errno));
}

static void handshake_end(int fd)
{
	char answer[32];
	size_t len = 0;

	do {
		ssize_t n = read(fd, answer + len, sizeof(answer) - len);

		if (n <= 0)
			die("no answer to CONNECT: %s",
			    n ? strerror(errno) : "the end");
		len += n;
	} while (answer[len - 1] != '\n');
	if (strncmp(answer, "OK ", 3))
		die("refused: %.*s", (int)len - 1, answer);
}

/* Is the vsock port bound? */
static bool port_taken(unsigned int port)
{
	struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY,
		.svm_port = port,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	bool taken = bind(fd, (void *)&addr, sizeof(addr)) &&
		     errno == EADDRINUSE;

	close(fd);
	return taken;
}

/* Does the process sleep? */
static bool asleep(pid_t pid)
{
	char path[64], line[256], *state;
	FILE *file;
	bool is = false;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file)) {
		state = strrchr(line, ')');
		is = state && state[2] == 'S';
	}
	fclose(file);
	return is;
}

/* Runs a program of the peer, found through PATH. */
static pid_t run_program(const char *const argv[])
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[0], (char *const *)argv);
		die("cannot run %s: %s", argv[0], strerror(errno));
	}
	return pid;
}

/* The pause between two checks whether a program listens. */
static void give_time(pid_t pid, const char *name)
{
	if (waitpid(pid, NULL, WNOHANG))
		die("%s ended", name);
	usleep(1000);
}

/*
 * Runs a relay, without messages, and waits until it listens: its address is
 * bound, and it sleeps.
 */
static void start_socat(const struct cell *cell, const char *from,
			const char *to, const char *path)
{
	bool big = cell->bench->peer == PEER_VHOST_SOCAT_64K;
	const char *const argv[] = {
		"socat", "-b", big ? "65536" : "8192", from, to, NULL,
	};
	pid_t pid = run_program(argv);

	/*
	 * port_taken() binds the port for a moment, which must not disturb
	 * socat.
	 */
	while (!asleep(pid) ||
	       !(path ? !access(path, F_OK) : port_taken(HOST_PORT(cell))))
		give_time(pid, from);
}

/* One program for each device, with default options, as a user would run it. */
int endpoint_start_device(const struct cell *cell)
{
	char path[ENDPOINT_PATH], control[ENDPOINT_PATH + 8], cid[16];
	const char *const argv[] = {
		"vhost-device-vsock", "--guest-cid", cid, "--uds-path", path,
		"--socket", control, NULL,
	};
	struct sockaddr_un addr;
	pid_t pid;
	int fd;

	endpoint_path(cell, path);
	snprintf(control, sizeof(control), "%s.vmm", path);
	snprintf(cid, sizeof(cid), "%u", CELL_CID(cell));
	unix_addr(&addr, control);
	pid = run_program(argv);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("no socket: %s", strerror(errno));
	/* The program creates its other socket before this one. */
	while (connect(fd, (void *)&addr, sizeof(addr)))
		give_time(pid, argv[0]);
	return fd;
}

static bool has_relay(const struct cell *cell)
{
	return cell->bench->peer == PEER_VHOST_SOCAT ||
	       cell->bench->peer == PEER_VHOST_SOCAT_64K;
}

int endpoint_listen(const struct cell *cell)
{
	char path[ENDPOINT_PATH], from[64], to[ENDPOINT_PATH + 32];
	int fd;

	if (cell->bench->peer == PEER_VHOST)
		return vsock_listen(HOST_PORT(cell));
	endpoint_port_path(cell, path);
	fd = unix_listen(path);
	if (has_relay(cell)) {
		snprintf(from, sizeof(from), "VSOCK-LISTEN:%u,fork,backlog=%u",
			 HOST_PORT(cell), BACKLOG);
		snprintf(to, sizeof(to), "UNIX-CONNECT:%s", path);
		start_socat(cell, from, to, NULL);
	}
	return fd;
}

void endpoint_open(const struct cell *cell)
{
	char path[ENDPOINT_PATH], from[ENDPOINT_PATH + 64], to[64];

	if (!has_relay(cell))
		return;
	endpoint_path(cell, path);
	snprintf(from, sizeof(from), "UNIX-LISTEN:%s,fork,backlog=%u", path,
		 BACKLOG);
	snprintf(to, sizeof(to), "VSOCK-CONNECT:%u:%u", CELL_CID(cell),
		 GUEST_PORT);
	start_socat(cell, from, to, path);
}

int endpoint_dial_begin(const struct cell *cell)
{
	char path[ENDPOINT_PATH];
	int fd;

	if (cell->bench->peer == PEER_VHOST)
		return vsock_dial_begin(CELL_CID(cell), GUEST_PORT);
	endpoint_path(cell, path);
	fd = unix_dial(path);
	if (cell->bench->peer == PEER_BRIDGE ||
	    cell->bench->peer == PEER_VHOST_DEVICE)
		handshake_begin(fd);
	return fd;
}

void endpoint_dial_end(const struct cell *cell, int fd)
{
	if (cell->bench->peer == PEER_VHOST)
		vsock_dial_end(fd);
	else if (cell->bench->peer == PEER_BRIDGE ||
		 cell->bench->peer == PEER_VHOST_DEVICE)
		handshake_end(fd);
}
