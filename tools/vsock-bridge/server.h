/* SPDX-License-Identifier: GPL-2.0 */
/* A listening socket whose file is gone when nobody listens any more. */
#ifndef VSB_CLI_SERVER_H
#define VSB_CLI_SERVER_H

#include <stdbool.h>

#include "address.h"

/**
 * struct server - a server
 * @address: where it listens
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 * @replace: a stale socket there may be removed
 * @mode: permissions of the file; -1: those that the umask leaves
 * @backlog: clients that may wait
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
 * 0 or an exit code after diag(). The file is removed by server_close(), and by
 * the signals that end this process.
 */
int server_open(struct server *server);

/* The next client, within @timeout_ms (0: whenever); as above. */
int server_accept(const struct server *server, unsigned long timeout_ms, int *fd);

void server_close(struct server *server);

#endif /* VSB_CLI_SERVER_H */
