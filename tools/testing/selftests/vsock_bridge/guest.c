// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"

#define MAX_TX_BUFS	1024

const char *guest_device(void)
{
	return getenv("VSOCK_BRIDGE_DEVICE") ?: "/dev/vsock-bridge";
}

void guest_fail(struct guest *g, const char *format, ...)
{
	va_list args;

	if (g->error[0])
		return;
	va_start(args, format);
	vsnprintf(g->error, sizeof(g->error), format, args);
	va_end(args);
}

static void take_config(struct guest *g, const struct guest_config *cfg)
{
	if (cfg)
		g->cfg = *cfg;
	g->cfg.device = g->cfg.device ?: guest_device();
	g->cfg.cid = g->cfg.cid ?: 3;
	g->cfg.rx_num = g->cfg.rx_num ?: 128;
	g->cfg.tx_num = g->cfg.tx_num ?: 128;
	g->cfg.features = g->cfg.features ?: GUEST_FEATURES;
	g->cfg.rx_buf = g->cfg.rx_buf ?: GUEST_RX_BUF;
	g->cfg.tx_buf = g->cfg.tx_buf ?: GUEST_TX_BUF;
	g->cfg.event_buf = g->cfg.event_buf ?: sizeof(uint32_t);
}

static size_t buf_space(uint32_t size)
{
	return size + GUEST_MAX_PARTS * sizeof(struct vring_desc) + 128;
}

static struct guest_buf *alloc_bufs(struct guest *g, unsigned int n,
				    uint32_t size)
{
	struct guest_buf *bufs = calloc(n, sizeof(*bufs));

	for (unsigned int i = 0; bufs && i < n; i++) {
		struct guest_buf *b = &bufs[i];

		b->hdr = guest_mem_alloc(&g->mem, size, 64);
		b->table = guest_mem_alloc(&g->mem, GUEST_MAX_PARTS *
					   sizeof(*b->table), 16);
		if (!b->hdr || !b->table) {
			free(bufs);
			return NULL;
		}
		b->data = (uint8_t *)b->hdr + GUEST_HDR_SIZE;
		b->size = size;
	}
	return bufs;
}

static void free_tx_bufs(struct guest *g)
{
	g->tx_free = NULL;
	for (unsigned int i = 0; i < g->nr_tx; i++) {
		g->tx_bufs[i].next = g->tx_free;
		g->tx_free = &g->tx_bufs[i];
	}
}

/* Region 0 holds the rings, the buffers, and spare memory for tests. */
static int map_memory(struct guest *g)
{
	uint32_t tx_size = g->cfg.tx_buf + GUEST_HDR_SIZE;
	size_t size = guest_ring_size(g->cfg.rx_num) +
		      guest_ring_size(g->cfg.tx_num) +
		      guest_event_size(g) +
		      g->nr_rx * buf_space(g->cfg.rx_buf) +
		      g->nr_tx * buf_space(tx_size) + GUEST_REGION_SIZE;
	int err;

	size = (size + GUEST_REGION_SIZE - 1) & -(size_t)GUEST_REGION_SIZE;
	err = guest_mem_map(&g->mem, 0, size);
	err = err ?: guest_mem_map(&g->mem, size, GUEST_REGION_SIZE);
	return err ?: guest_mem_map(&g->mem, GUEST_HIGH_GPA,
				    GUEST_REGION_SIZE);
}

