// SPDX-License-Identifier: GPL-2.0
/* The configuration of a device, as the options of exec and set say it. */
#include "config.h"
#include "diag.h"
#include "inherited.h"
#include "limits.h"
#include "options.h"

static int take_hostend(struct hostend *end, int option)
{
	struct vsock_bridge_uds *uds = &end->uds;

	end->given = true;
	switch (option) {
	case OPT_GROUP:
		uds->flags |= VSOCK_BRIDGE_UDS_GID;
		return options_group("--group", optarg, &uds->gid);
	case OPT_LISTEN_FD:
		uds->flags |= VSOCK_BRIDGE_UDS_LISTEN_FD;
		return inherited_take("--listen-fd", optarg, &uds->fd);
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
		return inherited_take("--seqpacket-fd", optarg, &uds->seqpacket_fd);
	case OPT_UDS_PATH:
		end->path = optarg;
		return 0;
	}
	return -1;
}

int config_take(struct config *config, int option)
{
	switch (option) {
	case OPT_DIR_FD:
		return inherited_take("--dir-fd", optarg, &config->end.dir);
	case OPT_HOST_PORTS:
		return limits_take_host_ports(&config->limits, optarg);
	case OPT_OTHER_PORTS:
		return portmap_take_others(&config->map, optarg);
	case OPT_PORT:
		return portmap_take(&config->map, optarg);
	case OPT_RANDOM_PORTS:
		limits_take_random_ports(&config->limits);
		return 0;
	case OPT_BUF_ALLOC:
	case OPT_CONNECT_TIMEOUT:
	case OPT_HANDSHAKE_TIMEOUT:
	case OPT_MAX_BUFFERED:
	case OPT_MAX_CONNECTIONS:
	case OPT_MAX_HANDSHAKES:
	case OPT_SHUTDOWN_TIMEOUT:
		return limits_take(&config->limits, option, optarg);
	}
	return take_hostend(&config->end, option);
}

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

	if (dir != AT_FDCWD && inherited_check_directory(dir))
		return -1;
	return hostend_check_place(&config->end);
}

static int check_module(const struct device *device, const struct config *config)
{
	if (hostend_check_module(device, &config->end))
		return -1;
	return limits_check_module(device, &config->limits);
}

/* Binding comes last, so that nothing that fails before it leaves a file. */
int config_set(struct device *device, struct config *config)
{
	if (check_module(device, config) ||
	    device_set_limits(device, &config->limits) ||
	    portmap_set(device, &config->map, config->end.dir))
		return -1;
	return hostend_make(device, &config->end);
}
