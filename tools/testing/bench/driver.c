// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vhost.h>
#include <linux/vsock_bridge.h>

#include "driver.h"
#include "endpoint.h"
#include "vhost_user.h"

/*
 * As in Linux's driver: the largest packet, and the window that it keeps open.
 */
#define MAX_PACKET	65536U

/* ---- the device ---- */

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		die("opening %s: %s", path, strerror(errno));
	return fd;
}

static int open_vhost(const struct cell *cell)
{
	(void)cell;
	return open_device("/dev/vhost-vsock");
}

static int open_bridge(const struct cell *cell)
{
	struct vsock_bridge_limits limits = {
		.size = sizeof(limits),
		.max_connections = BENCH_MAX_CONNS + 16,
		.max_handshakes = BENCH_MAX_CONNS + 16,
	};
	struct vsock_bridge_uds uds = { .size = sizeof(uds) };
	int fd = open_device("/dev/vsock-bridge");
	char path[ENDPOINT_PATH];

	endpoint_path(cell, path);
	uds.path = (uintptr_t)path;
	uds.path_len = strlen(path);
	if (ioctl(fd, VSOCK_BRIDGE_SET_UDS, &uds))
		die("VSOCK_BRIDGE_SET_UDS %s: %s", path, strerror(errno));
	if (ioctl(fd, VSOCK_BRIDGE_SET_LIMITS, &limits))
		die("VSOCK_BRIDGE_SET_LIMITS: %s", strerror(errno));
	return fd;
}

/**
 * struct backend - how the driver sets up the device of a peer
 * @open: opens the device
 * @realize: binds the device to the guest and reads the offered features
 * @run: sets memory and rings, and starts the device
 */
struct backend {
	int (*open)(const struct cell *cell);
	int (*realize)(struct guest *g);
	int (*run)(struct guest *g);
};

static const struct backend vhost = { open_vhost, guest_realize, guest_run };

static const struct backend bridge = { open_bridge, guest_realize, guest_run };

static const struct backend vhost_user = {
	endpoint_start_device, vhost_user_realize, vhost_user_run,
};

static const struct backend *const backends[PEERS] = {
	[PEER_BRIDGE] = &bridge,
	[PEER_VHOST] = &vhost,
	[PEER_VHOST_SOCAT] = &vhost,
	[PEER_VHOST_SOCAT_64K] = &vhost,
	[PEER_VHOST_DEVICE] = &vhost_user,
};

/*
 * Uses one eventfd for the interrupts of both rings, so that the guest sleeps
 * in one read(). A real guest has an interrupt for each ring.
 */
static void share_call(struct guest *g)
{
	if (fcntl(g->rx.call, F_SETFL, 0) || dup2(g->rx.call, g->tx.call) < 0)
		die("sharing the call: %s", strerror(errno));
}

/*
 * Each TX buffer keeps its chain; only the payload's length changes. Without
 * indirect tables, a chain takes two descriptors of the ring.
 */
static void prepare_tx(struct driver *d)
{
	struct guest *g = &d->guest;
	unsigned int parts;

	d->indirect = g->cfg.features & g->offered &
		      1ULL << VIRTIO_RING_F_INDIRECT_DESC;
	parts = d->indirect ? 1 : 2;
	for (unsigned int i = 0; i < DRIVER_RING / parts; i++) {
		struct guest_buf *b = &g->tx_bufs[i];
		uint64_t gpa = guest_mem_gpa(&g->mem, b->hdr);
		int head = guest_ring_take(&g->tx, parts);

		b->head = head;
		d->tx[head] = b;
		d->tx_free[d->nr_free++] = head;
		b->table[0] = (struct vring_desc){
			.addr = htole64(gpa),
			.len = htole32(GUEST_HDR_SIZE),
			.flags = htole16(VRING_DESC_F_NEXT),
			.next = htole16(1),
		};
		b->table[1] = (struct vring_desc){
			.addr = htole64(gpa + GUEST_HDR_SIZE),
		};
		memset(b->data, 0x5a, d->cell->bench->size < DRIVER_PACKET ?
		       d->cell->bench->size : DRIVER_PACKET);
	}
}

static void set_polling(const struct driver *d)
{
	struct vhost_vring_state s = { .num = d->cell->bench->poll_us };

	if (s.num && ioctl(d->guest.fd, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &s))
		die("VHOST_SET_VRING_BUSYLOOP_TIMEOUT: %s", strerror(errno));
}

