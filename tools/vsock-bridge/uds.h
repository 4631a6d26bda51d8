/* SPDX-License-Identifier: GPL-2.0 */
/* The file of the host's socket: what is there before the device binds it. */
#ifndef VSB_CLI_UDS_H
#define VSB_CLI_UDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * Of the functions that return int: 0, or -1 after diag().
 */

/* An abstract name: nothing of it is a file. */
static inline bool uds_is_abstract(const char *path)
{
	return path[0] == '@';
}

/*
 * A relative path starts from the directory @dir, or AT_FDCWD.
 */

/* Can @path be a UDS path at all? @file: it is to name a file. */
int uds_check_name(const char *path, size_t max_length, bool file);

/*
 * Is the place free? With @replace a stale socket is no obstacle. Changes
 * nothing.
 */
int uds_check_place(int dir, const char *path, bool replace);

/* Is the file a socket of which this is sure: nobody has it open? */
bool uds_is_stale(const char *path);

/* Removes a stale socket, if one is at @path and @replace, and nothing else. */
int uds_remove_stale(int dir, const char *path, bool replace);

/* Tells why a socket cannot be bound to @path. */
void uds_bind_failed(const char *path, int error);

/* Removes the socket at @path if it is still the one that @made describes. */
void uds_unlink(int dir, const char *path, const struct stat *made);

#endif /* VSB_CLI_UDS_H */
