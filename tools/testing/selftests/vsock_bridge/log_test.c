// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty log has every page that the device has written, and no page that
 * the device does not use.
 *
 * The device writes used rings and RX buffers. The guest writes the headers of
 * RX buffers as well, but only of buffers that the device has used before.
 */
#include "harness.h"

#include <endian.h>
#include <pthread.h>
#include <sys/mman.h>

#include "guest_log.h"

#define EXTRA_MAX	4
#define CHAIN_MAX	3
#define SEED_ROUNDS	6

/* In a large used ring, soon in another page than the used index. */
#define START		500

/**
 * struct spot - a range of guest memory that the device may write
 * @gpa: guest-physical address
 * @size: bytes
 * @was: the content before
 */
struct spot {
	uint64_t gpa;
	size_t size;
	uint8_t *was;
};

/**
 * struct log_bed - a test bed with a connection and a log
 * @bed: the test bed
 * @pair: the connection
 * @log: the log
 * @spots: all ranges that the device may write
 * @nr_spots: number of @spots
 */
struct log_bed {
	struct bed bed;
	struct bed_pair pair;
	struct guest_log log;
	struct spot *spots;
	unsigned int nr_spots;
};

FIXTURE(log)
{
	struct log_bed lb;
};

FIXTURE_VARIANT(log)
{
	struct guest_config cfg;
};

#define VARIANT(name, ...)						\
FIXTURE_VARIANT_ADD(log, name)						\
{									\
	.cfg = { __VA_ARGS__ },						\
}

VARIANT(linear);
VARIANT(split, .rx_layout = GUEST_SPLIT);
VARIANT(scatter, .rx_layout = GUEST_SCATTER);
VARIANT(indirect, .rx_layout = GUEST_INDIRECT);
VARIANT(no_event_idx, .features = 1ULL << VIRTIO_F_VERSION_1);
VARIANT(large_rx_buffers, .rx_buf = 65536, .rx_num = 32);
VARIANT(large_rings, .rx_num = 1024, .tx_num = 1024);

static void add_spot(struct log_bed *lb, const void *va, size_t size)
{
	struct spot *s = &lb->spots[lb->nr_spots++];

	s->gpa = guest_mem_gpa(&lb->bed.guest.mem, va);
	s->size = size;
	s->was = malloc(size);
}

static void add_used(struct log_bed *lb, const struct guest_ring *ring)
{
	add_spot(lb, ring->vr.used, sizeof(*ring->vr.used) + 2 +
		 ring->vr.num * sizeof(ring->vr.used->ring[0]));
}

static void find_spots(struct log_bed *lb)
{
	struct guest *g = &lb->bed.guest;

	lb->spots = calloc(g->nr_rx + 2 + EXTRA_MAX, sizeof(*lb->spots));
	add_used(lb, &g->rx);
	add_used(lb, &g->tx);
	for (unsigned int i = 0; i < g->nr_rx; i++)
		add_spot(lb, g->rx_bufs[i].hdr, g->rx_bufs[i].size);
}

static int log_bed_open(struct log_bed *lb)
{
	int err = guest_log_open(&lb->log, &lb->bed.guest.mem);

	err = err ?: bed_host_pair(&lb->bed, &lb->pair, 80);
	if (!err)
		find_spots(lb);
	return err;
}

static void log_bed_close(struct log_bed *lb)
{
	close(lb->pair.fd);
	guest_log_close(&lb->log);
	for (unsigned int i = 0; i < lb->nr_spots; i++)
		free(lb->spots[i].was);
	free(lb->spots);
}

FIXTURE_SETUP(log)
{
	struct bed *bed = &self->lb.bed;

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, bed_prepare(bed, &variant->cfg));
	guest_ring_start_at(&bed->guest.rx, START);
	guest_ring_start_at(&bed->guest.tx, START);
	ASSERT_EQ(0, guest_realize(&bed->guest));
	ASSERT_EQ(0, guest_run(&bed->guest));
	ASSERT_EQ(0, log_bed_open(&self->lb));
}

FIXTURE_TEARDOWN(log)
{
	BED_TEARDOWN(&self->lb.bed);
	log_bed_close(&self->lb);
}

static uint8_t *va_of(struct log_bed *lb, const struct spot *s)
{
	return guest_mem_va(&lb->bed.guest.mem, s->gpa, s->size);
}

