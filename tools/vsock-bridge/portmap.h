/* SPDX-License-Identifier: GPL-2.0 */
/* The map from the guest's ports to sockets, from --port and --other-ports. */
#ifndef VSB_CLI_PORTMAP_H
#define VSB_CLI_PORTMAP_H

#include <stdbool.h>

#include "device.h"

/**
 * struct portmap - the map
 * @entries: port, action and socket of each entry; the socket is NULL unless
 *	the action is to connect
 * @count: number of entries
 * @others: enum vsock_bridge_port_action of ports without an entry;
 *	VSOCK_BRIDGE_PORT_REMOVE for the module's default
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

/* Functions that return int return 0, or -1 after diag(). */

/* Takes "P=SOCKET", "P=deny" or "P=prefix". */
int portmap_take(struct portmap *map, const char *text);

/* Takes "deny" or "prefix". */
int portmap_take_others(struct portmap *map, const char *text);

/* Does a port go to the destination of --uds-path? */
bool portmap_has_prefix(const struct portmap *map);

/* Does a port go to a socket that is a file? */
bool portmap_has_file(const struct portmap *map);

/* Sets the device's map. A relative path starts from @dir, or AT_FDCWD. */
int portmap_set(struct device *device, const struct portmap *map, int dir);

#endif /* VSB_CLI_PORTMAP_H */
