// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge list: the devices that are open. */
#include <stdio.h>

#include "cmd.h"
#include "entry.h"
#include "exit.h"
#include "features.h"
#include "json.h"
#include "options.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char usage[] =
	"Usage: vsock-bridge list [OPTION]... [DEVICE]\n"
	"\n"
	"Shows the vsock_bridge devices that are open: your own, or to root all\n"
	"(the control node is root's, unless a rule of yours says otherwise).\n"
	"\n"
	"  --interval TIME  look twice, so many seconds (or with ms) apart, and show\n"
	"                   what was moved per second between\n"
	"  --json           print JSON\n"
	"  --control NODE   the control node (" CONTROL_NODE ")\n"
	"  -h, --help       show this help\n"
	"\n"
	TARGET_USAGE
	"\n"
	"Columns:\n"
	"  DEVICE           its number, as in the kernel's log and trace events\n"
	"  PID, COMMAND, USER    the process that owns it, or has opened it\n"
	"  CID              of the guest\n"
	"  STATE            open (no virtual machine so far), stopped, running, waiting\n"
	"                   (for the guest's answer to an event), or dead (its process\n"
	"                   was killed, and another has it open)\n"
	"  CONNS            connections\n"
	"  FROM-GUEST, TO-GUEST  bytes, or with --interval bytes per second\n"
	"  AGE              since it was opened\n"
	"  PATH             of its socket\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge list --interval 1\n"
	"  vsock-bridge list --json cid:3 | jq -r '.devices[].path'\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option options[] = {
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "help", no_argument, NULL, 'h' },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "json", no_argument, NULL, OPT_JSON },
	{}
};

struct request {
	const char *node;
	const char *target;
	unsigned long interval_ms;	/* 0: look once */
	bool json;
};

static int take(void *to, int option)
{
	struct request *request = to;

	switch (option) {
	case OPT_CONTROL:
		request->node = optarg;
		return 0;
	case OPT_INTERVAL:
		return options_interval(optarg, &request->interval_ms);
	case OPT_JSON:
		request->json = true;
		return 0;
	}
	return -1;
}

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

/* What was moved: since @before, or in all. */
static void moved_cells(struct table *table, const struct vsock_bridge_device *entry,
			const struct devices *now, const struct devices *before)
{
	struct rates rates = entry_rates(entry, now, before);

	if (!before->ns) {
		bytes_cell(table, entry->tx_bytes_count);
		bytes_cell(table, entry->rx_bytes_count);
		return;
	}
	rate_cell(table, rates.known, rates.tx_bytes);
	rate_cell(table, rates.known, rates.rx_bytes);
}

static void print_line(struct table *table, const struct vsock_bridge_device *entry,
		       const struct devices *now, const struct devices *before)
{
	char text[TEXT_SIZE], path[ENTRY_PATH_SIZE];

	table_cell(table, "%u", entry->device);
	table_cell(table, "%s", text_pid(text, entry->pid));
	table_cell(table, "%s", entry->comm);
	table_cell(table, "%s", text_user(text, entry->uid));
	table_cell(table, "%llu", (unsigned long long)entry->guest_cid);
	table_cell(table, "%s", entry_state(entry));
	table_cell(table, "%u", entry->connections);
	moved_cells(table, entry, now, before);
	table_cell(table, "%s", text_age(text, entry->age_ms));
	table_cell(table, "%s", *entry_path(path, entry) ? path : "-");
}

static void print_text(const struct devices *now, const struct devices *before)
{
	static const struct column columns[] = {
		{ "DEVICE", true }, { "PID", true }, { "COMMAND", false },
		{ "USER", false }, { "CID", true }, { "STATE", false },
		{ "CONNS", true }, { "FROM-GUEST", true }, { "TO-GUEST", true },
		{ "AGE", true }, { "PATH", false },
	};
	struct table table = TABLE(columns);
	size_t i;

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

static void json_path(const struct vsock_bridge_device *entry)
{
	char path[ENTRY_PATH_SIZE];

	if (entry->path_len)
		json_text("path", entry_path(path, entry));
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

static void json_entry(const struct vsock_bridge_device *entry,
		       const struct rates *rates)
{
	char user[TEXT_SIZE];

	json_object(NULL);
	json_number("device", entry->device);
	json_pid(entry->pid);
	json_text("command", entry->comm);
	json_number("uid", entry->uid);
	json_text("user", text_user(user, entry->uid));
	json_number("cid", entry->guest_cid);
	json_text("state", entry_state(entry));
	json_path(entry);
	json_flags(entry->flags);
	features_json("virtio_features", virtio_features, entry->features);
	json_number("connections", entry->connections);
	json_number("handshakes", entry->handshakes);
	json_number("tx_bytes", entry->tx_bytes_count);
	json_number("rx_bytes", entry->rx_bytes_count);
	json_number("tx_packets", entry->tx_packets_count);
	json_number("rx_packets", entry->rx_packets_count);
	json_rates(rates);
	json_number("age_ms", entry->age_ms);
	json_end();
}

static void print_json(const struct devices *now, const struct devices *before)
{
	size_t i;

	json_object(NULL);
	json_array("devices");
	for (i = 0; i < now->count; i++) {
		struct rates rates = entry_rates(&now->all[i], now, before);

		json_entry(&now->all[i], &rates);
	}
	json_end();
	json_end();
}

static int list(const struct request *request)
{
	struct devices before = {}, now;

	if (request->interval_ms) {
		if (target_list(&before, request->node, request->target))
			return EXIT_FAILED;
		entry_interval(request->interval_ms);
	}
	if (target_list(&now, request->node, request->target)) {
		control_free(&before);
		return EXIT_FAILED;
	}
	(request->json ? print_json : print_text)(&now, &before);
	control_free(&before);
	control_free(&now);
	return EXIT_OK;
}

int cmd_list(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "list",
		.usage = usage,
		.options = options,
		.take = take,
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
