// SPDX-License-Identifier: GPL-2.0
/* The configuration of a device: the options that exec and set share. */
#include "config.h"
#include "diag.h"
#include "fd.h"
#include "fd.h"
#include "limits.h"
#include "options.h"

static struct hostend *take_end(struct config *config)
{
	config->given = true;
	config->end.given = true;
	return &config->end;
}

/* @spec->number is the VSOCK_BRIDGE_UDS_* bit that the option sets. */
static int take_end_flag(void *to, const struct option_spec *spec, const char *text)
{
	(void)text;
	take_end(to)->uds.flags |= spec->number;
	return 0;
}

static int take_path(void *to, const struct option_spec *spec, const char *text)
{
	(void)spec;
	take_end(to)->path = text;
	return 0;
}

static int take_replace(void *to, const struct option_spec *spec, const char *text)
{
	(void)spec;
	(void)text;
	take_end(to)->replace = true;
	return 0;
}

static int take_mode(void *to, const struct option_spec *spec, const char *text)
{
	struct hostend *end = take_end(to);

	end->uds.flags |= spec->number;
	return options_mode("--mode", text, &end->uds.mode);
}

static int take_owner(void *to, const struct option_spec *spec, const char *text)
{
	struct hostend *end = take_end(to);

	end->uds.flags |= spec->number;
	return options_user("--owner", text, &end->uds.uid);
}

static int take_group(void *to, const struct option_spec *spec, const char *text)
{
	struct hostend *end = take_end(to);

	end->uds.flags |= spec->number;
	return options_group("--group", text, &end->uds.gid);
}

static int take_listen_fd(void *to, const struct option_spec *spec, const char *text)
{
	struct hostend *end = take_end(to);

	end->uds.flags |= spec->number;
	return fd_take(&end->uds.fd, spec, text);
}

static int take_seqpacket_fd(void *to, const struct option_spec *spec,
			     const char *text)
{
	struct hostend *end = take_end(to);

	end->uds.flags |= spec->number;
	return fd_take(&end->uds.seqpacket_fd, spec, text);
}

static int take_dir_fd(void *to, const struct option_spec *spec, const char *text)
{
	struct config *config = to;

	config->given = true;
	return fd_take(&config->end.dir, spec, text);
}

static int take_port(void *to, const struct option_spec *spec, const char *text)
{
	struct config *config = to;

	(void)spec;
	config->given = true;
	return portmap_take(&config->map, text);
}

static int take_other_ports(void *to, const struct option_spec *spec,
			    const char *text)
{
	struct config *config = to;

	(void)spec;
	config->given = true;
	return portmap_take_others(&config->map, text);
}

static int take_host_ports(void *to, const struct option_spec *spec, const char *text)
{
	struct config *config = to;

	(void)spec;
	config->given = true;
	return limits_take_host_ports(&config->limits, text);
}

static int take_random_ports(void *to, const struct option_spec *spec,
			     const char *text)
{
	struct config *config = to;

	(void)spec;
	(void)text;
	config->given = true;
	limits_take_random_ports(&config->limits);
	return 0;
}

static int take_limit(void *to, const struct option_spec *spec, const char *text)
{
	struct config *config = to;

	config->given = true;
	return limits_take(&config->limits, spec->name, text);
}

