/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cgroup (version 2) with the memory controller: its processes are charged
 * for memory and may be limited.
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

/* Returns -ENOENT without a cgroup hierarchy or without a memory controller. */
int cgroup_make(struct cgroup *cg);
/*
 * Waits until the cgroup is empty: before 6.4 a device has kernel threads in
 * it, which end after the last descriptor is closed.
 */
int cgroup_remove(struct cgroup *cg);
/* Moves the calling process into the cgroup. */
int cgroup_enter(const struct cgroup *cg);
/* Moves the calling process back to the root. */
int cgroup_leave(void);

/* Reads the number in a file; UINT64_MAX if it cannot be read. */
uint64_t cgroup_get(const struct cgroup *cg, const char *file);
/* Reads the number after @key in a file with several keys. */
uint64_t cgroup_get_key(const struct cgroup *cg, const char *file,
			const char *key);
int cgroup_set(const struct cgroup *cg, const char *file, uint64_t value);

#endif /* CGROUP_H */
