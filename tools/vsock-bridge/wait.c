// SPDX-License-Identifier: GPL-2.0
/* Waiting: for a descriptor until a deadline, or for some time. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "wait.h"

unsigned long wait_deadline(unsigned long ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000 + ms;
}

/* Returns the time left, as poll() takes it. */
static int time_left(unsigned long deadline)
{
	unsigned long now = wait_deadline(0);

	if (deadline == WAIT_FOREVER)
		return -1;
	if (now >= deadline)
		return 0;
	return deadline - now < INT_MAX ? (int)(deadline - now) : INT_MAX;
}

bool poll_until(int fd, short events, unsigned long deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int found;

	do
		found = poll(&p, 1, time_left(deadline));
	while (found < 0 && errno == EINTR);
	return found > 0;
}

void wait_ms(unsigned long ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}
