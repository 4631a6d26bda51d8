/* SPDX-License-Identifier: GPL-2.0 */
/* stdin and stdout as one end of a connection. */
#ifndef VSB_CLI_RELAY_H
#define VSB_CLI_RELAY_H

#include <stdbool.h>

/*
 * Copies stdin to @fd and @fd to stdout, until both have ended or the other end
 * of @fd is closed. Each end is passed on separately: the end of stdin as a
 * shutdown, the end of @fd by closing stdout. With @messages, each read becomes
 * one message. Returns an exit code; diag() has reported an error.
 */
int relay(int fd, bool messages);

#endif /* VSB_CLI_RELAY_H */
