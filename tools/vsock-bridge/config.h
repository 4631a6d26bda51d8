/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration of a device: the options that exec and set share. */
#ifndef VSB_CLI_CONFIG_H
#define VSB_CLI_CONFIG_H

#include <fcntl.h>

#include "device.h"
#include "hostend.h"
#include "options.h"
#include "portmap.h"

/**
 * struct config - the configuration from the options
 * @given: at least one option was given
 * @end: the host end
 * @map: the map of ports
 * @limits: limits that are 0 stay as they are
 */
struct config {
	bool given;
	struct hostend end;
	struct portmap map;
	struct vsock_bridge_limits limits;
};

/* A configuration that sets nothing. */
#define CONFIG_NOTHING {						\
	.end.dir = AT_FDCWD,						\
	.map.others = VSOCK_BRIDGE_PORT_REMOVE,				\
}

/* The options of exec and set; each option refers to a struct config. */
extern const struct option_spec config_options[];

/* Functions that return int return 0, or -1 after diag(). */

/* Does it change the host end or the ports, so that paths are looked up? */
bool config_has_paths(const struct config *config);

/* Checks whether the options can be combined. */
int config_check(const struct config *config);

/*
 * Checks everything that can be checked before a device is open. Changes
 * nothing.
 */
int config_check_surroundings(const struct config *config);

/* Configures the device. */
int config_set(struct device *device, struct config *config);

#endif /* VSB_CLI_CONFIG_H */
