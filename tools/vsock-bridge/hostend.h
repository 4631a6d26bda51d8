/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host end of a device: the socket for host programs, and the destination
 * of the guest's connections.
 */
#ifndef VSB_CLI_HOSTEND_H
#define VSB_CLI_HOSTEND_H

#include <stdbool.h>
#include <sys/stat.h>

#include "device.h"

/* PATH, and PATH_seqpacket */
enum { HOSTEND_FILES = 2 };

/**
 * struct hostend - the host end as the options describe it
 * @given: at least one option was given; if not, there is nothing to check or
 *	set
 * @path: PATH; NULL if it is not given
 * @dir: the directory where a relative path starts, or AT_FDCWD
 * @replace: stale sockets may be removed
 * @uds: the other settings, as the device takes them
 * @made: the files of the sockets that were bound
 * @known: the entries of @made that are valid
 */
struct hostend {
	bool given;
	const char *path;
	int dir;
	bool replace;
	struct vsock_bridge_uds uds;
	struct stat made[HOSTEND_FILES];
	bool known[HOSTEND_FILES];
};

/* Functions that return int return 0, or -1 after diag(). */

/*
 * Checks whether the options can be combined. @mapped: the guest has a map of
 * ports, which may be sufficient.
 */
int hostend_check(const struct hostend *end, bool mapped);

/*
 * Is there a destination for the guest's ports that have no socket of their
 * own?
 */
bool hostend_has_prefix(const struct hostend *end);

/* Does the host end have a path that can start from a directory? */
bool hostend_has_file(const struct hostend *end);

/* Checks whether the host end can be made. Changes nothing. */
int hostend_check_place(const struct hostend *end);

int hostend_check_module(const struct device *device, const struct hostend *end);

/*
 * Removes stale sockets that may be replaced, and sets the device's host end.
 */
int hostend_make(struct device *device, struct hostend *end);

/* Is @fd one of the descriptors that the options pass to the device? */
bool hostend_takes(const struct hostend *end, int fd);

/*
 * Closes the directory among the descriptors for COMMAND, and keeps the sockets
 * open. The device will be at @device_fd.
 */
int hostend_hand_over(const struct hostend *end, int device_fd);

/* Removes the socket files that hostend_make() made. */
void hostend_unmake(const struct hostend *end);

#endif /* VSB_CLI_HOSTEND_H */
