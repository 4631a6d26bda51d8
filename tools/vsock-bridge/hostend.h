/* SPDX-License-Identifier: GPL-2.0 */
/* The host end of a device: the socket for host programs, and the guest's way. */
#ifndef VSB_CLI_HOSTEND_H
#define VSB_CLI_HOSTEND_H

#include <stdbool.h>
#include <sys/stat.h>

#include "device.h"

/* PATH, and PATH_seqpacket */
enum { HOSTEND_FILES = 2 };

/**
 * struct hostend - what the options say
 * @given: they say something; else nothing is checked, and nothing made
 * @path: PATH; NULL when it is not given
 * @dir: the directory where a relative path starts, or AT_FDCWD
 * @replace: stale sockets may be removed
 * @uds: the rest, as the device takes it
 * @made: what was bound, when it was
 * @known: is there something in @made?
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

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/*
 * Do the options go together? @mapped: the guest has a map of ports, which
 * may be all that it needs.
 */
int hostend_check(const struct hostend *end, bool mapped);

/* Is there a way for the guest's ports that have no socket of their own? */
bool hostend_has_prefix(const struct hostend *end);

/* Is there a path in it that may start from a directory? */
bool hostend_has_file(const struct hostend *end);

/* Can it be made? Changes nothing. */
int hostend_check_place(const struct hostend *end);

int hostend_check_module(const struct device *device, const struct hostend *end);

/* Removes what may be replaced, and tells the device. */
int hostend_make(struct device *device, struct hostend *end);

/* Is @fd one of the descriptors that the options pass to the device? */
bool hostend_takes(const struct hostend *end, int fd);

/*
 * Closes the directory among those for COMMAND, and keeps the sockets open; the device
 * comes to @device_fd.
 */
int hostend_hand_over(const struct hostend *end, int device_fd);

/* Removes the files that hostend_make() has made. */
void hostend_unmake(const struct hostend *end);

#endif /* VSB_CLI_HOSTEND_H */
