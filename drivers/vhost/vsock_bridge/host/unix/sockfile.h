/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file of a socket that was bound to a path.
 */
#ifndef VSB_SOCKFILE_H
#define VSB_SOCKFILE_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct path;

/**
 * struct vsb_sockfile - requested mode and owner of the file
 * @mode_given: @mode is given; if not, the umask decides
 * @mode: its permissions
 * @uid: its owner; INVALID_UID to leave it
 * @gid: its group; INVALID_GID to leave it
 */
struct vsb_sockfile {
	bool mode_given;
	umode_t mode;
	kuid_t uid;
	kgid_t gid;
};

int vsb_sockfile_chown(const struct path *path,
		       const struct vsb_sockfile *want);
void vsb_sockfile_unlink(const struct path *path);

#endif /* VSB_SOCKFILE_H */