const struct option_spec config_options[] = {
	OPTION_HEADING("The host end:"),
	{ "uds-path", .value = "PATH", .take = take_path,
	  .help = "the host's socket, at most 96 bytes. Host programs connect to PATH and write 'CONNECT <port>\\n'; the guest's connections to CID 2, port P go to PATH_P. @NAME is an abstract name, without a file" },
	{ "dir-fd", .value = "N", .take = take_dir_fd,
	  .help = "relative paths start at the directory that is open at descriptor N" },
	{ "group", .value = "GROUP", .take = take_group,
	  .number = VSOCK_BRIDGE_UDS_GID,
	  .help = "group of PATH, name or number (as for any new file)" },
	{ "listen-fd", .value = "N", .take = take_listen_fd,
	  .number = VSOCK_BRIDGE_UDS_LISTEN_FD,
	  .help = "accept host programs from the listening socket that is open at descriptor N (systemd: 3), and bind nothing" },
	{ "mode", .value = "MODE", .take = take_mode,
	  .number = VSOCK_BRIDGE_UDS_MODE,
	  .help = "permissions of PATH in octal, 0 to 0777, independent of the umask (0777 less the umask)" },
	{ "no-connect", .take = take_end_flag,
	  .number = VSOCK_BRIDGE_UDS_NO_CONNECT,
	  .help = "refuse the guest's connections, except for ports that --port maps" },
	{ "no-listen", .take = take_end_flag,
	  .number = VSOCK_BRIDGE_UDS_NO_LISTEN,
	  .help = "no socket for host programs: PATH only names the destination of the guest's connections" },
	{ "owner", .value = "USER", .take = take_owner,
	  .number = VSOCK_BRIDGE_UDS_UID,
	  .help = "owner of PATH, name or number (as for any new file)" },
	{ "prefix", .take = take_end_flag, .number = VSOCK_BRIDGE_UDS_PREFIX,
	  .help = "with --listen-fd or --no-listen: the guest's connections to port P go to PATH and P, without a _ in between" },
	{ "replace", .take = take_replace,
	  .help = "remove PATH first if it is a stale socket, on which no program listens; other files are never removed" },
	{ "seqpacket", .take = take_end_flag,
	  .number = VSOCK_BRIDGE_UDS_SEQPACKET,
	  .help = "also bind a SOCK_SEQPACKET socket, PATH_seqpacket" },
	{ "seqpacket-fd", .value = "N", .take = take_seqpacket_fd,
	  .number = VSOCK_BRIDGE_UDS_SEQPACKET_FD,
	  .help = "also accept host programs from the listening SOCK_SEQPACKET socket that is open at descriptor N" },
	OPTION_HEADING("Ports:"),
	{ "host-ports", .value = "MIN-MAX", .take = take_host_ports,
	  .help = "host ports of the host programs' connections, which the OK line names (1073741824-2147483647)" },
	{ "other-ports", .value = "WHAT", .take = take_other_ports,
	  .help = "the guest's ports without --port: deny refuses them, prefix connects them to PATH_P (deny if there is a --port)" },
	{ "port", .value = "P=SOCKET", .take = take_port,
	  .help = "the guest's connections to port P go to SOCKET, which may be @NAME; P=deny refuses them, P=prefix connects them to PATH_P; may be repeated" },
	{ "random-ports", .take = take_random_ports,
	  .help = "host ports are random, not sequential" },
	OPTION_HEADING("Limits (SIZE in bytes, or with K, M or G; TIME in seconds, or with ms):"),
	{ "buf-alloc", .value = "SIZE", .take = take_limit,
	  .help = "bytes that a guest may send on a connection before they are read, 4K to 16M (256K)" },
	{ "max-buffered", .value = "SIZE", .take = take_limit,
	  .help = "bytes of all connections that the device keeps until they are read, 64K to 1G (64M)" },
	{ "max-connections", .value = "N", .take = take_limit,
	  .help = "connections at once, 1 to 65535 (1023)" },
	{ "max-handshakes", .value = "N", .take = take_limit,
	  .help = "clients that have not yet sent a complete CONNECT line, 1 to 4096 (256)" },
	{ "connect-timeout", .value = "TIME", .take = take_limit,
	  .help = "time for the guest's answer to a connection request, 1ms to 3600 (2)" },
	{ "handshake-timeout", .value = "TIME", .take = take_limit,
	  .help = "time for a host program's CONNECT line, 1ms to 3600 (60)" },
	{ "shutdown-timeout", .value = "TIME", .take = take_limit,
	  .help = "time for the guest to confirm a close, 1ms to 3600 (2)" },
	OPTIONS_END
};

bool config_has_paths(const struct config *config)
{
	return config->end.given || config->map.count ||
	       config->map.others != VSOCK_BRIDGE_PORT_REMOVE;
}

static int check_prefix(const struct config *config)
{
	const struct hostend *end = &config->end;

	if (!end->given || !portmap_has_prefix(&config->map) ||
	    hostend_has_prefix(end))
		return 0;
	diag("a port is 'prefix', but %s: leave that port out",
	     end->path || !(end->uds.flags & VSOCK_BRIDGE_UDS_NO_LISTEN) ?
	     "--no-connect forbids it" : "there is no --uds-path");
	return -1;
}

int config_check(const struct config *config)
{
	const struct hostend *end = &config->end;

	if (hostend_check(end, config->map.count) || check_prefix(config))
		return -1;
	if (end->dir != AT_FDCWD && !hostend_has_file(end) &&
	    !portmap_has_file(&config->map)) {
		diag("--dir-fd has no use, no socket is a file: leave it out");
		return -1;
	}
	return 0;
}

int config_check_surroundings(const struct config *config)
{
	int dir = config->end.dir;

	if (dir != AT_FDCWD && fd_check_directory(dir))
		return -1;
	return hostend_check_place(&config->end);
}

static int check_module(const struct device *device, const struct config *config)
{
	if (hostend_check_module(device, &config->end))
		return -1;
	return limits_check_module(device, &config->limits);
}

/* The bind is last, so that a failure before it leaves no file behind. */
int config_set(struct device *device, struct config *config)
{
	if (check_module(device, config) ||
	    device_set_limits(device, &config->limits) ||
	    portmap_set(device, &config->map, config->end.dir))
		return -1;
	return hostend_make(device, &config->end);
}
