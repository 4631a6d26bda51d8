/* SPDX-License-Identifier: GPL-2.0 */
/* The map from the guest's ports to sockets, as --port and --other-ports say. */
#ifndef VSB_CLI_PORTMAP_H
#define VSB_CLI_PORTMAP_H

#include <stdbool.h>

#include "device.h"

/**
 * struct portmap - the map
 * @entries: of each the port, the action and the socket, which is NULL when the
 *	action is another than to connect
 * @count: number of them
 * @others: enum vsock_bridge_port_action of ports without an entry;
 *	VSOCK_BRIDGE_PORT_REMOVE: as the module does it of its own
 */
struct portmap {
	struct {
		__u32 port;
		enum vsock_bridge_port_action action;
		const char *path;
	} entries[VSOCK_BRIDGE_MAX_PORTS];
	unsigned int count;
	enum vsock_bridge_port_action others;
};

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/* "P=SOCKET", "P=deny" or "P=prefix" */
int portmap_take(struct portmap *map, const char *text);

/* "deny" or "prefix" */
int portmap_take_others(struct portmap *map, const char *text);

/* Does a port go where --uds-path says? */
bool portmap_has_prefix(const struct portmap *map);

/* Does a port go to a socket that is a file? */
bool portmap_has_file(const struct portmap *map);

/* Tells the device. A relative path starts from @dir, or AT_FDCWD. */
int portmap_set(struct device *device, const struct portmap *map, int dir);

#endif /* VSB_CLI_PORTMAP_H */
