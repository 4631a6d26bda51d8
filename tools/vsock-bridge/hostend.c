// SPDX-License-Identifier: GPL-2.0
/* The host end of a device, from the options of exec and set. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "diag.h"
#include "hostend.h"
#include "fd.h"
#include "uds.h"

#define SEQPACKET_SUFFIX	"_seqpacket"

#define LISTEN_FD	VSOCK_BRIDGE_UDS_LISTEN_FD
#define NO_LISTEN	VSOCK_BRIDGE_UDS_NO_LISTEN
#define NO_CONNECT	VSOCK_BRIDGE_UDS_NO_CONNECT
#define PREFIX		VSOCK_BRIDGE_UDS_PREFIX
#define SEQPACKET	VSOCK_BRIDGE_UDS_SEQPACKET
#define SEQPACKET_FD	VSOCK_BRIDGE_UDS_SEQPACKET_FD
#define OWNER		(VSOCK_BRIDGE_UDS_UID | VSOCK_BRIDGE_UDS_GID)
#define ATTRIBUTES	(VSOCK_BRIDGE_UDS_MODE | OWNER)

static bool binds(const struct hostend *end)
{
	return end->given && !(end->uds.flags & (LISTEN_FD | NO_LISTEN));
}

static bool connects(const struct hostend *end)
{
	return end->given && !(end->uds.flags & NO_CONNECT);
}

static bool is_named(const struct hostend *end)
{
	return end->path && *end->path;
}

static bool is_abstract(const struct hostend *end)
{
	return is_named(end) && uds_is_abstract(end->path);
}

/* Is there no host end to set, but at most a map of ports? */
static bool is_nothing(const struct hostend *end)
{
	return !end->given ||
	       ((end->uds.flags & NO_LISTEN) && !(end->uds.flags & PREFIX) &&
		!end->path);
}

bool hostend_has_prefix(const struct hostend *end)
{
	return connects(end) && !is_nothing(end);
}

bool hostend_has_file(const struct hostend *end)
{
	return (binds(end) || hostend_has_prefix(end)) && !is_abstract(end);
}

static const char *why_not_unbound(const struct hostend *end)
{
	if (end->uds.flags & ATTRIBUTES)
		return "so --mode, --owner and --group have no use: leave them out";
	if (end->replace)
		return "so --replace has no use: leave it out";
	if (end->uds.flags & SEQPACKET)
		return "so --seqpacket has no use: leave it out";
	return NULL;
}

/* Returns the reason, by name, for which the module would return EINVAL. */
static const char *why_not_together(const struct hostend *end)
{
	__u32 flags = end->uds.flags;

	if ((flags & NO_LISTEN) && (flags & LISTEN_FD))
		return "--no-listen and --listen-fd contradict each other: leave one out";
	if ((flags & NO_LISTEN) && (flags & NO_CONNECT))
		return "--no-listen and --no-connect leave no direction: leave one out";
	if ((flags & NO_LISTEN) && (flags & SEQPACKET_FD))
		return "--no-listen and --seqpacket-fd contradict each other: leave one out";
	if ((flags & SEQPACKET) && (flags & SEQPACKET_FD))
		return "--seqpacket and --seqpacket-fd are two sockets for the same clients: leave one out";
	if ((flags & PREFIX) && (flags & NO_CONNECT))
		return "--prefix names where the guest connects to, but --no-connect forbids it: leave one out";
	if ((flags & PREFIX) && binds(end))
		return "--prefix would bind its PATH too: give --listen-fd or --no-listen with it";
	if (!binds(end) && !connects(end) && end->path)
		return "--uds-path has no use with both --listen-fd and --no-connect: leave it out";
	if (is_abstract(end) && (flags & ATTRIBUTES))
		return "--uds-path is an abstract name and has no file: leave out --mode, --owner and --group";
	return NULL;
}

static int check_name(const struct hostend *end, size_t max_length)
{
	bool prefix = end->uds.flags & PREFIX;

	if (!end->path || (prefix && !*end->path))
		return 0;
	return uds_check_name(end->path, max_length, !prefix);
}

