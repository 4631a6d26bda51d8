// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge list: the open devices. */
#include <stdio.h>

#include "cmd.h"
#include "listed.h"
#include "exit.h"
#include "features.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "target.h"
#include "text.h"
#include "wait.h"

static const char usage[] =
	"Usage: vsock-bridge list [OPTION]... [DEVICE]\n"
	"\n"
	"Lists the open vsock_bridge devices: the caller's own, or all devices for root.\n"
	"Only root can open the control node, unless a udev rule changes its mode.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Columns:\n"
	"  DEVICE           number of the device, as in the kernel log and trace events\n"
	"  PID, COMMAND, USER    the process that owns the device, or that opened it if\n"
	"                   there is no owner\n"
	"  CID              the guest's CID\n"
	"  STATE            open (no owner yet), stopped, running, waiting (for the\n"
	"                   guest's answer to an event), or dead (the owner was killed,\n"
	"                   and another process has the device open)\n"
	"  CONNS            number of connections\n"
	"  TX-BYTES, RX-BYTES    bytes that the guest has sent and received; with\n"
	"                   --interval, bytes per second\n"
	"  AGE              time since the device was opened\n"
	"  PATH             path of the host end\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge list --interval 1\n"
	"  for n in $(vsock-bridge list -q); do vsock-bridge stats $n; done\n"
	"  vsock-bridge list --json cid:3 | jq -r '.devices[].path'\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

struct request {
	const char *node;
	const char *target;
	unsigned long interval_ms;	/* 0: read the counters once */
	bool json;
	bool no_header;
	bool quiet;
};

