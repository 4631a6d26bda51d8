// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a conversation, for the tests: on the host or in the guest, over
 * AF_VSOCK or AF_UNIX, sending streams that the other end can check byte by
 * byte. Each byte depends on the seed and on its offset, so that a byte lost,
 * doubled or moved is noticed, and where.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <linux/vm_sockets.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 65536

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* wrong data, or the connection broke */
	STATUS_USAGE = 2,
	STATUS_REFUSED = 3,	/* no connection; the errno is printed */
	STATUS_CLOSED = 4,	/* closed before OK */
};

struct action {
	const char *name;
	int nargs;
	enum status (*run)(int fd, char **args);
};

static void usage(void)
{
	fputs("usage: peer [--timeout N] [--serve] ADDRESS ACTION\n"
	      "ADDRESS:\n"
	      "  vsock:CID:PORT  unix:PATH  bridge:PATH:PORT      connect\n"
	      "  vsock-listen:PORT  unix-listen:PATH              accept\n"
	      "ACTION:\n"
	      "  send SEED BYTES CHUNK        send, then end the sending side\n"
	      "  recv SEED BYTES              receive to the end, and check\n"
	      "  both SEED SEED BYTES CHUNK   send the first, check the second\n"
	      "  echo                         send back what comes\n"
	      "  hold                         wait for the end\n"
	      "CHUNK is the size of a write; 0 varies it from 1 to 65536.\n"
	      "--serve accepts for ever; else one connection.\n", stderr);
	exit(STATUS_USAGE);
}

static void say(const char *format, ...)
{
	va_list args;

	fputs("peer: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static enum status fail_errno(enum status status, const char *what)
{
	say("%s: %s", what, strerrorname_np(errno));
	return status;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* The bytes [offset, offset + len) of the stream that seed names. */
static void fill(uint8_t *to, uint64_t seed, uint64_t offset, size_t len)
{
	uint64_t base = mix(seed);

	while (len) {
		uint64_t word = mix(base + offset / 8);
		size_t skip = offset % 8, part = 8 - skip;

		if (part > len)
			part = len;
		memcpy(to, (uint8_t *)&word + skip, part);
		to += part;
		offset += part;
		len -= part;
	}
}

static enum status check(const uint8_t *got, uint64_t seed, uint64_t offset,
			 size_t len)
{
	static uint8_t want[BLOCK];
	size_t i;

	fill(want, seed, offset, len);
	if (!memcmp(got, want, len))
		return STATUS_OK;
	for (i = 0; got[i] == want[i]; i++)
		;
	say("wrong data at offset %llu", (unsigned long long)(offset + i));
	return STATUS_FAILED;
}

static enum status send_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0)
			return fail_errno(STATUS_FAILED, "send");
		data += n;
		len -= n;
	}
	return STATUS_OK;
}

static enum status send_stream(int fd, uint64_t seed, uint64_t total,
			       uint64_t chunk)
{
	static uint8_t data[BLOCK];
	uint64_t sent = 0, round = 0;

	while (sent < total) {
		uint64_t n = chunk ?: 1 + mix(seed ^ ++round) % BLOCK;

		if (n > total - sent)
			n = total - sent;
		fill(data, seed, sent, n);
		if (send_all(fd, data, n))
			return STATUS_FAILED;
		sent += n;
	}
	shutdown(fd, SHUT_WR);
	return STATUS_OK;
}

static enum status recv_stream(int fd, uint64_t seed, uint64_t total)
{
	static uint8_t data[BLOCK];
	uint64_t received = 0;
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), 0)) > 0) {
		if (check(data, seed, received, n))
			return STATUS_FAILED;
		received += n;
	}
	if (n < 0)
		return fail_errno(STATUS_FAILED, "recv");
	if (received != total) {
		say("%llu bytes of %llu", (unsigned long long)received,
		    (unsigned long long)total);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (!*text || *end)
		usage();
	return value;
}

static uint64_t chunk_size(const char *text)
{
	uint64_t value = number(text);

	if (value > BLOCK)
		usage();
	return value;
}

static void report(const char *what, uint64_t bytes, double start)
{
	double seconds = now() - start;

	say("%s %llu bytes in %.2f s, %.1f MB/s", what,
	    (unsigned long long)bytes, seconds, bytes / seconds / 1e6);
}

/* The other side's end tells that it has taken all, so that is timed too. */
static enum status run_send(int fd, char **args)
{
	double start = now();
	enum status status;
	char byte;

	status = send_stream(fd, number(args[0]), number(args[1]),
			     chunk_size(args[2]));
	if (status)
		return status;
	if (recv(fd, &byte, 1, 0) < 0)
		return fail_errno(STATUS_FAILED, "recv");
	report("sent", number(args[1]), start);
	return STATUS_OK;
}

static enum status run_recv(int fd, char **args)
{
	double start = now();
	enum status status = recv_stream(fd, number(args[0]), number(args[1]));

	if (!status)
		report("received", number(args[1]), start);
	return status;
}

/* A process of its own sends, so that neither side waits for the other. */
static enum status run_both(int fd, char **args)
{
	double start = now();
	enum status status;
	int sender_status;
	pid_t sender;

	fflush(stdout);
	sender = fork();
	if (sender < 0)
		return fail_errno(STATUS_FAILED, "fork");
	if (!sender)
		_exit(send_stream(fd, number(args[0]), number(args[2]),
				  chunk_size(args[3])));
	status = recv_stream(fd, number(args[1]), number(args[2]));
	if (status)
		kill(sender, SIGKILL);
	waitpid(sender, &sender_status, 0);
	if (status || sender_status)
		return STATUS_FAILED;
	report("exchanged", number(args[2]), start);
	return STATUS_OK;
}

