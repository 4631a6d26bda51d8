/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The warden starts a group of processes and outlives it: when its first one
 * has ended, or at the limit, the others end too.
 */
#ifndef WARDEN_H
#define WARDEN_H

/*
 * Calls @run in a process of its own, for @limit_s at most, and removes @dir
 * after all is over, unless it is NULL. The exit status.
 */
int warden_run(void (*run)(void *arg), void *arg, unsigned int limit_s,
	       const char *dir);

#endif /* WARDEN_H */
