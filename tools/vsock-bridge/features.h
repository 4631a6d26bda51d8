/* SPDX-License-Identifier: GPL-2.0 */
/* Names of feature bits. */
#ifndef VSB_CLI_FEATURES_H
#define VSB_CLI_FEATURES_H

#include <linux/types.h>

struct feature {
	unsigned int bit;
	const char *name;
};

/* Both end with a feature that has no name. */
extern const struct feature module_features[];
extern const struct feature virtio_features[];

/* The bits of @bits that @table has no name for. */
__u64 features_unknown(const struct feature *table, __u64 bits);

#endif /* VSB_CLI_FEATURES_H */
