/* SPDX-License-Identifier: GPL-2.0 */
/* A host program's way to a port of the guest: CONNECT, and OK. */
#ifndef VSB_CLI_CLIENT_H
#define VSB_CLI_CLIENT_H

#include <stdbool.h>

#include <linux/types.h>

/**
 * struct client - what is wanted
 * @path: the device's socket
 * @port: of the guest
 * @seqpacket: a connection of messages
 * @timeout_ms: for all of it
 */
struct client {
	const char *path;
	__u32 port;
	bool seqpacket;
	unsigned long timeout_ms;
};

/* 0 and the connection in *@fd, or an exit code after diag(). */
int client_connect(const struct client *client, int *fd);

#endif /* VSB_CLI_CLIENT_H */