/* Stops the device, which then writes nothing until it is restarted. */
static void stop(struct __test_metadata *_metadata, struct log_bed *lb)
{
	ASSERT_EQ(0, guest_set_running(&lb->bed.guest, 0));
	guest_mux_poll(&lb->bed.mux);
}

/* Saves the content and clears the log. The guest holds no RX buffer. */
static void begin(struct __test_metadata *_metadata, struct log_bed *lb)
{
	stop(_metadata, lb);
	for (unsigned int i = 0; i < lb->nr_spots; i++)
		memcpy(lb->spots[i].was, va_of(lb, &lb->spots[i]),
		       lb->spots[i].size);
	guest_log_clear(&lb->log);
	ASSERT_EQ(0, guest_set_running(&lb->bed.guest, 1));
}

/* The number of bytes of a range in the page of byte @at. */
static size_t in_page(const struct spot *s, size_t at)
{
	size_t len = GUEST_LOG_PAGE - (s->gpa + at) % GUEST_LOG_PAGE;

	return len < s->size - at ? len : s->size - at;
}

/* Returns the number of changed pages; fails for each that the log lacks. */
static unsigned int check_spot(struct __test_metadata *_metadata,
			       struct log_bed *lb, const struct spot *s)
{
	const uint8_t *va = va_of(lb, s);
	unsigned int changed = 0;

	for (size_t at = 0; at < s->size; at += in_page(s, at)) {
		if (!memcmp(va + at, s->was + at, in_page(s, at)))
			continue;
		changed++;
		EXPECT_TRUE(guest_log_has(&lb->log, s->gpa + at)) {
			TH_LOG("0x%llx changed and is not in the log",
			       (unsigned long long)s->gpa + at);
		}
	}
	return changed;
}

static bool is_spot(struct log_bed *lb, uint64_t page)
{
	for (unsigned int i = 0; i < lb->nr_spots; i++) {
		const struct spot *s = &lb->spots[i];

		if (page >= s->gpa / GUEST_LOG_PAGE &&
		    page <= (s->gpa + s->size - 1) / GUEST_LOG_PAGE)
			return true;
	}
	return false;
}

/* Stops the device and checks the log. Returns the number of changed pages. */
static unsigned int check_log(struct __test_metadata *_metadata,
			      struct log_bed *lb)
{
	unsigned int changed = 0;

	stop(_metadata, lb);
	for (unsigned int i = 0; i < lb->nr_spots; i++)
		changed += check_spot(_metadata, lb, &lb->spots[i]);
	for (uint64_t page = 0; page < lb->log.size * 8; page++) {
		if (!guest_log_has(&lb->log, page * GUEST_LOG_PAGE))
			continue;
		EXPECT_TRUE(is_spot(lb, page)) {
			TH_LOG("page 0x%llx is in the log",
			       (unsigned long long)page);
		}
	}
	return changed;
}

static struct bed_flow flow_of(uint32_t seed)
{
	static const size_t sizes[SEED_ROUNDS] = {
		1, 100, 4000, 20000, 100000, 700000,
	};
	static const size_t chunks[] = { 0, 1000, 37, 4096, 3732 };

	return (struct bed_flow){
		.to_guest = sizes[seed % SEED_ROUNDS],
		.to_host = sizes[(seed + 3) % SEED_ROUNDS],
		.chunk = seed % SEED_ROUNDS < 4 ? chunks[seed % 5] : 0,
		.seed = seed,
	};
}

TEST_F(log, has_every_page_that_changed)
{
	struct log_bed *lb = &self->lb;

	ASSERT_EQ(0, guest_log_on(&lb->log, &lb->bed.guest));
	for (uint32_t seed = 1; seed <= SEED_ROUNDS; seed++) {
		struct bed_flow flow = flow_of(seed);

		begin(_metadata, lb);
		ASSERT_EQ(0, bed_move(&lb->bed, &lb->pair, &flow));
		/* at least both used rings and one buffer */
		EXPECT_LE(3, check_log(_metadata, lb));
		ASSERT_EQ(0, guest_set_running(&lb->bed.guest, 1));
	}
	EXPECT_EQ(0, BED_STAT(&lb->bed, vring_broken));
}

