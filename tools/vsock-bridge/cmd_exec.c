// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge exec: sets up a device and runs a program with it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd.h"
#include "command.h"
#include "device.h"
#include "diag.h"
#include "exit.h"
#include "options.h"
#include "uds.h"

#define DEFAULT_FD	3

static const char usage[] =
	"Usage: vsock-bridge exec --uds-path PATH [OPTION]... -- COMMAND [ARG...]\n"
	"\n"
	"Opens a vsock_bridge device, lets it listen on the AF_UNIX socket PATH, and\n"
	"becomes COMMAND, which finds the device at descriptor 3. COMMAND keeps this\n"
	"process's pid, stdin, stdout, stderr, environment and signals.\n"
	"\n"
	"  --uds-path PATH      the host's socket, at most 96 bytes. Host programs\n"
	"                       connect to PATH and write 'CONNECT <port>\\n'; the\n"
	"                       guest's connections to CID 2, port P go to PATH_P.\n"
	"                       @NAME is an abstract name, without a file\n"
	"  --fd N               descriptor of the device in COMMAND, 3 or above (3)\n"
	"  --group GROUP        group of PATH, name or number (as for any new file)\n"
	"  --host-ports MIN-MAX host ports of the host's connections, of which OK tells\n"
	"                       (1073741824-2147483647)\n"
	"  --max-connections N  connections at once, 1 to 65535 (1023)\n"
	"  --mode MODE          permissions of PATH in octal, 0 to 0777, whatever the\n"
	"                       umask (0777 less the umask)\n"
	"  --owner USER         owner of PATH, name or number (as for any new file)\n"
	"  --port P=SOCKET      the guest's connections to port P go to SOCKET, which\n"
	"                       may be @NAME; may be repeated. Ports that are not\n"
	"                       named are then refused, also where PATH_P exists\n"
	"  --random-ports       host ports are random, not in turn\n"
	"  --replace            remove PATH first if it is a stale socket, on which\n"
	"                       nobody listens; any other file is left alone\n"
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
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "help", no_argument, NULL, 'h' },
	{ "host-ports", required_argument, NULL, OPT_HOST_PORTS },
	{ "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "random-ports", no_argument, NULL, OPT_RANDOM_PORTS },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "uds-path", required_argument, NULL, OPT_UDS_PATH },
	{}
};

struct mapping {
	unsigned long port;
	const char *path;
};

struct request {
	const char *node;
	const char *path;
	struct vsock_bridge_uds uds;	/* what is said about its file */
	bool replace;
	bool random_ports;
	unsigned long host_port_min;	/* 0: the device's default */
	unsigned long host_port_max;
	struct mapping mappings[VSOCK_BRIDGE_MAX_PORTS];
	unsigned int mapped;
	unsigned long fd;
	unsigned long max_connections;	/* 0: the device's default */
	char **command;			/* NULL: help is wanted */
};

static unsigned long highest_fd(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return limit.rlim_cur - 1;
}

/* "P=SOCKET" */
static int take_mapping(struct request *request, const char *text)
{
	struct mapping *mapping = &request->mappings[request->mapped];
	const char *path = strchr(text, '=');
	char port[16] = "";

	if (request->mapped == VSOCK_BRIDGE_MAX_PORTS) {
		diag("--port is given too often: the module takes %u of them",
		     VSOCK_BRIDGE_MAX_PORTS);
		return -1;
	}
	if (!path || path - text >= (int)sizeof(port) || !path[1] ||
	    strlen(path + 1) > VSOCK_BRIDGE_PATH_MAX || !strcmp(path, "=@")) {
		diag("--port '%s' is not P=SOCKET: give a port and a path of at most %u bytes, such as 5000=/run/log.sock",
		     text, VSOCK_BRIDGE_PATH_MAX);
		return -1;
	}
	memcpy(port, text, path - text);
	mapping->path = path + 1;
	request->mapped++;
	return options_number("--port", port, 0, UINT_MAX, &mapping->port);
}

static int take_option(struct request *request, int option)
{
	switch (option) {
	case OPT_DEVICE:
		request->node = optarg;
		return 0;
	case OPT_FD:
		return options_number("--fd", optarg, STDERR_FILENO + 1,
				      highest_fd(), &request->fd);
	case OPT_MAX_CONNECTIONS:
		return options_number("--max-connections", optarg, 1,
				      VSOCK_BRIDGE_MAX_CONNECTIONS,
				      &request->max_connections);
	case OPT_GROUP:
		request->uds.flags |= VSOCK_BRIDGE_UDS_GID;
		return options_group("--group", optarg, &request->uds.gid);
	case OPT_HOST_PORTS:
		return options_range("--host-ports", optarg, 1,
				     VSOCK_BRIDGE_MAX_HOST_PORT,
				     &request->host_port_min,
				     &request->host_port_max);
	case OPT_MODE:
		request->uds.flags |= VSOCK_BRIDGE_UDS_MODE;
		return options_mode("--mode", optarg, &request->uds.mode);
	case OPT_OWNER:
		request->uds.flags |= VSOCK_BRIDGE_UDS_UID;
		return options_user("--owner", optarg, &request->uds.uid);
	case OPT_PORT:
		return take_mapping(request, optarg);
	case OPT_RANDOM_PORTS:
		request->random_ports = true;
		return 0;
	case OPT_REPLACE:
		request->replace = true;
		return 0;
	case OPT_UDS_PATH:
		request->path = optarg;
		return uds_check_name(optarg, VSOCK_BRIDGE_PATH_MAX);
	}
	return -1;
}