void driver_open(struct driver *d, struct cell *cell)
{
	const struct backend *backend = backends[cell->bench->peer];
	struct guest_config cfg = {
		.cid = CELL_CID(cell),
		.rx_num = DRIVER_RING,
		.tx_num = DRIVER_RING,
	};
	int err;

	memset(d, 0, sizeof(*d));
	d->cell = cell;
	cfg.fd = backend->open(cell);
	err = guest_open(&d->guest, &cfg);
	if (err)
		die("making a guest: %s", strerror(-err));
	share_call(&d->guest);
	err = backend->realize(&d->guest);
	if (err)
		die("setting up the device: %s", strerror(-err));
	set_polling(d);
	prepare_tx(d);
	err = backend->run(&d->guest);
	if (err)
		die("starting the device: %s", strerror(-err));
}

/* ---- connections ---- */

static struct flow **bucket(struct driver *d, uint32_t local, uint32_t peer)
{
	return &d->flows[(local * 31 + peer) % DRIVER_BUCKETS];
}

static struct flow *find(struct driver *d, uint32_t local, uint32_t peer)
{
	struct flow *flow = *bucket(d, local, peer);

	while (flow && (flow->local != local || flow->peer != peer))
		flow = flow->hash;
	return flow;
}

static struct flow *add(struct driver *d, uint32_t local, uint32_t peer)
{
	struct flow **head = bucket(d, local, peer);
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		die("no memory");
	flow->local = local;
	flow->peer = peer;
	flow->hash = *head;
	*head = flow;
	return flow;
}

void driver_forget(struct driver *d, struct flow *flow)
{
	struct flow **p = bucket(d, flow->local, flow->peer);

	while (*p != flow)
		p = &(*p)->hash;
	*p = flow->hash;
	if (flow->touched) {
		for (p = &d->touched; *p != flow; p = &(*p)->next_touched)
			;
		*p = flow->next_touched;
	}
	free(flow);
}

struct flow *driver_connect(struct driver *d, uint32_t local, uint32_t peer)
{
	struct flow *flow = add(d, local, peer);

	driver_send(d, flow, VIRTIO_VSOCK_OP_REQUEST, 0, 0);
	return flow;
}

struct flow *driver_touched(struct driver *d)
{
	struct flow *flow = d->touched;

	if (flow) {
		d->touched = flow->next_touched;
		flow->touched = false;
	}
	return flow;
}

static void touch(struct driver *d, struct flow *flow)
{
	if (flow->touched)
		return;
	flow->touched = true;
	flow->next_touched = d->touched;
	d->touched = flow;
}

/* ---- TX ---- */

static void kick(struct driver *d, struct guest_ring *ring)
{
	guest_ring_publish(ring);
	if (guest_ring_kick(ring))
		count(&d->cell->counters.kicks, 1);
}

static void reap(struct driver *d)
{
	struct guest_ring *ring = &d->guest.tx;
	uint16_t head;
	uint32_t len;
	int r;

	while ((r = guest_ring_used(ring, &head, &len)) > 0)
		d->tx_free[d->nr_free++] = head;
	if (r < 0)
		die("the device wrote a bad used element on the TX ring");
}

/* Writes a packet's descriptors. A packet without payload needs no table. */
static void describe(struct driver *d, uint16_t head, uint32_t len)
{
	struct guest_ring *ring = &d->guest.tx;
	struct guest_buf *b = d->tx[head];
	uint64_t gpa = le64toh(b->table[0].addr);

	if (!len) {
		guest_ring_write(ring, head, gpa, GUEST_HDR_SIZE, 0, 0);
	} else if (d->indirect) {
		b->table[1].len = htole32(len);
		guest_ring_write(ring, head,
				 guest_mem_gpa(&d->guest.mem, b->table),
				 2 * sizeof(*b->table), VRING_DESC_F_INDIRECT,
				 0);
	} else {
		guest_ring_write(ring, head, gpa, GUEST_HDR_SIZE,
				 VRING_DESC_F_NEXT, ring->next[head]);
		guest_ring_write(ring, ring->next[head], gpa + GUEST_HDR_SIZE,
				 len, 0, 0);
	}
}

