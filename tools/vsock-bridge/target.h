/* SPDX-License-Identifier: GPL-2.0 */
/* The DEVICE of a command line: a number, pid:N, cid:N or a path. */
#ifndef VSB_CLI_TARGET_H
#define VSB_CLI_TARGET_H

#include "control.h"

#define TARGET_USAGE							\
	"DEVICE is the number of a device, pid:N (its process), cid:N (its guest) or its\n" \
	"path; write ./ before a path that looks like one of the other forms.\n"

/*
 * Reduces @devices to the device that @text matches; NULL matches all devices.
 * Returns 0, or -1 after diag() if no device matches, or more than one.
 */
int target_choose(struct devices *devices, const char *text);

/*
 * Lists the devices and reduces them to those that @text matches: 0, or -1
 * after diag().
 */
int target_list(struct devices *devices, const char *node, const char *text);

/*
 * Visits the @devices that @text matched, one after the other: 0, or -1 after
 * diag(). A device that is dead or closed is skipped, unless @text named it;
 * then it is an error.
 */
int target_each(const struct devices *devices, const char *node, const char *text,
		control_visit visit, void *to);

/*
 * Opens the device that @text matches and describes it in @listed: 0, or -1
 * after diag().
 */
int target_open(struct device *device, struct vsock_bridge_device *listed,
		const char *node, const char *text);

#endif /* VSB_CLI_TARGET_H */
