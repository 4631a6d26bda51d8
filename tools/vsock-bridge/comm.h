/* SPDX-License-Identifier: GPL-2.0 */
/* Names of other processes, from /proc. */
#ifndef VSB_CLI_COMM_H
#define VSB_CLI_COMM_H

#include <linux/types.h>

/* Size of the buffer of comm_of(), including the NUL. */
#define COMM_SIZE	16

/* Returns the name of a process, or "" if it cannot be read. */
const char *comm_of(char command[COMM_SIZE], __u32 pid);

#endif /* VSB_CLI_COMM_H */
