// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "deadline.h"
#include "watch.h"

/*
 * A call waits for one round of the worker at most, which is slow under
 * emulation.
 */
#define HANG_NS	60000000000ULL

struct watch *watch;
static __thread struct watch_slot *mine;

int watch_init(void)
{
	watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return watch == MAP_FAILED ? -errno : 0;
}

void watch_take(unsigned int i)
{
	mine = &watch->slot[i];
}

void watch_enter(unsigned long request)
{
	if (!mine)
		return;
	mine->request = request;
	mine->since = now_ns();
}

void watch_leave(void)
{
	if (mine)
		mine->since = 0;
}

void watch_reset(void)
{
	for (unsigned int i = 0; i < WATCH_SLOTS; i++)
		watch->slot[i].since = 0;
}

bool watch_hangs(void)
{
	uint64_t now = now_ns();

	for (unsigned int i = 0; i < WATCH_SLOTS; i++) {
		const struct watch_slot *slot = &watch->slot[i];
		uint64_t since = slot->since;

		if (!since || now < since || now - since < HANG_NS)
			continue;
		printf("# round %llu: request %#lx of thread %u hangs\n",
		       (unsigned long long)watch->round, slot->request, i);
		return true;
	}
	return false;
}

/* The counters: the structure except its header and the gauges. */
#define FIRST	(offsetof(struct vsock_bridge_stats, rx_queue_event_count) / 8)
#define LAST	(sizeof(struct vsock_bridge_stats) / 8)

void watch_count(const struct vsock_bridge_stats *stats)
{
	const uint64_t *from = (const uint64_t *)stats;
	uint64_t *to = (uint64_t *)&watch->sum;

	for (size_t i = FIRST; i < LAST; i++)
		to[i] += from[i];
}

#define NO_NAME(NAME, name, text)
#define NAME(NAME, name, text)						\
	{ #name, offsetof(struct vsock_bridge_stats, name) },

static const struct {
	const char *name;
	size_t offset;
} names[] = {
	VSOCK_BRIDGE_STATS(NO_NAME, NAME, NAME, NAME)
};

/* Prints what the rounds reached in the device. */
void watch_print(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t value;

		memcpy(&value, (const char *)&watch->sum + names[i].offset,
		       sizeof(value));
		printf("# %s %llu\n", names[i].name,
		       (unsigned long long)value);
	}
}
