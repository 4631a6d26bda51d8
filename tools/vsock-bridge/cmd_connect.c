// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge connect: stdin and stdout, and a port of the guest. */
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
	"stdin there and writes what comes back to stdout. The end of stdin is passed on,\n"
	"and what still comes back is read; it ends when both sides have ended.\n"
	"\n"
	"  --seqpacket     a SOCK_SEQPACKET connection, through PATH_seqpacket: what is\n"
	"                  read at once, such as a line of a terminal, is a message of\n"
	"                  at most 64K\n"
	"  --timeout TIME  for the connection, in seconds, or with ms (10)\n"
	"  -h, --help      show this help\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge connect /run/vm1.sock 1024\n"
	"  tar c . | vsock-bridge connect /run/vm1.sock 5000\n"
	"\n"
	"Exit codes: 0 both sides have ended, 1 failed, 2 wrong usage, 3 no device\n"
	"listens on PATH, 4 the guest refused, 5 no answer in time.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "seqpacket", no_argument, NULL, OPT_SEQPACKET },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{}
};

static int take(void *to, int option)
{
	struct client *client = to;

	if (option == OPT_TIMEOUT)
		return options_time("--timeout", optarg, 1, 3600000,
				    &client->timeout_ms);
	client->seqpacket = true;
	return 0;
}

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
		.options = options,
		.take = take,
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
