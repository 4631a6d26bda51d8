// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge listen: connects a connection of the guest to stdin and stdout. */
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
	"Listens on PATH_PORT for the guest's connections to CID 2, port PORT; PATH is\n"
	"the path of the device. Accepts the first connection, sends stdin to the guest\n"
	"and writes what the guest sends to stdout, until both sides have ended. With\n"
	"COMMAND, it becomes COMMAND, whose stdin and stdout are the connection.\n"
	"PATH_PORT is removed after the connection was accepted.\n";

static const char notes[] =
	"Examples:\n"
	"  vsock-bridge listen /run/vm1.sock 5000 >log\n"
	"  vsock-bridge listen --keep /run/vm1.sock 5001 -- date\n"
	"\n"
	"Exit codes: 0 both sides have ended, or that of COMMAND; 1 failure, 2 wrong\n"
	"usage, 5 no connection in time, 126 COMMAND cannot be executed, 127 not found.\n";

/* Limits the number of processes that a guest can start. */
enum { MOST_COMMANDS = 64 };

struct request {
	struct server server;
	bool keep;
	unsigned long timeout_ms;
	char **command;		/* NULL: stdin and stdout */
};

static int take_mode(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;
	unsigned int mode;

	(void)spec;
	if (options_mode("--mode", text, &mode))
		return -1;
	request->server.mode = mode;
	return 0;
}

static int take_seqpacket(void *to, const struct option_spec *spec, const char *text)
{
	struct request *request = to;

	(void)spec;
	(void)text;
	request->server.type = SOCK_SEQPACKET;
	return 0;
}

static const struct option_spec options[] = {
	{ "keep", .at = offsetof(struct request, keep),
	  .help = "accept all connections, each with a COMMAND of its own, until a signal ends the command and PATH_PORT is removed. At most 64 COMMANDs run at once; further connections wait" },
	{ "mode", .value = "MODE", .take = take_mode,
	  .help = "permissions of PATH_PORT in octal (0777 less the umask)" },
	{ "replace", .at = offsetof(struct request, server.replace),
	  .help = "remove PATH_PORT first if it is a stale socket, on which no program listens; other files are never removed" },
	{ "seqpacket", .take = take_seqpacket,
	  .help = "accept SOCK_SEQPACKET connections: each read from stdin becomes a message of at most 64K" },
	{ "timeout", .value = "TIME", .take = options_take_time,
	  .at = offsetof(struct request, timeout_ms),
	  .help = "time for the first connection, in seconds or with a suffix ms (none)" },
	OPTIONS_END
};

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

/* execvp() restores the default action of signals that this process catches. */
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

/* Counts commands that have ended; at the limit, waits for one to end. */
static int count_running(int running)
{
	while (running > 0 &&
	       waitpid(-1, NULL, running < MOST_COMMANDS ? WNOHANG : 0) > 0)
		running--;
	return running;
}

/* Returns if accepting fails; a signal ends the process. */
static int serve_all(struct request *request)
{
	int fd, result, running = 0;

	signal(SIGCHLD, SIG_DFL);	/* the caller may ignore it */
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

/* COMMAND follows "--" and is hidden from options_read(). */
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
		.notes = notes,
		.tables = { { options } },
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
