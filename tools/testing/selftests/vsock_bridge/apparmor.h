/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AppArmor, by which an administrator takes rights from a program. Its profiles
 * are translated by apparmor_parser.
 */
#ifndef APPARMOR_H
#define APPARMOR_H

#include <stdbool.h>

/* Is it there, and in charge, and can it be told of a profile? */
bool apparmor_is_on(void);
/*
 * The calling thread may do everything from here on, but have anything to do with
 * files in @folder: 0, or -errno.
 */
int apparmor_lock_out(const char *folder);
/* May do that again, and the profile is gone. */
void apparmor_let_in(void);

#endif /* APPARMOR_H */
