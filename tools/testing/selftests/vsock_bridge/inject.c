// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inject.h"
#include "process.h"

#define DEBUGFS "/sys/kernel/debug/"

/*
 * Also fail allocations that may sleep, which most are, and single pages.
 * Without verbose=0, each failure logs a backtrace.
 */
int inject_prepare(void)
{
	static const char *const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[100];
	int err = 0;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s", settings[i][0]);
		err = err ?: process_write(path, settings[i][1]);
	}
	return err;
}

int inject_open(struct inject *inject, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", tid);
	inject->nth = open(path, O_RDWR | O_CLOEXEC);
	return inject->nth < 0 ? -errno : 0;
}

void inject_close(struct inject *inject)
{
	close(inject->nth);
	inject->nth = -1;
}

int inject_arm(struct inject *inject, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	return write(inject->nth, text, len) == len ? 0 : -errno;
}

/*
 * fail-nth reads as the number of fault points left, and as 0 once a point has
 * failed. If the calling thread is the target, this read and write are fault
 * points themselves: if either of them fails, none had failed before.
 */
bool inject_disarm(struct inject *inject)
{
	char text[16] = "";
	ssize_t n = pread(inject->nth, text, sizeof(text) - 1, 0);

	(void)!write(inject->nth, "0", 1);
	return n > 0 && atoi(text) == 0;
}
