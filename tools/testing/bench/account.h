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
 * struct account - what each task has used between two moments
 * @nr: number of @tasks
 * @tasks: those there are
 */
struct account {
	unsigned int nr;
	struct task {
		pid_t tid;
		enum role role;
		int fd;			/* of its schedstat */
		uint64_t ns;		/* of processor time */
		uint64_t switches;	/* times it was put on a processor */
	} tasks[ACCOUNT_TASKS];
};

/* What each role has used. */
struct usage {
	uint64_t ns[ROLES];
	uint64_t switches[ROLES];
};

/* Finds all tasks; slow. */
void account_open(struct account *account, const struct cell *cells,
		  unsigned int nr);
/* The first moment, and the second one; quick, so that both are moments. */
void account_start(struct account *account);
void account_stop(struct account *account);
/* Finds those that came later; what has been used in all. */
struct usage account_close(struct account *account, const struct cell *cells,
			   unsigned int nr);

/* Counts system calls by task, from now on; and what came of it. */
void syscalls_start(void);
void syscalls_count(const struct account *account, uint64_t counts[ROLES]);

/* Bytes of all objects that the kernel has allocated. */
uint64_t kernel_memory(void);

#endif /* ACCOUNT_H */
