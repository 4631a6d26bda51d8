/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process, as those are told who ask about its device.
 */
#ifndef VSB_PROCESS_H
#define VSB_PROCESS_H

#include <linux/sched.h>
#include <linux/types.h>

struct cred;
struct pid;

/**
 * struct vsb_process - who it was; does not change
 * @cred: its credentials; a reference is held
 * @pid: its number, in each namespace; likewise
 * @comm: its name, NUL-terminated
 */
struct vsb_process {
	const struct cred *cred;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

struct vsb_process *vsb_process_current(void);
void vsb_process_free(struct vsb_process *process);
bool vsb_process_is_of_user(const struct vsb_process *process);
bool vsb_process_is_ruled(const struct vsb_process *process);
u32 vsb_process_pid(const struct vsb_process *process);
u32 vsb_process_uid(const struct vsb_process *process);

#endif /* VSB_PROCESS_H */
