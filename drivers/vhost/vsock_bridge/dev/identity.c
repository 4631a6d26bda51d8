// SPDX-License-Identifier: GPL-2.0
/*
 * The identity of a process: the data that the device stores about the process
 * that opened it and about the process that owns it.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "dev/identity.h"

/* Return: the identity of the current process, or NULL without memory. */
struct vsb_identity *vsb_identity_of_current(void)
{
	struct vsb_identity *id = kmalloc(sizeof(*id), GFP_KERNEL_ACCOUNT);

	if (!id)
		return NULL;
	id->cred = get_current_cred();
	id->pid = get_pid(task_tgid(current));
	get_task_comm(id->comm, current->group_leader);
	return id;
}

/* @id may be NULL. */
void vsb_identity_free(struct vsb_identity *id)
{
	if (!id)
		return;
	put_pid(id->pid);
	put_cred(id->cred);
	kfree(id);
}

/* Does the current process run as the same effective user? */
bool vsb_identity_has_my_user(const struct vsb_identity *id)
{
	return uid_eq(id->cred->euid, current_euid());
}

/* Does the current process have CAP_NET_ADMIN in the user namespace of @id? */
bool vsb_identity_is_under_my_admin(const struct vsb_identity *id)
{
	return ns_capable_noaudit(id->cred->user_ns, CAP_NET_ADMIN);
}

/*
 * Return: the process ID in the current PID namespace; 0 if it has none there.
 */
u32 vsb_identity_pid(const struct vsb_identity *id)
{
	return pid_vnr(id->pid);
}

/*
 * Return: the effective user in the current user namespace; the overflow user
 * if it is not mapped there.
 */
u32 vsb_identity_uid(const struct vsb_identity *id)
{
	return from_kuid_munged(current_user_ns(), id->cred->euid);
}
