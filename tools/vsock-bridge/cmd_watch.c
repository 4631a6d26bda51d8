// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge watch: what moves, and what goes wrong, again and again. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "entry.h"
#include "exit.h"
#include "options.h"
#include "sample.h"
#include "table.h"
#include "target.h"
#include "text.h"

#define DEFAULT_INTERVAL_MS	1000
#define CLEAR_SCREEN		"\033[H\033[J"

static const char usage[] =
	"Usage: vsock-bridge watch [OPTION]... [DEVICE]\n"
	"\n"
	"Shows what a vsock_bridge device moves per second, or all that you may see, and\n"
	"which errors there have been since this began, until it is interrupted. On a\n"
	"terminal each look takes the place of the one before.\n"
	"\n"
	"  --count N        look so often (without end)\n"
	"  --interval TIME  between two looks, in seconds, or with ms (1)\n"
	"  --control NODE   the control node (" CONTROL_NODE ")\n"
	"  -h, --help       show this help\n"
	"\n"
	TARGET_USAGE
	"\n"
	"Columns, besides those of 'vsock-bridge list':\n"
	"  FROM-GUEST, TO-GUEST  bytes per second\n"
	"  PKTS-FROM, PKTS-TO    packets per second\n"
	"  QUEUED           bytes of the guest that the host's programs have not read\n"
	"  ERRORS           all since the device was opened\n"
	"  NEW              those since the last look\n"
	"Where the device does not tell, as when it is dead, there is a -.\n"
	"\n"
	"Example:\n"
	"  vsock-bridge watch --interval 5 cid:3\n"
	"\n"
	"Exit codes: 0 done, 1 failed, or DEVICE is gone; 2 wrong usage.\n";

static const struct option options[] = {
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "help", no_argument, NULL, 'h' },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{}
};

struct request {
	const char *node;
	const char *target;
	unsigned long interval_ms;
	unsigned long count;	/* 0: without end */
};

/**
 * struct looks - what was seen
 * @first: at the beginning
 * @later: at the last two looks, in turn
 * @before: at the last look but one
 * @now: at the last one
 */
struct looks {
	struct sample first;
	struct sample later[2];
	struct sample *before;
	struct sample *now;
};

static int take(void *to, int option)
{
	struct request *request = to;

	switch (option) {
	case OPT_CONTROL:
		request->node = optarg;
		return 0;
	case OPT_COUNT:
		return options_number("--count", optarg, 1, ULONG_MAX,
				      &request->count);
	case OPT_INTERVAL:
		return options_interval(optarg, &request->interval_ms);
	}
	return -1;
}

static void rate_cell(struct table *table, bool known, const char *text)
{
	table_cell(table, known ? "%s/s" : "-", text);
}

static void print_rates(struct table *table, const struct rates *rates)
{
	char text[TEXT_SIZE];

	rate_cell(table, rates->known, text_bytes(text, rates->tx_bytes));
	rate_cell(table, rates->known, text_bytes(text, rates->rx_bytes));
	rate_cell(table, rates->known, text_count(text, rates->tx_packets));
	rate_cell(table, rates->known, text_count(text, rates->rx_packets));
}

static void error_cells(struct table *table, const struct vsock_bridge_stats *now,
			const struct vsock_bridge_stats *before)
{
	if (now)
		table_cell(table, "%llu", (unsigned long long)counters_errors(now));
	else
		table_cell(table, "-");
	if (now && before)
		table_cell(table, "%llu",
			   (unsigned long long)(counters_errors(now) -
						counters_errors(before)));
	else
		table_cell(table, "-");
}

