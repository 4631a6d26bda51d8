// SPDX-License-Identifier: GPL-2.0
/* vsock-bridge: the command beside the vsock_bridge kernel module. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "diag.h"
#include "exit.h"

static const char usage[] =
	"Usage: vsock-bridge COMMAND [OPTION]...\n"
	"\n"
	"Connects a virtual machine's vsock device to AF_UNIX sockets of the host,\n"
	"through the vsock_bridge kernel module.\n"
	"\n"
	"Commands:\n"
	"  exec     set up a device and run a program, such as QEMU, with it\n"
	"  info     show versions, features and limits of the module\n"
	"  list     show the devices that are open\n"
	"  conns    show the connections of devices\n"
	"  stats    show the counters of devices\n"
	"  watch    show what devices move, and their errors, again and again\n"
	"  connect  connect stdin and stdout to a port of a guest\n"
	"  listen   take a connection of a guest\n"
	"  set      change limits or path of a device that is open\n"
	"  drop     end connections\n"
	"  doctor   check this host, and say what to do\n"
	"\n"
	"  -h, --help     show this help; 'vsock-bridge COMMAND --help' shows more\n"
	"  -V, --version  show the version of this tool\n"
	"\n"
	"Example:\n"
	"  vsock-bridge exec --uds-path /run/vm1.sock -- \\\n"
	"      qemu-system-x86_64 ... -device vhost-vsock-pci,guest-cid=3,vhostfd=3\n"
	"\n"
	"Exit codes: 0 done, 1 failed, 2 wrong usage; exec, connect and listen have more.\n";

static int show_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs(usage, stdout);
	return EXIT_OK;
}

static int show_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("vsock-bridge " VERSION);
	return EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "connect", cmd_connect },
	{ "conns", cmd_conns },
	{ "doctor", cmd_doctor },
	{ "drop", cmd_drop },
	{ "exec", cmd_exec },
	{ "info", cmd_info },
	{ "list", cmd_list },
	{ "listen", cmd_listen },
	{ "set", cmd_set },
	{ "stats", cmd_stats },
	{ "watch", cmd_watch },
	{ "--help", show_help },
	{ "-h", show_help },
	{ "--version", show_version },
	{ "-V", show_version },
	{}
};

static int run(int argc, char **argv)
{
	int i;

	for (i = 0; commands[i].name; i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
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
