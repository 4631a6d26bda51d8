/* SPDX-License-Identifier: GPL-2.0 */
/* Whose rights this process has. */
#ifndef VSB_CLI_IDENTITY_H
#define VSB_CLI_IDENTITY_H

#include <linux/types.h>

/*
 * Takes the user and groups of @uid, for good; nothing happens if that is who
 * this process is. 0, or -1, told by diag.
 */
int identity_become(__u32 uid);

#endif /* VSB_CLI_IDENTITY_H */
