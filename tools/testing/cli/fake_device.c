// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded into vsock-bridge: /dev/null answers the ioctls of
 * vsock_bridge. For answers that the real module cannot be brought to give.
 *
 *   FAKE_LOG		file to which SET ioctls append a line, and all of them
 *			one if the device is at stdin, stdout or stderr
 *   FAKE_ERROR		"CALL NUMBER": CALL (OPEN, GET_INFO, SET_UDS, GET_LIMITS,
 *			SET_LIMITS or SET_PORT) fails with that errno
 *   FAKE_ABI, FAKE_FEATURES, FAKE_VIRTIO_FEATURES, FAKE_MAX_CONNECTIONS,
 *   FAKE_MAX_PATH	numbers in GET_INFO
 *   FAKE_OLD		GET_INFO fills in no more than it first did
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vsock_bridge.h>

int ioctl(int fd, unsigned long request, ...);

static unsigned long long number(const char *variable, unsigned long long otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int fails(const char *call)
{
	const char *text = getenv("FAKE_ERROR");
	size_t length = strlen(call);

	if (!text || strncmp(text, call, length) || text[length] != ' ')
		return 0;
	errno = atoi(text + length);
	return -1;
}

static void note(const char *format, ...)
{
	const char *name = getenv("FAKE_LOG");
	FILE *log = name ? fopen(name, "a") : NULL;
	va_list args;

	if (!log)
		return;
	va_start(args, format);
	vfprintf(log, format, args);
	va_end(args);
	fclose(log);
}

static int get_info(struct vsock_bridge_info *info)
{
	if (fails("GET_INFO"))
		return -1;
	info->abi_version = number("FAKE_ABI", VSOCK_BRIDGE_ABI_VERSION);
	info->features = number("FAKE_FEATURES", VSOCK_BRIDGE_F_UDS_PATH);
	info->virtio_features = number("FAKE_VIRTIO_FEATURES", 1ULL << 32);
	info->max_connections = number("FAKE_MAX_CONNECTIONS", VSOCK_BRIDGE_MAX_CONNECTIONS);
	info->max_handshakes = VSOCK_BRIDGE_MAX_HANDSHAKES;
	info->min_buf_alloc = VSOCK_BRIDGE_MIN_BUF_ALLOC;
	info->max_buf_alloc = VSOCK_BRIDGE_MAX_BUF_ALLOC;
	info->max_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS;
	info->max_path = number("FAKE_MAX_PATH", VSOCK_BRIDGE_PATH_MAX);
	memcpy(info->version, "9.8.7", sizeof("9.8.7"));
	if (getenv("FAKE_OLD"))
		return 0;
	info->min_buffered = VSOCK_BRIDGE_MIN_BUFFERED;
	info->max_buffered = VSOCK_BRIDGE_MAX_BUFFERED;
	info->max_host_port = VSOCK_BRIDGE_MAX_HOST_PORT;
	info->max_ports = VSOCK_BRIDGE_MAX_PORTS;
	info->max_message = VSOCK_BRIDGE_MAX_MESSAGE;
	return 0;
}

static int get_limits(struct vsock_bridge_limits *limits)
{
	if (fails("GET_LIMITS"))
		return -1;
	limits->max_connections = VSOCK_BRIDGE_DEF_CONNECTIONS;
	limits->max_handshakes = VSOCK_BRIDGE_DEF_HANDSHAKES;
	limits->buf_alloc = VSOCK_BRIDGE_DEF_BUF_ALLOC;
	limits->handshake_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS;
	limits->connect_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS;
	limits->shutdown_timeout_ms = VSOCK_BRIDGE_DEF_TIMEOUT_MS;
	limits->host_port_min = VSOCK_BRIDGE_DEF_HOST_PORT_MIN;
	limits->host_port_max = VSOCK_BRIDGE_DEF_HOST_PORT_MAX;
	limits->max_buffered = VSOCK_BRIDGE_DEF_BUFFERED;
	return 0;
}

static void note_given(const char *name, unsigned int value)
{
	if (value)
		note(" %s=%u", name, value);
}

static int set_limits(const struct vsock_bridge_limits *limits)
{
	note("SET_LIMITS max_connections=%u", limits->max_connections);
	note_given("max_handshakes", limits->max_handshakes);
	note_given("buf_alloc", limits->buf_alloc);
	note_given("max_buffered", limits->max_buffered);
	note_given("handshake_timeout_ms", limits->handshake_timeout_ms);
	note_given("connect_timeout_ms", limits->connect_timeout_ms);
	note_given("shutdown_timeout_ms", limits->shutdown_timeout_ms);
	if (limits->host_port_min || limits->flags_mask)
		note(" host_ports=%u-%u flags=%#x/%#x", limits->host_port_min,
		     limits->host_port_max, limits->flags, limits->flags_mask);
	note("\n");
	return fails("SET_LIMITS");
}

/* NUL, at the beginning of an abstract name, is written as @. */
static void note_name(unsigned long long address, unsigned int length)
{
	const char *name = (const char *)(uintptr_t)address;

	if (length)
		note("path=%s%.*s", *name ? "" : "@", (int)length - !*name,
		     name + !*name);
	else
		note("path=");
}

static int set_port(const struct vsock_bridge_port *map)
{
	note("SET_PORT %u action=%u ", map->port, map->action);
	note_name(map->path, map->path_len);
	if (map->flags)
		note(" flags=%#x dir_fd=%d", map->flags, map->dir_fd);
	note("\n");
	return fails("SET_PORT");
}

/* As a path that needs no directory. The socket is closed by execve(). */
static int bind_at(const struct vsock_bridge_uds *uds, int type, const char *suffix)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = (const char *)(uintptr_t)uds->path;
	char *at = address.sun_path;

	if (uds->flags & VSOCK_BRIDGE_UDS_DIR_FD)
		at += sprintf(at, "/proc/self/fd/%d/", uds->dir_fd);
	memcpy(at, path, uds->path_len);
	strcpy(at + uds->path_len, suffix);
	return bind(socket(AF_UNIX, type | SOCK_CLOEXEC, 0),
		    (struct sockaddr *)&address, sizeof(address));
}