void driver_send(struct driver *d, struct flow *flow, unsigned int op,
		 uint32_t flags, uint32_t len)
{
	struct guest_ring *ring = &d->guest.tx;
	uint16_t head = d->tx_free[--d->nr_free];
	struct guest_buf *b = d->tx[head];

	*b->hdr = (struct virtio_vsock_hdr){
		.src_cid = htole64(d->guest.cfg.cid),
		.dst_cid = htole64(GUEST_HOST_CID),
		.src_port = htole32(flow->local),
		.dst_port = htole32(flow->peer),
		.len = htole32(len),
		.type = htole16(VIRTIO_VSOCK_TYPE_STREAM),
		.op = htole16(op),
		.flags = htole32(flags),
		.buf_alloc = htole32(GUEST_BUF_ALLOC),
		.fwd_cnt = htole32(flow->fwd_cnt),
	};
	flow->reported = flow->fwd_cnt;
	flow->tx_cnt += len;
	describe(d, head, len);
	guest_ring_post(ring, head);
	count(&d->cell->counters.packets_to_host, 1);
	kick(d, ring);
}

bool driver_write(struct driver *d, struct flow *flow)
{
	while (flow->left && driver_has_room(d)) {
		uint32_t n = flow->left, credit = flow_credit(flow);

		n = n < MAX_PACKET ? n : MAX_PACKET;
		n = n < credit ? n : credit;
		if (!n)
			break;
		driver_send(d, flow, VIRTIO_VSOCK_OP_RW, 0, n);
		flow->left -= n;
	}
	return !flow->left;
}

/* ---- RX ---- */

static void receive(struct driver *d, const struct virtio_vsock_hdr *hdr)
{
	uint32_t local = le32toh(hdr->dst_port), peer = le32toh(hdr->src_port);
	unsigned int op = le16toh(hdr->op);
	struct flow *flow = find(d, local, peer);

	if (!flow && op == VIRTIO_VSOCK_OP_REQUEST && local == GUEST_PORT)
		flow = add(d, local, peer);
	if (!flow)
		return;
	flow->peer_alloc = le32toh(hdr->buf_alloc);
	flow->peer_fwd = le32toh(hdr->fwd_cnt);
	switch (op) {
	case VIRTIO_VSOCK_OP_RESPONSE:
		flow->open = true;
		break;
	case VIRTIO_VSOCK_OP_RW:
		flow->rx_cnt += le32toh(hdr->len);
		break;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		flow->shut |= le32toh(hdr->flags);
		break;
	case VIRTIO_VSOCK_OP_RST:
		flow->reset = true;
		break;
	}
	touch(d, flow);
}

static void refill(struct driver *d)
{
	struct guest_ring *ring = &d->guest.rx;

	if (d->nr_spare <= DRIVER_RING / 2)
		return;
	while (d->nr_spare) {
		uint16_t head = d->rx_spare[--d->nr_spare];

		memset(d->guest.rx_posted[head]->hdr, 0, GUEST_HDR_SIZE);
		guest_ring_post(ring, head);
	}
	kick(d, ring);
}

bool driver_poll(struct driver *d)
{
	struct guest *g = &d->guest;
	unsigned int n = 0;
	uint16_t head;
	uint32_t len;
	int r;

	reap(d);
	while ((r = guest_ring_used(&g->rx, &head, &len)) > 0) {
		receive(d, g->rx_posted[head]->hdr);
		d->rx_spare[d->nr_spare++] = head;
		n++;
	}
	if (r < 0)
		die("the device wrote a bad used element on the RX ring");
	refill(d);
	count(&d->cell->counters.packets_to_guest, n);
	return n;
}

uint32_t driver_read(struct driver *d, struct flow *flow)
{
	uint32_t all = 0, n, unseen;

	while ((n = flow_unread(flow))) {
		n = n < DRIVER_READ ? n : DRIVER_READ;
		flow->fwd_cnt += n;
		all += n;
		unseen = flow->fwd_cnt - flow->reported;
		if ((GUEST_BUF_ALLOC - unseen < MAX_PACKET ||
		     !flow_unread(flow)) && driver_has_room(d))
			driver_send(d, flow, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0,
				    0);
	}
	count(&d->cell->counters.to_guest, all);
	return all;
}

void driver_wait(struct driver *d)
{
	struct guest *g = &d->guest;
	uint64_t n;

	if (guest_ring_calls_on(&g->rx) & guest_ring_calls_on(&g->tx)) {
		if (read(g->rx.call, &n, sizeof(n)) != sizeof(n))
			die("waiting for a call: %s", strerror(errno));
		count(&d->cell->counters.calls, n);
	}
	guest_ring_calls_off(&g->rx);
	guest_ring_calls_off(&g->tx);
}
