/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Child processes: for actions as another user, in another namespace, or in a
 * process that the test kills.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#define NOBODY 65534

/*
 * Runs @fn in a child and returns its result, a small number such as an errno
 * value. Returns -EINTR if the child did not exit normally.
 */
int process_run(int (*fn)(void *arg), void *arg);

/**
 * struct process - a child that runs until the parent ends it
 * @pid: the child
 * @pipe: pipe from the child
 * @hold: the parent closes it to end the child
 */
struct process {
	pid_t pid;
	int pipe;
	int hold;
};

/*
 * Starts @fn in a child and returns when @fn calls process_ready(): its result,
 * or -errno.
 */
int process_start(struct process *p, void (*fn)(struct process *p, void *arg),
		  void *arg);
/* In the child: reports a small number to the parent, 0 for success. */
void process_ready(struct process *p, int result);
/* In the child: blocks until the parent ends it. */
void process_wait(struct process *p);
/* In the parent: ends the child; process_kill() with SIGKILL. */
void process_end(struct process *p);
void process_kill(struct process *p);
/*
 * The same for a child whose exit may hang. Returns true if the child and all
 * of its threads are gone in time.
 */
bool process_ends(struct process *p);
bool process_dies(struct process *p);

/*
 * Changes to user and group @uid for good, without other groups or
 * capabilities.
 */
int process_become(unsigned int uid);

/*
 * Does entry @id of @folder exist and have this name? The entry is a process in
 * /proc or a thread in /proc/PID/task.
 */
bool process_is_named(const char *folder, pid_t id, const char *name);
/* Finds an entry of @folder by its name; 0 if there is none. */
pid_t process_find(const char *folder, const char *name);

/* Writes text to a file in /proc or /sys. Returns 0 or -errno. */
int process_write(const char *path, const char *text);

#endif /* PROCESS_H */
