// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge connect: connects stdin and stdout to a port of the guest. */
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "cmd.h"
#include "exit.h"
#include "options.h"
#include "relay.h"

#define DEFAULT_TIMEOUT_MS	10000

static const char usage[] =
	"Usage: vsock-bridge connect [OPTION]... PATH PORT\n"
	"\n"
	"Connects to PORT of the guest behind the socket PATH, which may be @NAME, sends\n"
	"stdin to the guest and writes what the guest sends to stdout. At the end of\n"
	"stdin it shuts down its side and continues to read; it ends when both sides have\n"
	"ended.\n";

static const char notes[] =
	"Examples:\n"
	"  vsock-bridge connect /run/vm1.sock 1024\n"
	"  tar c . | vsock-bridge connect /run/vm1.sock 5000\n"
	"\n"
	"Exit codes: 0 both sides have ended, 1 failure, 2 wrong usage, 3 no device\n"
	"listens on PATH, 4 the guest refused, 5 no answer in time.\n";

static const struct option_spec options[] = {
	{ "seqpacket", .at = offsetof(struct client, seqpacket),
	  .help = "use a SOCK_SEQPACKET connection, through PATH_seqpacket: each read from stdin, such as a line of a terminal, becomes a message of at most 64K" },
	{ "timeout", .value = "TIME", .take = options_take_time,
	  .at = offsetof(struct client, timeout_ms),
	  .help = "time for the connection, in seconds or with a suffix ms (10)" },
	OPTIONS_END
};

static int run(const struct client *client)
{
	int fd, result = client_connect(client, &fd);

	return result ? result : relay(fd, client->seqpacket);
}

int cmd_connect(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "connect",
		.usage = usage,
		.notes = notes,
		.tables = { { options } },
		.words = "PATH and PORT",
		.fewest = 2,
		.most = 2,
	};
	struct client client = { .timeout_ms = DEFAULT_TIMEOUT_MS };
	int result = options_read(&syntax, argc, argv, &client);
	unsigned long port;

	if (result != OPTIONS_TAKEN)
		return result;
	if (options_number("PORT", argv[optind + 1], 0, UINT32_MAX, &port))
		return EXIT_USAGE;
	client.path = argv[optind];
	client.port = port;
	return run(&client);
}
