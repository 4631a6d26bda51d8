// SPDX-License-Identifier: GPL-2.0
/*
 * One end of a conversation, for the tests: on the host or in the guest, over
 * AF_VSOCK or AF_UNIX, sending streams that the other end can check byte by
 * byte. Each byte depends on the seed and on its offset, so that a byte lost,
 * doubled or moved is noticed, and where.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/sockios.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 65536
#define BACKLOG 4096
#define MESSAGE_MAX 200000	/* what a default AF_UNIX socket takes at once */
#define WINDOW 262144		/* what a default AF_VSOCK socket holds */
#define STALL_S 20		/* a stream that does not move for so long stands still */

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
	fputs("usage: peer [OPTION]... ADDRESS ACTION\n"
	      "ADDRESS:\n"
	      "  vsock:CID:PORT  unix:PATH  bridge:PATH:PORT      connect\n"
	      "  vsock-listen:PORT  unix-listen:PATH              accept\n"
	      "  -                                                stdin\n"
	      "PATH may be @NAME, an abstract one.\n"
	      "ACTION:\n"
	      "  send SEED BYTES CHUNK        send, then end the sending side\n"
	      "  recv SEED BYTES              receive to the end, and check\n"
	      "  both SEED SEED BYTES CHUNK   send the first, check the second\n"
	      "  echo                         send back what comes\n"
	      "  hold                         wait for the end\n"
	      "  ping                         send a byte, wait for it, close\n"
	      "  give SEED BYTES CHUNK        send, then close at once\n"
	      "  take BYTES                   receive so much, then close\n"
	      "  messages SEED N              send N messages of varied size\n"
	      "  bounds SEED N                receive them, and check\n"
	      "  say TEXT                     send TEXT and a newline, then close\n"
	      "  text                         print what comes, and the end\n"
	      "  pour SEED                    send until nothing is taken for a second,\n"
	      "                               then wait for the end\n"
	      "  half SEED BYTES SEED         send the first, though that may fail, end the\n"
	      "                               sending side, then drain the second\n"
	      "  drain SEED                   receive to the end, say how many bytes came,\n"
	      "                               and whether EOF or an error ended them\n"
	      "  sip SEED SIZE MS             drain, by SIZE bytes every MS milliseconds\n"
	      "  lowat SEED SIZE              drain, by poll() with SO_RCVLOWAT of SIZE\n"
	      "  peek SEED SIZE               drain, by MSG_PEEK until SIZE bytes are there\n"
	      "CHUNK is the size of a write; 0 varies it from 1 to 65536.\n"
	      "OPTION:\n"
	      "  --seqpacket   sockets that keep the bounds of messages\n"
	      "  --timeout N   end after N seconds\n"
	      "  --go FIFO     begin when another process has opened FIFO for writing\n"
	      "  --paced       a write waits until the socket has passed on the one before\n"
	      "  --serve       accept for ever; else one connection\n"
	      "  --times N     N connections, one after the other\n"
	      "  --at-once N   N connections, all open at the same time\n",
	      stderr);
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

/* Of all sockets: SOCK_STREAM or SOCK_SEQPACKET. */
static int type = SOCK_STREAM;

/* Does a write wait until the socket has passed on the one before? */
static bool paced;

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
	static uint8_t want[WINDOW];
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

static void pause_ms(unsigned int ms)
{
	struct timespec time = {
		.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000
	};

	nanosleep(&time, NULL);
}

/* A socket that cannot say what it holds passes on each write at once. */
static void pass_on(int fd)
{
	int held;

	while (!ioctl(fd, SIOCOUTQ, &held) && held)
		pause_ms(1);
}

static enum status send_some(int fd, uint64_t seed, uint64_t total,
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
		if (paced)
			pass_on(fd);
	}
	return STATUS_OK;
}

