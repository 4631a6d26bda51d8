/* SPDX-License-Identifier: GPL-2.0 */
/* The use of processors, system calls and kernel memory, by role. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "bench.h"

/* Who a task works for. */
enum role {
	ROLE_WORKER,	/* the device's kernel thread */
	ROLE_APP,	/* the host program */
	ROLE_GUEST,
	ROLE_RELAY,	/* a process between the device and the host program */
	ROLE_KERNEL,	/* kworkers and other kernel threads */
	ROLE_OTHER,	/* the coordinator, and the rest of the machine */
	ROLES
};

extern const char *const role_names[ROLES];

#define ACCOUNT_TASKS	4096

/**
 * struct account - what each task used between the two readings
 * @nr: number of @tasks
 * @tasks: all tasks that were found
 */
struct account {
	unsigned int nr;
	struct task {
		pid_t tid;
		enum role role;
		int fd;			/* its schedstat file */
		uint64_t ns;		/* processor time */
		uint64_t switches;	/* number of times it was scheduled */
	} tasks[ACCOUNT_TASKS];
};

/* What each role used. */
struct usage {
	uint64_t ns[ROLES];
	uint64_t switches[ROLES];
};

/* Finds all tasks. Slow. */
void account_open(struct account *account, const struct cell *cells,
		  unsigned int nr);
/*
 * The two readings. They are quick, so that all tasks are read at about one
 * time.
 */
void account_start(struct account *account);
void account_stop(struct account *account);
/* Finds the tasks that were started later. Returns the total. */
struct usage account_close(struct account *account, const struct cell *cells,
			   unsigned int nr);

/* Starts counting system calls by task, and returns the counts. */
void syscalls_start(void);
void syscalls_count(const struct account *account, uint64_t counts[ROLES]);

/* Returns the bytes of all objects that the kernel has allocated. */
uint64_t kernel_memory(void);

#endif /* ACCOUNT_H */
