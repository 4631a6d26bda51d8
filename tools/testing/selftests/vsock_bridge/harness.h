/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included by all test programs: the kselftest harness, and a test bed as a
 * fixture.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "kselftest_harness.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bed.h"

/* Seconds for one test; WAIT_MS bounds each wait in it. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 150

#define SKIP_WITHOUT(node) do {						\
	if (access(node, F_OK))						\
		SKIP(return, "no %s: is the module loaded?", node);	\
} while (0)

/* Is this user-mode Linux? There, kernel threads run as host processes. */
static inline bool in_user_mode_linux(void)
{
	char line[128];
	FILE *f = fopen("/proc/cpuinfo", "r");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, "User Mode Linux");
	if (f)
		fclose(f);
	return found;
}

/* For FIXTURE_SETUP and FIXTURE_TEARDOWN; @cfg may be NULL. */
#define BED_SETUP(bed, cfg) do {					\
	SKIP_WITHOUT(guest_device());					\
	ASSERT_EQ(0, bed_open(bed, cfg));				\
} while (0)

/* Every test also checks that the device violated no packet rule. */
#define BED_TEARDOWN(bed) do {						\
	EXPECT_STREQ("", (bed)->guest.error);				\
	bed_close(bed);							\
} while (0)

/* The fixture of most test programs. */
#define BED_FIXTURE(name)						\
FIXTURE(name)								\
{									\
	struct bed bed;							\
};									\
FIXTURE_SETUP(name)							\
{									\
	BED_SETUP(&self->bed, NULL);					\
}									\
FIXTURE_TEARDOWN(name)							\
{									\
	BED_TEARDOWN(&self->bed);					\
}

/* Expects the ioctl to fail with @error. */
#define ASSERT_IOCTL_FAILS(error, fd, request, arg) do {		\
	ASSERT_EQ(-1, ioctl(fd, request, arg));				\
	ASSERT_EQ(error, errno);					\
} while (0)

/*
 * Before 6.4 the worker is a kernel thread with its own pid, and it releases
 * the device some time after the exit of its owner was reported.
 */
static inline bool worker_is_a_thread_of_its_owner(void)
{
	int major = 0, minor = 0;
	struct utsname uts;

	uname(&uts);
	if (sscanf(uts.release, "%d.%d", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 4);
}

/*
 * The number of repetitions of a long test: @all only with VSOCK_BRIDGE_FULL.
 */
static inline unsigned int cycles(unsigned int few, unsigned int all)
{
	return getenv("VSOCK_BRIDGE_FULL") ? all : few;
}

#endif /* HARNESS_H */
