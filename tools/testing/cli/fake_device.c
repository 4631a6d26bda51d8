// SPDX-License-Identifier: GPL-2.0
/*
 * A library to preload into vsock-bridge: /dev/null implements the ioctls of
 * vsock_bridge. For results that a test cannot cause in the real module.
 *
 *   FAKE_LOG		file to which each SET ioctl appends a line, and each ioctl
 *			on stdin, stdout or stderr, too
 *   FAKE_ERROR		"CALL NUMBER": CALL (OPEN, GET_INFO, SET_UDS, GET_LIMITS,
 *			SET_LIMITS, SET_PORT, GET_PORTS, NEXT_DEVICE, SELECT,
 *			GET_STATS, GET_CONNS or DROP_CONN) fails with this errno;
 *			with a third word, N, only the Nth call fails
 *   FAKE_ABI, FAKE_FEATURES, FAKE_VIRTIO_FEATURES, FAKE_MAX_CONNECTIONS,
 *   FAKE_MAX_PATH	values in GET_INFO
 *
 * It is the control node, too, with the data of these files and variables:
 *   FAKE_DEVICES	a file with a line for each device, by number: "NUMBER
 *			FLAGS PID UID CID TX_BYTES RX_BYTES TX_PACKETS RX_PACKETS
 *			CONNECTIONS COMMAND PATH". If they exist, FAKE_DEVICES.2
 *			is used from the second listing on, and FAKE_DEVICES.3
 *			from the third
 *   FAKE_CONNS		a file with a line for each connection: "ID HOST_PORT
 *			GUEST_PORT TYPE STATE FLAGS PID UID BUFFERED TX_CREDIT
 *			RX_CREDIT TX_BYTES RX_BYTES AGE"
 *   FAKE_CONNS_MAX	most connections that one call returns (512)
 *   FAKE_PORTS		a file with a line for each port of the map: "PORT ACTION",
 *			and a path for CONNECT
 *   FAKE_STATS		value of the first counter; each following one is one more
 *   FAKE_GROWS		"INDEX AMOUNT": a counter that grows with each call
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

/* The device of the last VSOCK_BRIDGE_SELECT; 0 before the first one. */
static unsigned int selected;

static unsigned long long number(const char *variable, unsigned long long otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int fails(const char *call)
{
	const char *text = getenv("FAKE_ERROR");
	size_t length = strlen(call);
	static unsigned int calls;
	unsigned int only = 0;
	int error;

	if (!text || strncmp(text, call, length) || text[length] != ' ')
		return 0;
	if (sscanf(text + length, "%d %u", &error, &only) < 1)
		abort();
	if (only && ++calls != only)
		return 0;
	errno = error;
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
	info->features = number("FAKE_FEATURES", 0);
	info->virtio_features = number("FAKE_VIRTIO_FEATURES", 1ULL << 32);
	info->max_connections = number("FAKE_MAX_CONNECTIONS", VSOCK_BRIDGE_MAX_CONNECTIONS);
	info->max_handshakes = VSOCK_BRIDGE_MAX_HANDSHAKES;
	info->min_buf_alloc = VSOCK_BRIDGE_MIN_BUF_ALLOC;
	info->max_buf_alloc = VSOCK_BRIDGE_MAX_BUF_ALLOC;
	info->max_timeout_ms = VSOCK_BRIDGE_MAX_TIMEOUT_MS;
	info->max_path = number("FAKE_MAX_PATH", VSOCK_BRIDGE_PATH_MAX);
	memcpy(info->version, "9.8.7", sizeof("9.8.7"));
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
	limits->handshake_timeout_ms = VSOCK_BRIDGE_DEF_HANDSHAKE_MS;
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

/* Writes the NUL at the beginning of an abstract name as @. */
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
	if (selected && geteuid())
		note(" as=%u", geteuid());
	note("\n");
	return fails("SET_PORT");
}

/* Binds a socket. execve() closes it; its file stays. */
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
	if (selected)
		note(" as=%u:%u", geteuid(), getegid());
	if (uds->flags & (VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID))
		note(" owner=%u:%u", uds->uid, uds->gid);
	note_given("fd", uds->fd);
	note_given("dir_fd", uds->dir_fd);
	note_given("seqpacket_fd", uds->seqpacket_fd);
	note("\n");
	return fails("SET_UDS") ? -1 : bind_files(uds);
}

static FILE *open_lines(const char *variable, const char *suffix)
{
	const char *name = getenv(variable);
	char path[256];

	snprintf(path, sizeof(path), "%s%s", name ? name : "", suffix);
	return fopen(path, "r");
}

static int read_device(FILE *file, struct vsock_bridge_device *d)
{
	char path[256] = "";

	memset(d, 0, sizeof(*d));
	if (fscanf(file, "%u %i %u %u %llu %llu %llu %llu %llu %u %15s%*1[ ]%255[^\n]",
		   &d->device, (int *)&d->flags, &d->pid, &d->uid, &d->guest_cid,
		   &d->tx_bytes_count, &d->rx_bytes_count, &d->tx_packets_count,
		   &d->rx_packets_count, &d->connections, d->comm, path) < 11)
		return 0;
	d->path_len = strlen(path);
	memcpy(d->path, path, d->path_len);
	if (path[0] == '@')
		d->path[0] = '\0';
	d->age_ms = 90061000;
	d->size = sizeof(*d);
	return 1;
}

