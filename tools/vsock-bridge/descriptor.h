/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that this process opens. */
#ifndef VSB_CLI_DESCRIPTOR_H
#define VSB_CLI_DESCRIPTOR_H

/*
 * Moves @fd, unless it is -1, above stderr: if one of stdin, stdout and stderr is
 * closed, messages would be printed into it. The descriptor, or -1 with errno.
 */
int descriptor_above_stderr(int fd);

#endif /* VSB_CLI_DESCRIPTOR_H */
