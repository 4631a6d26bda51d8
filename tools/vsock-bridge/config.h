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
 * struct config - what the options set
 * @given: there was an option
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

/* Nothing. */
#define CONFIG_NOTHING {						\
	.end.dir = AT_FDCWD,						\
	.map.others = VSOCK_BRIDGE_PORT_REMOVE,				\
}

/* The options of exec and set; each is about a struct config. */
extern const struct option_spec config_options[];

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/* Does it change the host end or the ports, so that paths are looked up? */
bool config_has_paths(const struct config *config);

/* Do the options go together? */
int config_check(const struct config *config);

/* Checks what can be checked before the device is open. Changes nothing. */
int config_check_surroundings(const struct config *config);

/* Configures the device. */
int config_set(struct device *device, struct config *config);

#endif /* VSB_CLI_CONFIG_H */