static enum status run_echo(int fd, char **args)
{
	static uint8_t data[BLOCK];
	ssize_t n;

	(void)args;
	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		if (send_all(fd, data, n))
			return STATUS_FAILED;
	if (n < 0)
		return fail_errno(STATUS_FAILED, "recv");
	shutdown(fd, SHUT_WR);
	return STATUS_OK;
}

static enum status run_hold(int fd, char **args)
{
	char byte;
	ssize_t n;

	(void)args;
	do {
		n = recv(fd, &byte, 1, 0);
	} while (n > 0);
	if (n < 0)
		return fail_errno(STATUS_FAILED, "recv");
	say("end of stream");
	return STATUS_OK;
}

static const struct action actions[] = {
	{ "send", 3, run_send },
	{ "recv", 2, run_recv },
	{ "both", 4, run_both },
	{ "echo", 0, run_echo },
	{ "hold", 0, run_hold },
};

static const struct action *find_action(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (!strcmp(argv[0], actions[i].name) &&
		    argc - 1 == actions[i].nargs)
			return &actions[i];
	usage();
	return NULL;
}

union address {
	struct sockaddr any;
	struct sockaddr_un un;
	struct sockaddr_vm vm;
};

static socklen_t unix_address(union address *to, const char *path, size_t len)
{
	if (len >= sizeof(to->un.sun_path))
		usage();
	to->un.sun_family = AF_UNIX;
	memcpy(to->un.sun_path, path, len);
	return sizeof(to->un);
}

static socklen_t vsock_address(union address *to, uint64_t cid, uint64_t port)
{
	to->vm.svm_family = AF_VSOCK;
	to->vm.svm_cid = cid;
	to->vm.svm_port = port;
	return sizeof(to->vm);
}

static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

/* Reads exactly the line "OK <port>\n": what follows it is payload. */
static enum status handshake(int fd, const char *port)
{
	char line[64];
	size_t len = 0;

	if (dprintf(fd, "CONNECT %s\n", port) < 0)
		return fail_errno(STATUS_FAILED, "write");
	while (len < sizeof(line) - 1 && recv(fd, &line[len], 1, 0) == 1)
		if (line[len++] == '\n')
			break;
	line[len] = 0;
	if (!len) {
		say("closed without OK");
		return STATUS_CLOSED;
	}
	if (!after(line, "OK ") || line[len - 1] != '\n') {
		say("not an OK line: '%s'", line);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static enum status dial(int *fd, union address *address, socklen_t len)
{
	*fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail_errno(STATUS_REFUSED, "socket");
	if (connect(*fd, &address->any, len))
		return fail_errno(STATUS_REFUSED, "connect");
	return STATUS_OK;
}

static const char *last_colon(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (!colon)
		usage();
	return colon;
}

static enum status reach(int *fd, const char *where)
{
	union address address = {};
	const char *rest, *colon;
	enum status status;
	socklen_t len;

	if ((rest = after(where, "unix:"))) {
		len = unix_address(&address, rest, strlen(rest));
		return dial(fd, &address, len);
	}
	if ((rest = after(where, "vsock:"))) {
		len = vsock_address(&address, strtoul(rest, NULL, 0),
				    number(last_colon(rest) + 1));
		return dial(fd, &address, len);
	}
	rest = after(where, "bridge:");
	if (!rest)
		usage();
	colon = last_colon(rest);
	len = unix_address(&address, rest, colon - rest);
	status = dial(fd, &address, len);
	return status ?: handshake(*fd, colon + 1);
}

static enum status listen_at(int *fd, const char *where)
{
	union address address = {};
	const char *rest;
	socklen_t len;

	if ((rest = after(where, "unix-listen:"))) {
		len = unix_address(&address, rest, strlen(rest));
		unlink(rest);
	} else {
		rest = after(where, "vsock-listen:");
		len = vsock_address(&address, VMADDR_CID_ANY, number(rest));
	}
	*fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail_errno(STATUS_REFUSED, "socket");
	if (bind(*fd, &address.any, len) || listen(*fd, 128))
		return fail_errno(STATUS_REFUSED, "listen");
	say("listening");
	return STATUS_OK;
}

static void serve(int listener, const struct action *action, char **args)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			exit(fail_errno(STATUS_FAILED, "accept"));
		if (!fork()) {
			signal(SIGCHLD, SIG_DFL);
			_exit(action->run(fd, args));
		}
		close(fd);
	}
}

static enum status accept_and_run(const char *where, bool for_ever,
				  const struct action *action, char **args)
{
	enum status status;
	int listener, fd;

	status = listen_at(&listener, where);
	if (status)
		return status;
	if (for_ever)
		serve(listener, action, args);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return fail_errno(STATUS_FAILED, "accept");
	close(listener);
	return action->run(fd, args);
}

static enum status connect_and_run(const char *where,
				   const struct action *action, char **args)
{
	enum status status;
	int fd;

	status = reach(&fd, where);
	if (status)
		return status;
	say("connected");
	return action->run(fd, args);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "serve", no_argument, NULL, 's' },
		{},
	};
	const struct action *action;
	bool for_ever = false;
	const char *where;
	int option;

	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 't')
			alarm(number(optarg));
		else if (option == 's')
			for_ever = true;
		else
			usage();
	}
	if (argc - optind < 2)
		usage();
	where = argv[optind];
	action = find_action(argc - optind - 1, argv + optind + 1);
	if (after(where, "vsock-listen:") || after(where, "unix-listen:"))
		return accept_and_run(where, for_ever, action,
				      argv + optind + 2);
	return connect_and_run(where, action, argv + optind + 2);
}
