/* SPDX-License-Identifier: GPL-2.0 */
/* Other processes, as /proc tells of them. */
#ifndef VSB_CLI_COMM_H
#define VSB_CLI_COMM_H

#include <linux/types.h>

/* Room for comm_of(), its NUL included. */
#define COMM_SIZE	16

/* The name of a process, or "" where it cannot be known. */
const char *comm_of(char command[COMM_SIZE], __u32 pid);

#endif /* VSB_CLI_COMM_H */
