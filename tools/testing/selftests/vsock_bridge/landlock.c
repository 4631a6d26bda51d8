// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock.h"

/* A kernel accepts a structure longer than its own if the rest is zero. */
static int ruleset(const struct landlock_rights *rights)
{
	int fd = syscall(SYS_landlock_create_ruleset, rights, sizeof(*rights),
			 0);

	return fd < 0 ? -errno : fd;
}

bool landlock_knows(struct landlock_rights rights)
{
	int fd = ruleset(&rights);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int landlock_give_up(struct landlock_rights rights)
{
	int fd = ruleset(&rights), err = 0;

	if (fd < 0)
		return fd;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0))
		err = -errno;
	close(fd);
	return err;
}
