/* SPDX-License-Identifier: GPL-2.0 */
/* A listening socket whose file is removed when the program stops listening. */
#ifndef VSB_CLI_SERVER_H
#define VSB_CLI_SERVER_H

#include <stdbool.h>

#include "address.h"

/**
 * struct server - a server
 * @address: the address where it listens
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @replace: a stale socket at the address may be removed
 * @mode: permissions of the file; -1: those that the umask leaves
 * @backlog: number of clients that may wait
 * @fd: the socket
 */
struct server {
	struct address address;
	int type;
	bool replace;
	int mode;
	int backlog;
	int fd;
};

/*
 * Returns 0, or an exit code after diag(). server_close() removes the file, and
 * so do the signals that end this process.
 */
int server_open(struct server *server);

/*
 * Accepts the next client within @timeout_ms (0: without a limit). Returns 0,
 * or an exit code after diag().
 */
int server_accept(const struct server *server, unsigned long timeout_ms, int *fd);

void server_close(struct server *server);

#endif /* VSB_CLI_SERVER_H */
