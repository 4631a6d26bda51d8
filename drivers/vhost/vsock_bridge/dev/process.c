// SPDX-License-Identifier: GPL-2.0
/*
 * A process, as those are told who ask about its device.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "dev/process.h"

/* Return: the current process, or NULL when there is no memory. */
struct vsb_process *vsb_process_current(void)
{
	struct vsb_process *process = kmalloc(sizeof(*process),
					      GFP_KERNEL_ACCOUNT);

	if (!process)
		return NULL;
	process->cred = get_current_cred();
	process->pid = get_pid(task_tgid(current));
	get_task_comm(process->comm, current->group_leader);
	return process;
}

/* NULL is fine. */
void vsb_process_free(struct vsb_process *process)
{
	if (!process)
		return;
	put_pid(process->pid);
	put_cred(process->cred);
	kfree(process);
}

/* Is the current process of its user? */
bool vsb_process_is_of_user(const struct vsb_process *process)
{
	return uid_eq(process->cred->euid, current_euid());
}

/* Has the current process CAP_NET_ADMIN in its user namespace? */
bool vsb_process_is_ruled(const struct vsb_process *process)
{
	return ns_capable_noaudit(process->cred->user_ns, CAP_NET_ADMIN);
}

/* Its number as the current process knows it; 0 when it does not. */
u32 vsb_process_pid(const struct vsb_process *process)
{
	return pid_vnr(process->pid);
}

/* Its effective user, likewise; the overflow one where there is none. */
u32 vsb_process_uid(const struct vsb_process *process)
{
	return from_kuid_munged(current_user_ns(), process->cred->euid);
}
