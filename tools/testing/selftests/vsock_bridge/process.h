/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Other processes: what a test has done by somebody else, who may be another
 * user, in another namespace, or about to be killed.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#define NOBODY 65534

/*
 * Runs @fn in a child, to its end: what it returns, a small number, an errno
 * value for instance. -EINTR when it ended in another way.
 */
int process_run(int (*fn)(void *arg), void *arg);

/**
 * struct process - a child that goes on until it is told to end
 * @pid: the child
 * @pipe: of bytes from it
 * @hold: closed by the parent when the child is to end
 */
struct process {
	pid_t pid;
	int pipe;
	int hold;
};

/*
 * Starts @fn in a child; returns when that has called process_ready(): what it
 * said there, or -errno.
 */
int process_start(struct process *p, void (*fn)(struct process *p, void *arg),
		  void *arg);
/* In the child: tells a small number, 0 when all is well. */
void process_ready(struct process *p, int result);
/* In the child: waits for its end. */
void process_wait(struct process *p);
/* In the parent: ends it; process_kill() by a signal, at once. */
void process_end(struct process *p);
void process_kill(struct process *p);
/*
 * The same for a child whose end may hang: true when it is gone in time, and all
 * of its threads with it.
 */
bool process_ends(struct process *p);
bool process_dies(struct process *p);

/* Becomes @uid for good, with no group but that, and no capability. */
int process_become(unsigned int uid);

/*
 * Whether that one of @folder is there and has this name: a process of /proc, or
 * a thread of /proc/PID/task.
 */
bool process_is_named(const char *folder, pid_t id, const char *name);
/* One of @folder by its name; 0 if there is none. */
pid_t process_find(const char *folder, const char *name);

/* Writes a text into a file of /proc or /sys: 0, or -errno. */
int process_write(const char *path, const char *text);

#endif /* PROCESS_H */