static const struct option_spec options[] = {
	{ "interval", .value = "TIME", .take = options_take_time,
	  .at = offsetof(struct request, interval_ms),
	  .help = "show bytes per second, measured over TIME, which is in seconds or with a suffix ms" },
	{ "no-header", .at = offsetof(struct request, no_header),
	  .help = "do not print the headings of the columns" },
	{ "quiet", 'q', .at = offsetof(struct request, quiet),
	  .help = "print only the numbers of the devices" },
	OPTION_JSON(struct request, json),
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

static void bytes_cell(struct table *table, __u64 bytes)
{
	char text[TEXT_SIZE];

	table_cell(table, "%s", text_bytes(text, bytes));
}

static void rate_cell(struct table *table, bool known, double rate)
{
	char text[TEXT_SIZE];

	if (known)
		table_cell(table, "%s/s", text_bytes(text, rate));
	else
		table_cell(table, "-");
}

/* The transferred bytes: since @before, or in total. */
static void moved_cells(struct table *table, const struct vsock_bridge_device *listed,
			const struct devices *now, const struct devices *before)
{
	struct rates rates = listed_rates(listed, now, before);

	if (!before->ns) {
		bytes_cell(table, listed->tx_bytes_count);
		bytes_cell(table, listed->rx_bytes_count);
		return;
	}
	rate_cell(table, rates.known, rates.tx_bytes);
	rate_cell(table, rates.known, rates.rx_bytes);
}

static void print_line(struct table *table, const struct vsock_bridge_device *listed,
		       const struct devices *now, const struct devices *before)
{
	char text[TEXT_SIZE], path[LISTED_PATH_SIZE];

	table_cell(table, "%u", listed->device);
	table_cell(table, "%s", text_pid(text, listed->pid));
	table_cell(table, "%s", listed->comm);
	table_cell(table, "%s", text_user(text, listed->uid));
	table_cell(table, "%llu", (unsigned long long)listed->guest_cid);
	table_cell(table, "%s", listed_state(listed));
	table_cell(table, "%u", listed->connections);
	moved_cells(table, listed, now, before);
	table_cell(table, "%s", text_age(text, listed->age_ms));
	table_cell(table, "%s", *listed_path(path, listed) ? path : "-");
}

static void print_text(const struct request *request, const struct devices *now,
		       const struct devices *before)
{
	static const struct column columns[] = {
		{ "DEVICE", true }, { "PID", true }, { "COMMAND", false },
		{ "USER", false }, { "CID", true }, { "STATE", false },
		{ "CONNS", true }, { "TX-BYTES", true }, { "RX-BYTES", true },
		{ "AGE", true }, { "PATH", false },
	};
	struct table table = TABLE(columns);
	size_t i;

	table.no_header = request->no_header;
	for (i = 0; i < now->count; i++)
		print_line(&table, &now->all[i], now, before);
	table_print(&table);
}

static void json_flags(__u32 flags)
{
	static const struct {
		__u32 bit;
		const char *key;
	} keys[] = {
		{ VSOCK_BRIDGE_DEVICE_LISTENS, "listens" },
		{ VSOCK_BRIDGE_DEVICE_SEQPACKET, "seqpacket" },
		{ VSOCK_BRIDGE_DEVICE_CONNECTS, "connects" },
		{ VSOCK_BRIDGE_DEVICE_MAPPED, "mapped" },
		{ VSOCK_BRIDGE_DEVICE_TEMPLATE, "template" },
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		json_bool(keys[i].key, flags & keys[i].bit);
}

static void json_path(const struct vsock_bridge_device *listed)
{
	char path[LISTED_PATH_SIZE];

	if (listed->path_len)
		json_text("path", listed_path(path, listed));
	else
		json_null("path");
}

static void json_pid(__u32 pid)
{
	if (pid)
		json_number("pid", pid);
	else
		json_null("pid");
}

static void json_rates(const struct rates *rates)
{
	if (!rates->known)
		return;
	json_object("per_second");
	json_real("tx_bytes", rates->tx_bytes);
	json_real("rx_bytes", rates->rx_bytes);
	json_real("tx_packets", rates->tx_packets);
	json_real("rx_packets", rates->rx_packets);
	json_end();
}

static void json_device(const struct vsock_bridge_device *listed,
			const struct rates *rates)
{
	char user[TEXT_SIZE];

	json_object(NULL);
	json_number("device", listed->device);
	json_pid(listed->pid);
	json_text("command", listed->comm);
	json_number("uid", listed->uid);
	json_text("user", text_user(user, listed->uid));
	json_number("cid", listed->guest_cid);
	json_text("state", listed_state(listed));
	json_path(listed);
	json_flags(listed->flags);
	features_json("virtio_features", virtio_features, listed->features);
	json_number("connections", listed->connections);
	json_number("handshakes", listed->handshakes);
	json_number("tx_bytes", listed->tx_bytes_count);
	json_number("rx_bytes", listed->rx_bytes_count);
	json_number("tx_packets", listed->tx_packets_count);
	json_number("rx_packets", listed->rx_packets_count);
	json_rates(rates);
	json_number("age_ms", listed->age_ms);
	json_end();
}

static void print_json(const struct devices *now, const struct devices *before)
{
	size_t i;

	json_object(NULL);
	json_array("devices");
	for (i = 0; i < now->count; i++) {
		struct rates rates = listed_rates(&now->all[i], now, before);

		json_device(&now->all[i], &rates);
	}
	json_end();
	json_end();
}

static void print_numbers(const struct devices *devices)
{
	size_t i;

	for (i = 0; i < devices->count; i++)
		printf("%u\n", devices->all[i].device);
}

static void print(const struct request *request, const struct devices *now,
		  const struct devices *before)
{
	if (request->quiet)
		print_numbers(now);
	else if (request->json)
		print_json(now, before);
	else
		print_text(request, now, before);
}

static int list(const struct request *request)
{
	struct devices before = {}, now;

	if (request->interval_ms) {
		if (target_list(&before, request->node, request->target))
			return EXIT_FAILED;
		wait_ms(request->interval_ms);
	}
	if (target_list(&now, request->node, request->target)) {
		control_free(&before);
		return EXIT_FAILED;
	}
	print(request, &now, &before);
	control_free(&before);
	control_free(&now);
	return EXIT_OK;
}

int cmd_list(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "list",
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
	return list(&request);
}
