// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge drop: ends connections. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "conns.h"
#include "control.h"
#include "diag.h"
#include "exit.h"
#include "options.h"
#include "target.h"

static const char usage[] =
	"Usage: vsock-bridge drop [OPTION]... DEVICE ID...\n"
	"       vsock-bridge drop [OPTION]... --port N DEVICE\n"
	"\n"
	"Ends connections of a vsock_bridge device: the guest sees a reset, the host\n"
	"program a reset, or EOF in the handshake. Bytes that have not arrived are\n"
	"lost.\n";

static const char notes[] =
	TARGET_USAGE
	"ID is the ID that 'vsock-bridge conns' shows.\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge drop cid:3 17\n"
	"  vsock-bridge drop /run/vm1.sock --port 5000\n"
	"\n"
	"Exit codes: 0 success, 1 failure, or there is no such connection; 2 wrong usage.\n";

struct request {
	const char *node;
	bool has_port;
	unsigned long port;
	char **ids;	/* ends with NULL */
};

static int take_port(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;

	(void)spec;
	request->has_port = true;
	return options_number("--port", text, 0, UINT32_MAX, &request->port);
}

static const struct option_spec options[] = {
	{ "port", .value = "N", .take = take_port,
	  .help = "end all connections with this port on either side" },
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

/* A connection that has ended in the meantime is not an error. */
static int drop_port(const struct device *device, __u32 port)
{
	unsigned int found = 0;
	struct conns conns;
	int result;
	size_t i;

	result = conns_read(&conns, device);
	if (result > 0)
		control_tell_gone(device->number);
	if (result)
		return -1;
	for (i = 0; i < conns.count && result >= 0; i++) {
		if (!conns_has_port(&conns.all[i], port))
			continue;
		result = conns_drop(device, conns.all[i].id);
		found++;
	}
	conns_free(&conns);
	if (result >= 0 && !found) {
		diag("there is no connection with port %u: see 'vsock-bridge conns'",
		     port);
		return -1;
	}
	return result < 0 ? -1 : 0;
}

static int drop_id(const struct device *device, const char *text)
{
	int result = conns_drop(device, strtoul(text, NULL, 10));

	if (result > 0)
		diag("there is no connection %s: it has ended, see 'vsock-bridge conns'",
		     text);
	return result ? -1 : 0;
}

/* After a failure the other connections are dropped too. */
static int drop(const struct request *request, const struct device *device)
{
	int result = 0;
	char **id;

	if (request->has_port)
		result = drop_port(device, request->port);
	for (id = request->ids; *id; id++)
		if (drop_id(device, *id))
			result = -1;
	return result ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct request *request, const char *target)
{
	struct vsock_bridge_device listed;
	struct device device;
	int result;

	if (target_open(&device, &listed, request->node, target))
		return EXIT_FAILED;
	result = drop(request, &device);
	device_close(&device);
	return result;
}

static int check_ids(char **ids)
{
	unsigned long id;

	for (; *ids; ids++)
		if (options_number("ID", *ids, 1, ULONG_MAX, &id))
			return -1;
	return 0;
}

int cmd_drop(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "drop",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
		.words = "a DEVICE, and IDs or --port",
		.fewest = 1,
		.most = INT_MAX,
	};
	struct request request = { .node = CONTROL_NODE };
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	request.ids = argv + optind + 1;
	if (!request.has_port && !*request.ids) {
		diag("drop needs an ID, or --port: see 'vsock-bridge conns' for them");
		return EXIT_USAGE;
	}
	if (check_ids(request.ids))
		return EXIT_USAGE;
	return run(&request, argv[optind]);
}
