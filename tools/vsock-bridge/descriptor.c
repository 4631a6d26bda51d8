// SPDX-License-Identifier: GPL-2.0
/* Descriptors that this process opens. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptor.h"

int descriptor_above_stderr(int fd)
{
	int low = fd, error;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	error = errno;
	close(low);
	errno = error;
	return fd;
}
