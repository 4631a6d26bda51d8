// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge info: what the module is and can. */
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "device.h"
#include "diag.h"
#include "exit.h"
#include "features.h"
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

struct limit {
	const char *key;
	const char *label;
	__u32 initial, min, max;
};

enum { LIMITS = 6 };

static void collect(const struct vsock_bridge_info *info,
		    const struct vsock_bridge_limits *now, struct limit *limits)
{
	const struct limit all[LIMITS] = {
		{ "max_connections", "connections",
		  now->max_connections, 1, info->max_connections },
		{ "max_handshakes", "handshakes",
		  now->max_handshakes, 1, info->max_handshakes },
		{ "buf_alloc", "buffer per connection (bytes)",
		  now->buf_alloc, info->min_buf_alloc, info->max_buf_alloc },
		{ "handshake_timeout_ms", "handshake timeout (ms)",
		  now->handshake_timeout_ms, 1, info->max_timeout_ms },
		{ "connect_timeout_ms", "connect timeout (ms)",
		  now->connect_timeout_ms, 1, info->max_timeout_ms },
		{ "shutdown_timeout_ms", "shutdown timeout (ms)",
		  now->shutdown_timeout_ms, 1, info->max_timeout_ms },
	};
	int i;

	for (i = 0; i < LIMITS; i++)
		limits[i] = all[i];
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

static void print_text(const struct device *device, const struct limit *limits)
{
	const struct vsock_bridge_info *info = &device->info;
	int i;

	printf("%-17s %s\n", "tool", VERSION);
	printf("%-17s %s\n", "module", info->version);
	printf("%-17s %u\n", "ABI", info->abi_version);
	printf("%-17s %s\n", "device", device->node);
	print_features("features", module_features, info->features);
	print_features("virtio features", virtio_features, info->virtio_features);
	printf("%-17s %u bytes\n\n", "longest UDS path", info->max_path);

	printf("%-30s %10s %10s %10s\n", "limit of a device", "default", "min", "max");
	for (i = 0; i < LIMITS; i++)
		printf("%-30s %10u %10u %10u\n", limits[i].label,
		       limits[i].initial, limits[i].min, limits[i].max);
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

static void print_json(const struct device *device, const struct limit *limits)
{
	const struct vsock_bridge_info *info = &device->info;
	int i;

	printf("{\n  \"tool\": { \"version\": \"%s\", \"abi\": %u },\n",
	       VERSION, VSOCK_BRIDGE_ABI_VERSION);
	printf("  \"module\": { \"version\": ");
	json_string(info->version);
	printf(", \"abi\": %u },\n  \"device\": ", info->abi_version);
	json_string(device->node);
	puts(",");
	json_features("features", module_features, info->features);
	json_features("virtio_features", virtio_features, info->virtio_features);
	printf("  \"max_path\": %u,\n  \"limits\": {\n", info->max_path);
	for (i = 0; i < LIMITS; i++)
		printf("    \"%s\": { \"default\": %u, \"min\": %u, \"max\": %u }%s\n",
		       limits[i].key, limits[i].initial, limits[i].min,
		       limits[i].max, i + 1 < LIMITS ? "," : "");
	puts("  }\n}");
}

static int show(const char *node, bool json)
{
	struct limit limits[LIMITS];
	struct vsock_bridge_limits now;
	struct device device;
	int failed;

	if (device_open(&device, node))
		return EXIT_FAILED;
	failed = device_get_limits(&device, &now);
	device_close(&device);
	if (failed)
		return EXIT_FAILED;

	collect(&device.info, &now, limits);
	(json ? print_json : print_text)(&device, limits);
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
