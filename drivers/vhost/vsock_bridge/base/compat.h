/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels that the module is built for.
 *
 * Kbuild searches the kernel's headers and defines a VSB_HAVE_* for each
 * feature that it finds. No other file depends on the kernel version.
 */
#ifndef VSB_COMPAT_H
#define VSB_COMPAT_H

#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hrtimer.h>
#include <linux/kcov.h>
#include <linux/mount.h>
#include <linux/net.h>
#include <linux/un.h>
#include <net/sock.h>

#ifdef VSB_HAVE_VHOST_TASK
#include <linux/sched/vhost_task.h>

/*
 * Does nothing: a vhost_task is a thread of the owner's process and does not
 * keep the process's memory any longer than the process itself.
 */
static inline void vhost_task_let_go_mm(struct vhost_task *vtsk)
{
}
#else
#include "base/compat_vhost_task.h"
#endif

/* Since 6.8, eventfd_signal() always adds 1. */
static inline void vsb_eventfd_signal(struct eventfd_ctx *ctx)
{
#ifdef VSB_HAVE_EVENTFD_SIGNAL_1
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/* Since 6.19, in-kernel addresses are struct sockaddr_unsized. */
#ifdef VSB_HAVE_SOCKADDR_UNSIZED
#define vsb_sockaddr(addr)	((struct sockaddr_unsized *)(addr))
#else
#define vsb_sockaddr(addr)	((struct sockaddr *)(addr))
#endif

/* Since 6.3 the ID mapping of a mount has its own type. */
#ifdef VSB_HAVE_MNT_IDMAP
#define vsb_mnt_idmap(mnt)	mnt_idmap(mnt)
#else
#define vsb_mnt_idmap(mnt)	mnt_user_ns(mnt)
#endif

/* Since 6.16, a socket can refuse file descriptors that a peer passes to it. */
static inline void vsb_refuse_files(struct sock *sk)
{
#ifdef VSB_HAVE_SCM_RIGHTS
	sk->sk_scm_rights = 0;
#endif
}

/*
 * Take a reference to the file at @slot. Return: NULL when the file has no
 * reference left. The caller keeps the structure from being freed.
 */
static inline struct file *vsb_get_live_file(struct file **slot)
{
#ifdef VSB_HAVE_GET_FILE_ACTIVE
	return get_file_active(slot);
#else
	return get_file_rcu(*slot) ? *slot : NULL;
#endif
}

/* Since 6.5, AF_UNIX takes pages by reference. */
#ifdef MSG_SPLICE_PAGES
#define VSB_SPLICE_PAGES	MSG_SPLICE_PAGES
#else
#define VSB_SPLICE_PAGES	0
#endif

/* Since 6.13 one call sets a timer's function and its other parameters. */
static inline void
vsb_hrtimer_setup(struct hrtimer *timer,
		  enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#ifdef VSB_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer->function = fn;
#endif
}

/* Newer kernels have a type for a task's KCOV handle. */
#ifndef VSB_HAVE_KCOV_HANDLE_ID
struct kcov_common_handle_id {
	u64 val;
};
#endif

static inline struct kcov_common_handle_id vsb_kcov_common_handle(void)
{
#ifdef VSB_HAVE_KCOV_HANDLE_ID
	return kcov_common_handle();
#else
	return (struct kcov_common_handle_id){ kcov_common_handle() };
#endif
}

static inline void vsb_kcov_remote_start(struct kcov_common_handle_id handle)
{
#ifdef VSB_HAVE_KCOV_HANDLE_ID
	kcov_remote_start_common(handle);
#else
	kcov_remote_start_common(handle.val);
#endif
}

/*
 * Initialize an fs_struct that no task uses. In newer kernels one seqlock_t
 * replaces its lock and its sequence counter.
 */
static inline void vsb_fs_init(struct fs_struct *fs)
{
	fs->users = 1;
#ifdef VSB_HAVE_FS_SEQLOCK
	seqlock_init(&fs->seq);
#else
	spin_lock_init(&fs->lock);
	seqcount_spinlock_init(&fs->seq, &fs->lock);
#endif
}

#endif /* VSB_COMPAT_H */
