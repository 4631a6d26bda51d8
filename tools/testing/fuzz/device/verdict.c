// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <glob.h>
#include <linux/vhost.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bed.h"
#include "verdict.h"
#include "watch.h"
#include "world.h"

/* Tolerance for objects that are allocated for good, or freed late. */
#define SLAB_SLACK	(128U * 1024)

static bool wrong(const struct world *w, const char *what, int err)
{
	printf("# round %llu: %s: %s\n", (unsigned long long)w->round, what,
	       err < 0 ? strerror(-err) : "");
	return false;
}

/* Moves bytes in both directions on connections from both sides. */
static int moves(struct bed *bed)
{
	struct bed_flow flow = {
		.to_host = 100000, .to_guest = 100000, .seed = 7,
	};
	struct bed_pair pair;
	int err = bed_works(bed);

	err = err ?: bed_guest_pair(bed, &pair, 81);
	if (err)
		return err;
	err = bed_move(bed, &pair, &flow);
	close(pair.fd);
	return err ?: bed->guest.error[0] ? -EPROTO : 0;
}

bool verdict_fresh(void)
{
	struct world none = {};
	struct bed bed;
	int err = bed_open(&bed, NULL);

	if (err)
		return wrong(&none, "a new device does not start", err);
	err = moves(&bed);
	bed_close(&bed);
	return err ? wrong(&none, "a new device does not work", err) : true;
}

/* Restores the settings of a new device. */
static int put_back(int fd)
{
	struct vsock_bridge_limits limits = {
		.size = sizeof(limits),
		.max_connections = VSOCK_BRIDGE_DEF_CONNECTIONS,
		.max_handshakes = VSOCK_BRIDGE_DEF_HANDSHAKES,
		.buf_alloc = VSOCK_BRIDGE_DEF_BUF_ALLOC,
		.handshake_timeout_ms = WAIT_MS,
		.connect_timeout_ms = WAIT_MS,
		.shutdown_timeout_ms = WAIT_MS,
		.host_port_min = VSOCK_BRIDGE_DEF_HOST_PORT_MIN,
		.host_port_max = VSOCK_BRIDGE_DEF_HOST_PORT_MAX,
		.max_buffered = VSOCK_BRIDGE_DEF_BUFFERED,
	};
	struct vsock_bridge_state state = { .size = sizeof(state) };
	struct vsock_bridge_port port = {
		.size = sizeof(port),
		.flags = VSOCK_BRIDGE_PORT_OTHERS,
		.action = VSOCK_BRIDGE_PORT_REMOVE,
	};

	if (ioctl(fd, VSOCK_BRIDGE_SET_LIMITS, &limits) ||
	    ioctl(fd, VSOCK_BRIDGE_SET_STATE, &state) ||
	    ioctl(fd, VSOCK_BRIDGE_SET_PORT, &port))
		return -errno;
	return 0;
}

/* Stops the device; changing the CID ends its connections. */
static int stop(int fd)
{
	int err = 0;

	if (ioctl(fd, VHOST_VSOCK_SET_RUNNING, &(int){ 0 }) ||
	    ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &(uint64_t){ 77 }))
		err = -errno;
	return err ?: put_back(fd);
}

static int set_files(struct guest *g, struct guest_ring *ring)
{
	int err = guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_CALL,
				      ring->call);

	return err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_ERR,
					  ring->err);
}

/* As guest_realize(), for a device that already has an owner. */
static int start(struct bed *bed)
{
	struct guest *g = &bed->guest;
	int err = set_files(g, &g->rx);

	err = err ?: set_files(g, &g->tx);
	err = err ?: guest_set_cid(g, g->cfg.cid);
	if (!err && ioctl(g->fd, VHOST_GET_FEATURES, &g->offered))
		err = -errno;
	return err ?: guest_run(g);
}

