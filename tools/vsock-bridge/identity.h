/* SPDX-License-Identifier: GPL-2.0 */
/* The user and groups of this process. */
#ifndef VSB_CLI_IDENTITY_H
#define VSB_CLI_IDENTITY_H

#include <linux/types.h>

/*
 * Takes the user and groups of @uid for good, unless this process already has
 * that user. Returns 0, or -1 after diag().
 */
int identity_become(__u32 uid);

#endif /* VSB_CLI_IDENTITY_H */
