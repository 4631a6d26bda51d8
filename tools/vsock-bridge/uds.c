// SPDX-License-Identifier: GPL-2.0
/* The file of the host's socket, before the device binds it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "diag.h"
#include "uds.h"

/* The longest suffix that the device appends to the path. */
#define LONGEST_SUFFIX	"_4294967295"

enum occupant {
	NOTHING,	/* no file, but the directory exists */
	STALE_SOCKET,	/* no program listens on it */
	LIVE_SOCKET,
	OTHER,		/* a socket of unknown state, or another file; reported */
};

int uds_check_name(const char *path, size_t max_length, bool file)
{
	size_t length = strlen(path);

	if (!length) {
		diag("--uds-path is empty: give a file name, such as /run/vm1.sock");
		return -1;
	}
	if (path[0] == '@' && length == 1) {
		diag("--uds-path '@' has no name behind it: give one, such as @vm1");
		return -1;
	}
	if (length > max_length) {
		diag("--uds-path is %zu bytes, %zu more than the %zu that leave room for %s: use a shorter path, or one relative to the working directory: %s",
		     length, length - max_length, max_length, LONGEST_SUFFIX, path);
		return -1;
	}
	if (file && path[length - 1] == '/') {
		diag("--uds-path names a directory: give the name of a file in it: %s", path);
		return -1;
	}
	return 0;
}

static const char *why_not_bound(int error)
{
	switch (error) {
	case EACCES:
		return "you may not create files there: use a directory that you can write to, or run as root";
	case EADDRINUSE:
		return "a file appeared there just now: see whose it is, and try again";
	case EDQUOT:
	case ENOSPC:
		return "the file system is full: make room, or use another directory";
	case ELOOP:
		return "too many symbolic links: check its directory";
	case ENAMETOOLONG:
		return "the path, or a name in it, is too long: use a shorter one";
	case ENOENT:
		return "its directory does not exist: create it, or use another one";
	case ENOMEM:
		return "out of memory: free some and try again";
	case ENOTDIR:
		return "a part of its directory is not a directory: check the path";
	case EPERM:
		return "the file system does not support sockets: use another directory, such as /run";
	case EROFS:
		return "the file system is read-only: use another directory, such as /run";
	default:
		return NULL;
	}
}

void uds_bind_failed(const char *path, int error)
{
	const char *why = why_not_bound(error);

	if (uds_is_abstract(path) && error == EADDRINUSE)
		why = "the name is in use: stop that program, or use another name";
	if (why)
		diag("cannot make the socket %s: %s", path, why);
	else
		diag("cannot make the socket %s: %s: see dmesg(1)", path, strerror(error));
}

static const char *kind_of_file(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a regular file";
	case S_IFDIR:
		return "a directory";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFIFO:
		return "a named pipe";
	case S_IFCHR:
	case S_IFBLK:
		return "a device node";
	default:
		return "a file of an unknown kind";
	}
}

/*
 * Tries to connect a datagram socket. This connects to no program, because
 * listening sockets have another type. All bound sockets report the wrong type,
 * even if they do not listen yet. The socket is reached through @pin, which
 * holds it: its name may be too long for an address, or may come to refer to
 * another file.
 */
static int connect_datagram(int pin)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d", pin);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	error = connect(fd, (struct sockaddr *)&address, sizeof(address)) ? errno : 0;
	close(fd);
	return error;
}

static enum occupant probe_socket(const char *path, int pin)
{
	int error = connect_datagram(pin);

	switch (error) {
	case 0:
	case EPERM:	/* a datagram socket that is connected to another socket */
	case EPROTOTYPE:
		return LIVE_SOCKET;
	case ECONNREFUSED:
		return STALE_SOCKET;
	default:
		diag("%s exists, and it is unknown whether it is in use (%s): run as its owner or root, or use another path",
		     path, strerror(error));
		return OTHER;
	}
}

static enum occupant probe_file(const char *path, int pin)
{
	struct stat st;

	if (fstat(pin, &st)) {
		uds_bind_failed(path, errno);
		return OTHER;
	}
	if (S_ISSOCK(st.st_mode))
		return probe_socket(path, pin);
	diag("%s exists and is %s, which is never replaced: move it away, or use another path",
	     path, kind_of_file(st.st_mode));
	return OTHER;
}

bool uds_is_stale(const char *path)
{
	int pin = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bool stale;

	if (pin < 0)
		return false;
	stale = connect_datagram(pin) == ECONNREFUSED;
	close(pin);
	return stale;
}

/*
 * Pins the file, if there is one, by the descriptor *@pin; -1 if there is none.
 */
static enum occupant probe(int dir, const char *path, int *pin)
{
	*pin = openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (*pin >= 0)
		return probe_file(path, *pin);
	if (errno == ENOENT)
		return NOTHING;
	uds_bind_failed(path, errno);
	return OTHER;
}

/* bind() and unlink() need an existing, writable directory. */
static int check_directory(int dir, const char *path)
{
	char directory[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	size_t length = slash ? slash - path + 1 : 0;

	if (slash && length < sizeof(directory)) {
		memcpy(directory, path, length);
		directory[length] = '\0';
	}
	if (!faccessat(dir, directory, W_OK | X_OK, AT_EACCESS))
		return 0;
	uds_bind_failed(path, errno);
	return -1;
}

static int check_occupant(enum occupant occupant, int dir, const char *path,
			  bool replace)
{
	switch (occupant) {
	case NOTHING:
		return check_directory(dir, path);
	case STALE_SOCKET:
		if (replace)
			return check_directory(dir, path);
		diag("%s exists and is a stale socket, on which no program listens: use --replace to remove it first",
		     path);
		return -1;
	case LIVE_SOCKET:
		diag("%s exists and is in use by another device or program: stop that program, or use another path",
		     path);
		return -1;
	case OTHER:
		break;
	}
	return -1;
}

int uds_check_place(int dir, const char *path, bool replace)
{
	int pin, result;

	result = check_occupant(probe(dir, path, &pin), dir, path, replace);
	if (pin >= 0)
		close(pin);
	return result;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * Another program can bind @path between any two system calls here. The probed
 * socket is held open, so that its inode number is not reused, and the socket
 * to be removed is compared with it.
 */
static int remove_pinned(int dir, const char *path, int pin)
{
	struct stat pinned, now;

	if (fstat(pin, &pinned) ||
	    fstatat(dir, path, &now, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return 0;
		uds_bind_failed(path, errno);
		return -1;
	}
	if (!same_file(&pinned, &now)) {
		diag("%s was replaced by another program just now: see whose it is, and try again",
		     path);
		return -1;
	}
	if (unlinkat(dir, path, 0) && errno != ENOENT) {
		diag("cannot remove the stale socket %s: %s: remove it as its owner or root",
		     path, strerror(errno));
		return -1;
	}
	return 0;
}

int uds_remove_stale(int dir, const char *path, bool replace)
{
	int pin, result;

	result = check_occupant(probe(dir, path, &pin), dir, path, replace);
	if (!result && pin >= 0)
		result = remove_pinned(dir, path, pin);
	if (pin >= 0)
		close(pin);
	return result;
}

void uds_unlink(int dir, const char *path, const struct stat *made)
{
	struct stat now;

	if (!fstatat(dir, path, &now, AT_SYMLINK_NOFOLLOW) && same_file(made, &now))
		unlinkat(dir, path, 0);
}
