/* SPDX-License-Identifier: GPL-2.0 */
/* The system that doctor looks at: its files below a root, and its kernel. */
#ifndef VSB_CLI_HOST_H
#define VSB_CLI_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct host - a system
 * @root: where its files are: "" for this one
 * @release: of its kernel
 */
struct host {
	const char *root;
	const char *release;
};

#define HOST_PATH_SIZE	1024

/* @path with the root in front, and the release in the host of a %s in it. */
const char *host_path(const struct host *host, char path[HOST_PATH_SIZE],
		      const char *format);

bool host_exists(const struct host *host, const char *format);

/* The first line of a file, as text; false when there is none. */
bool host_read(const struct host *host, const char *format, char *line,
	       size_t size);

/* NULL when it cannot be opened. */
FILE *host_open(const struct host *host, const char *format);

#endif /* VSB_CLI_HOST_H */
