// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "deadline.h"
#include "process.h"

#define ROOT "/sys/fs/cgroup"

int cgroup_make(struct cgroup *cg)
{
	int err = process_write(ROOT "/cgroup.subtree_control", "+memory");

	if (err)
		return -ENOENT;
	strcpy(cg->path, ROOT "/vsock_bridge.XXXXXX");
	return mkdtemp(cg->path) ? 0 : -errno;
}

static void file_in(const struct cgroup *cg, const char *file, char path[160])
{
	snprintf(path, 160, "%s/%s", cg->path, file);
}

/* The kernel signals in cgroup.events that the last process has left. */
int cgroup_remove(struct cgroup *cg)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	struct pollfd events = { .events = POLLPRI };
	char path[160];
	int err = -EBUSY;

	file_in(cg, "cgroup.events", path);
	events.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (events.fd < 0)
		return -errno;
	do {
		/* a change after this read wakes the poll below */
		if (pread(events.fd, path, sizeof(path), 0) < 0)
			break;
		err = rmdir(cg->path) ? -errno : 0;
	} while (err == -EBUSY && deadline_left(deadline) &&
		 poll(&events, 1, deadline_left(deadline)) > 0);
	close(events.fd);
	return err;
}

int cgroup_enter(const struct cgroup *cg)
{
	char path[160];

	file_in(cg, "cgroup.procs", path);
	return process_write(path, "0");
}

int cgroup_leave(void)
{
	return process_write(ROOT "/cgroup.procs", "0");
}

uint64_t cgroup_get(const struct cgroup *cg, const char *file)
{
	return cgroup_get_key(cg, file, "");
}

/* A line is "KEY VALUE"; a file with one value has no key. */
uint64_t cgroup_get_key(const struct cgroup *cg, const char *file,
			const char *key)
{
	char path[160], line[160];
	uint64_t value = UINT64_MAX;
	size_t len = strlen(key);
	FILE *f;

	file_in(cg, file, path);
	f = fopen(path, "re");
	while (f && value == UINT64_MAX && fgets(line, sizeof(line), f)) {
		if (!len || (!strncmp(line, key, len) && line[len] == ' '))
			value = strtoull(line + len, NULL, 10);
	}
	if (f)
		fclose(f);
	return value;
}

int cgroup_set(const struct cgroup *cg, const char *file, uint64_t value)
{
	char path[160], text[24];

	file_in(cg, file, path);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return process_write(path, text);
}
