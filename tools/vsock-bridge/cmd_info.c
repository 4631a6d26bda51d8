// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge info: what the module is and can. */
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "device.h"
#include "diag.h"
#include "exit.h"
#include "features.h"
#include "limits.h"
#include "options.h"

static const char usage[] =
	"Usage: vsock-bridge info [OPTION]...\n"
	"\n"
	"Shows versions, features and limits of the vsock_bridge kernel module.\n"
	"\n"
	"  --json         print JSON\n"
	"  --device NODE  the device node (" DEVICE_NODE ")\n"
	"  -h, --help     show this help\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge info\n"
	"  vsock-bridge info --json | jq .limits.max_connections.default\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option options[] = {
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPT_JSON },
	{}
};

/* A module too old to say what it takes may not have the limit at all. */
static bool is_told(const struct limit *limit, const struct vsock_bridge_info *info)
{
	return limit_max(limit, info);
}

static void print_features(const char *label, const struct feature *table,
			   __u64 bits)
{
	__u64 unknown = features_unknown(table, bits);

	printf("%-17s", label);
	for (; table->name; table++)
		if (bits >> table->bit & 1)
			printf(" %s", table->name);
	if (unknown)
		printf(" unknown:%#llx", (unsigned long long)unknown);
	puts(bits ? "" : " none");
}

static void print_text(const struct device *device,
		       const struct vsock_bridge_limits *now)
{
	const struct vsock_bridge_info *info = &device->info;
	const struct limit *limit;

	printf("%-17s %s\n", "tool", VERSION);
	printf("%-17s %s\n", "module", info->version);
	printf("%-17s %u\n", "ABI", info->abi_version);
	printf("%-17s %s\n", "device", device->node);
	print_features("features", module_features, info->features);
	print_features("virtio features", virtio_features, info->virtio_features);
	printf("%-17s %u bytes\n", "longest UDS path", info->max_path);
	if (info->max_ports)
		printf("%-17s %u\n", "ports in the map", info->max_ports);
	if (info->max_message)
		printf("%-17s %u bytes\n", "largest message", info->max_message);

	printf("\n%-30s %10s %10s %10s\n", "limit of a device", "default", "min", "max");
	for (limit = limits; limit->key; limit++)
		if (is_told(limit, info))
			printf("%-30s %10u %10u %10u\n", limit->label,
			       limit_value(limit, now), limit_min(limit, info),
			       limit_max(limit, info));
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

/* 64-bit numbers are text: JSON's readers may take numbers as floating-point. */
static void json_features(const char *key, const struct feature *table,
			  __u64 bits)
{
	const char *separator = "";

	printf("  \"%s\": {\n    \"bits\": \"0x%llx\",\n    \"names\": [", key,
	       (unsigned long long)bits);
	for (; table->name; table++) {
		if (bits >> table->bit & 1) {
			printf("%s\"%s\"", separator, table->name);
			separator = ", ";
		}
		bits &= ~(1ULL << table->bit);
	}
	printf("],\n    \"unknown\": \"0x%llx\"\n  },\n", (unsigned long long)bits);
}

static void json_limits(const struct vsock_bridge_info *info,
			const struct vsock_bridge_limits *now)
{
	const struct limit *limit;
	const char *separator = "";

	printf("  \"limits\": {");
	for (limit = limits; limit->key; limit++) {
		if (!is_told(limit, info))
			continue;
		printf("%s\n    \"%s\": { \"default\": %u, \"min\": %u, \"max\": %u }",
		       separator, limit->key, limit_value(limit, now),
		       limit_min(limit, info), limit_max(limit, info));
		separator = ",";
	}
	puts("\n  }");
}

static void print_json(const struct device *device,
		       const struct vsock_bridge_limits *now)
{
	const struct vsock_bridge_info *info = &device->info;

	printf("{\n  \"tool\": { \"version\": \"%s\", \"abi\": %u },\n",
	       VERSION, VSOCK_BRIDGE_ABI_VERSION);
	printf("  \"module\": { \"version\": ");
	json_string(info->version);
	printf(", \"abi\": %u },\n  \"device\": ", info->abi_version);
	json_string(device->node);
	puts(",");
	json_features("features", module_features, info->features);
	json_features("virtio_features", virtio_features, info->virtio_features);
	printf("  \"max_path\": %u,\n", info->max_path);
	if (info->max_ports)
		printf("  \"max_ports\": %u,\n", info->max_ports);
	if (info->max_message)
		printf("  \"max_message\": %u,\n", info->max_message);
	json_limits(info, now);
	puts("}");
}

static int show(const char *node, bool json)
{
	struct vsock_bridge_limits now;
	struct device device;
	int failed;

	if (device_open(&device, node))
		return EXIT_FAILED;
	failed = device_get_limits(&device, &now);
	device_close(&device);
	if (failed)
		return EXIT_FAILED;

	(json ? print_json : print_text)(&device, &now);
	return EXIT_OK;
}

int cmd_info(int argc, char **argv)
{
	const char *node = DEVICE_NODE;
	bool json = false;

	for (;;) {
		switch (options_next("info", argc, argv, OPTIONS_QUIET "h", options)) {
		case OPT_DEVICE:
			node = optarg;
			break;
		case OPT_JSON:
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_OK;
		case -1:
			if (optind == argc)
				return show(node, json);
			diag("info takes no argument, but got '%s': see 'vsock-bridge info --help'",
			     argv[optind]);
			return EXIT_USAGE;
		default:
			return EXIT_USAGE;
		}
	}
}
