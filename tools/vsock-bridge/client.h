/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client side of the handshake: connects a host program to a port of the
 * guest by CONNECT and OK.
 */
#ifndef VSB_CLI_CLIENT_H
#define VSB_CLI_CLIENT_H

#include <stdbool.h>

#include <linux/types.h>

/**
 * struct client - a requested connection
 * @path: the device's socket
 * @port: port of the guest
 * @seqpacket: use a SOCK_SEQPACKET connection
 * @timeout_ms: time for the whole handshake
 */
struct client {
	const char *path;
	__u32 port;
	bool seqpacket;
	unsigned long timeout_ms;
};

/* Connects: 0 and the connection in *@fd, or an exit code after diag(). */
int client_connect(const struct client *client, int *fd);

#endif /* VSB_CLI_CLIENT_H */
