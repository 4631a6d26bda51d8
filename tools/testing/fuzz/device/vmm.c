// SPDX-License-Identifier: GPL-2.0
/*
 * The VMM: it sets up the device correctly, and then issues every ioctl at any
 * time, with valid, nearly valid and random arguments, and takes guest memory
 * away.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_vsock.h>
#include <linux/vsock_bridge.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bed.h"
#include "watch.h"
#include "world.h"

#define REGIONS	8U

struct mem_table {
	uint32_t nregions;
	uint32_t padding;
	struct vhost_memory_region region[REGIONS];
};

/* Every call is supervised: a call that does not return is a failure. */
static int call(struct world *w, unsigned long request, const void *arg)
{
	int ret;

	watch_enter(request);
	ret = ioctl(w->device, request, arg) ? -errno : 0;
	watch_leave();
	world_trace(w, request ^ (uint32_t)ret);
	return ret;
}

static unsigned int any_queue(struct world *w, struct rng *r)
{
	return world_wrong(w, r) ? rng_any(r) : rng_below(r, QUEUES);
}

static int set_state(struct world *w, unsigned long request, unsigned int q,
		     unsigned int num)
{
	struct vhost_vring_state s = { .index = q, .num = num };

	return call(w, request, &s);
}

static int set_file(struct world *w, unsigned long request, unsigned int q,
		    int fd)
{
	struct vhost_vring_file f = { .index = q, .fd = fd };

	return call(w, request, &f);
}

static int set_addr(struct world *w, unsigned int q)
{
	struct vhost_vring_addr a = {
		.index = q,
		.desc_user_addr = (uintptr_t)w->arena + desc_at(q, 0),
		.avail_user_addr = (uintptr_t)w->arena + avail_at(q),
		.used_user_addr = (uintptr_t)w->arena + used_at(q),
	};

	return call(w, VHOST_SET_VRING_ADDR, &a);
}

static void set_region(struct mem_table *t, uint64_t gpa, uint64_t size,
		       uint64_t va)
{
	t->region[t->nregions++] = (struct vhost_memory_region){
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = va,
	};
}

static int set_mem(struct world *w, enum layout layout)
{
	uint64_t va = (uintptr_t)w->arena, half = ARENA_SIZE / 2;
	struct mem_table t = {};
	int err;

	switch (layout) {
	case LAYOUT_HALVES:
		set_region(&t, half, half, va);
		set_region(&t, 0, half, va + half);
		break;
	case LAYOUT_PAGES:
		set_region(&t, 0, PAGE, va);
		set_region(&t, PAGE, ARENA_SIZE - 3 * PAGE, va + PAGE);
		break;
	default:
		set_region(&t, 0, ARENA_SIZE, va);
	}
	err = call(w, VHOST_SET_MEM_TABLE, &t);
	if (!err)
		w->layout = layout;
	return err;
}

static uint64_t any_features(struct rng *r)
{
	uint64_t features = 1ULL << VIRTIO_F_VERSION_1;

	if (rng_below(r, 4))
		features |= 1ULL << VIRTIO_RING_F_INDIRECT_DESC;
	if (rng_below(r, 2))
		features |= 1ULL << VIRTIO_RING_F_EVENT_IDX;
	if (rng_below(r, 2))
		features |= 1ULL << VIRTIO_VSOCK_F_SEQPACKET;
	if (rng_one_in(r, 8))
		features |= 1ULL << VIRTIO_F_NOTIFY_ON_EMPTY;
	return features;
}

static int set_features(struct world *w, uint64_t features)
{
	int err = call(w, VHOST_SET_FEATURES, &features);

	if (!err)
		w->features = features;
	return err;
}

static int set_running(struct world *w, int running)
{
	return call(w, VHOST_VSOCK_SET_RUNNING, &running);
}

