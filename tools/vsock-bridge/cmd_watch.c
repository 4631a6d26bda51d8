// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge watch: throughput and errors, updated periodically. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "listed.h"
#include "exit.h"
#include "options.h"
#include "reading.h"
#include "table.h"
#include "target.h"
#include "text.h"
#include "wait.h"

#define DEFAULT_INTERVAL_MS	1000
#define CLEAR_SCREEN		"\033[H\033[J"

static const char usage[] =
	"Usage: vsock-bridge watch [OPTION]... [DEVICE]\n"
	"\n"
	"Shows the throughput of a vsock_bridge device, or of all devices that the caller\n"
	"may see, and the errors since the command began, until it is interrupted. On a\n"
	"terminal each update replaces the previous one.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Columns, in addition to those of 'vsock-bridge list':\n"
	"  TX-BYTES, RX-BYTES      bytes per second that the guest sends and receives\n"
	"  TX-PACKETS, RX-PACKETS  packets per second\n"
	"  TX-BUFFERED      bytes of the guest that host sockets have not accepted\n"
	"  ERRORS           errors since the device was opened\n"
	"  NEW              errors since the previous update\n"
	"A value that cannot be read, because the device is dead, is shown as -.\n"
	"\n"
	"Example:\n"
	"  vsock-bridge watch --interval 5 cid:3\n"
	"\n"
	"Exit codes: 0 success, 1 failure, or DEVICE is gone; 2 wrong usage.\n";

struct request {
	const char *node;
	const char *target;
	unsigned long interval_ms;
	unsigned long count;	/* 0: never stop */
};

static int take_count(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;

	(void)spec;
	return options_number("--count", text, 1, ULONG_MAX, &request->count);
}

static const struct option_spec options[] = {
	{ "count", .value = "N", .take = take_count,
	  .help = "stop after N updates (default: never)" },
	{ "interval", .value = "TIME", .take = options_take_time,
	  .at = offsetof(struct request, interval_ms),
	  .help = "time between updates, in seconds or with a suffix ms (1)" },
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

/**
 * struct looks - readings of the counters
 * @first: the first reading
 * @later: room for the last two readings
 * @before: the reading before @now
 * @now: the last reading
 */
struct looks {
	struct reading first;
	struct reading later[2];
	struct reading *before;
	struct reading *now;
};

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
		       const struct vsock_bridge_device *listed)
{
	const struct vsock_bridge_stats *now, *before;
	struct rates rates;
	char text[TEXT_SIZE], path[LISTED_PATH_SIZE];

	now = reading_stats(looks->now, listed->device);
	before = reading_stats(looks->before, listed->device);
	rates = listed_rates(listed, &looks->now->devices, &looks->before->devices);
	table_cell(table, "%u", listed->device);
	table_cell(table, "%s", text_pid(text, listed->pid));
	table_cell(table, "%s", listed->comm);
	table_cell(table, "%llu", (unsigned long long)listed->guest_cid);
	table_cell(table, "%s", listed_state(listed));
	table_cell(table, "%u", listed->connections);
	print_rates(table, &rates);
	table_cell(table, "%s", now ? text_bytes(text, now->buffered_bytes) : "-");
	error_cells(table, now, before);
	table_cell(table, "%s", *listed_path(path, listed) ? path : "-");
}

static void print_devices(const struct looks *looks)
{
	static const struct column columns[] = {
		{ "DEVICE", true }, { "PID", true }, { "COMMAND", false },
		{ "CID", true }, { "STATE", false }, { "CONNS", true },
		{ "TX-BYTES", true }, { "RX-BYTES", true },
		{ "TX-PACKETS", true }, { "RX-PACKETS", true },
		{ "TX-BUFFERED", true },
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
	const struct vsock_bridge_stats *now = reading_stats(looks->now, device);
	const struct vsock_bridge_stats *first = reading_stats(&looks->first, device);
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

/* Is a further update needed? */
static bool go_on(const struct request *request, unsigned long done)
{
	return !fflush(stdout) && !ferror(stdout) &&
	       (!request->count || done < request->count);
}

static void free_later(struct looks *looks, struct reading *reading)
{
	if (reading != &looks->first)
		reading_free(reading);
}

static int look(const struct request *request, struct looks *looks)
{
	unsigned long done = 0;
	int failed;

	looks->before = &looks->first;
	do {
		wait_ms(request->interval_ms);
		looks->now = &looks->later[done % 2];
		failed = reading_take(looks->now, request->node, request->target);
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

	if (reading_take(&looks.first, request->node, request->target))
		return EXIT_FAILED;
	failed = look(request, &looks);
	reading_free(&looks.first);
	return failed ? EXIT_FAILED : EXIT_OK;
}

int cmd_watch(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "watch",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
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
