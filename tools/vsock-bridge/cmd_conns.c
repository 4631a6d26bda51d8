// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge conns: the connections of devices. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "conns.h"
#include "exit.h"
#include "json.h"
#include "options.h"
#include "process.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char usage[] =
	"Usage: vsock-bridge conns [OPTION]... [DEVICE]\n"
	"\n"
	"Shows the connections of a vsock_bridge device, or of all that you may see.\n"
	"\n"
	"  --port N         only those with this port, on either side\n"
	"  --state STATE    only those in this state\n"
	"  --json           print JSON\n"
	"  --control NODE   the control node (" CONTROL_NODE ")\n"
	"  -h, --help       show this help\n"
	"\n"
	TARGET_USAGE
	"\n"
	"Columns:\n"
	"  DEVICE, ID       what 'vsock-bridge drop' takes\n"
	"  BY               who connected: guest or host\n"
	"  GUEST, HOST      the ports\n"
	"  TYPE             stream or seqpacket\n"
	"  STATE            handshake (the CONNECT line is not complete), requested (the\n"
	"                   guest has not answered), connecting (to the host's program),\n"
	"                   open, linger (the guest is gone, its last bytes are not\n"
	"                   read), or dead (the guest is owed a reset)\n"
	"  PID, COMMAND, USER    the host's program\n"
	"  FROM-GUEST, TO-GUEST  bytes so far\n"
	"  QUEUED           bytes of the guest that the host's program has not read and\n"
	"                   its socket has no room for\n"
	"  TX-CREDIT        bytes that the guest may send\n"
	"  RX-CREDIT        bytes that the guest has room for\n"
	"  AGE              since it began\n"
	"  NOTES            waits-guest, waits-host: nothing moves before that one reads;\n"
	"                   guest- or host-no-send, -no-recv: that one has shut it down\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge conns cid:3 --state open\n"
	"  vsock-bridge conns --json | jq '.connections[] | select(.buffered > 0)'\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option options[] = {
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "state", required_argument, NULL, OPT_STATE },
	{}
};

static const struct column columns[] = {
	{ "DEVICE", true }, { "ID", true }, { "BY", false },
	{ "GUEST", true }, { "HOST", true }, { "TYPE", false },
	{ "STATE", false }, { "PID", true }, { "COMMAND", false },
	{ "USER", false }, { "FROM-GUEST", true }, { "TO-GUEST", true },
	{ "QUEUED", true }, { "TX-CREDIT", true }, { "RX-CREDIT", true },
	{ "AGE", true }, { "NOTES", false },
};

struct request {
	const char *node;
	const char *target;
	bool has_port;
	__u32 port;
	int state;	/* -1: any */
	bool json;
	struct table table;
};

static int take_port(struct request *request)
{
	unsigned long port;

	if (options_number("--port", optarg, 0, UINT32_MAX, &port))
		return -1;
	request->has_port = true;
	request->port = port;
	return 0;
}

static int take_state(struct request *request)
{
	request->state = conns_find_state(optarg);
	if (request->state >= 0)
		return 0;
	diag("--state '%s' is none: give handshake, requested, connecting, open, linger or dead",
	     optarg);
	return -1;
}

static int take(void *to, int option)
{
	struct request *request = to;

	switch (option) {
	case OPT_CONTROL:
		request->node = optarg;
		return 0;
	case OPT_JSON:
		request->json = true;
		return 0;
	case OPT_PORT:
		return take_port(request);
	case OPT_STATE:
		return take_state(request);
	}
	return -1;
}

static const char *who(const struct vsock_bridge_conn *conn)
{
	return conn->flags & VSOCK_BRIDGE_CONN_BY_GUEST ? "guest" : "host";
}

static const char *type_of(const struct vsock_bridge_conn *conn)
{
	switch (conn->type) {
	case 1:
		return "stream";
	case 2:
		return "seqpacket";
	}
	return "unknown";
}

static void program_cells(struct table *table, const struct vsock_bridge_conn *conn)
{
	char text[TEXT_SIZE], command[PROCESS_COMMAND_SIZE];

	table_cell(table, "%s", text_pid(text, conn->pid));
	table_cell(table, "%s", *process_command(command, conn->pid) ? command : "-");
	table_cell(table, "%s", conn->pid ? text_user(text, conn->uid) : "-");
}

static void bytes_cell(struct table *table, __u64 bytes)
{
	char text[TEXT_SIZE];

	table_cell(table, "%s", text_bytes(text, bytes));
}