/* Starts a queue at @base, as a guest would, with all its settings. */
static int start_queue(struct world *w, struct rng *r, unsigned int q,
		       uint16_t base)
{
	static const uint8_t zeros[RING_SIZE];
	int err;

	w->num[q] = rng_below(r, 4) ? NUM_MAX : 1U << rng_below(r, 9);
	world_write(w, desc_at(q, 0), zeros, sizeof(zeros));
	world_write(w, avail_at(q) + 2, &base, sizeof(base));
	world_write(w, used_at(q) + 2, &base, sizeof(base));
	err = set_state(w, VHOST_SET_VRING_NUM, q, w->num[q]);
	err = err ?: set_state(w, VHOST_SET_VRING_BASE, q, base);
	err = err ?: set_addr(w, q);
	err = err ?: set_file(w, VHOST_SET_VRING_KICK, q, w->kick[q]);
	err = err ?: set_file(w, VHOST_SET_VRING_CALL, q, w->call[q]);
	return err ?: set_file(w, VHOST_SET_VRING_ERR, q, w->err[q]);
}

/*
 * Resets the guest. With a second thread each step may fail. Some VMMs serve
 * the event queue themselves.
 */
static int start(struct world *w, struct rng *r)
{
	unsigned int queues = rng_one_in(r, 3) ? EVENT : QUEUES;
	uint16_t base = rng_below(r, 3) ? 0 : rng_any(r);
	int err;

	set_running(w, 0);
	world_mend(w);
	err = set_features(w, any_features(r));
	err = err ?: set_mem(w, rng_below(r, LAYOUTS));
	for (unsigned int q = 0; q < queues && !err; q++)
		err = start_queue(w, r, q, base);
	return err ?: set_running(w, 1);
}

static int set_uds(struct world *w, const char *path,
		   struct vsock_bridge_uds uds)
{
	int err;

	watch_enter(VSOCK_BRIDGE_SET_UDS);
	err = bed_set_uds_with(w->device, path, uds);
	watch_leave();
	return err;
}

