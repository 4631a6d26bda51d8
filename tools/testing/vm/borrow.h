/* SPDX-License-Identifier: GPL-2.0 */
/* The bridge that another process, a VMM, has open. It is not asked. */
#ifndef VSB_BORROW_H
#define VSB_BORROW_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The number of the descriptor in that process, or negative. */
static int find_device(const char *pid)
{
	char path[64], target[64];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && fd < 0 && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target,
					 sizeof(target) - 1);

		target[len < 0 ? 0 : len] = 0;
		if (!strcmp(target, "/dev/vsock-bridge"))
			fd = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* A descriptor of our own for it, or negative, told. */
static int borrow_device(const char *pid)
{
	int number = find_device(pid), process, fd;

	if (number < 0) {
		fputs("no /dev/vsock-bridge there\n", stderr);
		return -1;
	}
	process = syscall(SYS_pidfd_open, atoi(pid), 0);
	fd = process < 0 ? -1 : syscall(SYS_pidfd_getfd, process, number, 0);
	if (fd < 0)
		perror("cannot borrow it");
	return fd;
}

#endif /* VSB_BORROW_H */
