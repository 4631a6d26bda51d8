// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge info: versions, features and limits of the module. */
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "device.h"
#include "exit.h"
#include "features.h"
#include "json.h"
#include "limits.h"
#include "options.h"

static const char usage[] =
	"Usage: vsock-bridge info [OPTION]...\n"
	"\n"
	"Shows versions, virtio features and limits of the vsock_bridge kernel module.\n";

static const char notes[] =
	"Examples:\n"
	"  vsock-bridge info\n"
	"  vsock-bridge info --json | jq .limits.max_connections.default\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

struct request {
	const char *node;
	bool json;
};

static const struct option_spec options[] = {
	OPTION_JSON(struct request, json),
	{ "device", .value = "NODE", .at = offsetof(struct request, node),
	  .help = "the device node (" DEVICE_NODE ")" },
	OPTIONS_END
};

static void print_text(const struct device *device,
		       const struct vsock_bridge_limits *now)
{
	const struct vsock_bridge_info *info = &device->info;
	const struct limit *limit;

	printf("%-17s %s\n", "tool", VERSION);
	printf("%-17s %s\n", "module", info->version);
	printf("%-17s %u\n", "ABI", info->abi_version);
	printf("%-17s %s\n", "device", device->node);
	if (info->features) {
		printf("%-17s", "features");
		features_print(module_features, info->features);
	}
	printf("%-17s", "virtio features");
	features_print(virtio_features, info->virtio_features);
	printf("%-17s %u bytes\n", "longest UDS path", info->max_path);
	printf("%-17s %u\n", "ports in the map", info->max_ports);
	printf("%-17s %u bytes\n", "largest message", info->max_message);

	printf("\n%-30s %10s %10s %10s\n", "limit of a device", "default", "min", "max");
	for (limit = limits; limit->key; limit++)
		printf("%-30s %10u %10u %10u\n", limit->label,
		       limit_value(limit, now), limit_min(limit, info),
		       limit_max(limit, info));
}

static void json_limits(const struct vsock_bridge_info *info,
			const struct vsock_bridge_limits *now)
{
	const struct limit *limit;

	json_object("limits");
	for (limit = limits; limit->key; limit++) {
		json_object(limit->key);
		json_number("default", limit_value(limit, now));
		json_number("min", limit_min(limit, info));
		json_number("max", limit_max(limit, info));
		json_end();
	}
	json_end();
}

static void json_release(const char *key, const char *version, __u32 abi)
{
	json_object(key);
	json_text("version", version);
	json_number("abi", abi);
	json_end();
}

static void print_json(const struct device *device,
		       const struct vsock_bridge_limits *now)
{
	const struct vsock_bridge_info *info = &device->info;

	json_object(NULL);
	json_release("tool", VERSION, VSOCK_BRIDGE_ABI_VERSION);
	json_release("module", info->version, info->abi_version);
	json_text("device", device->node);
	features_json("features", module_features, info->features);
	features_json("virtio_features", virtio_features, info->virtio_features);
	json_number("max_path", info->max_path);
	json_number("max_ports", info->max_ports);
	json_number("max_message", info->max_message);
	json_limits(info, now);
	json_end();
}

static int show(const struct request *request)
{
	struct vsock_bridge_limits now;
	struct device device;
	int failed;

	if (device_open(&device, request->node))
		return EXIT_FAILED;
	failed = device_get_limits(&device, &now);
	device_close(&device);
	if (failed)
		return EXIT_FAILED;

	(request->json ? print_json : print_text)(&device, &now);
	return EXIT_OK;
}

int cmd_info(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "info",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
	};
	struct request request = { .node = DEVICE_NODE };
	int result = options_read(&syntax, argc, argv, &request);

	return result == OPTIONS_TAKEN ? show(&request) : result;
}
