/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system that doctor checks: its files below a root directory, and its
 * kernel.
 */
#ifndef VSB_CLI_HOST_H
#define VSB_CLI_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct host - a system
 * @root: its root directory; "" for this system
 * @release: release of its kernel
 */
struct host {
	const char *root;
	const char *release;
};

#define HOST_PATH_SIZE	1024

/*
 * Returns @path below the root; a %s in it is replaced by the kernel's release.
 */
const char *host_path(const struct host *host, char path[HOST_PATH_SIZE],
		      const char *format);

bool host_exists(const struct host *host, const char *format);

/* Reads the first line of a file; returns false if there is none. */
bool host_read(const struct host *host, const char *format, char *line,
	       size_t size);

/* Returns NULL if the file cannot be opened. */
FILE *host_open(const struct host *host, const char *format);

#endif /* VSB_CLI_HOST_H */
