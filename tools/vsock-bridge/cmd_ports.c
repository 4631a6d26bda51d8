// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge ports: the map from the guest's ports to sockets. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cmd.h"
#include "diag.h"
#include "exit.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "target.h"

static const char usage[] =
	"Usage: vsock-bridge ports [OPTION]... [DEVICE]\n"
	"\n"
	"Lists where the guest's connections go by the map of ports of a vsock_bridge\n"
	"device, or of all devices that the caller may see.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Columns:\n"
	"  DEVICE           number of the device\n"
	"  PORT             port on CID 2, or others: all ports without an entry\n"
	"  ACTION           connect (to PATH), deny, or prefix (connect to the device's\n"
	"                   PATH_PORT)\n"
	"  PATH             path as it was given\n"
	"\n"
	"Example:\n"
	"  vsock-bridge ports cid:3\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

struct request {
	const char *node;
	const char *target;
	bool json;
	struct table table;
};

static const struct option_spec options[] = {
	OPTION_JSON(struct request, json),
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

static const struct column columns[] = {
	{ "DEVICE", true }, { "PORT", true }, { "ACTION", false },
	{ "PATH", false },
};

/**
 * struct map - a device's map of ports
 * @ports: number of entries, and the action of ports without an entry
 * @entries: the entries
 */
struct map {
	struct vsock_bridge_ports ports;
	struct vsock_bridge_port_entry entries[VSOCK_BRIDGE_MAX_PORTS];
};

/* 0, 1 if the device is dead or has been closed, or -1 after diag() */
static int read_map(struct map *map, const struct device *device)
{
	map->ports = (struct vsock_bridge_ports) {
		.size = sizeof(map->ports),
		.entry_size = sizeof(*map->entries),
		.entries = (uintptr_t)map->entries,
		.nr = VSOCK_BRIDGE_MAX_PORTS,
	};
	if (!ioctl(device->fd, VSOCK_BRIDGE_GET_PORTS, &map->ports))
		return 0;
	if (errno == EIO)
		return 1;
	diag("cannot read the map of ports: %s: see dmesg(1)", strerror(errno));
	return -1;
}

static const char *action_name(__u32 action)
{
	switch (action) {
	case VSOCK_BRIDGE_PORT_CONNECT:
		return "connect";
	case VSOCK_BRIDGE_PORT_DENY:
		return "deny";
	case VSOCK_BRIDGE_PORT_PREFIX:
		return "prefix";
	}
	return "unknown";
}

/* The path as options take it; see listed_path(). */
static const char *path_of(char path[VSOCK_BRIDGE_PATH_MAX + 1],
			   const struct vsock_bridge_port_entry *entry)
{
	__u32 i;

	for (i = 0; i < entry->path_len && i < VSOCK_BRIDGE_PATH_MAX; i++)
		path[i] = entry->path[i] ?: '@';
	path[i] = '\0';
	return path;
}

static void print_map(struct table *table, __u32 device, const struct map *map)
{
	char path[VSOCK_BRIDGE_PATH_MAX + 1];
	__u32 i;

	for (i = 0; i < map->ports.nr; i++) {
		table_cell(table, "%u", device);
		table_cell(table, "%u", map->entries[i].port);
		table_cell(table, "%s", action_name(map->entries[i].action));
		table_cell(table, "%s", *path_of(path, &map->entries[i]) ? path : "-");
	}
	table_cell(table, "%u", device);
	table_cell(table, "others");
	table_cell(table, "%s", action_name(map->ports.others));
	table_cell(table, "-");
}

static void json_map(__u32 device, const struct map *map)
{
	char path[VSOCK_BRIDGE_PATH_MAX + 1];
	__u32 i;

	json_object(NULL);
	json_number("device", device);
	json_array("ports");
	for (i = 0; i < map->ports.nr; i++) {
		json_object(NULL);
		json_number("port", map->entries[i].port);
		json_text("action", action_name(map->entries[i].action));
		if (map->entries[i].path_len)
			json_text("path", path_of(path, &map->entries[i]));
		else
			json_null("path");
		json_end();
	}
	json_end();
	json_text("others", action_name(map->ports.others));
	json_end();
}

static int show_device(void *to, const struct device *device,
		       const struct vsock_bridge_device *listed)
{
	struct request *request = to;
	static struct map map;
	int result = read_map(&map, device);

	if (result)
		return result;
	if (request->json)
		json_map(listed->device, &map);
	else
		print_map(&request->table, listed->device, &map);
	return 0;
}

static int show(struct request *request, const struct devices *devices)
{
	int failed;

	if (request->json) {
		json_object(NULL);
		json_array("devices");
	}
	failed = target_each(devices, request->node, request->target,
			     show_device, request);
	if (request->json) {
		json_end();
		json_end();
	} else {
		table_print(&request->table);
	}
	return failed;
}

static int run(struct request *request)
{
	struct devices devices;
	int failed;

	if (target_list(&devices, request->node, request->target))
		return EXIT_FAILED;
	failed = show(request, &devices);
	control_free(&devices);
	return failed ? EXIT_FAILED : EXIT_OK;
}

int cmd_ports(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "ports",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
		.words = "one DEVICE",
		.most = 1,
	};
	struct request request = {
		.node = CONTROL_NODE,
		.table = TABLE(columns),
	};
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	request.target = argv[optind];
	return run(&request);
}
