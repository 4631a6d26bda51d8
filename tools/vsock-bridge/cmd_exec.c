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
#include "hostend.h"
#include "inherited.h"
#include "limits.h"
#include "options.h"
#include "portmap.h"

#define DEFAULT_FD	3

static const char usage[] =
	"Usage: vsock-bridge exec --uds-path PATH [OPTION]... -- COMMAND [ARG...]\n"
	"\n"
	"Opens a vsock_bridge device, lets it listen on the AF_UNIX socket PATH, and\n"
	"becomes COMMAND, which finds the device at descriptor 3. COMMAND keeps this\n"
	"process's pid, stdin, stdout, stderr, environment and signals.\n"
	"\n"
	"The host end:\n"
	"  --uds-path PATH      the host's socket, at most 96 bytes. Host programs\n"
	"                       connect to PATH and write 'CONNECT <port>\\n'; the\n"
	"                       guest's connections to CID 2, port P go to PATH_P.\n"
	"                       @NAME is an abstract name, without a file\n"
	"  --dir-fd N           relative paths start from the directory that is open\n"
	"                       at descriptor N\n"
	"  --group GROUP        group of PATH, name or number (as for any new file)\n"
	"  --listen-fd N        take host programs from the listening socket that is\n"
	"                       open at descriptor N (systemd: 3), and bind nothing\n"
	"  --mode MODE          permissions of PATH in octal, 0 to 0777, whatever the\n"
	"                       umask (0777 less the umask)\n"
	"  --no-connect         the guest connects nowhere, but to what --port names\n"
	"  --no-listen          no socket for host programs: PATH only says where the\n"
	"                       guest goes\n"
	"  --owner USER         owner of PATH, name or number (as for any new file)\n"
	"  --prefix             with --listen-fd or --no-listen: the guest's connections\n"
	"                       to port P go to PATH and P, without a _ in between\n"
	"  --replace            remove PATH first if it is a stale socket, on which\n"
	"                       nobody listens; any other file is left alone\n"
	"  --seqpacket          SOCK_SEQPACKET too: binds PATH_seqpacket besides PATH\n"
	"  --seqpacket-fd N     likewise, but from a listening SOCK_SEQPACKET socket\n"
	"\n"
	"Ports:\n"
	"  --host-ports MIN-MAX host ports of the host's connections, of which OK tells\n"
	"                       (1073741824-2147483647)\n"
	"  --other-ports WHAT   the guest's ports without --port: deny refuses them,\n"
	"                       prefix is PATH_P (deny if there is a --port)\n"
	"  --port P=SOCKET      the guest's connections to port P go to SOCKET, which\n"
	"                       may be @NAME; P=deny refuses them, P=prefix is PATH_P;\n"
	"                       may be repeated\n"
	"  --random-ports       host ports are random, not in turn\n"
	"\n"
	"Limits (SIZE in bytes, or with K, M or G; TIME in seconds, or with ms):\n"
	"  --buf-alloc SIZE     what a guest may send on a connection before it is\n"
	"                       read, 4K to 16M (256K)\n"
	"  --max-buffered SIZE  what the device keeps of that in all, 64K to 1G (64M)\n"
	"  --max-connections N  connections at once, 1 to 65535 (1023)\n"
	"  --max-handshakes N   host programs in front of the end of their CONNECT\n"
	"                       line, 1 to 4096 (256)\n"
	"  --connect-timeout TIME    for the guest's answer to a connection, 1ms to\n"
	"                            3600 (2)\n"
	"  --handshake-timeout TIME  for a host program's CONNECT line, likewise\n"
	"  --shutdown-timeout TIME   for the end of a connection, likewise\n"
	"\n"
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
	{ "buf-alloc", required_argument, NULL, OPT_BUF_ALLOC },
	{ "connect-timeout", required_argument, NULL, OPT_CONNECT_TIMEOUT },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "dir-fd", required_argument, NULL, OPT_DIR_FD },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "handshake-timeout", required_argument, NULL, OPT_HANDSHAKE_TIMEOUT },
	{ "help", no_argument, NULL, 'h' },
	{ "host-ports", required_argument, NULL, OPT_HOST_PORTS },
	{ "listen-fd", required_argument, NULL, OPT_LISTEN_FD },
	{ "max-buffered", required_argument, NULL, OPT_MAX_BUFFERED },
	{ "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS },
	{ "max-handshakes", required_argument, NULL, OPT_MAX_HANDSHAKES },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "no-connect", no_argument, NULL, OPT_NO_CONNECT },
	{ "no-listen", no_argument, NULL, OPT_NO_LISTEN },
	{ "other-ports", required_argument, NULL, OPT_OTHER_PORTS },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "prefix", no_argument, NULL, OPT_PREFIX },
	{ "random-ports", no_argument, NULL, OPT_RANDOM_PORTS },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "seqpacket", no_argument, NULL, OPT_SEQPACKET },
	{ "seqpacket-fd", required_argument, NULL, OPT_SEQPACKET_FD },
	{ "shutdown-timeout", required_argument, NULL, OPT_SHUTDOWN_TIMEOUT },
	{ "uds-path", required_argument, NULL, OPT_UDS_PATH },
	{}
};

