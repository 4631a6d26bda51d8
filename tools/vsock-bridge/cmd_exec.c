// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge exec: sets up a device and runs a program with it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "command.h"
#include "config.h"
#include "diag.h"
#include "exit.h"
#include "fd.h"
#include "options.h"

#define DEFAULT_FD	3

static const char usage[] =
	"Usage: vsock-bridge exec --uds-path PATH [OPTION]... -- COMMAND [ARG...]\n"
	"\n"
	"Opens a vsock_bridge device, lets it listen on the AF_UNIX socket PATH, and\n"
	"becomes COMMAND, which finds the device at descriptor 3. COMMAND keeps this\n"
	"process's pid, stdin, stdout, stderr, environment and signals.\n";

static const char notes[] =
	"PATH is not removed when COMMAND ends; --replace removes it at the next start.\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge exec --uds-path /run/vm1.sock -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=3\n"
	"  vsock-bridge exec --uds-path vm.sock --mode 0660 --replace --fd 9 -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=9\n"
	"\n"
	"Exit codes: that of COMMAND, or 2 wrong usage, 125 the device could not be\n"
	"set up, 126 COMMAND cannot be executed, 127 COMMAND not found.\n";

struct request {
	const char *node;
	int fd;
	struct config config;
	char **command;
};

static const struct option_spec options[] = {
	OPTION_HEADING("Other options:"),
	{ "fd", .value = "N", .take = fd_take,
	  .at = offsetof(struct request, fd),
	  .help = "descriptor of the device in COMMAND, 3 or above (3)" },
	{ "device", .value = "NODE", .at = offsetof(struct request, node),
	  .help = "the device node (" DEVICE_NODE ")" },
	OPTIONS_END
};

/* getopt_long() stops after "--", or at a word that is not an option. */
static int take_command(struct request *request, int argc, char **argv)
{
	bool separated = !strcmp(argv[optind - 1], "--");

	if (config_check(&request->config))
		return -1;
	if (!separated && optind < argc) {
		diag("'--' is missing before '%s': write 'vsock-bridge exec OPTION... -- COMMAND [ARG...]'",
		     argv[optind]);
		return -1;
	}
	if (optind == argc) {
		diag("COMMAND is missing: write 'vsock-bridge exec OPTION... -- COMMAND [ARG...]'");
		return -1;
	}
	request->command = argv + optind;
	return 0;
}

/*
 * COMMAND inherits the descriptors that are open now and may need them, so only
 * a descriptor that was passed to the device is overwritten.
 */
static int check_fd(const struct request *request)
{
	int fd = request->fd;

	if (fcntl(fd, F_GETFD) < 0 || hostend_takes(&request->config.end, fd))
		return 0;
	diag("descriptor %d is open already, and COMMAND inherits it: choose another with --fd, or close it first (%d>&-)",
	     fd, fd);
	return -1;
}

/*
 * Returns only if COMMAND could not be started. The device moves last, because it
 * may replace a descriptor that was passed to it.
 */
static int become_command(struct device *device, const struct request *request)
{
	if (hostend_hand_over(&request->config.end, request->fd) ||
	    device_move(device, request->fd))
		return EXIT_EXEC_FAILED;
	execvp(request->command[0], request->command);
	return command_failed(request->command[0], errno);
}

/* Returns only if COMMAND could not be started. */
static int run(struct request *request)
{
	struct device device;
	int result;

	result = command_find(request->command[0]);
	if (result)
		return result;
	if (check_fd(request) || config_check_surroundings(&request->config) ||
	    device_open(&device, request->node))
		return EXIT_EXEC_FAILED;
	result = EXIT_EXEC_FAILED;
	if (!config_set(&device, &request->config)) {
		result = become_command(&device, request);
		hostend_unmake(&request->config.end);
	}
	device_close(&device);
	return result;
}

int cmd_exec(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "exec",
		.usage = usage,
		.notes = notes,
		.tables = { { config_options, offsetof(struct request, config) },
			    { options } },
		.in_order = true,
		.most = INT_MAX,
	};
	static struct request request = {
		.node = DEVICE_NODE,
		.fd = DEFAULT_FD,
		.config = CONFIG_NOTHING,
	};
	int result;

	request.config.end.given = true;
	result = options_read(&syntax, argc, argv, &request);
	if (result != OPTIONS_TAKEN)
		return result;
	if (take_command(&request, argc, argv))
		return EXIT_USAGE;
	return run(&request);
}
