// SPDX-License-Identifier: GPL-2.0
/* The connections of a device. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "conns.h"
#include "control.h"
#include "diag.h"

/*
 * More connections than a device can have at once. The limit ends the list even
 * if connections begin while they are read.
 */
#define MOST	(2 * (VSOCK_BRIDGE_MAX_CONNECTIONS + VSOCK_BRIDGE_MAX_HANDSHAKES))

static const char * const states[] = {
	[VSOCK_BRIDGE_CONN_HANDSHAKE] = "handshake",
	[VSOCK_BRIDGE_CONN_REQUESTED] = "requested",
	[VSOCK_BRIDGE_CONN_CONNECTING] = "connecting",
	[VSOCK_BRIDGE_CONN_OPEN] = "open",
	[VSOCK_BRIDGE_CONN_LINGER] = "linger",
	[VSOCK_BRIDGE_CONN_DEAD] = "dead",
};

enum { STATES = sizeof(states) / sizeof(*states) };

static int tell_failed(const char *what, int error)
{
	if (error == EIO)
		return 1;
	if (error == ENOTTY || error == E2BIG)
		diag("%s: the module does not support this: install the release that this tool is from (" VERSION ")",
		     what);
	else
		diag("%s: %s: see dmesg(1)", what, strerror(error));
	return -1;
}

/* Makes room for the connections of one more call. */
static int make_room(struct conns *conns)
{
	void *all = reallocarray(conns->all, conns->count + VSOCK_BRIDGE_MAX_CONNS,
				 sizeof(*conns->all));

	if (all) {
		conns->all = all;
		return 0;
	}
	diag("out of memory: free some and try again");
	return -1;
}

/*
 * Returns as conns_read(). *@after is the position for the next call, and *@nr
 * is 0 at the end.
 */
static int read_some(struct conns *conns, const struct device *device,
		     __u64 *after, __u32 *nr)
{
	struct vsock_bridge_conns request = {
		.size = sizeof(request),
		.nr = VSOCK_BRIDGE_MAX_CONNS,
		.after = *after,
		.conn_size = sizeof(*conns->all),
	};

	if (make_room(conns))
		return -1;
	request.conns = (uintptr_t)(conns->all + conns->count);
	if (ioctl(device->fd, VSOCK_BRIDGE_GET_CONNS, &request))
		return tell_failed("cannot read the connections", errno);
	conns->count += request.nr;
	*after = request.after;
	*nr = request.nr;
	return 0;
}

int conns_read(struct conns *conns, const struct device *device)
{
	__u64 after = 0;
	__u32 nr = 1;
	int result = 0;

	memset(conns, 0, sizeof(*conns));
	while (!result && nr && conns->count < MOST)
		result = read_some(conns, device, &after, &nr);
	if (result)
		conns_free(conns);
	return result;
}

void conns_free(struct conns *conns)
{
	free(conns->all);
	conns->all = NULL;
	conns->count = 0;
}

const char *conns_state(__u16 state)
{
	return state < STATES ? states[state] : "unknown";
}

int conns_find_state(const char *name)
{
	int i;

	for (i = 0; i < STATES; i++)
		if (!strcmp(states[i], name))
			return i;
	return -1;
}

const char *conns_flag(__u32 bit)
{
	switch (bit) {
	case VSOCK_BRIDGE_CONN_GUEST_NO_RECV:
		return "guest-no-recv";
	case VSOCK_BRIDGE_CONN_GUEST_NO_SEND:
		return "guest-no-send";
	case VSOCK_BRIDGE_CONN_HOST_NO_RECV:
		return "host-no-recv";
	case VSOCK_BRIDGE_CONN_HOST_NO_SEND:
		return "host-no-send";
	case VSOCK_BRIDGE_CONN_WAITS_GUEST:
		return "waits-guest";
	case VSOCK_BRIDGE_CONN_WAITS_HOST:
		return "waits-host";
	}
	return NULL;
}

bool conns_has_port(const struct vsock_bridge_conn *conn, __u32 port)
{
	return conn->host_port == port || conn->guest_port == port;
}

int conns_drop(const struct device *device, __u64 id)
{
	struct vsock_bridge_drop drop = { .size = sizeof(drop), .id = id };

	if (!ioctl(device->fd, VSOCK_BRIDGE_DROP_CONN, &drop))
		return 0;
	if (errno == ENOENT)
		return 1;
	if (tell_failed("cannot drop the connection", errno) > 0)
		control_tell_gone(device->number);
	return -1;
}
