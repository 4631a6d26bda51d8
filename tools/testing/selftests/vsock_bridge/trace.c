// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace.h"

#define TRACEFS "/sys/kernel/tracing"

static int mount_tracefs(void)
{
	if (!access(TRACEFS "/instances", F_OK))
		return 0;
	return mount("tracefs", TRACEFS, "tracefs", 0, NULL) ? -errno : 0;
}

static int enable_events(const struct trace *trace)
{
	char path[160];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/events/vsock_bridge/enable",
		 trace->dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENODEV;
	if (write(fd, "1", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

int trace_open(struct trace *trace)
{
	int err = mount_tracefs();

	trace->dir[0] = 0;
	if (err)
		return err;
	snprintf(trace->dir, sizeof(trace->dir),
		 TRACEFS "/instances/vsock_bridge.%d", getpid());
	if (mkdir(trace->dir, 0700)) {
		trace->dir[0] = 0;
		return -errno;
	}
	err = enable_events(trace);
	if (err)
		trace_close(trace);
	return err;
}

/* Removing the instance disables its events. */
void trace_close(struct trace *trace)
{
	if (trace->dir[0])
		rmdir(trace->dir);
	trace->dir[0] = 0;
}

int trace_count(const struct trace *trace, const char *format, ...)
{
	char path[160], wanted[160], line[512];
	int count = 0;
	va_list args;
	FILE *file;
	size_t len;

	/* TASK-PID [CPU] FLAGS TIME: NAME: ARGUMENTS */
	strcpy(wanted, ": ");
	va_start(args, format);
	vsnprintf(wanted + 2, sizeof(wanted) - 2, format, args);
	va_end(args);
	len = strlen(wanted);

	snprintf(path, sizeof(path), "%s/trace", trace->dir);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		const char *found = strstr(line, wanted);

		count += found && isspace(found[len]);
	}
	fclose(file);
	return count;
}
