// SPDX-License-Identifier: GPL-2.0
/* Descriptors that the caller of this program passes to the device. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "fd.h"
#include "options.h"

static unsigned long highest_fd(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return limit.rlim_cur - 1;
}

int fd_take(void *to, const struct option_spec *spec, const char *text)
{
	unsigned long number;
	char name[32];

	snprintf(name, sizeof(name), "--%s", spec->name);
	if (options_number(name, text, STDERR_FILENO + 1, highest_fd(), &number))
		return -1;
	*(int *)to = number;
	return 0;
}

static const char *why_no_listener(int fd, int want)
{
	int domain = 0, type = 0, listens = 0;
	socklen_t length = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length))
		return errno == EBADF ? "is not open" : "is not a socket";
	if (domain != AF_UNIX)
		return "is not an AF_UNIX socket";
	if (type != want)
		return "is a socket of another type";
	return listens ? NULL : "is a socket that does not listen";
}

/* Reports each reason why the module would refuse the descriptor. */
int fd_check_listener(const char *option, int fd, int type)
{
	const char *why = why_no_listener(fd, type);
	bool stream = type == SOCK_STREAM;

	if (!why)
		return 0;
	diag("%s: descriptor %d %s: pass a listening AF_UNIX %s socket, as systemd does from 3 on for %s=/PATH",
	     option, fd, why, stream ? "stream" : "SOCK_SEQPACKET",
	     stream ? "ListenStream" : "ListenSequentialPacket");
	return -1;
}

int fd_check_directory(int fd)
{
	const char *what = NULL;
	struct stat st;

	if (fstat(fd, &st))
		what = "is not open";
	else if (!S_ISDIR(st.st_mode))
		what = "is not a directory";
	if (!what)
		return 0;
	diag("--dir-fd: descriptor %d %s: open a directory there (in a shell: %d<DIRECTORY)",
	     fd, what, fd);
	return -1;
}

int fd_close_on_exec(int fd)
{
	if (!fcntl(fd, F_SETFD, FD_CLOEXEC))
		return 0;
	diag("cannot keep descriptor %d from COMMAND: %s: see dmesg(1)", fd,
	     strerror(errno));
	return -1;
}

int fd_keep_open(int fd, int device_fd)
{
	if (fd != device_fd || fcntl(fd, F_DUPFD, device_fd + 1) >= 0)
		return 0;
	diag("cannot keep descriptor %d open: %s: raise RLIMIT_NOFILE (ulimit -n)",
	     fd, strerror(errno));
	return -1;
}

void fd_forget_activation(void)
{
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_PIDFDID");
}
