/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AppArmor, with which an administrator restricts a program. apparmor_parser
 * compiles its profiles.
 */
#ifndef APPARMOR_H
#define APPARMOR_H

#include <stdbool.h>

/* Is AppArmor enabled, and can this test load a profile? */
bool apparmor_is_on(void);
/*
 * Confines the calling thread: it may do everything except access files in
 * @folder. Returns 0 or -errno.
 */
int apparmor_lock_out(const char *folder);
/* Ends the confinement and removes the profile. */
void apparmor_let_in(void);

#endif /* APPARMOR_H */