struct request {
	const char *node;
	int fd;
	struct hostend end;
	struct portmap map;
	struct vsock_bridge_limits limits;	/* 0: the device's default */
	char **command;				/* NULL: help is wanted */
};

static unsigned long highest_fd(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return limit.rlim_cur - 1;
}

/* The standard descriptors are COMMAND's. */
static int take_fd(const char *name, const char *text, int *fd)
{
	unsigned long number;

	if (options_number(name, text, STDERR_FILENO + 1, highest_fd(), &number))
		return -1;
	*fd = number;
	return 0;
}

static int take_hostend(struct hostend *end, int option)
{
	struct vsock_bridge_uds *uds = &end->uds;

	switch (option) {
	case OPT_DIR_FD:
		return take_fd("--dir-fd", optarg, &end->dir);
	case OPT_GROUP:
		uds->flags |= VSOCK_BRIDGE_UDS_GID;
		return options_group("--group", optarg, &uds->gid);
	case OPT_LISTEN_FD:
		uds->flags |= VSOCK_BRIDGE_UDS_LISTEN_FD;
		return take_fd("--listen-fd", optarg, &uds->fd);
	case OPT_MODE:
		uds->flags |= VSOCK_BRIDGE_UDS_MODE;
		return options_mode("--mode", optarg, &uds->mode);
	case OPT_NO_CONNECT:
		uds->flags |= VSOCK_BRIDGE_UDS_NO_CONNECT;
		return 0;
	case OPT_NO_LISTEN:
		uds->flags |= VSOCK_BRIDGE_UDS_NO_LISTEN;
		return 0;
	case OPT_OWNER:
		uds->flags |= VSOCK_BRIDGE_UDS_UID;
		return options_user("--owner", optarg, &uds->uid);
	case OPT_PREFIX:
		uds->flags |= VSOCK_BRIDGE_UDS_PREFIX;
		return 0;
	case OPT_REPLACE:
		end->replace = true;
		return 0;
	case OPT_SEQPACKET:
		uds->flags |= VSOCK_BRIDGE_UDS_SEQPACKET;
		return 0;
	case OPT_SEQPACKET_FD:
		uds->flags |= VSOCK_BRIDGE_UDS_SEQPACKET_FD;
		return take_fd("--seqpacket-fd", optarg, &uds->seqpacket_fd);
	case OPT_UDS_PATH:
		end->path = optarg;
		return 0;
	}
	return -1;
}

