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
#include "inherited.h"
#include "options.h"

#define DEFAULT_FD	3

static const char usage[] =
	"Usage: vsock-bridge exec --uds-path PATH [OPTION]... -- COMMAND [ARG...]\n"
	"\n"
	"Opens a vsock_bridge device, lets it listen on the AF_UNIX socket PATH, and\n"
	"becomes COMMAND, which finds the device at descriptor 3. COMMAND keeps this\n"
	"process's pid, stdin, stdout, stderr, environment and signals.\n"
	"\n"
	CONFIG_USAGE
	"  --fd N               descriptor of the device in COMMAND, 3 or above (3)\n"
	"  --device NODE        the device node (" DEVICE_NODE ")\n"
	"  -h, --help           show this help\n"
	"\n"
	"PATH is not removed when COMMAND ends; --replace is for the next start.\n"
	"\n"
	"Examples:\n"
	"  vsock-bridge exec --uds-path /run/vm1.sock -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=3\n"
	"  vsock-bridge exec --uds-path vm.sock --mode 0660 --replace --fd 9 -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=9\n"
	"\n"
	"Exit codes: that of COMMAND, or 2 wrong usage, 125 the device could not be\n"
	"set up, 126 COMMAND cannot be executed, 127 COMMAND not found.\n";

static const struct option options[] = {
	CONFIG_OPTIONS,
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "help", no_argument, NULL, 'h' },
	{}
};

struct request {
	const char *node;
	int fd;
	struct config config;
	char **command;
};

static int take(void *to, int option)
{
	struct request *request = to;

	switch (option) {
	case OPT_DEVICE:
		request->node = optarg;
		return 0;
	case OPT_FD:
		return inherited_take("--fd", optarg, &request->fd);
	}
	return config_take(&request->config, option);
}

/* getopt_long() stops behind a "--", or at a word that no "--" stands before. */
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
 * COMMAND inherits what is open now, and may need it: nothing is overwritten,
 * but what was for the device.
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
 * Returns only if COMMAND could not be started. The device moves last: it may
 * take the place of a descriptor that it was given.
 */
static int become_command(struct device *device, const struct request *request)
{
	if (hostend_hand_over(&request->config.end, request->fd) ||
	    device_move(device, request->fd))
		return EXIT_EXEC_FAILED;
	execvp(request->command[0], request->command);
	return command_failed(request->command[0], errno);
}

/* Likewise. */
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
		.options = options,
		.take = take,
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