static int open_device(struct world *w)
{
	int fd = open(guest_device(), O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	w->device = fd;
	return 0;
}

/* Small limits are reached sooner, and short timeouts expire within a round. */
static void set_limits(struct world *w, struct rng *r)
{
	static const uint32_t timeouts[] = { 1, 10, 100, 2000 };
	struct vsock_bridge_limits l = {
		.size = sizeof(l),
		.max_connections = 1 + rng_below(r, 64),
		.max_handshakes = 1 + rng_below(r, 16),
		.buf_alloc = 4096 << rng_below(r, 8),
		.handshake_timeout_ms = RNG_PICK(r, timeouts),
		.connect_timeout_ms = RNG_PICK(r, timeouts),
		.shutdown_timeout_ms = RNG_PICK(r, timeouts),
		.max_buffered = 65536 << rng_below(r, 8),
		.host_port_min = 10000,
		.host_port_max = 10000 + rng_below(r, 64),
		/* random ports would differ in each run */
		.flags = !w->single && rng_below(r, 2),
		.flags_mask = 1,
	};

	if (world_wrong(w, r))
		((uint32_t *)&l)[rng_below(r, sizeof(l) / 4)] = rng_any(r);
	call(w, VSOCK_BRIDGE_SET_LIMITS, &l);
}

int vmm_begin(struct world *w, struct rng *r)
{
	int err = open_device(w);

	if (err)
		return err;
	world_come_first(w);
	call(w, VHOST_SET_OWNER, NULL);
	world_come_last(w);
	call(w, VHOST_VSOCK_SET_GUEST_CID, &(uint64_t){ w->cid });
	if (rng_below(r, 2))
		set_limits(w, r);
	err = set_uds(w, w->path, BED_UDS(.flags = rng_below(r, 2) ?
					  VSOCK_BRIDGE_UDS_SEQPACKET : 0));
	return err ?: start(w, r);
}

/* Sets the host end with other flags. */
static void change_uds(struct world *w, struct rng *r)
{
	static const uint32_t flags[] = {
		0, VSOCK_BRIDGE_UDS_SEQPACKET, VSOCK_BRIDGE_UDS_NO_LISTEN,
		VSOCK_BRIDGE_UDS_NO_CONNECT, VSOCK_BRIDGE_UDS_PREFIX,
		VSOCK_BRIDGE_UDS_MODE, VSOCK_BRIDGE_UDS_LISTEN_FD,
	};
	char path[112], other[120];

	snprintf(path, sizeof(path), "%s%s", rng_one_in(r, 4) ? "@" : "",
		 w->path);
	snprintf(other, sizeof(other), "%s_seqpacket", w->path);
	if (path[0] != '@') {
		unlink(path);
		unlink(other);
	}
	set_uds(w, path, BED_UDS(.flags = world_wrong(w, r) ? rng_any(r) :
				 RNG_PICK(r, flags),
				 .mode = rng_one_in(r, 8) ? 0600 : 0,
				 .fd = world_wrong(w, r) ? (int)rng_any(r) : 0));
}

static void set_port(struct world *w, struct rng *r)
{
	char path[112];
	struct vsock_bridge_port p = {
		.size = sizeof(p),
		.port = PORT_FIRST + rng_below(r, PORTS),
		.action = rng_below(r, 4),
		.flags = rng_one_in(r, 4) ? VSOCK_BRIDGE_PORT_OTHERS : 0,
	};

	snprintf(path, sizeof(path), "%s_%u", w->path,
		 PORT_FIRST + rng_below(r, PORTS));
	if (p.flags)
		p.port = 0;
	if (p.flags && rng_below(r, 2))
		p.action = VSOCK_BRIDGE_PORT_REMOVE;
	if (p.action == VSOCK_BRIDGE_PORT_CONNECT || world_wrong(w, r)) {
		p.path = (uintptr_t)path;
		p.path_len = strlen(path);
	}
	if (world_wrong(w, r))
		((uint32_t *)&p)[rng_below(r, sizeof(p) / 4)] = rng_any(r);
	call(w, VSOCK_BRIDGE_SET_PORT, &p);
}

static void set_device_state(struct world *w, struct rng *r)
{
	struct vsock_bridge_state s = {
		.size = sizeof(s),
		.flags = rng_below(r, 2),
		.last_host_port = rng_any(r),
	};

	s.event_buffers = s.flags ? 1 + rng_below(r, 4) : 0;
	if (rng_below(r, 2))
		call(w, VSOCK_BRIDGE_GET_STATE, &s);
	else
		call(w, VSOCK_BRIDGE_SET_STATE, &s);
}

static void send_event(struct world *w, struct rng *r)
{
	struct vsock_bridge_event e = { .size = sizeof(e) };

	if (world_wrong(w, r))
		e.event = rng_any(r);
	call(w, VSOCK_BRIDGE_SEND_EVENT, &e);
}

/* Sets ranges that overlap, wrap, are empty, or unmapped. */
static void wrong_mem(struct world *w, struct rng *r)
{
	struct mem_table t = {};
	uint32_t n = rng_below(r, REGIONS + 1);

	while (n--)
		set_region(&t, world_any_logged(r) & -(uint64_t)PAGE,
			   rng_below(r, 2) ? rng_below(r, ARENA_SIZE) :
			   rng_any(r), world_any_va(w, r));
	/* ranges that the device accepts must be in the arena, or unmapped */
	for (uint32_t i = 0; i < t.nregions; i++) {
		struct vhost_memory_region *m = &t.region[i];
		uint64_t offset = m->userspace_addr - (uintptr_t)w->arena;

		if (offset < ARENA_SIZE && m->memory_size > ARENA_SIZE - offset)
			m->memory_size = ARENA_SIZE - offset;
		else if (offset >= ARENA_SIZE &&
			 m->memory_size > PAGE)
			m->memory_size = PAGE;
	}
	if (world_wrong(w, r))
		t.nregions = rng_any(r);
	call(w, VHOST_SET_MEM_TABLE, &t);
}

static void wrong_addr(struct world *w, struct rng *r)
{
	struct vhost_vring_addr a = {
		.index = any_queue(w, r),
		.flags = rng_one_in(r, 4),
		.desc_user_addr = world_any_va(w, r),
		.avail_user_addr = world_any_va(w, r),
		.used_user_addr = world_any_va(w, r),
		.log_guest_addr = world_any_logged(r) & -4ULL,
	};

	call(w, VHOST_SET_VRING_ADDR, &a);
}

static void wrong_file(struct world *w, struct rng *r)
{
	static const unsigned long requests[] = {
		VHOST_SET_VRING_KICK, VHOST_SET_VRING_CALL,
		VHOST_SET_VRING_ERR,
	};
	const int files[] = {
		-1, w->kick[0], w->call[1], w->memfd, w->device, 9999,
		w->kick[rng_below(r, QUEUES)], w->call[rng_below(r, QUEUES)],
	};

	set_file(w, RNG_PICK(r, requests), any_queue(w, r),
		 RNG_PICK(r, files));
}

/* The log is in the arena as well: 2 MiB of memory need 64 bytes. */
static void log_something(struct world *w, struct rng *r)
{
	uint64_t base = rng_below(r, 2) ? world_any_va(w, r) :
			(uintptr_t)w->arena + ARENA_SIZE - PAGE;
	uint64_t features = w->features;

	switch (rng_below(r, 4)) {
	case 0:
		call(w, VHOST_SET_LOG_BASE, &base);
		break;
	case 1:
		call(w, VHOST_SET_LOG_FD, &w->call[RX]);
		break;
	default:
		set_features(w, features ^ 1ULL << VHOST_F_LOG_ALL);
	}
}

static void take_memory(struct world *w, struct rng *r)
{
	/* the rings, the guest's packets, its buffers */
	static const uint32_t areas[][2] = {
		{ 0, 3 * RING_SIZE }, { TX_AT, 0x10000 },
		{ DATA_AT, DATA_SIZE }, { RX_AT, NUM_MAX * RX_SIZE },
	};
	const uint32_t *area = areas[rng_below(r, 3 + rng_below(r, 2))];
	uint32_t page = (area[0] + rng_below(r, area[1])) / PAGE;
	uint32_t pages = 1 + rng_below(r, rng_below(r, 2) ? 2 : 16);
	uint8_t *at;

	if (page + pages > ARENA_SIZE / PAGE)
		pages = ARENA_SIZE / PAGE - page;
	at = w->arena + page * PAGE;
	switch (rng_below(r, 5)) {
	case 0:		/* munmap, but keep the addresses reserved */
		mmap(at, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		     MAP_FIXED | MAP_NORESERVE, -1, 0);
		break;
	case 1:
		mprotect(at, pages * PAGE, PROT_READ);
		break;
	case 2:		/* truncated: SIGBUS at an access */
		if (ftruncate(w->memfd, page * PAGE))
			abort();
		break;
	case 3:
		madvise(at, pages * PAGE, MADV_DONTNEED);
		break;
	default:
		world_mend(w);
	}
}

/* Issues any request, known or not, with any argument. */
static void noise(struct world *w, struct rng *r)
{
	static const unsigned long known[] = {
		VHOST_SET_OWNER, VHOST_RESET_OWNER, VHOST_GET_FEATURES,
		VHOST_SET_BACKEND_FEATURES, VHOST_GET_BACKEND_FEATURES,
		VHOST_SET_VRING_ENDIAN, VHOST_SET_VRING_BUSYLOOP_TIMEOUT,
		VHOST_GET_VRING_BUSYLOOP_TIMEOUT, VHOST_SET_LOG_FD,
		VHOST_SET_VRING_NUM, VHOST_SET_VRING_BASE,
		VHOST_GET_VRING_BASE, VHOST_VSOCK_SET_GUEST_CID,
		VSOCK_BRIDGE_GET_INFO, VSOCK_BRIDGE_SET_LIMITS,
		VSOCK_BRIDGE_GET_LIMITS, VSOCK_BRIDGE_GET_STATS,
		VSOCK_BRIDGE_SET_PORT, VSOCK_BRIDGE_SEND_EVENT,
		VSOCK_BRIDGE_GET_STATE, VSOCK_BRIDGE_SET_STATE,
	};
	/* the device writes up to sizeof(stats) to it */
	uint64_t arg[256];
	unsigned long request = rng_one_in(r, 6) ?
		_IO(VSOCK_BRIDGE_IOC_TYPE, rng_below(r, 64)) :
		RNG_PICK(r, known);

	/* their pointers could name memory of this process */
	if (request == VSOCK_BRIDGE_SET_UDS ||
	    request == VSOCK_BRIDGE_GET_CONNS)
		return;
	for (unsigned int i = 0; i < 256; i++)
		arg[i] = rng_below(r, 2) ? rng_any(r) : 0;
	if (rng_below(r, 2))
		arg[0] = rng_below(r, sizeof(arg)) |
			 (uint64_t)rng_below(r, 8) << 32;
	call(w, request, rng_one_in(r, 8) ?
	     (void *)(uintptr_t)world_any_va(w, r) : arg);
}

static void change_cid(struct world *w, struct rng *r)
{
	uint64_t cid = 3 + rng_below(r, 3);

	if (!call(w, VHOST_VSOCK_SET_GUEST_CID, &cid))
		w->cid = cid;
}

static void look(struct world *w)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };

	call(w, VSOCK_BRIDGE_GET_STATS, &stats);
}

