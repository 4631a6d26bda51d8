/* SPDX-License-Identifier: GPL-2.0 */
/* The limits of a device: what they are called, and what they can be. */
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
 * @key: its name in JSON, which is that of its field
 * @label: its name for people
 * @name: its option, as it is written; NULL when --host-ports sets it
 * @unit: of what
 * @field: where it stands in struct vsock_bridge_limits
 * @min: smallest value that this tool knows of
 * @max: largest one
 * @module_min: offset of the module's own smallest value in struct
 *	vsock_bridge_info, or 0 if it is @min for all modules
 * @module_max: the same for its largest value
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

/* Its value in @values. */
__u32 limit_value(const struct limit *limit,
		  const struct vsock_bridge_limits *values);

/* The smallest and the largest value that the module accepts. */
__u32 limit_min(const struct limit *limit, const struct vsock_bridge_info *info);
__u32 limit_max(const struct limit *limit, const struct vsock_bridge_info *info);

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/* Takes the @text of the option @name, without dashes. */
int limits_take(struct vsock_bridge_limits *values, const char *name,
		const char *text);

/* Takes the "MIN-MAX" of --host-ports. */
int limits_take_host_ports(struct vsock_bridge_limits *values, const char *text);

void limits_take_random_ports(struct vsock_bridge_limits *values);

/* Does the module accept these values? */
int limits_check_module(const struct device *device,
			const struct vsock_bridge_limits *values);

#endif /* VSB_CLI_LIMITS_H */
