/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who configured the device: the eyes with which paths are looked at later.
 */
#ifndef VSB_CONTEXT_H
#define VSB_CONTEXT_H

#include <linux/cred.h>
#include <linux/fs_struct.h>

struct net;

/**
 * struct vsb_context - captured credentials, root, directory and namespace
 * @cred: credentials; a reference is held
 * @net: network namespace; a reference is held
 * @fs: root and working directory, with references, and umask; lent to a task
 *	for the time between enter and leave
 */
struct vsb_context {
	const struct cred *cred;
	struct net *net;
	struct fs_struct fs;
};

/**
 * struct vsb_context_saved - what a task had before it entered
 * @cred: its credentials
 * @fs: its root and directory
 */
struct vsb_context_saved {
	const struct cred *cred;
	struct fs_struct *fs;
};

struct vsb_context *vsb_context_capture(int dir_fd);
void vsb_context_free(struct vsb_context *ctx);
bool vsb_context_is_jailed(const struct vsb_context *ctx);
void vsb_context_enter(struct vsb_context *ctx,
		       struct vsb_context_saved *saved);
void vsb_context_leave(const struct vsb_context_saved *saved);

#endif /* VSB_CONTEXT_H */
