/* SPDX-License-Identifier: GPL-2.0 */
/* Other processes, as /proc tells of them. */
#ifndef VSB_CLI_PROCESS_H
#define VSB_CLI_PROCESS_H

#include <linux/types.h>

/* Room for process_command(), its NUL included. */
#define PROCESS_COMMAND_SIZE	16

/* The name of a process, or "" where it cannot be known. */
const char *process_command(char command[PROCESS_COMMAND_SIZE], __u32 pid);

#endif /* VSB_CLI_PROCESS_H */
