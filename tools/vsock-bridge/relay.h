/* SPDX-License-Identifier: GPL-2.0 */
/* stdin and stdout as one end of a connection. */
#ifndef VSB_CLI_RELAY_H
#define VSB_CLI_RELAY_H

#include <stdbool.h>

/*
 * Moves stdin to @fd and @fd to stdout, until both have ended or @fd is closed at
 * its other end. Each end is passed on by itself: that of stdin as a shutdown,
 * that of @fd by closing stdout. With @messages each read is one. Return: an
 * exit code; diag has reported an error.
 */
int relay(int fd, bool messages);

#endif /* VSB_CLI_RELAY_H */