/* getopt_long() stops behind a "--", or at a word that no "--" stands before. */
static int take_command(struct request *request, int argc, char **argv)
{
	bool separated = !strcmp(argv[optind - 1], "--");

	if (!request->path) {
		diag("--uds-path is missing: see 'vsock-bridge exec --help'");
		return -1;
	}
	if (uds_is_abstract(request->path) && request->uds.flags) {
		diag("%s is an abstract name and has no file: leave out --mode, --owner and --group",
		     request->path);
		return -1;
	}
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

static int parse(struct request *request, int argc, char **argv)
{
	int option;

	for (;;) {
		option = options_next("exec", argc, argv, OPTIONS_QUIET "h", options);
		if (option == 'h')
			return 0;
		if (option == -1)
			return take_command(request, argc, argv);
		if (take_option(request, option))
			return -1;
	}
}

/* COMMAND inherits what is open now, and may need it: nothing is overwritten. */
static int check_fd(int fd)
{
	if (fcntl(fd, F_GETFD) < 0)
		return 0;
	diag("descriptor %d is open already, and COMMAND inherits it: choose another with --fd, or close it first (%d>&-)",
	     fd, fd);
	return -1;
}

static __u64 needed_features(const struct request *request)
{
	__u64 features = 0;

	if (uds_is_abstract(request->path))
		features |= VSOCK_BRIDGE_F_UDS_ABSTRACT;
	if (request->uds.flags & (VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID))
		features |= VSOCK_BRIDGE_F_UDS_OWNER;
	if (request->host_port_min || request->random_ports)
		features |= VSOCK_BRIDGE_F_HOST_PORTS;
	if (request->mapped)
		features |= VSOCK_BRIDGE_F_PORT_MAP;
	return features;
}

static int check_module(const struct device *device, const struct request *request)
{
	const struct vsock_bridge_info *info = &device->info;

	if (!(info->features & VSOCK_BRIDGE_F_UDS_PATH)) {
		diag("module %s takes no UDS path: install the release that this tool is from (" VERSION ")",
		     info->version);
		return -1;
	}
	if (request->max_connections > info->max_connections) {
		diag("--max-connections %lu is above what module %s takes: give 1 to %u",
		     request->max_connections, info->version, info->max_connections);
		return -1;
	}
	if (needed_features(request) & ~info->features) {
		diag("module %s does not know all these options: install the release that this tool is from (" VERSION ")",
		     info->version);
		return -1;
	}
	return uds_check_name(request->path, info->max_path);
}

static int map_ports(struct device *device, const struct request *request)
{
	unsigned int i;

	for (i = 0; i < request->mapped; i++)
		if (device_map_port(device, request->mappings[i].port,
				    request->mappings[i].path))
			return -1;
	return 0;
}

/* Binding comes last, so that nothing that fails before it leaves a file. */
static int set_up(struct device *device, const struct request *request)
{
	struct vsock_bridge_limits limits = {
		.max_connections = request->max_connections,
		.host_port_min = request->host_port_min,
		.host_port_max = request->host_port_max,
	};

	if (request->random_ports)
		limits.flags = limits.flags_mask = VSOCK_BRIDGE_LIMITS_RANDOM_PORTS;
	if (check_module(device, request) ||
	    device_move(device, request->fd) ||
	    device_set_limits(device, &limits) ||
	    map_ports(device, request))
		return -1;
	if (request->replace && uds_remove_stale(request->path))
		return -1;
	return device_set_uds(device, request->path, &request->uds);
}

/* Returns only if COMMAND could not be started. */
static int run(const struct request *request)
{
	struct device device;
	struct stat made;
	int result, error;
	bool known;

	result = command_find(request->command[0]);
	if (result)
		return result;
	if (check_fd(request->fd) ||
	    uds_check_place(request->path, request->replace) ||
	    device_open(&device, request->node))
		return EXIT_EXEC_FAILED;
	if (set_up(&device, request)) {
		device_close(&device);
		return EXIT_EXEC_FAILED;
	}

	known = !uds_is_abstract(request->path) && !lstat(request->path, &made);
	execvp(request->command[0], request->command);
	error = errno;
	if (known)
		uds_unlink(request->path, &made);
	device_close(&device);
	return command_failed(request->command[0], error);
}

int cmd_exec(int argc, char **argv)
{
	struct request request = {
		.node = DEVICE_NODE,
		.fd = DEFAULT_FD,
	};

	if (parse(&request, argc, argv))
		return EXIT_USAGE;
	if (request.command)
		return run(&request);
	fputs(usage, stdout);
	return EXIT_OK;
}