static int next_device(struct vsock_bridge_device *device)
{
	static int listings;
	struct vsock_bridge_device found;
	unsigned int before = device->device;
	FILE *file = NULL;

	if (fails("NEXT_DEVICE"))
		return -1;
	listings += !before;
	if (listings > 2)
		file = open_lines("FAKE_DEVICES", ".3");
	if (listings > 1 && !file)
		file = open_lines("FAKE_DEVICES", ".2");
	file = file ? file : open_lines("FAKE_DEVICES", "");
	do {
		found.device = 0;
	} while (file && read_device(file, &found) && found.device <= before);
	if (file)
		fclose(file);
	if (!file || found.device <= before) {
		errno = ENOENT;
		return -1;
	}
	*device = found;
	return 0;
}

static int select_device(const struct vsock_bridge_select *choice)
{
	if (fails("SELECT"))
		return -1;
	selected = choice->device;
	return 0;
}

static int get_stats(struct vsock_bridge_stats *stats)
{
	static unsigned int calls;
	unsigned long long *counters = &stats->connections;
	unsigned long long first = number("FAKE_STATS", 0);
	const char *grows = getenv("FAKE_GROWS");
	unsigned int i, index, amount;

	if (fails("GET_STATS"))
		return -1;
	stats->device = selected;
	for (i = 0; i < (sizeof(*stats) - 8) / 8; i++)
		counters[i] = first ? first + i : 0;
	if (grows && sscanf(grows, "%u %u", &index, &amount) == 2)
		counters[index] += calls++ * amount;
	return 0;
}

static int read_conn(FILE *file, struct vsock_bridge_conn *c)
{
	memset(c, 0, sizeof(*c));
	return fscanf(file, "%llu %u %u %hu %hu %i %u %u %u %u %u %llu %llu %llu",
		      &c->id, &c->host_port, &c->guest_port, &c->type, &c->state,
		      (int *)&c->flags, &c->pid, &c->uid, &c->buffered,
		      &c->tx_credit, &c->rx_credit, &c->tx_bytes, &c->rx_bytes,
		      &c->age_ms) == 14;
}

static int get_conns(struct vsock_bridge_conns *conns)
{
	struct vsock_bridge_conn *to = (void *)(uintptr_t)conns->conns, found;
	unsigned int room = number("FAKE_CONNS_MAX", VSOCK_BRIDGE_MAX_CONNS);
	FILE *file = open_lines("FAKE_CONNS", "");
	unsigned int nr = 0;

	if (fails("GET_CONNS") || !file)
		return -1;
	if (room > conns->nr)
		room = conns->nr;
	while (nr < room && read_conn(file, &found))
		if (found.id > conns->after)
			to[nr++] = found;
	fclose(file);
	conns->nr = nr;
	if (nr)
		conns->after = to[nr - 1].id;
	return 0;
}

static int get_ports(struct vsock_bridge_ports *map)
{
	struct vsock_bridge_port_entry *to = (void *)(uintptr_t)map->entries;
	FILE *file = open_lines("FAKE_PORTS", "");
	unsigned int port, action, nr = 0;
	char path[VSOCK_BRIDGE_PATH_MAX + 1] = "";

	if (fails("GET_PORTS") || !file)
		return -1;
	while (nr < map->nr &&
	       fscanf(file, "%u %u%*1[ ]%96[^\n]", &port, &action, path) >= 2) {
		memset(&to[nr], 0, sizeof(*to));
		to[nr].port = port;
		to[nr].action = action;
		to[nr].path_len = strlen(path);
		memcpy(to[nr].path, path, to[nr].path_len);
		if (path[0] == '@')
			to[nr].path[0] = '\0';
		path[0] = '\0';
		nr++;
	}
	fclose(file);
	map->nr = nr;
	map->others = VSOCK_BRIDGE_PORT_DENY;
	return 0;
}

static int drop_conn(const struct vsock_bridge_drop *drop)
{
	note("DROP_CONN device=%u id=%llu\n", selected, drop->id);
	return fails("DROP_CONN");
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
	case VSOCK_BRIDGE_GET_PORTS:
		return get_ports(argument);
	case VSOCK_BRIDGE_SET_LIMITS:
		return set_limits(argument);
	case VSOCK_BRIDGE_GET_LIMITS:
		return get_limits(argument);
	case VSOCK_BRIDGE_NEXT_DEVICE:
		return next_device(argument);
	case VSOCK_BRIDGE_SELECT:
		return select_device(argument);
	case VSOCK_BRIDGE_GET_STATS:
		return get_stats(argument);
	case VSOCK_BRIDGE_GET_CONNS:
		return get_conns(argument);
	case VSOCK_BRIDGE_DROP_CONN:
		return drop_conn(argument);
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
