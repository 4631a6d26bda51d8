/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhost_task for kernels before 6.4, implemented with a kernel thread.
 *
 * The kernel thread uses the mm, the cgroups, the credentials and the memcg of
 * its creator, but it is not a thread of the creator's process: it has a
 * separate PID. An MMU notifier kills the thread when the last user of the mm
 * is gone.
 */
#ifndef VSB_COMPAT_VHOST_TASK_H
#define VSB_COMPAT_VHOST_TASK_H

#include <linux/types.h>

struct vhost_task;

struct vhost_task *vhost_task_create(bool (*fn)(void *),
				     void (*handle_kill)(void *), void *arg,
				     const char *name);
void vhost_task_start(struct vhost_task *vtsk);
void vhost_task_stop(struct vhost_task *vtsk);
void vhost_task_wake(struct vhost_task *vtsk);
void vhost_task_let_go_mm(struct vhost_task *vtsk);

#endif /* VSB_COMPAT_VHOST_TASK_H */
