// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge: the command of the vsock_bridge kernel module. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "diag.h"
#include "exit.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "exec", cmd_exec, "set up a device and run a program, such as QEMU, with it" },
	{ "info", cmd_info, "show versions, virtio features and limits of the module" },
	{ "list", cmd_list, "list the open devices" },
	{ "conns", cmd_conns, "list the connections of devices" },
	{ "ports", cmd_ports, "list where the guest's connections go by port" },
	{ "stats", cmd_stats, "show the counters of devices" },
	{ "watch", cmd_watch, "show throughput and errors of devices, updated periodically" },
	{ "connect", cmd_connect, "connect stdin and stdout to a port of a guest" },
	{ "listen", cmd_listen, "accept a connection of a guest" },
	{ "set", cmd_set, "change limits, ports or path of an open device" },
	{ "drop", cmd_drop, "end connections" },
	{ "doctor", cmd_doctor, "check this host and name remedies" },
	{}
};

static const char usage[] =
	"Usage: vsock-bridge COMMAND [OPTION]...\n"
	"\n"
	"Connects a virtual machine's vsock device to AF_UNIX sockets of the host,\n"
	"through the vsock_bridge kernel module.\n"
	"\n"
	"Commands:\n";

static const char notes[] =
	"\n"
	"  -h, --help     show this help; 'vsock-bridge COMMAND --help' shows more\n"
	"  -V, --version  show the version of this tool\n"
	"\n"
	"Example:\n"
	"  vsock-bridge exec --uds-path /run/vm1.sock -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=3\n"
	"\n"
	"Exit codes: 0 success, 1 failure, 2 wrong usage; some commands have more.\n";

static int show_help(void)
{
	const struct command *command;

	fputs(usage, stdout);
	for (command = commands; command->name; command++)
		printf("  %-8s %s\n", command->name, command->summary);
	fputs(notes, stdout);
	return EXIT_OK;
}

static int show_version(void)
{
	puts("vsock-bridge " VERSION);
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(argv[0], command->name))
			return command->run(argc, argv);
	if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
		return show_help();
	if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V"))
		return show_version();
	diag("unknown %s '%s': see 'vsock-bridge --help'",
	     argv[0][0] == '-' ? "option" : "command", argv[0]);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int result;

	if (argc < 2) {
		diag("no command given: see 'vsock-bridge --help'");
		return EXIT_USAGE;
	}
	result = run(argc - 1, argv + 1);
	if (fflush(stdout) || ferror(stdout)) {
		diag("cannot write to stdout: is its disk full, or its reader gone?");
		return EXIT_FAILED;
	}
	return result;
}