static enum status send_stream(int fd, uint64_t seed, uint64_t total,
			       uint64_t chunk)
{
	enum status status = send_some(fd, seed, total, chunk);

	if (!status)
		shutdown(fd, SHUT_WR);
	return status;
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

static enum status run_ping(int fd, char **args)
{
	uint8_t byte = 'p';

	(void)args;
	if (send_all(fd, &byte, 1))
		return STATUS_FAILED;
	if (recv(fd, &byte, 1, 0) == 1)
		return STATUS_OK;
	say("no answer");
	return STATUS_FAILED;
}

static enum status run_give(int fd, char **args)
{
	return send_some(fd, number(args[0]), number(args[1]),
			 chunk_size(args[2]));
}

static enum status run_take(int fd, char **args)
{
	static uint8_t data[BLOCK];
	uint64_t wanted = number(args[0]);
	ssize_t n;

	while (wanted) {
		n = recv(fd, data, wanted < BLOCK ? wanted : BLOCK, 0);
		if (n < 0)
			return fail_errno(STATUS_FAILED, "recv");
		if (n == 0)
			break;
		wanted -= n;
	}
	return wanted ? STATUS_FAILED : STATUS_OK;
}

/* Message @i of those that @seed names: as often short as long. */
static size_t message_len(uint64_t seed, uint64_t i)
{
	uint64_t x = mix(mix(seed) + i);
	uint64_t most = 1ULL << (x % 19);

	return 1 + (x >> 8) % (most < MESSAGE_MAX ? most : MESSAGE_MAX);
}

static enum status run_messages(int fd, char **args)
{
	uint64_t seed = number(args[0]), count = number(args[1]), i;
	static uint8_t data[MESSAGE_MAX];
	char byte;

	for (i = 0; i < count; i++) {
		size_t len = message_len(seed, i);
		ssize_t n;

		fill(data, seed + i, 0, len);
		n = send(fd, data, len, MSG_NOSIGNAL);
		if (n < 0)
			return fail_errno(STATUS_FAILED, "send");
		if ((size_t)n != len) {
			say("%zd bytes of a message of %zu", n, len);
			return STATUS_FAILED;
		}
	}
	shutdown(fd, SHUT_WR);
	/* the other end has taken all when it ends too */
	return recv(fd, &byte, 1, 0) ? fail_errno(STATUS_FAILED, "recv") :
				       STATUS_OK;
}

static enum status run_bounds(int fd, char **args)
{
	uint64_t seed = number(args[0]), count = number(args[1]), i;
	static uint8_t data[MESSAGE_MAX + 1];
	ssize_t n;

	for (i = 0; (n = recv(fd, data, sizeof(data), 0)) > 0; i++) {
		size_t len = message_len(seed, i);

		if ((size_t)n != len) {
			say("message %llu: %zd bytes instead of %zu",
			    (unsigned long long)i, n, len);
			return STATUS_FAILED;
		}
		if (check(data, seed + i, 0, len))
			return STATUS_FAILED;
	}
	if (n < 0)
		return fail_errno(STATUS_FAILED, "recv");
	say("received %llu messages", (unsigned long long)i);
	return i == count ? STATUS_OK : STATUS_FAILED;
}

/* An end that is neither EOF nor an error: the stream stands still. */
#define STALLED ETIME

static const char *name_of_end(ssize_t n)
{
	if (!n)
		return "EOF";
	return errno == STALLED ? "no more" : strerrorname_np(errno);
}

/*
 * How a program reads.
 * @next: receives some bytes, like read(); fails with STALLED
 * @size: of a step
 * @pause_ms: between two steps
 */
struct reader {
	ssize_t (*next)(int fd, uint8_t *data, const struct reader *reader);
	size_t size;
	unsigned int pause_ms;
};

/* poll() knows SO_RCVLOWAT; a pipe has neither. */
static ssize_t next_ready(int fd, uint8_t *data, const struct reader *reader)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	pause_ms(reader->pause_ms);
	if (poll(&ready, 1, STALL_S * 1000) == 1)
		return read(fd, data, reader->size);
	errno = STALLED;
	return -1;
}

