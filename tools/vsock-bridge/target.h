/* SPDX-License-Identifier: GPL-2.0 */
/* The DEVICE of a command line: a number, pid:N, cid:N or a path. */
#ifndef VSB_CLI_TARGET_H
#define VSB_CLI_TARGET_H

#include "control.h"

#define TARGET_USAGE							\
	"DEVICE is a device's number, pid:N (of its process), cid:N (of its guest) or\n" \
	"its path; ./ is in front of one that looks like the others.\n"

/*
 * Leaves of @devices those that @text means, which are none or one; NULL means
 * all. -1 when there is none, or more than one: that is told.
 */
int target_choose(struct devices *devices, const char *text);

/* Lists the devices, and leaves those: 0, or -1, told. */
int target_list(struct devices *devices, const char *node, const char *text);

/*
 * Selects the @devices that @text meant, one after the other: 0, or -1, told. One
 * that is dead, or has been closed, is left out; if it was named, that is told.
 */
int target_each(const struct devices *devices, const char *node, const char *text,
		control_visit visit, void *to);

/* Opens the one that @text means, and tells of it in @listed: 0, or -1, told. */
int target_open(struct device *device, struct vsock_bridge_device *listed,
		const char *node, const char *text);

#endif /* VSB_CLI_TARGET_H */
