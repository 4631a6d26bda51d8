/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration of a device, as the options of exec and set say it. */
#ifndef VSB_CLI_CONFIG_H
#define VSB_CLI_CONFIG_H

#include <fcntl.h>
#include <getopt.h>

#include "device.h"
#include "hostend.h"
#include "portmap.h"

/**
 * struct config - what shall be set
 * @end: the host end
 * @map: the map of ports
 * @limits: those that are 0 stay as they are
 */
struct config {
	struct hostend end;
	struct portmap map;
	struct vsock_bridge_limits limits;
};

/* Nothing. */
#define CONFIG_NOTHING {						\
	.end.dir = AT_FDCWD,						\
	.map.others = VSOCK_BRIDGE_PORT_REMOVE,				\
}

/* For a table of options, and for a help text. */
#define CONFIG_OPTIONS							\
	{ "buf-alloc", required_argument, NULL, OPT_BUF_ALLOC },	\
	{ "connect-timeout", required_argument, NULL, OPT_CONNECT_TIMEOUT }, \
	{ "dir-fd", required_argument, NULL, OPT_DIR_FD },		\
	{ "group", required_argument, NULL, OPT_GROUP },		\
	{ "handshake-timeout", required_argument, NULL, OPT_HANDSHAKE_TIMEOUT }, \
	{ "host-ports", required_argument, NULL, OPT_HOST_PORTS },	\
	{ "listen-fd", required_argument, NULL, OPT_LISTEN_FD },	\
	{ "max-buffered", required_argument, NULL, OPT_MAX_BUFFERED },	\
	{ "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS }, \
	{ "max-handshakes", required_argument, NULL, OPT_MAX_HANDSHAKES }, \
	{ "mode", required_argument, NULL, OPT_MODE },			\
	{ "no-connect", no_argument, NULL, OPT_NO_CONNECT },		\
	{ "no-listen", no_argument, NULL, OPT_NO_LISTEN },		\
	{ "other-ports", required_argument, NULL, OPT_OTHER_PORTS },	\
	{ "owner", required_argument, NULL, OPT_OWNER },		\
	{ "port", required_argument, NULL, OPT_PORT },			\
	{ "prefix", no_argument, NULL, OPT_PREFIX },			\
	{ "random-ports", no_argument, NULL, OPT_RANDOM_PORTS },	\
	{ "replace", no_argument, NULL, OPT_REPLACE },			\
	{ "seqpacket", no_argument, NULL, OPT_SEQPACKET },		\
	{ "seqpacket-fd", required_argument, NULL, OPT_SEQPACKET_FD },	\
	{ "shutdown-timeout", required_argument, NULL, OPT_SHUTDOWN_TIMEOUT }, \
	{ "uds-path", required_argument, NULL, OPT_UDS_PATH }

#define CONFIG_USAGE							\
	"The host end:\n"						\
	"  --uds-path PATH      the host's socket, at most 96 bytes. Host programs\n" \
	"                       connect to PATH and write 'CONNECT <port>\\n'; the\n" \
	"                       guest's connections to CID 2, port P go to PATH_P.\n" \
	"                       @NAME is an abstract name, without a file\n"	\
	"  --dir-fd N           relative paths start from the directory that is open\n" \
	"                       at descriptor N\n"			\
	"  --group GROUP        group of PATH, name or number (as for any new file)\n" \
	"  --listen-fd N        take host programs from the listening socket that is\n" \
	"                       open at descriptor N (systemd: 3), and bind nothing\n" \
	"  --mode MODE          permissions of PATH in octal, 0 to 0777, whatever the\n" \
	"                       umask (0777 less the umask)\n"		\
	"  --no-connect         the guest connects nowhere, but to what --port names\n" \
	"  --no-listen          no socket for host programs: PATH only says where the\n" \
	"                       guest goes\n"				\
	"  --owner USER         owner of PATH, name or number (as for any new file)\n" \
	"  --prefix             with --listen-fd or --no-listen: the guest's connections\n" \
	"                       to port P go to PATH and P, without a _ in between\n" \
	"  --replace            remove PATH first if it is a stale socket, on which\n" \
	"                       nobody listens; any other file is left alone\n"	\
	"  --seqpacket          SOCK_SEQPACKET too: binds PATH_seqpacket besides PATH\n" \
	"  --seqpacket-fd N     likewise, but from a listening SOCK_SEQPACKET socket\n" \
	"\n"								\
	"Ports:\n"							\
	"  --host-ports MIN-MAX host ports of the host's connections, of which OK tells\n" \
	"                       (1073741824-2147483647)\n"		\
	"  --other-ports WHAT   the guest's ports without --port: deny refuses them,\n" \
	"                       prefix is PATH_P (deny if there is a --port)\n"	\
	"  --port P=SOCKET      the guest's connections to port P go to SOCKET, which\n" \
	"                       may be @NAME; P=deny refuses them, P=prefix is PATH_P;\n" \
	"                       may be repeated\n"			\
	"  --random-ports       host ports are random, not in turn\n"	\
	"\n"								\
	"Limits (SIZE in bytes, or with K, M or G; TIME in seconds, or with ms):\n" \
	"  --buf-alloc SIZE     what a guest may send on a connection before it is\n" \
	"                       read, 4K to 16M (256K)\n"		\
	"  --max-buffered SIZE  what the device keeps of that in all, 64K to 1G (64M)\n" \
	"  --max-connections N  connections at once, 1 to 65535 (1023)\n"	\
	"  --max-handshakes N   host programs in front of the end of their CONNECT\n" \
	"                       line, 1 to 4096 (256)\n"		\
	"  --connect-timeout TIME    for the guest's answer to a connection, 1ms to\n" \
	"                            3600 (2)\n"			\
	"  --handshake-timeout TIME  for a host program's CONNECT line, 1ms to\n" \
	"                            3600 (60)\n"			\
	"  --shutdown-timeout TIME   for the end of a connection, 1ms to 3600 (2)\n" \
	"\n"

/*
 * Of the functions that return int: 0 or -1, what is wrong is told by diag.
 */

/* Takes an @option of CONFIG_OPTIONS, with its value in optarg. */
int config_take(struct config *config, int option);

/* Does it say anything of the host end or of ports: of paths, and whose they are? */
bool config_has_paths(const struct config *config);

/* What one option says must be of use with the others. */
int config_check(const struct config *config);

/* All that can be known before there is a device. Changes nothing. */
int config_check_surroundings(const struct config *config);

/* Tells the device. */
int config_set(struct device *device, struct config *config);

#endif /* VSB_CLI_CONFIG_H */
