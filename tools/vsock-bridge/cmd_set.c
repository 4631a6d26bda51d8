// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge set: changes an open device. */
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "diag.h"
#include "exit.h"
#include "identity.h"
#include "options.h"
#include "target.h"

static const char usage[] =
	"Usage: vsock-bridge set [OPTION]... DEVICE\n"
	"\n"
	"Changes an open vsock_bridge device, whether its virtual machine runs or not.\n"
	"Settings without an option stay as they are. A new PATH replaces the old one:\n"
	"existing connections continue, and no file is removed.\n"
	"\n"
	"Paths are looked up with the rights of the device's user, also if root runs the\n"
	"command, so a guest never gets the rights of root. Root directory, network\n"
	"namespace and security profile are those of this command. Limits and ports that\n"
	"were set before a later step failed stay set.\n";

static const char notes[] =
	TARGET_USAGE
	"\n"
	"Examples:\n"
	"  vsock-bridge set cid:3 --max-connections 4096 --connect-timeout 5\n"
	"  vsock-bridge set cid:3 --uds-path /run/user/1000/vm.sock --mode 0660\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

struct request {
	const char *node;
	struct config config;
};

static const struct option_spec options[] = {
	OPTION_HEADING("Other options:"),
	OPTION_CONTROL(struct request, node),
	OPTIONS_END
};

/*
 * Paths are checked and set with the rights with which the device looks them up
 * later.
 */
static int set(struct request *request, struct device *device,
	       const struct vsock_bridge_device *listed)
{
	if (config_has_paths(&request->config) && identity_become(listed->uid))
		return EXIT_FAILED;
	if (config_check_surroundings(&request->config) ||
	    config_set(device, &request->config))
		return EXIT_FAILED;
	return EXIT_OK;
}

static int run(struct request *request, const char *target)
{
	struct vsock_bridge_device listed;
	struct device device;
	int result;

	if (target_open(&device, &listed, request->node, target))
		return EXIT_FAILED;
	result = set(request, &device, &listed);
	device_close(&device);
	return result;
}

int cmd_set(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "set",
		.usage = usage,
		.notes = notes,
		.tables = { { config_options, offsetof(struct request, config) },
			    { options } },
		.words = "one DEVICE",
		.fewest = 1,
		.most = 1,
	};
	static struct request request = {
		.node = CONTROL_NODE,
		.config = CONFIG_NOTHING,
	};
	int result = options_read(&syntax, argc, argv, &request);

	if (result != OPTIONS_TAKEN)
		return result;
	if (!request.config.given) {
		diag("there is nothing to set: give an option, see 'vsock-bridge set --help'");
		return EXIT_USAGE;
	}
	if (config_check(&request.config))
		return EXIT_USAGE;
	return run(&request, argv[optind]);
}
