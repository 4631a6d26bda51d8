// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge stats: the counters of devices. */
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "counters.h"
#include "listed.h"
#include "exit.h"
#include "json.h"
#include "options.h"
#include "target.h"
#include "text.h"

static const char usage[] =
	"Usage: vsock-bridge stats [OPTION]... [DEVICE]\n"
	"\n"
	"Shows the gauges and counters of a vsock_bridge device, or of all devices that\n"
	"the caller may see. Counters count from the time when the device was opened. TX\n"
	"is from the guest to the host, RX from the host to the guest.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Examples:\n"
	"  vsock-bridge stats cid:3\n"
	"  vsock-bridge stats --json | jq '.devices[] | {device, errors}'\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

/* By kind: its heading in text, and its key in JSON. */
static const struct {
	const char *heading;
	const char *key;
} kinds[] = {
	[COUNTER_GAUGE] = { "gauges", "gauges" },
	[COUNTER_COUNT] = { "counters", "counters" },
	[COUNTER_END] = { "connections ended", "ends" },
	[COUNTER_ERROR] = { "errors", "errors" },
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

struct request {
	const char *node;
	const char *target;
	bool all;
	bool json;
};

static const struct option_spec options[] = {
	{ "all", .at = offsetof(struct request, all),
	  .help = "include error counters that are zero" },
	{ "json", .at = offsetof(struct request, json),
	  .help = "print JSON, with all counters" },
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

static void print_kind(const struct request *request, enum counter_kind kind,
		       const struct vsock_bridge_stats *stats)
{
	const struct counter *counter;

	printf("  %s\n", kinds[kind].heading);
	for (counter = counters; counter->name; counter++) {
		__u64 value = counter_value(counter, stats);

		if (counter->kind != kind)
			continue;
		if (value || kind != COUNTER_ERROR || request->all)
			printf("    %-32s %llu\n", counter->name,
			       (unsigned long long)value);
	}
	if (kind == COUNTER_ERROR && !request->all && !counters_errors(stats))
		puts("    none");
}

static int print_text(void *to, const struct device *device,
		      const struct vsock_bridge_device *listed)
{
	const struct request *request = to;
	struct vsock_bridge_stats stats;
	char path[LISTED_PATH_SIZE];
	int result = counters_read(&stats, device);
	int kind;

	if (result)
		return result;
	listed_path(path, listed);
	text_make_printable(path);
	printf("device %u  %s\n", listed->device, *path ? path : "-");
	for (kind = 0; kind < KINDS; kind++)
		print_kind(request, kind, &stats);
	return 0;
}

static void json_kind(enum counter_kind kind, const struct vsock_bridge_stats *stats)
{
	const struct counter *counter;

	json_object(kinds[kind].key);
	for (counter = counters; counter->name; counter++)
		if (counter->kind == kind)
			json_number(counter->name, counter_value(counter, stats));
	json_end();
}

static int print_json(void *to, const struct device *device,
		      const struct vsock_bridge_device *listed)
{
	struct vsock_bridge_stats stats;
	int result = counters_read(&stats, device);
	int kind;

	(void)to;
	if (result)
		return result;
	json_object(NULL);
	json_number("device", listed->device);
	for (kind = 0; kind < KINDS; kind++)
		json_kind(kind, &stats);
	json_end();
	return 0;
}

static int print_document(struct request *request, const struct devices *devices)
{
	int failed;

	json_object(NULL);
	json_array("devices");
	failed = target_each(devices, request->node, request->target,
			     print_json, request);
	json_end();
	json_end();
	return failed;
}

static int run(struct request *request)
{
	struct devices devices;
	int failed;

	if (target_list(&devices, request->node, request->target))
		return EXIT_FAILED;
	failed = request->json ?
		 print_document(request, &devices) :
		 target_each(&devices, request->node, request->target,
			     print_text, request);
	control_free(&devices);
	return failed ? EXIT_FAILED : EXIT_OK;
}

int cmd_stats(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "stats",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
		.words = "one DEVICE",
		.most = 1,
	};
	struct request request = { .node = CONTROL_NODE };
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	request.target = argv[optind];
	return run(&request);
}
