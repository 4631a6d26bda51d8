/* SPDX-License-Identifier: GPL-2.0 */
/* The file of the host's socket, before the device binds it. */
#ifndef VSB_CLI_UDS_H
#define VSB_CLI_UDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Functions that return int return 0, or -1 after diag(). */

/* Is @path an abstract name, which has no file? */
static inline bool uds_is_abstract(const char *path)
{
	return path[0] == '@';
}

/* A relative path starts from the directory @dir, or AT_FDCWD. */

/* Checks whether @path can be a UDS path. @file: the path must name a file. */
int uds_check_name(const char *path, size_t max_length, bool file);

/*
 * Checks that no file is at @path. With @replace, a stale socket is allowed.
 * Changes nothing.
 */
int uds_check_place(int dir, const char *path, bool replace);

/* Is the file certainly a socket that no process has open? */
bool uds_is_stale(const char *path);

/* Removes a stale socket at @path if @replace is set, and nothing else. */
int uds_remove_stale(int dir, const char *path, bool replace);

/* Reports why a socket cannot be bound to @path. */
void uds_bind_failed(const char *path, int error);

/* Removes the socket at @path if it is still the file that @made describes. */
void uds_unlink(int dir, const char *path, const struct stat *made);

#endif /* VSB_CLI_UDS_H */
