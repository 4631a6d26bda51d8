// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a socket that was bound to a path.
 *
 * It is reached through the socket and not by its name, so that a file which
 * somebody puts in its place is never meant.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/path.h>

#include "base/compat.h"
#include "host/unix/sockfile.h"

static void vsb_sockfile_attr(struct iattr *attr,
			      const struct vsb_sockfile *want)
{
	*attr = (struct iattr) { .ia_valid = ATTR_CTIME };
	if (uid_valid(want->uid)) {
		attr->ia_valid |= ATTR_UID;
		attr->ia_vfsuid = VFSUIDT_INIT(want->uid);
	}
	if (gid_valid(want->gid)) {
		attr->ia_valid |= ATTR_GID;
		attr->ia_vfsgid = VFSGIDT_INIT(want->gid);
	}
}

/**
 * vsb_sockfile_chown() - give the file away, as far as the current task may
 * @path: the file
 * @want: its owner and group
 *
 * What chown(2) does, but for the hook of path-based security modules, which
 * is not exported; the capability that it takes is asked for all the same.
 *
 * Return: 0, or an error as of chown(2).
 */
int vsb_sockfile_chown(const struct path *path,
		       const struct vsb_sockfile *want)
{
	struct inode *inode = d_backing_inode(path->dentry);
	struct iattr attr;
	int ret;

	if (!uid_valid(want->uid) && !gid_valid(want->gid))
		return 0;
	vsb_sockfile_attr(&attr, want);
	ret = mnt_want_write(path->mnt);
	if (ret)
		return ret;
	inode_lock(inode);
	ret = notify_change(vsb_mnt_idmap(path->mnt), path->dentry, &attr,
			    NULL);
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return ret;
}

/* Remove the file again, if it is where it was made. */
void vsb_sockfile_unlink(const struct path *path)
{
	struct dentry *parent;
	struct inode *dir;

	if (mnt_want_write(path->mnt))
		return;
	parent = dget_parent(path->dentry);
	dir = d_inode(parent);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	/* it may have been renamed or removed before we had the lock */
	if (path->dentry->d_parent == parent && !d_unhashed(path->dentry))
		vfs_unlink(vsb_mnt_idmap(path->mnt), dir, path->dentry, NULL);
	inode_unlock(dir);
	dput(parent);
	mnt_drop_write(path->mnt);
}
