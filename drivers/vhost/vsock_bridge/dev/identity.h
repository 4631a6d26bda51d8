/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The identity of a process: the data that the device stores about the process
 * that opened it and about the process that owns it.
 */
#ifndef VSB_IDENTITY_H
#define VSB_IDENTITY_H

#include <linux/sched.h>
#include <linux/types.h>

struct cred;
struct pid;

/**
 * struct vsb_identity - the identity of a process; does not change
 * @cred: its credentials, with a reference
 * @pid: its process ID in every PID namespace, with a reference
 * @comm: its name, NUL-terminated
 */
struct vsb_identity {
	const struct cred *cred;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

struct vsb_identity *vsb_identity_of_current(void);
void vsb_identity_free(struct vsb_identity *id);
bool vsb_identity_has_my_user(const struct vsb_identity *id);
bool vsb_identity_is_under_my_admin(const struct vsb_identity *id);
u32 vsb_identity_pid(const struct vsb_identity *id);
u32 vsb_identity_uid(const struct vsb_identity *id);

#endif /* VSB_IDENTITY_H */