/* No event says how many bytes are there, so such programs look again. */
static ssize_t next_peeked(int fd, uint8_t *data, const struct reader *reader)
{
	ssize_t n, before = 0;
	double moved = now();

	for (;;) {
		n = recv(fd, data, reader->size, MSG_PEEK);
		if (n <= 0)
			return n;
		if ((size_t)n == reader->size)
			return read(fd, data, reader->size);
		if (n > before)
			moved = now();
		before = n;
		if (now() - moved > STALL_S)
			break;
		pause_ms(1);
	}
	errno = STALLED;
	return -1;
}

/* What was not enough for such a reader came all the same. */
static ssize_t unread(int fd, uint8_t *data)
{
	ssize_t n = recv(fd, data, WINDOW, MSG_DONTWAIT);

	return n < 0 ? 0 : n;
}

static enum status drain(int fd, uint64_t seed, const struct reader *reader)
{
	static uint8_t data[WINDOW];
	uint64_t received = 0;
	const char *end;
	ssize_t n;

	while ((n = reader->next(fd, data, reader)) > 0) {
		if (check(data, seed, received, n))
			return STATUS_FAILED;
		received += n;
	}
	end = name_of_end(n);
	if (n < 0 && errno == STALLED)
		received += unread(fd, data);
	say("%llu bytes, then %s", (unsigned long long)received, end);
	return STATUS_OK;
}

static size_t step_size(const char *text)
{
	uint64_t value = number(text);

	if (!value || value > WINDOW)
		usage();
	return value;
}

static enum status run_drain(int fd, char **args)
{
	struct reader reader = { .next = next_ready, .size = WINDOW };

	return drain(fd, number(args[0]), &reader);
}

static enum status run_sip(int fd, char **args)
{
	struct reader reader = {
		.next = next_ready,
		.size = step_size(args[1]),
		.pause_ms = number(args[2]),
	};

	return drain(fd, number(args[0]), &reader);
}

static enum status run_lowat(int fd, char **args)
{
	struct reader reader = { .next = next_ready, .size = WINDOW };
	int lowat = step_size(args[1]);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, sizeof(lowat)))
		return fail_errno(STATUS_FAILED, "SO_RCVLOWAT");
	return drain(fd, number(args[0]), &reader);
}

static enum status run_peek(int fd, char **args)
{
	struct reader reader = {
		.next = next_peeked, .size = step_size(args[1])
	};

	return drain(fd, number(args[0]), &reader);
}

static enum status run_half(int fd, char **args)
{
	struct reader reader = { .next = next_ready, .size = WINDOW };

	send_some(fd, number(args[0]), number(args[1]), BLOCK);
	shutdown(fd, SHUT_WR);
	return drain(fd, number(args[2]), &reader);
}

static enum status run_pour(int fd, char **args)
{
	const struct timeval second = { .tv_sec = 1 };
	uint64_t seed = number(args[0]), taken = 0;
	static uint8_t data[BLOCK];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
	do {
		fill(data, seed, taken, sizeof(data));
		n = send(fd, data, sizeof(data), MSG_NOSIGNAL);
		taken += n > 0 ? n : 0;
	} while (n > 0);
	if (errno != EAGAIN)
		return fail_errno(STATUS_FAILED, "send");
	say("%llu bytes taken", (unsigned long long)taken);
	return run_hold(fd, NULL);
}

static enum status run_say(int fd, char **args)
{
	if (dprintf(fd, "%s\n", args[0]) < 0)
		return fail_errno(STATUS_FAILED, "write");
	return STATUS_OK;
}

static enum status run_text(int fd, char **args)
{
	char text[256];
	size_t len = 0;
	ssize_t n;

	(void)args;
	while (len < sizeof(text) &&
	       (n = recv(fd, text + len, sizeof(text) - len, 0)) > 0)
		len += n;
	say("'%.*s', then %s", (int)len, text,
	    len < sizeof(text) ? name_of_end(n) : "more");
	return STATUS_OK;
}

