// SPDX-License-Identifier: GPL-2.0
/* The counters of a device. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "counters.h"
#include "diag.h"

#define COUNTER(kind, name)						\
	{ #name, COUNTER_##kind, offsetof(struct vsock_bridge_stats, name) },

#define GAUGE(NAME, name, text)	COUNTER(GAUGE, name)
#define COUNT(NAME, name, text)	COUNTER(COUNT, name)
#define END(NAME, name, text)	COUNTER(END, name)
#define ERROR(NAME, name, text)	COUNTER(ERROR, name)

const struct counter counters[] = {
	VSOCK_BRIDGE_STATS(GAUGE, COUNT, END, ERROR)
	{}
};

int counters_read(struct vsock_bridge_stats *stats, const struct device *device)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	if (!ioctl(device->fd, VSOCK_BRIDGE_GET_STATS, stats))
		return 0;
	if (errno == EIO)
		return 1;
	diag("cannot read the counters: %s: see dmesg(1)", strerror(errno));
	return -1;
}

__u64 counter_value(const struct counter *counter,
		    const struct vsock_bridge_stats *stats)
{
	return *(const __u64 *)((const char *)stats + counter->field);
}

__u64 counters_errors(const struct vsock_bridge_stats *stats)
{
	const struct counter *counter;
	__u64 sum = 0;

	for (counter = counters; counter->name; counter++)
		if (counter->kind == COUNTER_ERROR)
			sum += counter_value(counter, stats);
	return sum;
}
