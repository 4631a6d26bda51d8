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
	return 0;
}

static int set_limits(const struct vsock_bridge_limits *limits)
{
	note("SET_LIMITS max_connections=%u", limits->max_connections);
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

	note("path=%s%.*s", *name ? "" : "@", (int)length - !*name,
	     name + !*name);
}

static int set_port(const struct vsock_bridge_port *map)
{
	note("SET_PORT %u action=%u ", map->port, map->action);
	note_name(map->path, map->path_len);
	note("\n");
	return fails("SET_PORT");
}

/* The socket is closed by execve(): the file alone is what is looked at. */
static int set_uds(const struct vsock_bridge_uds *uds)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	note("SET_UDS ");
	note_name(uds->path, uds->path_len);
	note(" flags=%#x mode=%#o", uds->flags, uds->mode);
	if (uds->flags & (VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID))
		note(" owner=%u:%u", uds->uid, uds->gid);
	note("\n");
	if (fails("SET_UDS"))
		return -1;
	memcpy(address.sun_path, (const char *)(uintptr_t)uds->path, uds->path_len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(fd, (struct sockaddr *)&address, sizeof(address));
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
