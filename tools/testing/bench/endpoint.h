/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a cell's guest and host find each other, for each peer. All that
 * differs between the peers on the host's side is here.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "bench.h"

#define GUEST_PORT	5000U	/* the guest listens here, in every cell */
/* The host listens here: one port per cell, since AF_VSOCK has one host. */
#define HOST_PORT(cell)	(7000U + (cell)->index)
/* New in each measurement: vhost-vsock remembers connections for 8 s. */
#define CELL_CID(cell)	((cell)->bench->cid + (cell)->index)

#define ENDPOINT_PATH	108

/* The socket that the host dials; the guest's, where there is none. */
void endpoint_path(const struct cell *cell, char path[ENDPOINT_PATH]);
/* The socket that the host listens on. */
void endpoint_port_path(const struct cell *cell, char path[ENDPOINT_PATH]);

/* Starts a device that is a process of its own: the VMM's connection to it. */
int endpoint_start_device(const struct cell *cell);
/* The host's listener, and whatever must run between it and the guest. */
int endpoint_listen(const struct cell *cell);
/* What must run before the host can dial. */
void endpoint_open(const struct cell *cell);
/*
 * A connection of the host to the guest, in two steps, so that many can be made
 * at once.
 */
int endpoint_dial_begin(const struct cell *cell);
void endpoint_dial_end(const struct cell *cell, int fd);
static inline int endpoint_dial(const struct cell *cell)
{
	int fd = endpoint_dial_begin(cell);

	endpoint_dial_end(cell, fd);
	return fd;
}

/* AF_UNIX, for those who need no device. */
int unix_listen(const char *path);
int unix_dial(const char *path);

/* AF_VSOCK, for a program in a real guest. */
int vsock_listen(unsigned int port);
int vsock_dial(unsigned int cid, unsigned int port);

#endif /* ENDPOINT_H */
