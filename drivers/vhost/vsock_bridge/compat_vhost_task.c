// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_task for kernels before 6.4, made of a kernel thread.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "compat_vhost_task.h"

/**
 * struct vhost_task - a kernel thread in the creator's context
 * @fn: one round of work; false when there was none
 * @arg: its argument
 * @mm: the creator's memory; a reference is held
 * @cred: the creator's credentials; a reference is held
 * @memcg: what allocations are charged to; a reference is held, may be NULL
 * @task: the thread; a reference is held
 */
struct vhost_task {
	bool (*fn)(void *arg);
	void *arg;
	struct mm_struct *mm;
	const struct cred *cred;
	struct mem_cgroup *memcg;
	struct task_struct *task;
};

static void vhost_task_loop(struct vhost_task *vtsk)
{
	for (;;) {
		/* (P), a full barrier: before it is looked for work */
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (!vtsk->fn(vtsk->arg))
			schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static int vhost_task_thread(void *arg)
{
	struct vhost_task *vtsk = arg;
	struct mem_cgroup *old_memcg;
	const struct cred *old_cred;

	kthread_use_mm(vtsk->mm);
	old_cred = override_creds(vtsk->cred);
	old_memcg = set_active_memcg(vtsk->memcg);

	vhost_task_loop(vtsk);

	set_active_memcg(old_memcg);
	revert_creds(old_cred);
	kthread_unuse_mm(vtsk->mm);
	return 0;
}

static void vhost_task_free(struct vhost_task *vtsk)
{
	if (vtsk->task)
		put_task_struct(vtsk->task);
	mem_cgroup_put(vtsk->memcg);
	put_cred(vtsk->cred);
	mmput(vtsk->mm);
	kfree(vtsk);
}

/* A kernel thread gets no signals, so @handle_kill is never called. */
struct vhost_task *vhost_task_create(bool (*fn)(void *),
				     void (*handle_kill)(void *), void *arg,
				     const char *name)
{
	struct vhost_task *vtsk;
	struct task_struct *task;
	int ret;

	vtsk = kzalloc(sizeof(*vtsk), GFP_KERNEL_ACCOUNT);
	if (!vtsk)
		return ERR_PTR(-ENOMEM);
	vtsk->mm = get_task_mm(current);
	if (!vtsk->mm) {
		kfree(vtsk);
		return ERR_PTR(-EINVAL);
	}
	vtsk->fn = fn;
	vtsk->arg = arg;
	vtsk->cred = get_current_cred();
	vtsk->memcg = get_mem_cgroup_from_mm(vtsk->mm);

	task = kthread_create(vhost_task_thread, vtsk, "%s", name);
	if (IS_ERR(task)) {
		vhost_task_free(vtsk);
		return ERR_CAST(task);
	}
	vtsk->task = get_task_struct(task);

	ret = cgroup_attach_task_all(current, task);
	if (ret) {
		kthread_stop(task);
		vhost_task_free(vtsk);
		return ERR_PTR(ret);
	}
	return vtsk;
}

void vhost_task_start(struct vhost_task *vtsk)
{
	wake_up_process(vtsk->task);
}

void vhost_task_stop(struct vhost_task *vtsk)
{
	kthread_stop(vtsk->task);
	vhost_task_free(vtsk);
}

void vhost_task_wake(struct vhost_task *vtsk)
{
	wake_up_process(vtsk->task);
}
