/* SPDX-License-Identifier: GPL-2.0 */
/* The limits of a device: their names and ranges. */
#ifndef VSB_CLI_LIMITS_H
#define VSB_CLI_LIMITS_H

#include <stddef.h>

#include "device.h"

enum limit_unit {
	LIMIT_COUNT,
	LIMIT_BYTES,
	LIMIT_MS,
};

/**
 * struct limit - a limit
 * @key: its name in JSON, which is the name of its field
 * @label: its name in text output
 * @name: its option on the command line; NULL if --host-ports sets it
 * @unit: its unit
 * @field: its offset in struct vsock_bridge_limits
 * @min: the smallest value that this tool knows
 * @max: the largest value that this tool knows
 * @module_min: offset in struct vsock_bridge_info of the module's own smallest
 *	value, or 0 if it is @min for all modules
 * @module_max: the same for the largest value
 */
struct limit {
	const char *key;
	const char *label;
	const char *name;
	enum limit_unit unit;
	size_t field;
	__u32 min, max;
	size_t module_min, module_max;
};

/* Ends with a limit that has no key. */
extern const struct limit limits[];

/* Returns the value of the limit in @values. */
__u32 limit_value(const struct limit *limit,
		  const struct vsock_bridge_limits *values);

/* Returns the smallest or the largest value that the module accepts. */
__u32 limit_min(const struct limit *limit, const struct vsock_bridge_info *info);
__u32 limit_max(const struct limit *limit, const struct vsock_bridge_info *info);

/* Functions that return int return 0, or -1 after diag(). */

/* Sets the limit of the option @name, without dashes, to @text. */
int limits_take(struct vsock_bridge_limits *values, const char *name,
		const char *text);

/* Sets the host ports to the "MIN-MAX" of --host-ports. */
int limits_take_host_ports(struct vsock_bridge_limits *values, const char *text);

void limits_take_random_ports(struct vsock_bridge_limits *values);

/* Checks whether the module accepts these values. */
int limits_check_module(const struct device *device,
			const struct vsock_bridge_limits *values);

#endif /* VSB_CLI_LIMITS_H */
