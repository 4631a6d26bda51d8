// SPDX-License-Identifier: GPL-2.0
/*
 * A calm guest next to a busy one is not starved. The test counts how far the
 * busy guest gets during one step of the calm one, not how long the step takes:
 * with few processors, both share them.
 */
#include "harness.h"

#include <endian.h>
#include <sys/mman.h>

#include "process.h"

#define STORM_PORT	1024

/* The busy guest's device, and a connection through it. */
struct raging {
	struct bed bed;
	struct bed_pair pair;
};

/**
 * struct storm - what the busy guest does in a loop
 * @other: the calm guest's device, which it closes
 * @once: one iteration
 * @count: number of iterations, in shared memory
 */
struct storm {
	int other;
	int (*once)(struct raging *r);
	unsigned long *count;
};

FIXTURE(neighbour)
{
	struct bed bed;
	struct bed_pair pair;
	unsigned long *count;
};

FIXTURE_VARIANT(neighbour)
{
	int (*once)(struct raging *r);
};

FIXTURE_SETUP(neighbour)
{
	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, bed_host_pair(&self->bed, &self->pair, 80));
	self->count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->count);
}

FIXTURE_TEARDOWN(neighbour)
{
	close(self->pair.fd);
	BED_TEARDOWN(&self->bed);
}

static int set_up(struct storm *s, struct raging *r)
{
	int err;

	close(s->other);
	err = bed_open(&r->bed, &(struct guest_config){ .cid = 66 });
	return err ?: bed_host_pair(&r->bed, &r->pair, 80);
}

static void rage(struct process *p, void *arg)
{
	static struct raging r;
	struct storm *s = arg;
	struct pollfd end = { .fd = p->hold, .events = POLLIN };
	int err = set_up(s, &r);

	process_ready(p, err);
	while (!err && !poll(&end, 1, 0)) {
		err = s->once(&r);
		r.bed.mux.nr_strays = 0;
		__atomic_fetch_add(s->count, 1, __ATOMIC_RELAXED);
	}
	bed_close(&r.bed);
	_exit(err ? 1 : 0);
}

/* Sends 64 packets of 4 KiB to unknown flows, in one batch. */
static int send_strays(struct raging *r)
{
	static const char data[4096];
	struct guest *g = &r->bed.guest;
	int err = 0;

	for (unsigned int i = 0; i < 64 && !err; i++) {
		struct virtio_vsock_hdr h = guest_hdr(g, VIRTIO_VSOCK_OP_RW,
						      60000 + i, 99);

		h.len = htole32(sizeof(data));
		err = guest_send(g, &h, data, deadline_in(WAIT_MS));
	}
	guest_mux_poll(&r->bed.mux);
	return err;
}

/* Opens a connection from each side and sends a byte each way. */
static int connect_both_ways(struct raging *r)
{
	return bed_works(&r->bed);
}

static int move_bytes(struct raging *r)
{
	struct bed_flow flow = { .to_host = 65536, .to_guest = 65536 };

	return bed_move(&r->bed, &r->pair, &flow);
}

FIXTURE_VARIANT_ADD(neighbour, of_strays) { .once = send_strays };
FIXTURE_VARIANT_ADD(neighbour, of_connects) { .once = connect_both_ways };
FIXTURE_VARIANT_ADD(neighbour, of_bytes) { .once = move_bytes };

static unsigned long gone(const unsigned long *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static bool storm_begins(const unsigned long *count)
{
	uint64_t deadline = deadline_in(WAIT_MS);

	while (gone(count) < 3 && deadline_left(deadline))
		poll(NULL, 0, 1);
	return gone(count) >= 3;
}

/*
 * The busy guest must make progress, or the test proves nothing, and must not
 * get far ahead.
 */
TEST_F(neighbour, busy_guest_does_not_starve_another)
{
	enum { ECHOES = 300, AHEAD = 300 };
	struct storm s = {
		.other = self->bed.guest.fd, .once = variant->once,
		.count = self->count,
	};
	unsigned long before, most = 0, first;
	struct process p;

	ASSERT_EQ(0, process_start(&p, rage, &s));
	ASSERT_TRUE(storm_begins(self->count));
	first = gone(self->count);
	for (int i = 0; i < ECHOES; i++) {
		before = gone(self->count);
		ASSERT_EQ(0, bed_echo(&self->bed, &self->pair));
		before = gone(self->count) - before;
		most = before > most ? before : most;
	}
	TH_LOG("the busy guest did %lu iterations, at most %lu during one echo",
	       gone(self->count) - first, most);
	EXPECT_LT(0, gone(self->count) - first);
	EXPECT_GT(AHEAD, most);
	process_end(&p);
}

TEST_HARNESS_MAIN
