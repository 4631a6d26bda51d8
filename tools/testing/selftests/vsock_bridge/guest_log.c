// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest_log.h"

static uint64_t pages_of(const struct guest_mem *mem)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < mem->nr; i++)
		if (mem->regions[i].gpa + mem->regions[i].size > end)
			end = mem->regions[i].gpa + mem->regions[i].size;
	return end / GUEST_LOG_PAGE;
}

int guest_log_open(struct guest_log *log, const struct guest_mem *mem)
{
	size_t page = sysconf(_SC_PAGESIZE);

	memset(log, 0, sizeof(*log));
	log->size = (pages_of(mem) + 63) / 64 * sizeof(uint64_t);
	log->map_size = (log->size + page - 1) & -page;
	log->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	log->map = mmap(NULL, log->map_size + page, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (log->event < 0 || log->map == MAP_FAILED)
		return -errno;
	if (mprotect(log->map, log->map_size, PROT_READ | PROT_WRITE))
		return -errno;
	log->bits = log->map + log->map_size - log->size;
	return 0;
}

void guest_log_close(struct guest_log *log)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (!log->bits)
		return;
	munmap(log->map, log->map_size + page);
	close(log->event);
	log->bits = NULL;
}

static int set_features(struct guest *g, bool log_all)
{
	uint64_t bit = 1ULL << VHOST_F_LOG_ALL;
	uint64_t features = g->cfg.features & g->offered & ~bit;

	return guest_set_features(g, features | (log_all ? bit : 0));
}

static int log_ring(const struct guest *g, const struct guest_ring *ring)
{
	return guest_ring_set_logged_addr(ring, g->fd,
					  guest_mem_gpa(&g->mem,
							ring->vr.used));
}

int guest_log_on(struct guest_log *log, struct guest *g)
{
	uint64_t base = (uintptr_t)log->bits;
	int err;

	if (ioctl(g->fd, VHOST_SET_LOG_FD, &log->event))
		return -errno;
	if (ioctl(g->fd, VHOST_SET_LOG_BASE, &base))
		return -errno;
	err = set_features(g, true);
	err = err ?: log_ring(g, &g->rx);
	err = err ?: log_ring(g, &g->tx);
	if (g->cfg.event_num)
		err = err ?: log_ring(g, &g->event);
	return err;
}

int guest_log_off(struct guest_log *log, struct guest *g)
{
	int none = -1;
	int err = set_features(g, false);

	(void)log;
	err = err ?: guest_ring_set_addr(&g->rx, g->fd);
	err = err ?: guest_ring_set_addr(&g->tx, g->fd);
	if (g->cfg.event_num)
		err = err ?: guest_ring_set_addr(&g->event, g->fd);
	if (err)
		return err;
	return ioctl(g->fd, VHOST_SET_LOG_FD, &none) ? -errno : 0;
}

bool guest_log_has(const struct guest_log *log, uint64_t gpa)
{
	uint64_t page = gpa / GUEST_LOG_PAGE;

	return page / 8 < log->size && log->bits[page / 8] >> page % 8 & 1;
}

uint64_t guest_log_take(struct guest_log *log, size_t word)
{
	return __atomic_exchange_n((uint64_t *)log->bits + word, 0,
				   __ATOMIC_SEQ_CST);
}

void guest_log_clear(struct guest_log *log)
{
	for (size_t i = 0; i < log->size / sizeof(uint64_t); i++)
		guest_log_take(log, i);
}

unsigned int guest_log_count(const struct guest_log *log)
{
	unsigned int n = 0;

	for (size_t i = 0; i < log->size; i++)
		n += __builtin_popcount(log->bits[i]);
	return n;
}
