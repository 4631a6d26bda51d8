/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors that this process opens. */
#ifndef VSB_CLI_DESCRIPTOR_H
#define VSB_CLI_DESCRIPTOR_H

/*
 * Moves @fd, unless it is -1, to a number above stderr: if stdin, stdout or
 * stderr is closed, @fd could take its number and get the messages. Returns the
 * descriptor, or -1 with errno.
 */
int descriptor_above_stderr(int fd);

#endif /* VSB_CLI_DESCRIPTOR_H */
