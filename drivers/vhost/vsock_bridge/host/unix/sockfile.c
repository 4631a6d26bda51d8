// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a socket that was bound to a path.
 *
 * The functions reach the file through the socket and not by its name, so that
 * they never change another file that a process has put in its place.
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
 * vsb_sockfile_chown() - change owner and group with the current task's rights
 * @path: the file
 * @want: its new owner and group
 *
 * Does what chown(2) does, except for the hook of path-based security modules,
 * which is not exported. The required capability is checked.
 *
 * Return: 0, or an error as from chown(2).
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

/* Removes the file, if it is still where it was created. */
void vsb_sockfile_unlink(const struct path *path)
{
	struct dentry *parent;
	struct inode *dir;

	if (mnt_want_write(path->mnt))
		return;
	parent = dget_parent(path->dentry);
	dir = d_inode(parent);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	/* it may have been renamed or removed before the lock was taken */
	if (path->dentry->d_parent == parent && !d_unhashed(path->dentry))
		vfs_unlink(vsb_mnt_idmap(path->mnt), dir, path->dentry, NULL);
	inode_unlock(dir);
	dput(parent);
	mnt_drop_write(path->mnt);
}