int hostend_check(const struct hostend *end, bool mapped)
{
	const char *unbound = binds(end) ? NULL : why_not_unbound(end);
	const char *why = why_not_together(end);

	if (why) {
		diag("%s", why);
		return -1;
	}
	if (unbound) {
		diag("%s binds no socket, %s",
		     end->uds.flags & LISTEN_FD ? "--listen-fd" : "--no-listen",
		     unbound);
		return -1;
	}
	if (!end->path && !(end->uds.flags & PREFIX) &&
	    !(is_nothing(end) && mapped) && (binds(end) || connects(end))) {
		diag("--uds-path is missing: give the host's socket, such as /run/vm1.sock");
		return -1;
	}
	return check_name(end, VSOCK_BRIDGE_PATH_MAX);
}

/* Makes the name of file @i; returns false if there is none. */
static bool file_name(const struct hostend *end, int i, char *name, size_t size)
{
	if (!binds(end) || is_abstract(end) ||
	    (i && !(end->uds.flags & SEQPACKET)))
		return false;
	snprintf(name, size, "%s%s", end->path, i ? SEQPACKET_SUFFIX : "");
	return true;
}

typedef int (*file_action)(int dir, const char *name, bool replace);

static int for_each_file(const struct hostend *end, file_action act)
{
	char name[VSOCK_BRIDGE_PATH_MAX + sizeof(SEQPACKET_SUFFIX)];
	int i;

	for (i = 0; i < HOSTEND_FILES; i++)
		if (file_name(end, i, name, sizeof(name)) &&
		    act(end->dir, name, end->replace))
			return -1;
	return 0;
}

int hostend_check_place(const struct hostend *end)
{
	const struct vsock_bridge_uds *uds = &end->uds;

	if ((uds->flags & LISTEN_FD) &&
	    fd_check_listener("--listen-fd", uds->fd, SOCK_STREAM))
		return -1;
	if ((uds->flags & SEQPACKET_FD) &&
	    fd_check_listener("--seqpacket-fd", uds->seqpacket_fd,
			      SOCK_SEQPACKET))
		return -1;
	return for_each_file(end, uds_check_place);
}

int hostend_check_module(const struct device *device, const struct hostend *end)
{
	return check_name(end, device->info.max_path);
}

bool hostend_takes(const struct hostend *end, int fd)
{
	return ((end->uds.flags & LISTEN_FD) && fd == end->uds.fd) ||
	       ((end->uds.flags & SEQPACKET_FD) && fd == end->uds.seqpacket_fd) ||
	       fd == end->dir;
}

/*
 * Only the device uses the directory. Listening sockets stay open, but the
 * variables that announce them are removed.
 */
int hostend_hand_over(const struct hostend *end, int device_fd)
{
	const struct vsock_bridge_uds *uds = &end->uds;

	if (uds->flags & (LISTEN_FD | SEQPACKET_FD))
		fd_forget_activation();
	if ((uds->flags & LISTEN_FD) && fd_keep_open(uds->fd, device_fd))
		return -1;
	if ((uds->flags & SEQPACKET_FD) &&
	    fd_keep_open(uds->seqpacket_fd, device_fd))
		return -1;
	return end->dir == AT_FDCWD ? 0 : fd_close_on_exec(end->dir);
}

/*
 * Stores which files were made, so that only these files are ever removed
 * again.
 */
static void remember_files(struct hostend *end)
{
	char name[VSOCK_BRIDGE_PATH_MAX + sizeof(SEQPACKET_SUFFIX)];
	int i;

	for (i = 0; i < HOSTEND_FILES; i++)
		end->known[i] = file_name(end, i, name, sizeof(name)) &&
				!fstatat(end->dir, name, &end->made[i],
					 AT_SYMLINK_NOFOLLOW);
}

int hostend_make(struct device *device, struct hostend *end)
{
	struct vsock_bridge_uds uds = end->uds;

	if (is_nothing(end))
		return 0;
	if (end->replace && for_each_file(end, uds_remove_stale))
		return -1;
	if (end->dir != AT_FDCWD && hostend_has_file(end)) {
		uds.flags |= VSOCK_BRIDGE_UDS_DIR_FD;
		uds.dir_fd = end->dir;
	}
	if (device_set_uds(device, end->path, &uds))
		return -1;
	remember_files(end);
	return 0;
}

void hostend_unmake(const struct hostend *end)
{
	char name[VSOCK_BRIDGE_PATH_MAX + sizeof(SEQPACKET_SUFFIX)];
	int i;

	for (i = 0; i < HOSTEND_FILES; i++)
		if (end->known[i] && file_name(end, i, name, sizeof(name)))
			uds_unlink(end->dir, name, &end->made[i]);
}
