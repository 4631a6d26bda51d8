// SPDX-License-Identifier: GPL-2.0
/* The program that exec runs. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "diag.h"
#include "exit.h"

/* Returns 0, or the negative errno that execve() of @file would fail with. */
static int executable(const char *file)
{
	struct stat st;

	if (stat(file, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return eaccess(file, X_OK) ? -errno : 0;
}

/* Returns the directories that execvp() searches if PATH is not set. */
static const char *default_path(void)
{
	static char path[256];

	confstr(_CS_PATH, path, sizeof(path));
	return path;
}

/*
 * Searches as execvp() does: returns the first file that can be executed. If
 * there is none, a file that cannot be executed (EACCES) is more informative
 * than ENOENT.
 */
static int search(const char *name)
{
	const char *path = getenv("PATH");
	char file[PATH_MAX];
	int error = -ENOENT;
	size_t length;

	if (!path)
		path = default_path();
	for (;; path += length + 1) {
		length = strcspn(path, ":");
		if (snprintf(file, sizeof(file), "%.*s%s%s", (int)length, path,
			     length ? "/" : "", name) < (int)sizeof(file)) {
			switch (executable(file)) {
			case 0:
				return 0;
			case -EACCES:
				error = -EACCES;
			}
		}
		if (!path[length])
			return error;
	}
}

int command_find(const char *name)
{
	bool with_slash = strchr(name, '/');
	int error = -ENOENT;

	if (*name)
		error = with_slash ? executable(name) : search(name);

	switch (error) {
	case 0:
		return 0;
	case -ENOENT:
	case -ENOTDIR:
		if (with_slash)
			diag("%s: no such file: check the path of COMMAND", name);
		else
			diag("%s: COMMAND not found in PATH: install it, or give its full path",
			     name);
		return EXIT_NOT_FOUND;
	case -EISDIR:
		diag("%s: is a directory: give a program as COMMAND", name);
		return EXIT_NOT_EXECUTABLE;
	case -EACCES:
		diag("%s: you may not execute it: check its permissions (chmod +x) and those of its directory",
		     name);
		return EXIT_NOT_EXECUTABLE;
	default:
		diag("%s: cannot be executed: %s: check the path of COMMAND",
		     name, strerror(-error));
		return EXIT_NOT_EXECUTABLE;
	}
}

int command_failed(const char *name, int error)
{
	if (error == ENOENT)
		diag("%s: its interpreter does not exist: check its #! line, or install its ELF loader",
		     name);
	else
		diag("%s: cannot be executed: %s: run it without vsock-bridge to see more",
		     name, strerror(error));
	return EXIT_NOT_EXECUTABLE;
}
