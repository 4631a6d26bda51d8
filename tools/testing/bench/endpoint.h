/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses at which a cell's guest and host connect, for each peer. All
 * differences between peers on the host's side are here.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "bench.h"

#define GUEST_PORT	5000U	/* the guest's port, in every cell */
/* The host's port: one per cell, since AF_VSOCK has one host. */
#define HOST_PORT(cell)	(7000U + (cell)->index)
/* New in each measurement: vhost-vsock remembers connections for 8 s. */
#define CELL_CID(cell)	((cell)->bench->cid + (cell)->index)

#define ENDPOINT_PATH	108

/* The socket to which the host connects. Without a device, the guest's own. */
void endpoint_path(const struct cell *cell, char path[ENDPOINT_PATH]);
/* The socket on which the host listens. */
void endpoint_port_path(const struct cell *cell, char path[ENDPOINT_PATH]);

/*
 * Starts a device that is a process of its own. Returns the VMM's connection to
 * it.
 */
int endpoint_start_device(const struct cell *cell);
/* Opens the host's listener, and starts a relay if the peer needs one. */
int endpoint_listen(const struct cell *cell);
/* Starts what must run before the host connects. */
void endpoint_open(const struct cell *cell);
/*
 * Connects the host to the guest, in two steps, so that many connections can be
 * made at once.
 */
int endpoint_dial_begin(const struct cell *cell);
void endpoint_dial_end(const struct cell *cell, int fd);
static inline int endpoint_dial(const struct cell *cell)
{
	int fd = endpoint_dial_begin(cell);

	endpoint_dial_end(cell, fd);
	return fd;
}

/* AF_UNIX, for peers without a device. */
int unix_listen(const char *path);
int unix_dial(const char *path);

/* AF_VSOCK, for a program in a real guest. */
int vsock_listen(unsigned int port);
int vsock_dial(unsigned int cid, unsigned int port);

#endif /* ENDPOINT_H */