TEST_F(log, has_pages_of_control_packets)
{
	struct log_bed *lb = &self->lb;

	ASSERT_EQ(0, guest_log_on(&lb->log, &lb->bed.guest));
	begin(_metadata, lb);
	for (int i = 0; i < 20; i++)
		ASSERT_EQ(0, bed_fence(&lb->bed, &lb->pair));
	/* their buffers look unchanged, because the guest has reposted them */
	EXPECT_LE(2, check_log(_metadata, lb));
	EXPECT_LT(2, guest_log_count(&lb->log));
}

TEST_F(log, starts_and_stops_while_running)
{
	struct log_bed *lb = &self->lb;
	struct bed_flow flow = { .to_guest = 50000, .to_host = 50000 };

	for (uint32_t seed = 1; seed <= 5; seed++) {
		flow.seed = seed;
		ASSERT_EQ(0, guest_log_on(&lb->log, &lb->bed.guest));
		ASSERT_EQ(0, bed_move(&lb->bed, &lb->pair, &flow));
		/* more than all pages of both used rings */
		EXPECT_LT(6, guest_log_count(&lb->log));

		ASSERT_EQ(0, guest_log_off(&lb->log, &lb->bed.guest));
		guest_log_clear(&lb->log);
		ASSERT_EQ(0, bed_move(&lb->bed, &lb->pair, &flow));
		EXPECT_EQ(0, guest_log_count(&lb->log));
	}
}

/**
 * struct copier - a VMM that copies the running guest by the log
 * @lb: the guest; @was of its ranges is the copy
 * @done: the guest is stopped, so the next pass is the last
 * @pages: number of pages copied
 */
struct copier {
	struct log_bed *lb;
	bool done;
	unsigned int pages;
};

static void copy_page(struct copier *c, uint64_t page)
{
	uint64_t start = page * GUEST_LOG_PAGE, end = start + GUEST_LOG_PAGE;

	c->pages++;
	for (unsigned int i = 0; i < c->lb->nr_spots; i++) {
		struct spot *s = &c->lb->spots[i];
		uint64_t from = s->gpa > start ? s->gpa : start;
		uint64_t to = s->gpa + s->size < end ? s->gpa + s->size : end;

		if (from < to)
			memcpy(s->was + (from - s->gpa),
			       va_of(c->lb, s) + (from - s->gpa), to - from);
	}
}

static void *copy_by_log(void *arg)
{
	struct copier *c = arg;
	bool last;

	do {
		last = __atomic_load_n(&c->done, __ATOMIC_SEQ_CST);
		for (size_t w = 0; w < c->lb->log.size / 8; w++) {
			uint64_t bits = guest_log_take(&c->lb->log, w);

			for (; bits; bits &= bits - 1)
				copy_page(c, w * 64 + __builtin_ctzll(bits));
		}
	} while (!last);
	return NULL;
}

/* The log does not have what the guest's memset() wrote into RX headers. */
static bool is_same(struct log_bed *lb, unsigned int i)
{
	const struct spot *s = &lb->spots[i];
	size_t skip = i < 2 ? 0 : GUEST_HDR_SIZE;

	return !memcmp(va_of(lb, s) + skip, s->was + skip, s->size - skip);
}

