/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The context in which a path is resolved: the credentials, root directory,
 * working directory and network namespace of the process that configured it.
 */
#ifndef VSB_CONTEXT_H
#define VSB_CONTEXT_H

#include <linux/cred.h>
#include <linux/fs_struct.h>

struct net;

/**
 * struct vsb_context - captured credentials, directories and namespace
 * @cred: credentials, with a reference
 * @net: network namespace, with a reference
 * @fs: root and working directory, with references, and umask; a task uses it
 *	between enter and leave
 */
struct vsb_context {
	const struct cred *cred;
	struct net *net;
	struct fs_struct fs;
};

/**
 * struct vsb_context_saved - the state of a task before it entered a context
 * @cred: its credentials
 * @fs: its root and working directory
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
