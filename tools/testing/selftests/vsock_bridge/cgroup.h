/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cgroup (version 2) with the memory controller: who is in it is charged, and
 * may be limited.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdint.h>

/**
 * struct cgroup - a cgroup below the root
 * @path: its folder
 */
struct cgroup {
	char path[96];
};

/* -ENOENT where there is no hierarchy, or no memory controller in it. */
int cgroup_make(struct cgroup *cg);
/*
 * Waits until nobody is in it any more: before 6.4 a device has threads in it, which
 * end behind its last descriptor.
 */
int cgroup_remove(struct cgroup *cg);
/* Moves the calling process. */
int cgroup_enter(const struct cgroup *cg);
/* Back to the root. */
int cgroup_leave(void);

/* The number in a file; UINT64_MAX if it cannot be read. */
uint64_t cgroup_get(const struct cgroup *cg, const char *file);
/* The number behind @key in a file of several. */
uint64_t cgroup_get_key(const struct cgroup *cg, const char *file,
			const char *key);
int cgroup_set(const struct cgroup *cg, const char *file, uint64_t value);

#endif /* CGROUP_H */
