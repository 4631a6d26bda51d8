// SPDX-License-Identifier: GPL-2.0
/* The map from the guest's ports to sockets. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "diag.h"
#include "options.h"
#include "portmap.h"
#include "uds.h"

static bool take_action(const char *text, enum vsock_bridge_port_action *action)
{
	if (!strcmp(text, "deny"))
		*action = VSOCK_BRIDGE_PORT_DENY;
	else if (!strcmp(text, "prefix"))
		*action = VSOCK_BRIDGE_PORT_PREFIX;
	else
		return false;
	return true;
}

static bool is_socket_name(const char *text)
{
	return text[uds_is_abstract(text)] && strlen(text) <= VSOCK_BRIDGE_PATH_MAX;
}

int portmap_take(struct portmap *map, const char *text)
{
	const char *equals = strchr(text, '=');
	char digits[16] = "";
	unsigned long port;

	if (map->count == VSOCK_BRIDGE_MAX_PORTS) {
		diag("--port is given too often: the module supports at most %u",
		     VSOCK_BRIDGE_MAX_PORTS);
		return -1;
	}
	if (!equals || equals - text >= (int)sizeof(digits) ||
	    !is_socket_name(equals + 1)) {
		diag("--port '%s' is not P=SOCKET: give a port and a path of at most %u bytes, such as 5000=/run/log.sock, or 5000=deny or 5000=prefix",
		     text, VSOCK_BRIDGE_PATH_MAX);
		return -1;
	}
	memcpy(digits, text, equals - text);
	if (options_number("--port", digits, 0, UINT_MAX, &port))
		return -1;
	map->entries[map->count].port = port;
	if (!take_action(equals + 1, &map->entries[map->count].action)) {
		map->entries[map->count].action = VSOCK_BRIDGE_PORT_CONNECT;
		map->entries[map->count].path = equals + 1;
	}
	map->count++;
	return 0;
}

int portmap_take_others(struct portmap *map, const char *text)
{
	if (take_action(text, &map->others))
		return 0;
	diag("--other-ports '%s' is neither deny nor prefix: give one of them", text);
	return -1;
}

bool portmap_has_prefix(const struct portmap *map)
{
	unsigned int i;

	for (i = 0; i < map->count; i++)
		if (map->entries[i].action == VSOCK_BRIDGE_PORT_PREFIX)
			return true;
	return map->others == VSOCK_BRIDGE_PORT_PREFIX;
}

bool portmap_has_file(const struct portmap *map)
{
	unsigned int i;

	for (i = 0; i < map->count; i++)
		if (map->entries[i].path && !uds_is_abstract(map->entries[i].path))
			return true;
	return false;
}

static int set_entry(struct device *device, const struct portmap *map,
		     unsigned int i, int dir)
{
	struct vsock_bridge_port entry = {
		.port = map->entries[i].port,
		.action = map->entries[i].action,
	};
	const char *path = map->entries[i].path;

	if (path && !uds_is_abstract(path) && dir != AT_FDCWD) {
		entry.flags = VSOCK_BRIDGE_PORT_DIR_FD;
		entry.dir_fd = dir;
	}
	return device_set_port(device, path, &entry);
}

int portmap_set(struct device *device, const struct portmap *map, int dir)
{
	const struct vsock_bridge_port others = {
		.flags = VSOCK_BRIDGE_PORT_OTHERS,
		.action = map->others,
	};
	unsigned int i;

	for (i = 0; i < map->count; i++)
		if (set_entry(device, map, i, dir))
			return -1;
	if (map->others == VSOCK_BRIDGE_PORT_REMOVE)
		return 0;
	return device_set_port(device, NULL, &others);
}