static const struct action actions[] = {
	{ "send", 3, run_send },
	{ "recv", 2, run_recv },
	{ "both", 4, run_both },
	{ "echo", 0, run_echo },
	{ "hold", 0, run_hold },
	{ "ping", 0, run_ping },
	{ "give", 3, run_give },
	{ "take", 1, run_take },
	{ "messages", 2, run_messages },
	{ "bounds", 2, run_bounds },
	{ "say", 1, run_say },
	{ "text", 0, run_text },
	{ "pour", 1, run_pour },
	{ "half", 3, run_half },
	{ "drain", 1, run_drain },
	{ "sip", 3, run_sip },
	{ "lowat", 2, run_lowat },
	{ "peek", 2, run_peek },
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
	if (path[0] != '@')
		return sizeof(to->un);
	to->un.sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len;
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
	size_t step = type == SOCK_STREAM ? 1 : sizeof("OK 4294967295\n");
	char line[64];
	size_t len = 0;
	ssize_t n;

	if (dprintf(fd, "CONNECT %s\n", port) < 0)
		return fail_errno(STATUS_FAILED, "write");
	while (len + step < sizeof(line) &&
	       (n = recv(fd, &line[len], step, 0)) > 0) {
		len += n;
		if (line[len - 1] == '\n')
			break;
	}
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
	*fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);
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
	char path[256];
	enum status status;
	socklen_t len;

	if (!strcmp(where, "-")) {
		*fd = dup(STDIN_FILENO);
		return STATUS_OK;
	}
	rest = after(where, "unix:");
	if (rest) {
		len = unix_address(&address, rest, strlen(rest));
		return dial(fd, &address, len);
	}
	rest = after(where, "vsock:");
	if (rest) {
		len = vsock_address(&address, strtoul(rest, NULL, 0),
				    number(last_colon(rest) + 1));
		return dial(fd, &address, len);
	}
	rest = after(where, "bridge:");
	if (!rest)
		usage();
	colon = last_colon(rest);
	snprintf(path, sizeof(path), "%.*s%s", (int)(colon - rest), rest,
		 type == SOCK_SEQPACKET ? "_seqpacket" : "");
	len = unix_address(&address, path, strlen(path));
	status = dial(fd, &address, len);
	return status ?: handshake(*fd, colon + 1);
}

/* Negative when there is none. */
static int local_cid(void)
{
	int fd = open("/dev/vsock", O_RDONLY | O_CLOEXEC), cid = -1;

	if (fd >= 0 && ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, &cid))
		cid = -1;
	close(fd);
	return cid;
}

static enum status listen_at(int *fd, const char *where)
{
	union address address = {};
	const char *rest;
	socklen_t len;

	rest = after(where, "unix-listen:");
	if (rest) {
		len = unix_address(&address, rest, strlen(rest));
		unlink(rest);
	} else {
		rest = after(where, "vsock-listen:");
		len = vsock_address(&address, VMADDR_CID_ANY, number(rest));
	}
	*fd = socket(address.any.sa_family, type | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail_errno(STATUS_REFUSED, "socket");
	if (bind(*fd, &address.any, len) || listen(*fd, BACKLOG))
		return fail_errno(STATUS_REFUSED, "listen");
	if (address.any.sa_family == AF_VSOCK)
		say("listening at CID %d", local_cid());
	else
		say("listening");
	return STATUS_OK;
}

/*
 * Where connections come from: a listener, or an address to connect to.
 * @listener: negative for the latter
 */
struct source {
	int listener;
	const char *where;
};

static enum status source_open(struct source *source, const char *where)
{
	source->listener = -1;
	source->where = where;
	if (after(where, "vsock-listen:") || after(where, "unix-listen:"))
		return listen_at(&source->listener, where);
	return STATUS_OK;
}

static enum status source_next(struct source *source, int *fd)
{
	if (source->listener < 0)
		return reach(fd, source->where);
	*fd = accept4(source->listener, NULL, NULL, SOCK_CLOEXEC);
	if (*fd < 0)
		return fail_errno(STATUS_FAILED, "accept");
	return STATUS_OK;
}

/*
 * What is to be done with them.
 * @go: the FIFO that says when; NULL for at once
 */
struct job {
	const struct action *action;
	const char *go;
	char **args;
	uint64_t count;
	unsigned int limit;
};

static enum status run_job(const struct job *job, int fd)
{
	int go;

