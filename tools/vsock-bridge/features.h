/* SPDX-License-Identifier: GPL-2.0 */
/* Names of feature bits. */
#ifndef VSB_CLI_FEATURES_H
#define VSB_CLI_FEATURES_H

#include <linux/types.h>

struct feature {
	unsigned int bit;
	const char *name;
};

/*
 * The bits of vsock_bridge_info.features, and the bits of virtio and vhost.
 * Both tables end with a feature that has no name.
 */
extern const struct feature module_features[];
extern const struct feature virtio_features[];

/*
 * Prints " NAME" for each known bit, the unknown bits in hexadecimal, and a
 * newline.
 */
void features_print(const struct feature *table, __u64 bits);

/* Prints a JSON object: all bits, their names, and the unknown bits. */
void features_json(const char *key, const struct feature *table, __u64 bits);

#endif /* VSB_CLI_FEATURES_H */