static int alloc_guest(struct guest *g)
{
	unsigned int rx_parts = guest_ring_parts(g->cfg.rx_layout,
						 g->cfg.rx_buf);
	int err;

	g->nr_rx = g->cfg.rx_num / rx_parts;
	g->nr_tx = g->cfg.tx_num < MAX_TX_BUFS ? g->cfg.tx_num : MAX_TX_BUFS;
	err = map_memory(g);
	err = err ?: guest_ring_init(&g->rx, &g->mem, 0, g->cfg.rx_num);
	err = err ?: guest_ring_init(&g->tx, &g->mem, 1, g->cfg.tx_num);
	err = err ?: guest_event_init(g);
	if (err)
		return err;
	g->rx_bufs = alloc_bufs(g, g->nr_rx, g->cfg.rx_buf);
	g->tx_bufs = alloc_bufs(g, g->nr_tx, g->cfg.tx_buf + GUEST_HDR_SIZE);
	g->rx_posted = calloc(g->cfg.rx_num, sizeof(*g->rx_posted));
	g->tx_posted = calloc(g->cfg.tx_num, sizeof(*g->tx_posted));
	if (!g->rx_bufs || !g->tx_bufs || !g->rx_posted || !g->tx_posted)
		return -ENOMEM;
	free_tx_bufs(g);
	return 0;
}

int guest_open(struct guest *g, const struct guest_config *cfg)
{
	int err;

	memset(g, 0, sizeof(*g));
	g->rx.kick = -1;
	g->rx.call = -1;
	g->rx.err = -1;
	g->tx.kick = -1;
	g->tx.call = -1;
	g->tx.err = -1;
	g->event.kick = -1;
	g->event.call = -1;
	g->event.err = -1;
	take_config(g, cfg);
	g->fd = g->cfg.fd;
	if (g->fd <= 0)
		g->fd = open(g->cfg.device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	err = g->fd < 0 ? -errno : alloc_guest(g);
	if (err)
		guest_close(g);
	return err;
}

int guest_reopen(struct guest *g)
{
	close(g->fd);
	g->fd = open(g->cfg.device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return g->fd < 0 ? -errno : 0;
}

void guest_close(struct guest *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
	guest_ring_fini(&g->rx);
	guest_ring_fini(&g->tx);
	guest_ring_fini(&g->event);
	free(g->rx_bufs);
	free(g->tx_bufs);
	free(g->rx_posted);
	free(g->tx_posted);
	g->rx_bufs = NULL;
	g->tx_bufs = NULL;
	g->rx_posted = NULL;
	g->tx_posted = NULL;
	guest_mem_unmap(&g->mem);
}

int guest_set_features(struct guest *g, uint64_t features)
{
	if (ioctl(g->fd, VHOST_SET_FEATURES, &features))
		return -errno;
	g->features = features;
	g->rx.event_idx = features >> VIRTIO_RING_F_EVENT_IDX & 1;
	g->tx.event_idx = g->rx.event_idx;
	g->event.event_idx = g->rx.event_idx;
	return 0;
}

int guest_set_cid(struct guest *g, uint64_t cid)
{
	return ioctl(g->fd, VHOST_VSOCK_SET_GUEST_CID, &cid) ? -errno : 0;
}

int guest_set_running(struct guest *g, int running)
{
	return ioctl(g->fd, VHOST_VSOCK_SET_RUNNING, &running) ? -errno : 0;
}

static int realize_ring(struct guest *g, struct guest_ring *ring)
{
	int err = guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_CALL,
				      ring->call);

	return err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_ERR,
					  ring->err);
}

int guest_realize(struct guest *g)
{
	int err;

	if (ioctl(g->fd, VHOST_SET_OWNER, NULL))
		return -errno;
	if (ioctl(g->fd, VHOST_GET_FEATURES, &g->offered))
		return -errno;
	err = realize_ring(g, &g->rx);
	err = err ?: realize_ring(g, &g->tx);
	if (g->cfg.event_num)
		err = err ?: realize_ring(g, &g->event);
	return err ?: guest_set_cid(g, g->cfg.cid);
}

static int run_ring(struct guest *g, struct guest_ring *ring)
{
	int err = guest_ring_set_num(ring, g->fd);

	err = err ?: guest_ring_set_base(ring, g->fd);
	err = err ?: guest_ring_set_addr(ring, g->fd);
	err = err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_KICK,
					 ring->kick);
	err = err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_CALL, -1);
	return err ?: guest_ring_set_file(ring, g->fd, VHOST_SET_VRING_CALL,
					  ring->call);
}