/* Waits until all gauges show an idle device. */
static bool is_empty(struct bed *bed)
{
	return !BED_AWAIT_STAT(bed, connections, 0) &&
	       !BED_AWAIT_STAT(bed, handshakes, 0) &&
	       !BED_AWAIT_STAT(bed, lingering, 0) &&
	       !BED_AWAIT_STAT(bed, connects_pending, 0) &&
	       !BED_AWAIT_STAT(bed, buffered_bytes, 0) &&
	       !BED_AWAIT_STAT(bed, rsts_pending, 0) &&
	       BED_AWAIT_STAT(bed, sockets, 1) == 1;
}

static bool works_again(struct world *w, struct bed *bed)
{
	int err = start(bed);

	if (err)
		return wrong(w, "the device does not restart", err);
	if (!is_empty(bed)) {
		struct vsock_bridge_stats s;

		bed_stats(bed->guest.fd, &s);
		printf("# connections %llu handshakes %llu lingering %llu connects %llu bytes %llu rsts %llu sockets %llu\n",
		       s.connections, s.handshakes, s.lingering,
		       s.connects_pending, s.buffered_bytes, s.rsts_pending,
		       s.sockets);
		return wrong(w, "connections or buffers are left over", 0);
	}
	err = moves(bed);
	return err ? wrong(w, "the device does not work after restart", err) : true;
}

static bool recovers(struct world *w)
{
	struct vsock_bridge_stats stats;
	struct guest_config cfg = { .fd = w->device, .event_num = 8 };
	struct bed bed;
	bool ok;
	int err;

	if (w->device < 0)
		return true;
	w->device = -1;
	if (!bed_stats(cfg.fd, &stats))
		watch_count(&stats);
	err = stop(cfg.fd);
	/* this closes the device if it fails */
	err = bed_prepare(&bed, &cfg) ?: err;
	if (err)
		return wrong(w, "the device cannot be reconfigured", err);
	ok = works_again(w, &bed);
	bed_close(&bed);
	watch->recovered += ok;
	return ok;
}

bool verdict_round(struct world *w)
{
	return recovers(w) && verdict_fresh();
}

/* leaks */

/* Counts the lines of a file that contain a word. */
static uint64_t count_lines(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	uint64_t n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += !!strstr(line, word);
	if (f)
		fclose(f);
	return n;
}

static uint64_t read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long long n = 0;

	if (f && fscanf(f, "%llu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

/* Frees empty slabs, so that only used objects are counted. */
static void shrink_slabs(void)
{
	glob_t g;

	if (glob("/sys/kernel/slab/kmalloc*/shrink", 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		FILE *f = fopen(g.gl_pathv[i], "w");

		if (f) {
			fputs("1", f);
			fclose(f);
		}
	}
	globfree(&g);
}

/* Returns the bytes of all objects allocated by kmalloc(). */
static uint64_t count_slabs(void)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	unsigned long long active, size;
	char line[256], name[64];
	uint64_t sum = 0;

	shrink_slabs();
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %llu %*u %llu", name, &active,
			   &size) == 3 && !strncmp(name, "kmalloc", 7))
			sum += active * size;
	if (f)
		fclose(f);
	return sum;
}

void verdict_take_stock(struct belongings *b)
{
	b->sockets = count_lines("/proc/net/unix", "");
	b->users = read_number("/sys/module/vsock_bridge/refcnt");
	b->areas = count_lines("/proc/vmallocinfo", "vsb_");
	b->slabs = count_slabs();
}

/* A work queue ends devices some time after their last descriptor is closed. */
bool verdict_nothing_left(const struct belongings *before)
{
	uint64_t deadline = deadline_in(WAIT_MS);
	struct belongings b;
	bool ok;

	do {
		verdict_take_stock(&b);
		ok = b.sockets <= before->sockets &&
		     b.users <= before->users && b.areas <= before->areas &&
		     b.slabs <= before->slabs + SLAB_SLACK;
	} while (!ok && deadline_left(deadline) && !usleep(100000));
	printf("# sockets %llu, users %llu, vmalloc areas %llu; kmalloc %lld KiB more\n",
	       (unsigned long long)b.sockets, (unsigned long long)b.users,
	       (unsigned long long)b.areas,
	       ((long long)b.slabs - (long long)before->slabs) / 1024);
	return ok;
}
