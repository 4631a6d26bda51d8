// SPDX-License-Identifier: GPL-2.0
/*
 * The client side of the handshake: connects a host program to a port of the
 * guest by CONNECT and OK.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "client.h"
#include "descriptor.h"
#include "diag.h"
#include "exit.h"
#include "wait.h"

#define SEQPACKET_SUFFIX	"_seqpacket"

/* "OK 4294967295\n", and room to show a longer line. */
enum { LINE_SIZE = 32 };

static int tell_timed_out(const struct client *client, const char *what)
{
	diag("%s did not %s in %lu ms: is its virtual machine running? See 'vsock-bridge list', or raise --timeout",
	     client->path, what, client->timeout_ms);
	return EXIT_TIMED_OUT;
}

static bool is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) || S_ISSOCK(st.st_mode);
}

/* PATH exists, and PATH_seqpacket does not. */
static bool lacks_seqpacket(const struct client *client, int error)
{
	return client->seqpacket && error == ENOENT &&
	       !access(client->path, F_OK);
}

static int tell_nobody(const struct client *client, const char *path, int error)
{
	if (lacks_seqpacket(client, error))
		diag("%s does not exist: the device has no SEQPACKET socket: start it with --seqpacket", path);
	else if (error == ENOENT)
		diag("there is no %s: start the virtual machine, or see 'vsock-bridge list' for the paths of running devices", path);
	else
		diag("no program listens on %s: its virtual machine has ended: start it again, with --replace", path);
	return EXIT_NOBODY;
}

static int tell_no_connection(const struct client *client, const char *path, int error)
{
	switch (error) {
	case EAGAIN:
		return tell_timed_out(client, "accept");
	case ENOENT:
		return tell_nobody(client, path, error);
	case ECONNREFUSED:
		if (is_socket(path))
			return tell_nobody(client, path, error);
		diag("%s is not a socket: give the path of a device, see 'vsock-bridge list'", path);
		break;
	case EACCES:
		diag("you may not connect to %s: ask its owner, who can start the virtual machine with --mode or --group", path);
		break;
	case EPROTOTYPE:
		diag("%s is a socket of another type: give the path of a device, without _seqpacket, see 'vsock-bridge list'", path);
		break;
	default:
		diag("cannot connect to %s: %s: check the path", path, strerror(error));
	}
	return EXIT_FAILED;
}

/* Limits the time that connect() and send() may take; 0: no limit. */
static void bound_waits(int fd, unsigned long ms)
{
	const struct timeval limit = { ms / 1000, ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static int reach(const struct client *client, int fd)
{
	struct address address;

	if (address_make(&address, client->path,
			 client->seqpacket ? SEQPACKET_SUFFIX : ""))
		return EXIT_USAGE;
	if (!connect(fd, (struct sockaddr *)&address.un, address.length))
		return 0;
	return tell_no_connection(client, address.path, errno);
}

/*
 * Reads the first line or message, or as much as arrives before EOF: its
 * length, or -1. Bytes behind the line must stay in the socket, so a stream is
 * read byte by byte.
 */
static ssize_t read_line(const struct client *client, int fd, char line[LINE_SIZE],
			 unsigned long deadline)
{
	size_t most = client->seqpacket ? LINE_SIZE - 1 : 1, length = 0;

	while (length < LINE_SIZE - 1 && (!length || line[length - 1] != '\n')) {
		ssize_t n;

		if (!poll_until(fd, POLLIN, deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = recv(fd, line + length, most, 0);
		if (length && (!n || (n < 0 && errno == ECONNRESET)))
			break;
		if (n <= 0)
			return n;
		length += n;
		if (client->seqpacket)
			break;
	}
	line[length] = '\0';
	return length;
}

static bool is_ok(const char *line)
{
	unsigned int port;
	int end = 0;

	return sscanf(line, "OK %u%n", &port, &end) == 1 && !strcmp(line + end, "\n");
}

static int tell_refused(const struct client *client)
{
	diag("the guest refused port %u: does a program listen there? The device refuses too when a limit is reached: see 'vsock-bridge stats'",
	     client->port);
	return EXIT_REFUSED;
}

static int read_answer(const struct client *client, int fd, unsigned long deadline)
{
	char line[LINE_SIZE] = "";
	ssize_t length = read_line(client, fd, line, deadline);

	if (!length || (length < 0 && errno == ECONNRESET))
		return tell_refused(client);
	if (length < 0 && errno == ETIMEDOUT)
		return tell_timed_out(client, "answer");
	if (length < 0) {
		diag("cannot read the answer of %s: %s: try again", client->path,
		     strerror(errno));
		return EXIT_FAILED;
	}
	if (is_ok(line))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	diag("%s answers '%s' instead of OK: give the path of a device, see 'vsock-bridge list'",
	     client->path, line);
	return EXIT_FAILED;
}

static int shake_hands(const struct client *client, int fd, unsigned long deadline)
{
	char line[LINE_SIZE];
	int length = snprintf(line, sizeof(line), "CONNECT %u\n", client->port);
	ssize_t sent = send(fd, line, length, MSG_NOSIGNAL);

	if (sent < 0 && errno != EPIPE && errno != ECONNRESET) {
		diag("cannot write to %s: %s: try again", client->path,
		     strerror(errno));
		return EXIT_FAILED;
	}
	return read_answer(client, fd, deadline);
}

int client_connect(const struct client *client, int *fd)
{
	unsigned long deadline = wait_deadline(client->timeout_ms);
	int type = client->seqpacket ? SOCK_SEQPACKET : SOCK_STREAM;
	int result;

	*fd = descriptor_above_stderr(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
	if (*fd < 0) {
		diag("cannot open a socket: %s: check the limits of this process",
		     strerror(errno));
		return EXIT_FAILED;
	}
	bound_waits(*fd, client->timeout_ms);
	result = reach(client, *fd);
	if (!result)
		result = shake_hands(client, *fd, deadline);
	if (result)
		close(*fd);
	else
		bound_waits(*fd, 0);
	return result;
}
