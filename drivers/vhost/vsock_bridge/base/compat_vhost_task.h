/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhost_task for kernels before 6.4, made of a kernel thread.
 *
 * The thread uses the memory, the cgroups, the credentials and the memcg of the
 * process that creates it. It is not a thread of that process and has its own
 * pid. The thread is killed when the memory of the process goes.
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
