// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_task for kernels before 6.4, made of a kernel thread.
 *
 * The thread does not pin the creator's memory: it takes a reference for one
 * round of work at a time. A notifier kills the thread when the memory goes, at
 * the exit or exec of the last task that uses it. A signal does the same to a
 * vhost_task.
 */
#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/memcontrol.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "base/compat_vhost_task.h"

/* Bits of vhost_task.flags */
#define VHOST_TASK_WOKEN	0	/* there may be work */
#define VHOST_TASK_KILLED	1	/* the memory is gone, or must go */

/* How the thread uses the creator's memory. */
enum vhost_task_use {
	VHOST_TASK_FREE,	/* the thread pins only the mm structure */
	VHOST_TASK_ROUND,	/* a round runs and uses the memory */
	VHOST_TASK_PUT,		/* the thread puts the mm, which may free it */
};

/* How long vhost_task_let_go_mm() waits for a round that uses the memory. */
#define VHOST_TASK_ROUND_WAIT	HZ

/**
 * struct vhost_task - a kernel thread in the creator's context
 * @fn: runs one round of work; returns false when there was no work
 * @handle_kill: called once when the thread is killed
 * @arg: argument of @fn and @handle_kill
 * @mm: the creator's memory; the thread holds a reference to the structure
 * @cred: the creator's credentials; the thread holds a reference
 * @memcg: the memcg that allocations are charged to; referenced, may be NULL
 * @task: the thread; referenced
 * @notifier: kills the thread when @mm goes
 * @flags: VHOST_TASK_*
 * @use: how the thread uses @mm; only the thread writes it
 * @used: wait queue for changes of @use
 */
struct vhost_task {
	bool (*fn)(void *arg);
	void (*handle_kill)(void *arg);
	void *arg;
	struct mm_struct *mm;
	const struct cred *cred;
	struct mem_cgroup *memcg;
	struct task_struct *task;
	struct mmu_notifier notifier;
	unsigned long flags;
	enum vhost_task_use use;
	wait_queue_head_t used;
};

static bool vhost_task_is_killed(const struct vhost_task *vtsk)
{
	return test_bit(VHOST_TASK_KILLED, &vtsk->flags);
}

static void vhost_task_set_use(struct vhost_task *vtsk, enum vhost_task_use use)
{
	WRITE_ONCE(vtsk->use, use);
	if (wq_has_sleeper(&vtsk->used))
		wake_up_all(&vtsk->used);
}

/* Return: false when the thread is killed or the memory is gone. */
static bool vhost_task_take_mm(struct vhost_task *vtsk)
{
	WRITE_ONCE(vtsk->use, VHOST_TASK_ROUND);
	/* (U): orders the write of ->use before the read of the killed bit */
	smp_mb();
	return !vhost_task_is_killed(vtsk) && mmget_not_zero(vtsk->mm);
}

/* Return: false when there was no work, or no memory to do the work with. */
static bool vhost_task_round(struct vhost_task *vtsk)
{
	bool worked;

	if (!vhost_task_take_mm(vtsk)) {
		vhost_task_set_use(vtsk, VHOST_TASK_FREE);
		return false;
	}
	kthread_use_mm(vtsk->mm);
	worked = vtsk->fn(vtsk->arg);
	__set_current_state(TASK_RUNNING);
	kthread_unuse_mm(vtsk->mm);
	vhost_task_set_use(vtsk, VHOST_TASK_PUT);
	mmput(vtsk->mm);
	vhost_task_set_use(vtsk, VHOST_TASK_FREE);
	return worked;
}

static void vhost_task_work(struct vhost_task *vtsk)
{
	while (!vhost_task_is_killed(vtsk) && !kthread_should_stop() &&
	       vhost_task_round(vtsk))
		cond_resched();
}

static void vhost_task_loop(struct vhost_task *vtsk)
{
	while (!vhost_task_is_killed(vtsk)) {
		/*
		 * (P), a full barrier: orders the task state before the work
		 * check.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		/*
		 * (P): orders the clear of the bit before the thread takes the
		 * work.
		 */
		if (test_and_clear_bit(VHOST_TASK_WOKEN, &vtsk->flags)) {
			__set_current_state(TASK_RUNNING);
			vhost_task_work(vtsk);
		} else if (!vhost_task_is_killed(vtsk)) {
			schedule();
		}
	}
	__set_current_state(TASK_RUNNING);
}

/* A killed thread does no more work and waits for vhost_task_stop(). */
static void vhost_task_end(struct vhost_task *vtsk)
{
	if (vhost_task_is_killed(vtsk)) {
		flush_signals(current);
		vtsk->handle_kill(vtsk->arg);
	}
	wait_event_idle(vtsk->used, kthread_should_stop());
}