static int take_option(struct request *request, int option)
{
	switch (option) {
	case '?':
		return -1;
	case OPT_DEVICE:
		request->node = optarg;
		return 0;
	case OPT_FD:
		return take_fd("--fd", optarg, &request->fd);
	case OPT_HOST_PORTS:
		return limits_take_host_ports(&request->limits, optarg);
	case OPT_OTHER_PORTS:
		return portmap_take_others(&request->map, optarg);
	case OPT_PORT:
		return portmap_take(&request->map, optarg);
	case OPT_RANDOM_PORTS:
		limits_take_random_ports(&request->limits);
		return 0;
	case OPT_BUF_ALLOC:
	case OPT_CONNECT_TIMEOUT:
	case OPT_HANDSHAKE_TIMEOUT:
	case OPT_MAX_BUFFERED:
	case OPT_MAX_CONNECTIONS:
	case OPT_MAX_HANDSHAKES:
	case OPT_SHUTDOWN_TIMEOUT:
		return limits_take(&request->limits, option, optarg);
	}
	return take_hostend(&request->end, option);
}

/* What one option says must be of use with the others. */
static int check_request(const struct request *request)
{
	const struct hostend *end = &request->end;
	const struct portmap *map = &request->map;

	if (hostend_check(end, map->count))
		return -1;
	if (portmap_has_prefix(map) && !hostend_has_prefix(end)) {
		diag("a port is 'prefix', but %s: leave that port out",
		     end->path || !(end->uds.flags & VSOCK_BRIDGE_UDS_NO_LISTEN) ?
		     "--no-connect forbids it" : "there is no --uds-path");
		return -1;
	}
	if (end->dir != AT_FDCWD && !hostend_has_file(end) &&
	    !portmap_has_file(map)) {
		diag("--dir-fd has no use, no socket is a file: leave it out");
		return -1;
	}
	return 0;
}

/* getopt_long() stops behind a "--", or at a word that no "--" stands before. */
static int take_command(struct request *request, int argc, char **argv)
{
	bool separated = !strcmp(argv[optind - 1], "--");

	if (check_request(request))
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

/*
 * COMMAND inherits what is open now, and may need it: nothing is overwritten,
 * but what was for the device.
 */
static int check_fd(const struct request *request)
{
	int fd = request->fd;

	if (fcntl(fd, F_GETFD) < 0 || hostend_takes(&request->end, fd))
		return 0;
	diag("descriptor %d is open already, and COMMAND inherits it: choose another with --fd, or close it first (%d>&-)",
	     fd, fd);
	return -1;
}

/* All that can be known before there is a device. */
static int check_surroundings(const struct request *request)
{
	if (check_fd(request))
		return -1;
	if (request->end.dir != AT_FDCWD &&
	    inherited_check_directory(request->end.dir))
		return -1;
	return hostend_check_place(&request->end);
}

static int check_module(const struct device *device, const struct request *request)
{
	if (hostend_check_module(device, &request->end) ||
	    portmap_check_module(device, &request->map))
		return -1;
	return limits_check_module(device, &request->limits);
}

/* Binding comes last, so that nothing that fails before it leaves a file. */
static int set_up(struct device *device, struct request *request)
{
	if (check_module(device, request) ||
	    device_set_limits(device, &request->limits) ||
	    portmap_set(device, &request->map, request->end.dir))
		return -1;
	return hostend_make(device, &request->end);
}

/*
 * Returns only if COMMAND could not be started. The device moves last: it may
 * take the place of a descriptor that it was given.
 */
static int become_command(struct device *device, const struct request *request)
{
	if (hostend_hand_over(&request->end) || device_move(device, request->fd))
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
	if (check_surroundings(request) || device_open(&device, request->node))
		return EXIT_EXEC_FAILED;
	result = EXIT_EXEC_FAILED;
	if (!set_up(&device, request)) {
		result = become_command(&device, request);
		hostend_unmake(&request->end);
	}
	device_close(&device);
	return result;
}

int cmd_exec(int argc, char **argv)
{
	static struct request request = {
		.node = DEVICE_NODE,
		.fd = DEFAULT_FD,
		.end.dir = AT_FDCWD,
		.map.others = VSOCK_BRIDGE_PORT_REMOVE,
	};

	if (parse(&request, argc, argv))
		return EXIT_USAGE;
	if (request.command)
		return run(&request);
	fputs(usage, stdout);
	return EXIT_OK;
}
