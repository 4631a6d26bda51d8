/* SPDX-License-Identifier: GPL-2.0 */
/* Who has used how much: processors, system calls, and kernel memory. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "bench.h"

/* On whose behalf a task runs. */
enum role {
	ROLE_WORKER,	/* a device's thread in the kernel */
	ROLE_APP,	/* the program on the host */
	ROLE_GUEST,
	ROLE_RELAY,	/* a process between device and program */
	ROLE_KERNEL,	/* kworkers and the like */
	ROLE_OTHER,	/* nobody's: the coordinator, the rest of the machine */
	ROLES
};

extern const char *const role_names[ROLES];

#define ACCOUNT_TASKS	4096

/**
 * struct account - all tasks at one moment
 * @nr: number of @tasks
 * @tasks: those there are
 */
struct account {
	unsigned int nr;
	struct task {
		pid_t tid;
		enum role role;
		uint64_t ns;		/* of processor time */
		uint64_t switches;	/* times it was put on a processor */
	} tasks[ACCOUNT_TASKS];
};

/* What each role has used. */
struct usage {
	uint64_t ns[ROLES];
	uint64_t switches[ROLES];
};

void account_take(struct account *account, const struct cell *cells,
		  unsigned int nr);
struct usage account_between(const struct account *from,
			     const struct account *to);

/* Counts system calls by task, from now on; and what came of it. */
void syscalls_start(void);
void syscalls_count(const struct account *account, uint64_t counts[ROLES]);

/* Bytes of all objects that the kernel has allocated. */
uint64_t kernel_memory(void);

#endif /* ACCOUNT_H */
