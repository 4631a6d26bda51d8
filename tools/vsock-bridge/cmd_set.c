// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge set: changes a device that is open. */
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
	"Changes a vsock_bridge device that is open, its virtual machine running or not.\n"
	"What no option names stays as it is. A new PATH takes the place of the old one:\n"
	"connections live on, and no file is removed.\n"
	"\n"
	"Paths are looked up with the rights of the device's user, also when root calls\n"
	"this: a guest never gets those of root by it. Root directory,\n"
	"network namespace and security profile are those of this command. Limits and\n"
	"ports that were set before something failed stay set.\n"
	"\n"
	CONFIG_USAGE
	"  --control NODE       the control node (" CONTROL_NODE ")\n"
	"  -h, --help           show this help\n"
	"\n"
	TARGET_USAGE
	"\n"
	"Examples:\n"
	"  vsock-bridge set cid:3 --max-connections 4096 --connect-timeout 5\n"
	"  vsock-bridge set cid:3 --uds-path /run/user/1000/vm.sock --mode 0660\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option options[] = {
	CONFIG_OPTIONS,
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "help", no_argument, NULL, 'h' },
	{}
};

struct request {
	const char *node;
	bool given;
	struct config config;
};

static int take(void *to, int option)
{
	struct request *request = to;

	if (option == OPT_CONTROL) {
		request->node = optarg;
		return 0;
	}
	request->given = true;
	return config_take(&request->config, option);
}

/* All that has to do with paths is done with the rights that they will have. */
static int set(struct request *request, struct device *device,
	       const struct vsock_bridge_device *entry)
{
	if (config_has_paths(&request->config) && identity_become(entry->uid))
		return EXIT_FAILED;
	if (config_check_surroundings(&request->config) ||
	    config_set(device, &request->config))
		return EXIT_FAILED;
	return EXIT_OK;
}

static int run(struct request *request, const char *target)
{
	struct vsock_bridge_device entry;
	struct device device;
	int result;

	if (target_open(&device, &entry, request->node, target))
		return EXIT_FAILED;
	result = set(request, &device, &entry);
	device_close(&device);
	return result;
}

int cmd_set(int argc, char **argv)
{
	static const struct syntax syntax = {
		.command = "set",
		.usage = usage,
		.options = options,
		.take = take,
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
	if (!request.given) {
		diag("nothing is to be set: give an option, see 'vsock-bridge set --help'");
		return EXIT_USAGE;
	}
	if (config_check(&request.config))
		return EXIT_USAGE;
	return run(&request, argv[optind]);
}