static int vhost_task_thread(void *arg)
{
	struct vhost_task *vtsk = arg;
	struct mem_cgroup *old_memcg;
	const struct cred *old_cred;

	/* SIGKILL ends a wait for a page or in a lookup when the owner ends. */
	allow_kernel_signal(SIGKILL);
	old_cred = override_creds(vtsk->cred);
	old_memcg = set_active_memcg(vtsk->memcg);

	vhost_task_loop(vtsk);
	vhost_task_end(vtsk);

	set_active_memcg(old_memcg);
	revert_creds(old_cred);
	return 0;
}

static void vhost_task_kill(struct vhost_task *vtsk)
{
	set_bit(VHOST_TASK_KILLED, &vtsk->flags);
	send_sig(SIGKILL, vtsk->task, 1);
}

/* Runs in the task that ends the use of the memory; it must not block. */
static void vhost_task_mm_release(struct mmu_notifier *notifier,
				  struct mm_struct *mm)
{
	vhost_task_kill(container_of(notifier, struct vhost_task, notifier));
}

static const struct mmu_notifier_ops vhost_task_mm_ops = {
	.release = vhost_task_mm_release,
};

static void vhost_task_free(struct vhost_task *vtsk)
{
	if (vtsk->task)
		put_task_struct(vtsk->task);
	mem_cgroup_put(vtsk->memcg);
	put_cred(vtsk->cred);
	mmdrop(vtsk->mm);
	kfree(vtsk);
}

static struct vhost_task *vhost_task_alloc(void)
{
	struct vhost_task *vtsk = kzalloc(sizeof(*vtsk), GFP_KERNEL_ACCOUNT);

	if (!vtsk)
		return NULL;
	vtsk->mm = current->mm;
	mmgrab(vtsk->mm);
	vtsk->cred = get_current_cred();
	vtsk->memcg = get_mem_cgroup_from_mm(vtsk->mm);
	vtsk->notifier.ops = &vhost_task_mm_ops;
	init_waitqueue_head(&vtsk->used);
	return vtsk;
}

static int vhost_task_make(struct vhost_task *vtsk, const char *name)
{
	struct task_struct *task;
	int ret;

	task = kthread_create(vhost_task_thread, vtsk, "%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	vtsk->task = get_task_struct(task);
	ret = cgroup_attach_task_all(current, task);
	/*
	 * Registered last, because mmu_notifier_unregister() calls the
	 * notifier.
	 */
	ret = ret ?: mmu_notifier_register(&vtsk->notifier, vtsk->mm);
	if (ret)
		kthread_stop(task);
	/*
	 * Any signal interrupts the call, so the system call restarts, as fork
	 * does.
	 */
	return ret == -EINTR ? -ERESTARTNOINTR : ret;
}

/* The caller is the creator, a thread of a process. */
struct vhost_task *vhost_task_create(bool (*fn)(void *),
				     void (*handle_kill)(void *), void *arg,
				     const char *name)
{
	struct vhost_task *vtsk = vhost_task_alloc();
	int ret;

	if (!vtsk)
		return ERR_PTR(-ENOMEM);
	vtsk->fn = fn;
	vtsk->handle_kill = handle_kill;
	vtsk->arg = arg;
	ret = vhost_task_make(vtsk, name);
	if (ret) {
		vhost_task_free(vtsk);
		return ERR_PTR(ret);
	}
	return vtsk;
}

void vhost_task_start(struct vhost_task *vtsk)
{
	vhost_task_wake(vtsk);
}

void vhost_task_stop(struct vhost_task *vtsk)
{
	kthread_stop(vtsk->task);
	mmu_notifier_unregister(&vtsk->notifier, vtsk->mm);
	vhost_task_free(vtsk);
}

void vhost_task_wake(struct vhost_task *vtsk)
{
	/*
	 * (P): orders the queued work before the bit, and the bit before the
	 * wakeup.
	 */
	set_bit(VHOST_TASK_WOKEN, &vtsk->flags);
	wake_up_process(vtsk->task);
}

static bool vhost_task_uses_mm(struct vhost_task *vtsk)
{
	return READ_ONCE(vtsk->use) == VHOST_TASK_ROUND;
}

/**
 * vhost_task_let_go_mm() - end the thread's use of the creator's memory
 * @vtsk: the thread; it does no more work
 *
 * The kill ends a round that waits killably for a page, a lookup or another
 * process. If a process calls this function, it waits a limited time for any
 * other round. It also waits until the memory is free if the thread is the last
 * user of the memory. A kernel thread does not wait.
 */
void vhost_task_let_go_mm(struct vhost_task *vtsk)
{
	vhost_task_kill(vtsk);
	if (current->flags & PF_KTHREAD)
		return;
	/* (U): orders the kill before the read of ->use */
	smp_mb();
	wait_event_timeout(vtsk->used, !vhost_task_uses_mm(vtsk),
			   VHOST_TASK_ROUND_WAIT);
	wait_event(vtsk->used, READ_ONCE(vtsk->use) != VHOST_TASK_PUT);
}