TEST_F(log, log_driven_copy_matches_the_guest)
{
	struct log_bed *lb = &self->lb;
	struct copier copier = { .lb = lb };
	pthread_t thread;

	ASSERT_EQ(0, guest_log_on(&lb->log, &lb->bed.guest));
	begin(_metadata, lb);
	ASSERT_EQ(0, pthread_create(&thread, NULL, copy_by_log, &copier));
	for (uint32_t seed = 1; seed <= 2 * SEED_ROUNDS; seed++) {
		struct bed_flow flow = flow_of(seed);

		EXPECT_EQ(0, bed_move(&lb->bed, &lb->pair, &flow));
	}
	stop(_metadata, lb);
	__atomic_store_n(&copier.done, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	EXPECT_LT(3, copier.pages);
	for (unsigned int i = 0; i < lb->nr_spots; i++)
		EXPECT_TRUE(is_same(lb, i));
}

/* The following tests need buffers of one layout only. */
FIXTURE(odd_log)
{
	struct log_bed lb;
};

FIXTURE_SETUP(odd_log)
{
	BED_SETUP(&self->lb.bed, NULL);
	ASSERT_EQ(0, log_bed_open(&self->lb));
}

FIXTURE_TEARDOWN(odd_log)
{
	BED_TEARDOWN(&self->lb.bed);
	log_bed_close(&self->lb);
}

/* Leaves no RX buffers posted, and some descriptors free. */
static void use_up_rx(struct __test_metadata *_metadata, struct log_bed *lb)
{
	struct guest *g = &lb->bed.guest;
	struct guest_buf **held = calloc(g->nr_rx, sizeof(*held));

	ASSERT_EQ(0, bed_use_up_rx(&lb->bed, &lb->pair, held));
	for (int i = 0; i < CHAIN_MAX; i++) {
		g->rx_posted[held[i]->head] = NULL;
		guest_ring_release(&g->rx, held[i]->head);
	}
	free(held);
}

/* The host sends @len bytes into this chain. Returns its used length. */
static int receive(struct log_bed *lb, const struct vring_desc *desc,
		   unsigned int n, size_t len)
{
	struct guest *g = &lb->bed.guest;
	int head = guest_ring_raw(&g->rx, desc, n);
	char *data = malloc(len);
	uint32_t used;
	int err;

	bed_fill(data, 1, 0, len);
	guest_ring_kick(&g->rx);
	err = head < 0 ? head : uds_send(lb->pair.fd, data, len);
	err = err ?: guest_wait_raw(g, &g->rx, head, &used,
				    deadline_in(WAIT_MS));
	free(data);
	return err ?: (int)used;
}

static struct vring_desc part(uint64_t gpa, uint32_t len, int next)
{
	return (struct vring_desc){
		.addr = htole64(gpa),
		.len = htole32(len),
		.flags = htole16(VRING_DESC_F_WRITE |
				 (next ? VRING_DESC_F_NEXT : 0)),
		.next = next,
	};
}

/*
 * The chain has eight pages in three regions; the start writes the used rings.
 */
TEST_F(odd_log, has_each_page_of_a_chain_across_regions)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	struct guest_region *r = g->mem.regions;
	struct vring_desc desc[] = {
		part(r[1].gpa - 20, 64, 1),
		part(r[2].gpa + 4096 - 30, 100, 2),
		part(r[1].gpa + 0x5ff0, 0x2020, 0),
	};

	add_spot(lb, r[0].va + r[0].size - 20, 20);
	add_spot(lb, r[1].va, 44);
	add_spot(lb, r[2].va + 4096 - 30, 100);
	add_spot(lb, r[1].va + 0x5ff0, 0x2020);
	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	use_up_rx(_metadata, lb);
	begin(_metadata, lb);
	ASSERT_EQ(64 + 100 + 0x2020, receive(lb, desc, 3, 20 + 100 + 0x2020));
	EXPECT_EQ(8 + 1, check_log(_metadata, lb));
	EXPECT_EQ(8 + 2, guest_log_count(&lb->log));
}

/*
 * The device writes less than the chain holds; the log must not have the rest.
 */
TEST_F(odd_log, has_no_page_beyond_the_bytes_written)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	struct guest_region *r = g->mem.regions;
	struct vring_desc desc[] = {
		part(r[1].gpa, 100, 1),
		part(r[1].gpa + 0x10000, 0x30000, 0),
	};

	add_spot(lb, r[1].va, 100);
	/* one read of 64 KiB, with 56 bytes in the first part */
	add_spot(lb, r[1].va + 0x10000, 0x10000 - 56);
	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	use_up_rx(_metadata, lb);
	begin(_metadata, lb);
	ASSERT_LT(44, receive(lb, desc, 2, 1000));
	EXPECT_LE(3, check_log(_metadata, lb));
}

TEST_F(odd_log, has_pages_written_before_a_fault)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	struct guest_region *r = g->mem.regions;
	struct vring_desc desc[] = {
		part(r[1].gpa + 0x2000 - 50, 44 + 100, 1),
		part(r[2].gpa, 4096, 0),
	};

	ASSERT_EQ(0, mprotect(r[2].va, 4096, PROT_NONE));
	add_spot(lb, r[1].va + 0x2000 - 50, 44 + 100);
	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	use_up_rx(_metadata, lb);
	begin(_metadata, lb);
	ASSERT_EQ(0, receive(lb, desc, 2, 500));
	stop(_metadata, lb);
	EXPECT_EQ(2, check_spot(_metadata, lb, &lb->spots[lb->nr_spots - 1]));
	EXPECT_EQ(1, BED_STAT(&lb->bed, guest_memory));
}