static void notes_cell(struct table *table, __u32 flags)
{
	char notes[128] = "";
	__u32 bit;

	for (bit = 1; bit; bit <<= 1) {
		const char *name = (flags & bit) ? conns_flag(bit) : NULL;

		if (name && *notes)
			strcat(notes, ",");
		if (name)
			strcat(notes, name);
	}
	table_cell(table, "%s", *notes ? notes : "-");
}

static void print_line(struct table *table, __u32 device,
		       const struct vsock_bridge_conn *conn)
{
	char text[TEXT_SIZE];

	table_cell(table, "%u", device);
	table_cell(table, "%llu", (unsigned long long)conn->id);
	table_cell(table, "%s", who(conn));
	table_cell(table, "%u", conn->guest_port);
	table_cell(table, "%u", conn->host_port);
	table_cell(table, "%s", type_of(conn));
	table_cell(table, "%s", conns_state(conn->state));
	program_cells(table, conn);
	bytes_cell(table, conn->tx_bytes);
	bytes_cell(table, conn->rx_bytes);
	bytes_cell(table, conn->buffered);
	bytes_cell(table, conn->tx_credit);
	bytes_cell(table, conn->rx_credit);
	table_cell(table, "%s", text_age(text, conn->age_ms));
	notes_cell(table, conn->flags);
}

static void json_program(const struct vsock_bridge_conn *conn)
{
	char user[TEXT_SIZE], command[PROCESS_COMMAND_SIZE];

	if (!conn->pid) {
		json_null("pid");
		json_null("command");
		json_null("uid");
		json_null("user");
		return;
	}
	json_number("pid", conn->pid);
	json_text("command", process_command(command, conn->pid));
	json_number("uid", conn->uid);
	json_text("user", text_user(user, conn->uid));
}

static void json_notes(__u32 flags)
{
	__u32 bit;

	json_array("notes");
	for (bit = 1; bit; bit <<= 1)
		if ((flags & bit) && conns_flag(bit))
			json_text(NULL, conns_flag(bit));
	json_end();
}

static void json_conn(__u32 device, const struct vsock_bridge_conn *conn)
{
	json_object(NULL);
	json_number("device", device);
	json_number("id", conn->id);
	json_text("by", who(conn));
	json_number("guest_port", conn->guest_port);
	json_number("host_port", conn->host_port);
	json_text("type", type_of(conn));
	json_text("state", conns_state(conn->state));
	json_program(conn);
	json_number("tx_bytes", conn->tx_bytes);
	json_number("rx_bytes", conn->rx_bytes);
	json_number("buffered", conn->buffered);
	json_number("tx_credit", conn->tx_credit);
	json_number("rx_credit", conn->rx_credit);
	json_number("age_ms", conn->age_ms);
	json_notes(conn->flags);
	json_end();
}

static bool is_wanted(const struct request *request,
		      const struct vsock_bridge_conn *conn)
{
	if (request->state >= 0 && conn->state != request->state)
		return false;
	return !request->has_port || conns_has_port(conn, request->port);
}

static void show(struct request *request, __u32 device, const struct conns *conns)
{
	size_t i;

	for (i = 0; i < conns->count; i++) {
		if (!is_wanted(request, &conns->all[i]))
			continue;
		if (request->json)
			json_conn(device, &conns->all[i]);
		else
			print_line(&request->table, device, &conns->all[i]);
	}
}

static int show_device(void *to, const struct device *device,
		       const struct vsock_bridge_device *entry)
{
	struct conns conns;
	int result = conns_read(&conns, device);

	if (result)
		return result;
	show(to, entry->device, &conns);
	conns_free(&conns);
	return 0;
}

static int print_text(struct request *request, const struct devices *devices)
{
	int failed = target_each(devices, request->node, request->target,
				 show_device, request);

	table_print(&request->table);
	return failed;
}

static int print_json(struct request *request, const struct devices *devices)
{
	int failed;

	json_object(NULL);
	json_array("connections");
	failed = target_each(devices, request->node, request->target,
			     show_device, request);
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
	failed = (request->json ? print_json : print_text)(request, &devices);
	control_free(&devices);
	return failed ? EXIT_FAILED : EXIT_OK;
}

int cmd_conns(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "conns",
		.usage = usage,
		.options = options,
		.take = take,
		.words = "one DEVICE",
		.most = 1,
	};
	struct request request = {
		.node = CONTROL_NODE,
		.state = -1,
		.table = TABLE(columns),
	};
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	request.target = argv[optind];
	return run(&request);
}