/* Stops and restarts the guest, correctly or not. */
static void pause_guest(struct world *w, struct rng *r)
{
	set_running(w, 0);
	for (unsigned int q = 0; q < QUEUES; q++) {
		struct vhost_vring_state s = { .index = q };

		if (rng_below(r, 2))
			call(w, VHOST_GET_VRING_BASE, &s);
		if (world_wrong(w, r))
			set_state(w, VHOST_SET_VRING_BASE, q, rng_any(r));
	}
	if (rng_below(r, 8))
		set_running(w, 1);
}

void vmm_ioctl(struct world *w, struct rng *r)
{
	switch (rng_below(r, 12)) {
	case 0:
		change_uds(w, r);
		break;
	case 1:
		set_port(w, r);
		break;
	case 2:
		set_limits(w, r);
		break;
	case 3:
		set_device_state(w, r);
		break;
	case 4:
		send_event(w, r);
		break;
	case 5:
		wrong_file(w, r);
		break;
	case 6:
		log_something(w, r);
		break;
	case 7:
		pause_guest(w, r);
		break;
	case 8:
		change_cid(w, r);
		break;
	case 9:
		set_state(w, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, rng_below(r, 3),
			  rng_below(r, 2) ? rng_below(r, 200) : rng_any(r));
		break;
	case 10:
		noise(w, r);
		break;
	default:
		look(w);
	}
}

/* Breaks the configuration; used rarely. */
static void break_something(struct world *w, struct rng *r)
{
	switch (rng_below(r, 8)) {
	case 0:
		wrong_mem(w, r);
		break;
	case 1:
		wrong_addr(w, r);
		break;
	case 2:
		set_state(w, VHOST_SET_VRING_NUM, any_queue(w, r), rng_any(r));
		break;
	default:
		take_memory(w, r);
	}
}

/*
 * Opens another device in place of the old one, which is closed in any state.
 */
static void replace_device(struct world *w, struct rng *r)
{
	int old = w->device;

	watch_enter(0);
	close(old);
	watch_leave();
	unlink(w->path);
	vmm_begin(w, r);
}

void vmm_step(struct world *w, struct rng *r)
{
	switch (rng_below(r, 8)) {
	case 0:
		if (rng_one_in(r, 3))
			start(w, r);
		break;
	case 1:
		if (world_wrong(w, r))
			break_something(w, r);
		break;
	case 2:
		if (w->wrong && rng_one_in(r, 3))
			take_memory(w, r);
		break;
	case 3:
		if (rng_one_in(r, 32))
			replace_device(w, r);
		break;
	default:
		if (rng_below(r, 2))
			vmm_ioctl(w, r);
	}
}