	if (job->go) {
		go = open(job->go, O_RDONLY | O_CLOEXEC);
		if (go < 0)
			return fail_errno(STATUS_FAILED, "open");
		close(go);
	}
	return job->action->run(fd, job->args);
}

/* Ends with the first that fails. */
static enum status run_in_turn(struct source *source, const struct job *job)
{
	enum status status = STATUS_OK;
	uint64_t i;
	int fd;

	for (i = 0; i < job->count && !status; i++) {
		status = source_next(source, &fd);
		if (status)
			break;
		if (job->count == 1 && source->listener < 0)
			say("connected");
		status = run_job(job, fd);
		close(fd);
	}
	if (job->count > 1)
		say("%llu connections in turn", (unsigned long long)i);
	return status;
}

/* A process for each, from the moment when it is connected. */
static enum status start_one(struct source *source, const struct job *job)
{
	enum status status;
	pid_t child;
	int fd;

	status = source_next(source, &fd);
	if (status)
		return status;
	child = fork();
	if (child < 0)
		return fail_errno(STATUS_FAILED, "fork");
	if (!child) {
		signal(SIGCHLD, SIG_DFL);
		alarm(job->limit);
		_exit(run_job(job, fd));
	}
	close(fd);
	return STATUS_OK;
}

static enum status run_at_once(struct source *source, const struct job *job)
{
	uint64_t open = 0, good = 0;
	int status;

	while (open < job->count && !start_one(source, job))
		open++;
	say("%llu connections open", (unsigned long long)open);
	while (wait(&status) > 0)
		good += !status;
	say("%llu connections good", (unsigned long long)good);
	return good == job->count ? STATUS_OK : STATUS_FAILED;
}

static enum status serve(struct source *source, const struct job *job)
{
	enum status status;

	signal(SIGCHLD, SIG_IGN);
	do {
		status = start_one(source, job);
	} while (!status);
	return status;
}

typedef enum status (*run_fn)(struct source *, const struct job *);

static run_fn parse(int argc, char **argv, struct job *job)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "go", required_argument, NULL, 'g' },
		{ "paced", no_argument, NULL, 'p' },
		{ "serve", no_argument, NULL, 's' },
		{ "times", required_argument, NULL, 'n' },
		{ "at-once", required_argument, NULL, 'o' },
		{ "seqpacket", no_argument, NULL, 'q' },
		{},
	};
	run_fn run = run_in_turn;
	int option;

	*job = (struct job){ .count = 1 };
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 't':
			job->limit = number(optarg);
			alarm(job->limit);
			break;
		case 'g':
			job->go = optarg;
			break;
		case 'p':
			paced = true;
			break;
		case 's':
			run = serve;
			break;
		case 'n':
			job->count = number(optarg);
			break;
		case 'o':
			run = run_at_once;
			job->count = number(optarg);
			break;
		case 'q':
			type = SOCK_SEQPACKET;
			break;
		default:
			usage();
		}
	}
	if (argc - optind < 2)
		usage();
	job->action = find_action(argc - optind - 1, argv + optind + 1);
	job->args = argv + optind + 2;
	return run;
}

int main(int argc, char **argv)
{
	struct source source;
	enum status status;
	struct job job;
	run_fn run;

	signal(SIGPIPE, SIG_IGN);
	run = parse(argc, argv, &job);
	status = source_open(&source, argv[optind]);
	return status ?: run(&source, &job);
}