int guest_run(struct guest *g)
{
	uint64_t backend;
	int err;

	err = guest_set_features(g, g->cfg.features & g->offered);
	if (err)
		return err;
	if (!g->cfg.hold_rx)
		guest_fill_rx(g);
	if (g->cfg.event_num && !g->cfg.hold_event &&
	    !g->event.avail_idx)
		guest_event_fill(g);
	if (ioctl(g->fd, VHOST_GET_BACKEND_FEATURES, &backend))
		return -errno;
	if (ioctl(g->fd, VHOST_SET_BACKEND_FEATURES, &backend))
		return -errno;
	err = guest_mem_set_table(&g->mem, g->fd);
	err = err ?: run_ring(g, &g->rx);
	err = err ?: run_ring(g, &g->tx);
	if (g->cfg.event_num)
		err = err ?: run_ring(g, &g->event);
	return err ?: guest_set_running(g, 1);
}

int guest_stop(struct guest *g)
{
	int err = guest_set_running(g, 0);

	err = err ?: guest_ring_get_base(&g->rx, g->fd);
	err = err ?: guest_ring_get_base(&g->tx, g->fd);
	if (g->cfg.event_num)
		err = err ?: guest_ring_get_base(&g->event, g->fd);
	return err;
}

void guest_reset(struct guest *g)
{
	guest_ring_clear(&g->rx);
	guest_ring_clear(&g->tx);
	if (g->cfg.event_num)
		guest_ring_clear(&g->event);
	memset(g->rx_posted, 0, g->cfg.rx_num * sizeof(*g->rx_posted));
	memset(g->tx_posted, 0, g->cfg.tx_num * sizeof(*g->tx_posted));
	free_tx_bufs(g);
}

static bool ask_for_calls(struct guest *g)
{
	bool rx = guest_ring_calls_on(&g->rx);

	return guest_ring_calls_on(&g->tx) && rx;
}

int guest_wait(struct guest *g, int fd, short events, uint64_t deadline)
{
	struct pollfd p[] = {
		{ .fd = g->rx.call, .events = POLLIN },
		{ .fd = g->tx.call, .events = POLLIN },
		{ .fd = g->rx.err, .events = POLLIN },
		{ .fd = g->tx.err, .events = POLLIN },
		{ .fd = fd, .events = events },
	};
	int left = deadline_left(deadline);
	int n;

	if (!left)
		return -ETIMEDOUT;
	if (ask_for_calls(g)) {
		n = poll(p, sizeof(p) / sizeof(p[0]), left);
		if (n <= 0)
			return n ? -errno : -ETIMEDOUT;
	}
	guest_ring_drain_calls(&g->rx);
	guest_ring_drain_calls(&g->tx);
	guest_ring_calls_off(&g->rx);
	guest_ring_calls_off(&g->tx);
	return p[2].revents || p[3].revents ? -EPIPE : 0;
}

int guest_wait_raw(struct guest *g, struct guest_ring *ring, int head,
		   uint32_t *len, uint64_t deadline)
{
	struct guest_buf *b;
	int err = 0;

	while (!ring->done[head] && !err) {
		guest_tx_reap(g);
		if (ring == &g->rx) {
			b = guest_rx_get(g);
			if (b)
				guest_rx_put(g, b);
			guest_rx_flush(g);
		}
		if (!ring->done[head])
			err = guest_wait(g, -1, 0, deadline);
	}
	if (err)
		return err;
	*len = ring->len[head];
	guest_ring_release(ring, head);
	return 0;
}

int guest_wait_err(struct guest_ring *ring, uint64_t deadline)
{
	struct pollfd p = { .fd = ring->err, .events = POLLIN };
	uint64_t n;
	int r = poll(&p, 1, deadline_left(deadline));

	if (r <= 0)
		return r ? -errno : -ETIMEDOUT;
	return read(ring->err, &n, sizeof(n)) == sizeof(n) ? 0 : -EIO;
}
