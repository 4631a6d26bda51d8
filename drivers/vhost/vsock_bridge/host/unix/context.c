// SPDX-License-Identifier: GPL-2.0
/*
 * The context in which a path is resolved: the credentials, root directory,
 * working directory and network namespace of the process that configured it.
 *
 * A worker has the root directory of the process that called VHOST_SET_OWNER.
 * For a jailed VMM, another process may have configured the path, with another
 * root. A kernel thread has no useful root. Therefore the context is captured
 * with the configuration, and a task that resolves the path enters it.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "base/compat.h"
#include "host/unix/context.h"

/*
 * Sets the working directory to an open directory, opened with O_PATH or not.
 */
static int vsb_context_chdir(struct vsb_context *ctx, int dir_fd)
{
	struct file *dir = fget_raw(dir_fd);
	struct path old = ctx->fs.pwd;

	if (!dir)
		return -EBADF;
	if (!d_can_lookup(dir->f_path.dentry)) {
		fput(dir);
		return -ENOTDIR;
	}
	ctx->fs.pwd = dir->f_path;
	path_get(&ctx->fs.pwd);
	path_put(&old);
	fput(dir);
	return 0;
}

/**
 * vsb_context_capture() - capture the current task's context
 * @dir_fd: descriptor of the directory from which relative paths start, or
 *	AT_FDCWD for the working directory
 *
 * Return: the context, or an error: -EBADF, -ENOTDIR, -ENOMEM.
 */
struct vsb_context *vsb_context_capture(int dir_fd)
{
	struct vsb_context *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!ctx)
		return ERR_PTR(-ENOMEM);
	ctx->cred = get_current_cred();
	ctx->net = get_net(current->nsproxy->net_ns);
	vsb_fs_init(&ctx->fs);
	ctx->fs.umask = current_umask();
	get_fs_root(current->fs, &ctx->fs.root);
	get_fs_pwd(current->fs, &ctx->fs.pwd);
	if (dir_fd == AT_FDCWD)
		return ctx;
	ret = vsb_context_chdir(ctx, dir_fd);
	if (ret) {
		vsb_context_free(ctx);
		return ERR_PTR(ret);
	}
	return ctx;
}

void vsb_context_free(struct vsb_context *ctx)
{
	if (!ctx)
		return;
	path_put(&ctx->fs.pwd);
	path_put(&ctx->fs.root);
	put_net(ctx->net);
	put_cred(ctx->cred);
	kfree(ctx);
}

/*
 * Does the current task have another root or working directory than the
 * captured ones? Then it must not enter the context: other threads of its
 * process could find the captured directories in /proc and leave their jail
 * through them.
 */
bool vsb_context_is_jailed(const struct vsb_context *ctx)
{
	struct path root, pwd;
	bool jailed;

	get_fs_root(current->fs, &root);
	get_fs_pwd(current->fs, &pwd);
	jailed = !path_equal(&root, &ctx->fs.root) ||
		 !path_equal(&pwd, &ctx->fs.pwd);
	path_put(&pwd);
	path_put(&root);
	return jailed;
}

static struct fs_struct *vsb_context_swap_fs(struct fs_struct *fs)
{
	struct fs_struct *old = current->fs;

	/* task_lock() protects readers of /proc */
	task_lock(current);
	WRITE_ONCE(current->fs, fs);
	task_unlock(current);
	return old;
}

/**
 * vsb_context_enter() - let the current task use a context
 * @ctx: the context; several tasks may use it at once
 * @saved: out: the state that vsb_context_leave() restores
 */
void vsb_context_enter(struct vsb_context *ctx,
		       struct vsb_context_saved *saved)
{
	saved->cred = override_creds(ctx->cred);
	saved->fs = vsb_context_swap_fs(&ctx->fs);
}

void vsb_context_leave(const struct vsb_context_saved *saved)
{
	vsb_context_swap_fs(saved->fs);
	revert_creds(saved->cred);
}
