/* SPDX-License-Identifier: GPL-2.0 */
/* The connections of a device. */
#ifndef VSB_CLI_CONNS_H
#define VSB_CLI_CONNS_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"

/**
 * struct conns - connections, in the order in which they began
 * @all: the connections
 * @count: number of connections
 */
struct conns {
	struct vsock_bridge_conn *all;
	size_t count;
};

/* Reads all connections: 0, 1 if the device has been closed, or -1 after diag(). */
int conns_read(struct conns *conns, const struct device *device);
void conns_free(struct conns *conns);

/*
 * conns_state() returns a state's name, conns_find_state() a name's state or
 * -1.
 */
const char *conns_state(__u16 state);
int conns_find_state(const char *name);

/*
 * Returns the name of a flag that tells why a connection does not make
 * progress, or NULL.
 */
const char *conns_flag(__u32 bit);

/* Does @conn have this port on either side? */
bool conns_has_port(const struct vsock_bridge_conn *conn, __u32 port);

/* Ends the connection @id: 0, 1 if there is none, or -1 after diag(). */
int conns_drop(const struct device *device, __u64 id);

#endif /* VSB_CLI_CONNS_H */
