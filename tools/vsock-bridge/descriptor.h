/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that this process opens. */
#ifndef VSB_CLI_DESCRIPTOR_H
#define VSB_CLI_DESCRIPTOR_H

/*
 * Moves @fd, if there is one, away from stdin, stdout and stderr, which may be
 * closed: nothing shall be printed into it. The descriptor, or -1 with errno.
 */
int descriptor_above_stderr(int fd);

#endif /* VSB_CLI_DESCRIPTOR_H */