static int bind_files(const struct vsock_bridge_uds *uds)
{
	if (uds->flags & (VSOCK_BRIDGE_UDS_LISTEN_FD | VSOCK_BRIDGE_UDS_NO_LISTEN))
		return 0;
	if (bind_at(uds, SOCK_STREAM, ""))
		return -1;
	return uds->flags & VSOCK_BRIDGE_UDS_SEQPACKET ?
	       bind_at(uds, SOCK_SEQPACKET, "_seqpacket") : 0;
}

static int set_uds(const struct vsock_bridge_uds *uds)
{
	note("SET_UDS ");
	note_name(uds->path, uds->path_len);
	note(" flags=%#x mode=%#o", uds->flags, uds->mode);
	if (uds->flags & (VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID))
		note(" owner=%u:%u", uds->uid, uds->gid);
	note_given("fd", uds->fd);
	note_given("dir_fd", uds->dir_fd);
	note_given("seqpacket_fd", uds->seqpacket_fd);
	note("\n");
	return fails("SET_UDS") ? -1 : bind_files(uds);
}

static int is_node(int fd)
{
	struct stat device, null;

	return !fstat(fd, &device) && !stat("/dev/null", &null) &&
	       device.st_rdev == null.st_rdev;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);

	errno = ENOTTY;
	if (!is_node(fd))
		return -1;
	if (fd <= STDERR_FILENO)
		note("device at %d\n", fd);
	switch (request) {
	case VSOCK_BRIDGE_GET_INFO:
		return get_info(argument);
	case VSOCK_BRIDGE_SET_UDS:
		return set_uds(argument);
	case VSOCK_BRIDGE_SET_PORT:
		return set_port(argument);
	case VSOCK_BRIDGE_SET_LIMITS:
		return set_limits(argument);
	case VSOCK_BRIDGE_GET_LIMITS:
		return get_limits(argument);
	}
	return -1;
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *path, int flags, ...) = dlsym(RTLD_NEXT, "open");
	unsigned int mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, unsigned int);
	va_end(args);

	if (!strcmp(path, "/dev/null") && fails("OPEN"))
		return -1;
	return next(path, flags, mode);
}