static void print_line(struct table *table, const struct looks *looks,
		       const struct vsock_bridge_device *entry)
{
	const struct vsock_bridge_stats *now, *before;
	struct rates rates;
	char text[TEXT_SIZE], path[ENTRY_PATH_SIZE];

	now = sample_stats(looks->now, entry->device);
	before = sample_stats(looks->before, entry->device);
	rates = entry_rates(entry, &looks->now->devices, &looks->before->devices);
	table_cell(table, "%u", entry->device);
	table_cell(table, "%s", text_pid(text, entry->pid));
	table_cell(table, "%s", entry->comm);
	table_cell(table, "%llu", (unsigned long long)entry->guest_cid);
	table_cell(table, "%s", entry_state(entry));
	table_cell(table, "%u", entry->connections);
	print_rates(table, &rates);
	table_cell(table, "%s", now ? text_bytes(text, now->buffered_bytes) : "-");
	error_cells(table, now, before);
	table_cell(table, "%s", *entry_path(path, entry) ? path : "-");
}

static void print_devices(const struct looks *looks)
{
	static const struct column columns[] = {
		{ "DEVICE", true }, { "PID", true }, { "COMMAND", false },
		{ "CID", true }, { "STATE", false }, { "CONNS", true },
		{ "FROM-GUEST", true }, { "TO-GUEST", true },
		{ "PKTS-FROM", true }, { "PKTS-TO", true }, { "QUEUED", true },
		{ "ERRORS", true }, { "NEW", true }, { "PATH", false },
	};
	struct table table = TABLE(columns);
	size_t i;

	for (i = 0; i < looks->now->devices.count; i++)
		print_line(&table, looks, &looks->now->devices.all[i]);
	table_print(&table);
}

static void print_errors_of(const struct looks *looks, __u32 device)
{
	const struct vsock_bridge_stats *now = sample_stats(looks->now, device);
	const struct vsock_bridge_stats *first = sample_stats(&looks->first, device);
	const struct counter *counter;

	if (!now || !first)
		return;
	for (counter = counters; counter->name; counter++) {
		__u64 value = counter_value(counter, now);
		__u64 new = value - counter_value(counter, first);

		if (counter->kind == COUNTER_ERROR && new)
			printf("device %u: %s +%llu, %llu in all\n", device,
			       counter->name, (unsigned long long)new,
			       (unsigned long long)value);
	}
}

static void print_time(void)
{
	time_t now = time(NULL);
	char text[32];

	strftime(text, sizeof(text), "%F %T", localtime(&now));
	puts(text);
}

static void print(const struct looks *looks)
{
	size_t i;

	if (isatty(STDOUT_FILENO))
		fputs(CLEAR_SCREEN, stdout);
	print_time();
	print_devices(looks);
	for (i = 0; i < looks->now->devices.count; i++)
		print_errors_of(looks, looks->now->devices.all[i].device);
	putchar('\n');
}

/* Whether there is somebody to look again for. */
static bool go_on(const struct request *request, unsigned long done)
{
	return !fflush(stdout) && !ferror(stdout) &&
	       (!request->count || done < request->count);
}

static void free_later(struct looks *looks, struct sample *sample)
{
	if (sample != &looks->first)
		sample_free(sample);
}

static int look(const struct request *request, struct looks *looks)
{
	unsigned long done = 0;
	int failed;

	looks->before = &looks->first;
	do {
		entry_interval(request->interval_ms);
		looks->now = &looks->later[done % 2];
		failed = sample_take(looks->now, request->node, request->target);
		if (failed)
			break;
		print(looks);
		free_later(looks, looks->before);
		looks->before = looks->now;
	} while (go_on(request, ++done));
	free_later(looks, looks->before);
	return failed;
}

static int run(const struct request *request)
{
	struct looks looks;
	int failed;

	if (sample_take(&looks.first, request->node, request->target))
		return EXIT_FAILED;
	failed = look(request, &looks);
	sample_free(&looks.first);
	return failed ? EXIT_FAILED : EXIT_OK;
}

int cmd_watch(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "watch",
		.usage = usage,
		.options = options,
		.take = take,
		.words = "one DEVICE",
		.most = 1,
	};
	struct request request = {
		.node = CONTROL_NODE,
		.interval_ms = DEFAULT_INTERVAL_MS,
	};
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	request.target = argv[optind];
	return run(&request);
}
