// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge listen: a connection of the guest, and stdin and stdout. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "command.h"
#include "diag.h"
#include "exit.h"
#include "options.h"
#include "relay.h"
#include "server.h"

static const char usage[] =
	"Usage: vsock-bridge listen [OPTION]... PATH PORT [-- COMMAND [ARG...]]\n"
	"\n"
	"Listens on PATH_PORT for the guest's connections to CID 2, port PORT: PATH is\n"
	"that of the device. Takes the first connection, sends stdin there and writes\n"
	"what comes to stdout, until both sides have ended; or becomes COMMAND, of which\n"
	"the connection is stdin and stdout. PATH_PORT is removed before.\n"
	"\n"
	"  --keep          take all connections, each with a COMMAND of its own, until\n"
	"                  a signal comes; then PATH_PORT is removed. At most 64 run\n"
	"                  at once; more connections wait\n"
	"  --mode MODE     permissions of PATH_PORT, in octal (0777 less the umask)\n"
	"  --replace       remove PATH_PORT first if it is a stale socket, on which\n"
	"                  nobody listens; any other file is left alone\n"
	"  --seqpacket     for SOCK_SEQPACKET connections: what is read at once is a\n"
	"                  message of at most 64K\n"
	"  --timeout TIME  for the first connection, in seconds, or with ms (none)\n"
	"  -h, --help      show this help\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge listen /run/vm1.sock 5000 >log\n"
	"  vsock-bridge listen --keep /run/vm1.sock 5001 -- date\n"
	"\n"
	"Exit codes: 0 both sides have ended, or that of COMMAND; 1 failed, 2 wrong\n"
	"usage, 5 no connection in time, 126 COMMAND cannot be executed, 127 not found.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "seqpacket", no_argument, NULL, OPT_SEQPACKET },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{}
};

/* The guest shall not start as many processes as it likes. */
enum { MOST_COMMANDS = 64 };

struct request {
	struct server server;
	bool keep;
	unsigned long timeout_ms;
	char **command;		/* NULL: stdin and stdout */
};

static int take_mode(struct server *server)
{
	unsigned int mode;

	if (options_mode("--mode", optarg, &mode))
		return -1;
	server->mode = mode;
	return 0;
}

static int take(void *to, int option)
{
	struct request *request = to;

	switch (option) {
	case OPT_KEEP:
		request->keep = true;
		return 0;
	case OPT_MODE:
		return take_mode(&request->server);
	case OPT_REPLACE:
		request->server.replace = true;
		return 0;
	case OPT_SEQPACKET:
		request->server.type = SOCK_SEQPACKET;
		return 0;
	case OPT_TIMEOUT:
		return options_time("--timeout", optarg, 1, 3600000,
				    &request->timeout_ms);
	}
	return -1;
}

/* Returns only if COMMAND could not be started. */
static int become_command(char **command, int fd)
{
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0) {
		diag("cannot pass the connection to COMMAND: %s: check the limits of this process",
		     strerror(errno));
		return EXIT_FAILED;
	}
	execvp(command[0], command);
	return command_failed(command[0], errno);
}

/* Signals that were caught are as before for it, by execvp(). */
static bool start_command(char **command, int fd)
{
	pid_t child = fork();

	if (!child)
		_exit(become_command(command, fd));
	if (child < 0)
		diag("cannot start COMMAND: %s: the connection is closed, check the limits of this user",
		     strerror(errno));
	return child > 0;
}

/* Takes note of those that have ended; waits for one where no more may run. */
static int count_running(int running)
{
	while (running > 0 &&
	       waitpid(-1, NULL, running < MOST_COMMANDS ? WNOHANG : 0) > 0)
		running--;
	return running;
}

/* Ends by a signal, or when it cannot accept. */
static int serve_all(struct request *request)
{
	int fd, result, running = 0;

	signal(SIGCHLD, SIG_DFL);	/* who has called this may ignore it */
	for (;;) {
		running = count_running(running);
		result = server_accept(&request->server, request->timeout_ms, &fd);
		if (result)
			return result;
		request->timeout_ms = 0;
		running += start_command(request->command, fd);
		close(fd);
	}
}

static int serve_one(struct request *request)
{
	int fd, result;

	result = server_accept(&request->server, request->timeout_ms, &fd);
	if (result)
		return result;
	server_close(&request->server);
	if (request->command)
		return become_command(request->command, fd);
	return relay(fd, request->server.type == SOCK_SEQPACKET);
}

static int run(struct request *request)
{
	int result = request->command ? command_find(request->command[0]) : 0;

	result = result ?: server_open(&request->server);
	if (result)
		return result;
	result = (request->keep ? serve_all : serve_one)(request);
	server_close(&request->server);
	return result;
}

static int take_place(struct server *server, const char *path, const char *port)
{
	unsigned long number;
	char suffix[16];

	if (options_number("PORT", port, 0, UINT32_MAX, &number))
		return -1;
	snprintf(suffix, sizeof(suffix), "_%lu", number);
	return address_make(&server->address, path, suffix);
}

/* Behind "--" is COMMAND, which options_read() shall not see: it is cut off. */
static int take_command(struct request *request, int *argc, char **argv)
{
	int i;

	for (i = 1; i < *argc && strcmp(argv[i], "--"); i++)
		;
	if (i == *argc)
		return 0;
	if (i + 1 == *argc) {
		diag("COMMAND is missing behind '--': see 'vsock-bridge listen --help'");
		return -1;
	}
	request->command = argv + i + 1;
	argv[i] = NULL;
	*argc = i;
	return 0;
}

int cmd_listen(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "listen",
		.usage = usage,
		.options = options,
		.take = take,
		.words = "PATH and PORT",
		.fewest = 2,
		.most = 2,
	};
	static struct request request = {
		.server = { .type = SOCK_STREAM, .mode = -1 },
	};
	int result;

	if (take_command(&request, &argc, argv))
		return EXIT_USAGE;
	result = options_read(&syntax, argc, argv, &request);
	if (result != OPTIONS_TAKEN)
		return result;
	if (request.keep && !request.command) {
		diag("--keep needs a COMMAND for each connection: write 'vsock-bridge listen --keep PATH PORT -- COMMAND'");
		return EXIT_USAGE;
	}
	if (take_place(&request.server, argv[optind], argv[optind + 1]))
		return EXIT_USAGE;
	request.server.backlog = request.keep ? SOMAXCONN : 0;
	return run(&request);
}
