/* SPDX-License-Identifier: GPL-2.0 */
/* The system that doctor looks at: its files below a root, and its kernel. */
#ifndef VSB_CLI_PLACE_H
#define VSB_CLI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct place - a system
 * @root: where its files are: "" for this one
 * @release: of its kernel
 */
struct place {
	const char *root;
	const char *release;
};

#define PLACE_PATH_SIZE	1024

/* @path with the root in front, and the release in the place of a %s in it. */
const char *place_path(const struct place *place, char path[PLACE_PATH_SIZE],
		       const char *format);

bool place_exists(const struct place *place, const char *format);

/* The first line of a file, as text; false when there is none. */
bool place_read(const struct place *place, const char *format, char *line,
		size_t size);

/* NULL when it cannot be opened. */
FILE *place_open(const struct place *place, const char *format);

#endif /* VSB_CLI_PLACE_H */