static void unmap(struct __test_metadata *_metadata, struct log_bed *lb)
{
	ASSERT_EQ(0, mprotect(lb->log.map, lb->log.map_size, PROT_NONE));
}

TEST_F(odd_log, unmapped_log_breaks_the_rx_ring)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	char byte = 7;

	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	ASSERT_EQ(0, guest_ring_set_addr(&g->rx, g->fd));
	ASSERT_EQ(0, guest_ring_set_addr(&g->tx, g->fd));
	unmap(_metadata, lb);
	ASSERT_EQ(0, uds_send(lb->pair.fd, &byte, 1));
	ASSERT_EQ(0, guest_wait_err(&g->rx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&lb->bed, vring_broken, 1));
	/* the TX ring is not logged and keeps working */
	ASSERT_EQ(1, guest_conn_send(lb->pair.conn, "x", 1, 1));
	EXPECT_EQ(0, uds_recv(lb->pair.fd, &byte, 1));
	EXPECT_EQ('x', byte);
}

TEST_F(odd_log, unmapped_log_breaks_a_ring_with_a_logged_used_ring)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	char byte = 7;

	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	ASSERT_EQ(0, guest_set_features(g, g->cfg.features & g->offered));
	ASSERT_EQ(0, guest_ring_set_addr(&g->rx, g->fd));
	unmap(_metadata, lb);
	ASSERT_EQ(1, guest_conn_send(lb->pair.conn, "x", 1, 1));
	ASSERT_EQ(0, guest_wait_err(&g->tx, deadline_in(WAIT_MS)));
	EXPECT_EQ(1, BED_AWAIT_STAT(&lb->bed, vring_broken, 1));
	ASSERT_EQ(0, uds_send(lb->pair.fd, &byte, 1));
	EXPECT_TRUE(GUEST_UNTIL(&lb->bed.mux,
				guest_conn_unread(lb->pair.conn) == 1));
}

TEST_F(odd_log, unmapped_log_fails_the_start)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;

	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	stop(_metadata, lb);
	unmap(_metadata, lb);
	EXPECT_EQ(-EFAULT, guest_set_running(g, 1));
	ASSERT_EQ(0, guest_log_off(&lb->log, g));
	EXPECT_EQ(0, guest_set_running(g, 1));
	EXPECT_EQ(0, bed_echo(&lb->bed, &lb->pair));
}

TEST_F(odd_log, set_bits_signal_the_log_eventfd)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	uint64_t n;

	ASSERT_EQ(0, bed_echo(&lb->bed, &lb->pair));
	EXPECT_EQ(-1, read(lb->log.event, &n, sizeof(n)));
	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	ASSERT_EQ(0, bed_echo(&lb->bed, &lb->pair));
	EXPECT_EQ(0, uds_wait(lb->log.event, POLLIN));
	ASSERT_EQ(0, guest_log_off(&lb->log, g));
	ASSERT_EQ(sizeof(n), read(lb->log.event, &n, sizeof(n)));
	ASSERT_EQ(0, bed_echo(&lb->bed, &lb->pair));
	EXPECT_EQ(-1, read(lb->log.event, &n, sizeof(n)));
}

/* While running, a VMM may set log addresses and the base in any order. */
TEST_F(odd_log, log_without_a_base_is_not_written)
{
	struct log_bed *lb = &self->lb;
	struct guest *g = &lb->bed.guest;
	uint64_t none = 0;

	ASSERT_EQ(0, guest_log_on(&lb->log, g));
	ASSERT_EQ(0, ioctl(g->fd, VHOST_SET_LOG_BASE, &none));
	begin(_metadata, lb);
	EXPECT_EQ(0, bed_echo(&lb->bed, &lb->pair));
	EXPECT_EQ(0, guest_log_count(&lb->log));
	EXPECT_EQ(0, BED_STAT(&lb->bed, vring_broken));
}

TEST_HARNESS_MAIN
