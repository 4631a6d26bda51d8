/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The supervisor starts a group of processes. When the first of them has ended,
 * or at the time limit, it kills the others.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

/*
 * Calls @run in a process of its own, for @limit_s at most. When the whole
 * group has ended, removes @dir unless it is NULL. Return: the exit status.
 */
int supervisor_run(void (*run)(void *arg), void *arg, unsigned int limit_s,
		   const char *dir);

#endif /* SUPERVISOR_H */
