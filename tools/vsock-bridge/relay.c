// SPDX-License-Identifier: GPL-2.0
/*
 * stdin and stdout as one end of a connection. Each direction has a thread, so
 * that neither waits for the other. Descriptors stay blocking, because other
 * programs may share them.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vsock_bridge.h>

#include "diag.h"
#include "exit.h"
#include "relay.h"
#include "wait.h"

enum {
	CHUNK = 65536,
	LARGEST_MESSAGE = VSOCK_BRIDGE_MAX_MESSAGE,
};

/* The direction from stdin. */
struct sender {
	int fd;
	int result;
};

/*
 * Both directions may detect that the connection was cut. Only one reports it,
 * before the other continues, because the other may end the process.
 */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static bool reported;

#define tell_cut(...) do {				\
	pthread_mutex_lock(&telling);			\
	if (!reported)					\
		diag(__VA_ARGS__);			\
	reported = true;					\
	pthread_mutex_unlock(&telling);			\
} while (0)

/* Waits for stdin: false if the other end is closed before stdin has bytes. */
static bool wait_for_stdin(int fd)
{
	struct pollfd p[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd } };

	while (!(p[0].revents | p[1].revents))
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return false;
	return p[0].revents;
}

/*
 * Reads the next bytes; returns 0 at the end of either side. Another process
 * that shares stdin may have made it non-blocking, or may have read the bytes
 * first.
 */
static ssize_t read_stdin(int fd, char *data, size_t size)
{
	ssize_t n;

	do {
		if (!wait_for_stdin(fd))
			return 0;
		n = read(STDIN_FILENO, data, size);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n;
}

/*
 * Sends all bytes. A stream may accept a part at a time; a message is sent as a
 * whole.
 */
static int send_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		length -= n;
	}
	return 0;
}

static int tell_not_sent(void)
{
	if (errno == EPIPE || errno == ECONNRESET)
		tell_cut("the other end reads no more: the rest of stdin is lost");
	else
		diag("cannot send: %s: see 'vsock-bridge stats'", strerror(errno));
	return EXIT_FAILED;
}

/* A stdin that is not open has ended. */
static void *send_stdin(void *arg)
{
	struct sender *sender = arg;
	char data[CHUNK];
	ssize_t n;

	while ((n = read_stdin(sender->fd, data, sizeof(data))) > 0) {
		if (send_all(sender->fd, data, n)) {
			sender->result = tell_not_sent();
			return NULL;
		}
	}
	if (n < 0 && errno != EBADF) {
		diag("cannot read stdin: %s: check where it comes from", strerror(errno));
		sender->result = EXIT_FAILED;
	}
	shutdown(sender->fd, SHUT_WR);
	return NULL;
}

/* May a write to stdout be repeated, after a wait for its reader? */
static bool may_write_again(void)
{
	return errno == EINTR || (errno == EAGAIN &&
				  poll_until(STDOUT_FILENO, POLLOUT, WAIT_FOREVER));
}

static int write_all(const char *data, size_t length)
{
	while (length) {
		ssize_t n = write(STDOUT_FILENO, data, length);

		if (n < 0 && may_write_again())
			continue;
		if (n < 0) {
			diag("cannot write to stdout: %s: is its disk full, or its reader gone?",
			     strerror(errno));
			return -1;
		}
		data += n;
		length -= n;
	}
	return 0;
}

/* A message that does not fit is an error and is not truncated. */
static ssize_t receive(int fd, char data[LARGEST_MESSAGE], bool messages)
{
	ssize_t n;

	do
		n = recv(fd, data, LARGEST_MESSAGE, messages ? MSG_TRUNC : 0);
	while (n < 0 && errno == EINTR);
	if (n <= LARGEST_MESSAGE)
		return n;
	errno = EMSGSIZE;
	return -1;
}

static int receive_to_stdout(int fd, bool messages)
{
	static char data[LARGEST_MESSAGE];
	ssize_t n;

	while ((n = receive(fd, data, messages)) > 0)
		if (write_all(data, n))
			return EXIT_FAILED;
	if (!n)
		return EXIT_OK;
	tell_cut("the connection was cut: %s: see 'vsock-bridge stats'", strerror(errno));
	return EXIT_FAILED;
}

/* If the other end is closed, the sender detects that too, and ends. */
int relay(int fd, bool messages)
{
	/* static, because its thread may still run if receiving has failed */
	static struct sender sender;
	pthread_t thread;
	int result;

	sender.fd = fd;
	signal(SIGPIPE, SIG_IGN);
	result = pthread_create(&thread, NULL, send_stdin, &sender);
	if (result) {
		diag("cannot start a thread: %s: check the limits of this process",
		     strerror(result));
		return EXIT_FAILED;
	}
	result = receive_to_stdout(fd, messages);
	if (result)
		return result;
	close(STDOUT_FILENO);
	pthread_join(thread, NULL);
	return sender.result;
}
