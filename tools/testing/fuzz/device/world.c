// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bed.h"
#include "world.h"

/* One of this many choices is wrong; rounds with few wrong ones get further. */
static const uint32_t wrongs[] = { 0, 200, 60, 20, 6, 2 };

static const uint32_t paces[] = { 0, 1, 5, 20, 60 };

static __thread sigjmp_buf fault;
static __thread volatile sig_atomic_t careful;

static void on_fault(int sig)
{
	if (careful)
		siglongjmp(fault, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

void world_catch_faults(void)
{
	struct sigaction action = {
		.sa_handler = on_fault,
		.sa_flags = SA_NODEFER,
	};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool copy(void *to, const void *from, size_t len)
{
	if (sigsetjmp(fault, 0)) {
		careful = 0;
		return false;
	}
	careful = 1;
	memcpy(to, from, len);
	careful = 0;
	return true;
}

bool world_write(struct world *w, uint32_t offset, const void *from,
		 size_t len)
{
	return offset <= ARENA_SIZE && len <= ARENA_SIZE - offset &&
	       copy(w->arena + offset, from, len);
}

bool world_read(struct world *w, uint32_t offset, void *to, size_t len)
{
	if (offset <= ARENA_SIZE && len <= ARENA_SIZE - offset &&
	    copy(to, w->arena + offset, len))
		return true;
	memset(to, 0, len);
	return false;
}

void world_mend(struct world *w)
{
	if (ftruncate(w->memfd, ARENA_SIZE) ||
	    mmap(w->arena, ARENA_SIZE, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, w->memfd, 0) == MAP_FAILED)
		abort();
}

uint64_t world_gpa(const struct world *w, uint32_t offset)
{
	return w->layout == LAYOUT_HALVES ?
	       (offset + ARENA_SIZE / 2) % ARENA_SIZE : offset;
}

uint64_t world_any_gpa(const struct world *w, struct rng *r)
{
	static const uint64_t edges[] = {
		0, ARENA_SIZE / 2, ARENA_SIZE, 1ULL << 32, 1ULL << 63, ~0ULL,
	};

	switch (rng_below(r, 4)) {
	case 0:
		return RNG_PICK(r, edges) - rng_below(r, 64);
	case 1:
		return rng_any(r);
	default:
		return world_gpa(w, rng_below(r, ARENA_SIZE));
	}
}

/* An address in the arena, or one that this process does not use. */
uint64_t world_any_va(const struct world *w, struct rng *r)
{
	static const uint64_t nowhere[] = {
		0, 8, (1ULL << 47) - PAGE, (1ULL << 47) - 8, 1ULL << 47,
		~0ULL - 7, 0xffff888000000000ULL, 1ULL << 63,
	};
	uint32_t offset = rng_below(r, ARENA_SIZE);

	if (rng_one_in(r, 4))
		return RNG_PICK(r, nowhere);
	if (rng_below(r, 4))
		offset &= ~7U;
	return (uintptr_t)w->arena + offset;
}

/*
 * 1 MiB of a log covers 32 GiB; the upper half of all addresses is out of
 * range.
 */
uint64_t world_any_logged(struct rng *r)
{
	uint64_t gpa = rng_any(r);

	return gpa >> 63 ? gpa : gpa & ((1ULL << 35) - 1);
}

void world_come_first(const struct world *w)
{
	struct sched_param none = {};
	cpu_set_t one;

	if (!w->single)
		return;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) ||
	    sched_setscheduler(0, SCHED_OTHER, &none))
		abort();
}

void world_come_last(const struct world *w)
{
	struct sched_param none = {};

	if (w->single && sched_setscheduler(0, SCHED_IDLE, &none))
		abort();
}

/*
 * The pages around the arena are inaccessible, so that an access past it
 * faults.
 */
static int map_arena(struct world *w)
{
	uint8_t *space;

	w->memfd = memfd_create("arena", MFD_CLOEXEC);
	if (w->memfd < 0)
		return -errno;
	space = mmap(NULL, 3 * ARENA_SIZE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED)
		return -errno;
	w->arena = space + ARENA_SIZE;
	world_mend(w);
	return 0;
}

static int make_eventfds(struct world *w)
{
	for (unsigned int q = 0; q < QUEUES; q++) {
		w->kick[q] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		w->call[q] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		w->err[q] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (w->kick[q] < 0 || w->call[q] < 0 || w->err[q] < 0)
			return -errno;
	}
	return 0;
}

int world_open(struct world *w, uint64_t seed, uint64_t round)
{
	struct rng r = rng_of(seed, round, ~0ULL, 0);
	int err;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->round = round;
	w->wrong = RNG_PICK(&r, wrongs);
	w->pace = RNG_PICK(&r, paces);
	w->device = -1;
	w->cid = 3;
	for (unsigned int q = 0; q < QUEUES; q++)
		w->num[q] = NUM_MAX;
	strcpy(w->dir, "/tmp/device_fuzz.XXXXXX");
	if (!mkdtemp(w->dir))
		return -errno;
	snprintf(w->path, sizeof(w->path), "%s/v", w->dir);
	err = map_arena(w);
	return err ? err : make_eventfds(w);
}

void world_close(struct world *w)
{
	if (w->device >= 0)
		close(w->device);
	for (unsigned int q = 0; q < QUEUES; q++) {
		close(w->kick[q]);
		close(w->call[q]);
		close(w->err[q]);
	}
	munmap(w->arena - ARENA_SIZE, 3 * ARENA_SIZE);
	close(w->memfd);
	bed_remove_dir(w->dir);
}
