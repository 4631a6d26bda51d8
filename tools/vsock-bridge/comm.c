// SPDX-License-Identifier: GPL-2.0
/* Names of other processes, from /proc. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "comm.h"

const char *comm_of(char command[COMM_SIZE], __u32 pid)
{
	char path[32];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = pid ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		n = read(fd, command, COMM_SIZE - 1);
		close(fd);
	}
	command[n > 0 ? n : 0] = '\0';
	command[strcspn(command, "\n")] = '\0';
	return command;
}
