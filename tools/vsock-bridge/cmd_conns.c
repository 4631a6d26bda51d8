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
#include "comm.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char usage[] =
	"Usage: vsock-bridge conns [OPTION]... [DEVICE]\n"
	"\n"
	"Lists the connections of a vsock_bridge device, or of all devices that the\n"
	"caller may see.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Columns:\n"
	"  DEVICE, ID       device and connection, as arguments of 'vsock-bridge drop'\n"
	"  BY               the side that opened the connection: guest or host\n"
	"  GUEST-PORT, HOST-PORT  the ports\n"
	"  TYPE             stream or seqpacket\n"
	"  STATE            handshake (the CONNECT line is not complete), requested (the\n"
	"                   guest has not answered), connecting (to the host program),\n"
	"                   open, linger (the guest has closed, and the host program has\n"
	"                   not read its last bytes), or dead (the RST waits)\n"
	"  PID, COMMAND, USER    the host program\n"
	"  TX-BYTES, RX-BYTES    bytes that the guest has sent and received\n"
	"  TX-BUFFERED      bytes of the guest that the host socket has not accepted\n"
	"  TX-CREDIT        bytes that the guest may send\n"
	"  RX-CREDIT        bytes that the guest has room for\n"
	"  AGE              time since the connection began\n"
	"  NOTES            waits-guest, waits-host: blocked until that side reads;\n"
	"                   guest- or host-no-send, -no-recv: that side has shut down\n"
	"                   that direction\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge conns cid:3 --state open\n"
	"  vsock-bridge conns --json | jq '.connections[] | select(.tx_buffered > 0)'\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

static const struct column columns[] = {
	{ "DEVICE", true }, { "ID", true }, { "BY", false },
	{ "GUEST-PORT", true }, { "HOST-PORT", true }, { "TYPE", false },
	{ "STATE", false }, { "PID", true }, { "COMMAND", false },
	{ "USER", false }, { "TX-BYTES", true }, { "RX-BYTES", true },
	{ "TX-BUFFERED", true }, { "TX-CREDIT", true }, { "RX-CREDIT", true },
	{ "AGE", true }, { "NOTES", false },
};

struct request {
	const char *node;
	const char *target;
	bool has_port;
	__u32 port;
	int state;	/* -1: any state */
	bool json;
	struct table table;
};

static int take_port(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;
	unsigned long port;

	(void)spec;
	if (options_number("--port", text, 0, UINT32_MAX, &port))
		return -1;
	request->has_port = true;
	request->port = port;
	return 0;
}

static int take_state(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;

	(void)spec;
	request->state = conns_find_state(text);
	if (request->state >= 0)
		return 0;
	diag("--state '%s' is unknown: give handshake, requested, connecting, open, linger or dead",
	     text);
	return -1;
}

static const struct option_spec options[] = {
	{ "port", .value = "N", .take = take_port,
	  .help = "only connections with this port on either side" },
	{ "state", .value = "STATE", .take = take_state,
	  .help = "only connections in this state" },
	OPTION_JSON(struct request, json),
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

static const char *opener(const struct vsock_bridge_conn *conn)
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
	char text[TEXT_SIZE], command[COMM_SIZE];

	table_cell(table, "%s", text_pid(text, conn->pid));
	table_cell(table, "%s", *comm_of(command, conn->pid) ? command : "-");
	table_cell(table, "%s", conn->pid ? text_user(text, conn->uid) : "-");
}

static void bytes_cell(struct table *table, __u64 bytes)
{
	char text[TEXT_SIZE];

	table_cell(table, "%s", text_bytes(text, bytes));
}

static void notes_cell(struct table *table, __u32 flags)
{
	char text[128] = "";
	__u32 bit;

	for (bit = 1; bit; bit <<= 1) {
		const char *name = (flags & bit) ? conns_flag(bit) : NULL;

		if (name && *text)
			strcat(text, ",");
		if (name)
			strcat(text, name);
	}
	table_cell(table, "%s", *text ? text : "-");
}

static void print_line(struct table *table, __u32 device,
		       const struct vsock_bridge_conn *conn)
{
	char text[TEXT_SIZE];

	table_cell(table, "%u", device);
	table_cell(table, "%llu", (unsigned long long)conn->id);
	table_cell(table, "%s", opener(conn));
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
	char user[TEXT_SIZE], command[COMM_SIZE];

	if (!conn->pid) {
		json_null("pid");
		json_null("command");
		json_null("uid");
		json_null("user");
		return;
	}
	json_number("pid", conn->pid);
	json_text("command", comm_of(command, conn->pid));
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
	json_text("by", opener(conn));
	json_number("guest_port", conn->guest_port);
	json_number("host_port", conn->host_port);
	json_text("type", type_of(conn));
	json_text("state", conns_state(conn->state));
	json_program(conn);
	json_number("tx_bytes", conn->tx_bytes);
	json_number("rx_bytes", conn->rx_bytes);
	json_number("tx_buffered", conn->buffered);
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
		       const struct vsock_bridge_device *listed)
{
	struct conns conns;
	int result = conns_read(&conns, device);

	if (result)
		return result;
	show(to, listed->device, &conns);
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
		.notes = notes,
		.tables = { { options } },
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
