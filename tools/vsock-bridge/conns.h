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
 * @count: how many
 */
struct conns {
	struct vsock_bridge_conn *all;
	size_t count;
};

/* Finds all: 0, 1 when the device has been closed, or -1, told by diag. */
int conns_read(struct conns *conns, const struct device *device);
void conns_free(struct conns *conns);

/* A state's name, and the state that has a name, or -1. */
const char *conns_state(__u16 state);
int conns_find_state(const char *name);

/* The names of the flags that say why a connection does not move, or NULL. */
const char *conns_flag(__u32 bit);

/* Is one of its ports this one? */
bool conns_has_port(const struct vsock_bridge_conn *conn, __u32 port);

/* Ends one: 0, 1 when there is none with this @id, or -1, told. */
int conns_drop(const struct device *device, __u64 id);

#endif /* VSB_CLI_CONNS_H */
