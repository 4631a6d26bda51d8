/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Landlock, with which a process restricts itself. Defines the constants that
 * old kernel headers lack.
 */
#ifndef LANDLOCK_H
#define LANDLOCK_H

#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef LANDLOCK_ACCESS_FS_RESOLVE_UNIX
#define LANDLOCK_ACCESS_FS_RESOLVE_UNIX	(1ULL << 16)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET	(1ULL << 0)
#endif

/**
 * struct landlock_rights - the rights that a process gives up, for all objects
 * @fs: LANDLOCK_ACCESS_FS_*
 * @net: LANDLOCK_ACCESS_NET_*
 * @scoped: LANDLOCK_SCOPE_*
 *
 * The kernel's struct landlock_ruleset_attr, as of Linux 6.12.
 */
struct landlock_rights {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* Does the running kernel support these rights? */
bool landlock_knows(struct landlock_rights rights);
/* Restricts the calling thread for its lifetime. Returns 0 or -errno. */
int landlock_give_up(struct landlock_rights rights);

#endif /* LANDLOCK_H */
