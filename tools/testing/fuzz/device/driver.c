// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's driver. It tracks its connections well enough to reach deep
 * states of the device, and then does what no driver would do.
 */
#include <endian.h>
#include <linux/virtio_vsock.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

#define FLOWS		16U
#define OPS		(VIRTIO_VSOCK_OP_CREDIT_REQUEST + 2U)
#define NEXT		VRING_DESC_F_NEXT
#define WRITE		VRING_DESC_F_WRITE
#define INDIRECT	VRING_DESC_F_INDIRECT

/**
 * struct flow - what the driver knows about a connection
 * @guest: its own port
 * @host: the host's port
 * @type: VIRTIO_VSOCK_TYPE_*
 * @fwd_cnt: bytes received
 * @open: RESPONSE was sent or received
 */
struct flow {
	uint32_t guest;
	uint32_t host;
	uint16_t type;
	uint32_t fwd_cnt;
	bool open;
};

/**
 * struct driver - the state of the driver
 * @flow: connections
 * @seen: used elements of RX that were processed
 */
struct driver {
	struct flow flow[FLOWS];
	uint16_t seen;
};

struct driver *driver_new(void)
{
	return calloc(1, sizeof(struct driver));
}

static uint16_t read16(struct world *w, uint32_t at)
{
	uint16_t v;

	world_read(w, at, &v, sizeof(v));
	return le16toh(v);
}

static void write16(struct world *w, uint32_t at, uint16_t v)
{
	v = htole16(v);
	world_write(w, at, &v, sizeof(v));
}

static void write_desc(struct world *w, uint32_t at, uint64_t addr,
		       uint32_t len, uint16_t flags, uint16_t next)
{
	struct vring_desc desc = {
		.addr = htole64(addr),
		.len = htole32(len),
		.flags = htole16(flags),
		.next = htole16(next),
	};

	world_write(w, at, &desc, sizeof(desc));
}

static void kick(struct world *w, unsigned int q)
{
	uint64_t one = 1;

	if (write(w->kick[q], &one, sizeof(one)) < 0)
		return;
}

static void make_available(struct world *w, unsigned int q, uint16_t head)
{
	uint32_t at = avail_at(q);
	uint16_t idx = read16(w, at + 2);

	write16(w, at + 4 + 2 * (idx & (w->num[q] - 1)), head);
	write16(w, at + 2, idx + 1);
}

/*
 * Is there room for a chain? Exceeding the ring breaks it, so the driver does
 * so only rarely.
 */
static bool has_room(struct world *w, struct rng *r, unsigned int q)
{
	uint16_t ahead = read16(w, avail_at(q) + 2) - read16(w, used_at(q) + 2);

	return ahead < (w->num[q] + 3) / 4 || world_wrong(w, r);
}

/* Chains use the table in turn: four entries for each chain in flight. */
static uint16_t next_head(struct world *w, unsigned int q, uint32_t entries)
{
	return read16(w, avail_at(q) + 2) * entries & (w->num[q] - 1);
}

static uint32_t any_len(struct rng *r)
{
	static const uint32_t lens[] = {
		0, 1, 43, 44, 45, 65536, 65537, 0xffff, 0x7fffffff, ~0U,
	};

	return rng_below(r, 2) ? RNG_PICK(r, lens) : rng_any(r);
}

/* Writes a descriptor that may be wrong in one or more fields. */
static void put_desc(struct world *w, struct rng *r, uint32_t at,
		     uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	if (world_wrong(w, r))
		addr = world_any_gpa(w, r);
	if (world_wrong(w, r))
		len = any_len(r);
	if (world_wrong(w, r))
		flags ^= 1 << rng_below(r, 5);
	if (world_wrong(w, r))
		next = rng_any(r);
	write_desc(w, at, addr, len, flags, next);
}

/* Writes a chain of @parts entries in the ring, or in a table at @table. */
static void put_chain(struct world *w, struct rng *r, unsigned int q,
		      uint32_t buf, uint32_t len, uint32_t table)
{
	uint16_t flags = q == TX ? 0 : WRITE;
	uint32_t parts = 1 + rng_below(r, 3), mask = w->num[q] - 1, i;
	bool indirect = rng_one_in(r, 3) &&
			w->features >> VIRTIO_RING_F_INDIRECT_DESC & 1;
	uint16_t head = next_head(w, q, 4);

	if (!has_room(w, r, q))
		return;
	if (parts > mask + 1)
		parts = 1;
	for (i = 0; i < parts; i++) {
		uint32_t part = i + 1 == parts ? len : len / (parts - i);
		uint16_t more = i + 1 < parts ? NEXT : 0;

		put_desc(w, r, indirect ? table + i * 16 :
			 desc_at(q, (head + i) & mask),
			 world_gpa(w, buf), part, flags | more,
			 indirect ? i + 1 : (head + i + 1) & mask);
		buf += part;
		len -= part;
	}
	if (indirect)
		put_desc(w, r, desc_at(q, head), world_gpa(w, table),
			 parts * 16, INDIRECT, 0);
	make_available(w, q, world_wrong(w, r) ? rng_any(r) : head);
}

/* headers */

static uint32_t any_credit(struct rng *r)
{
	static const uint32_t credits[] = {
		0, 1, 639, 640, 4096, 65536, 262144, 0x7fffffff, ~0U,
	};

	return RNG_PICK(r, credits);
}

static struct virtio_vsock_hdr make_hdr(struct world *w, struct rng *r,
					const struct flow *f, uint16_t op)
{
	struct virtio_vsock_hdr h = {
		.src_cid = htole64(world_wrong(w, r) ? rng_any(r) : w->cid),
		.dst_cid = htole64(world_wrong(w, r) ? rng_any(r) : 2),
		.src_port = htole32(world_wrong(w, r) ? rng_any(r) : f->guest),
		.dst_port = htole32(world_wrong(w, r) ? rng_any(r) : f->host),
		.type = htole16(world_wrong(w, r) ? rng_below(r, 4) : f->type),
		.op = htole16(world_wrong(w, r) ? rng_any(r) : op),
		.flags = htole32(rng_below(r, 2) ? rng_below(r, 4) :
				 rng_any(r)),
		.buf_alloc = htole32(rng_one_in(r, 8) || world_wrong(w, r) ?
				     any_credit(r) : 262144),
		.fwd_cnt = htole32(world_wrong(w, r) ? rng_any(r) :
				   f->fwd_cnt),
	};

	return h;
}

/* Sends one packet; the len in its header may be wrong. */
static void send_packet(struct world *w, struct rng *r, const struct flow *f,
			uint16_t op, uint32_t len)
{
	uint32_t slot = read16(w, avail_at(TX) + 2) % (NUM_MAX / 4);
	uint32_t at = TX_AT + slot * TX_SIZE;
	uint32_t buf = len > TX_SIZE - 0x200 ?
		       DATA_AT + rng_below(r, DATA_SIZE - 0x11000) : at + 0x180;
	struct virtio_vsock_hdr h = make_hdr(w, r, f, op);

	h.len = htole32(world_wrong(w, r) ? any_len(r) : len);
	world_write(w, buf, &h, sizeof(h));
	put_chain(w, r, TX, buf, sizeof(h) + len, at + TX_TABLE_AT);
}

static uint32_t payload_len(struct rng *r)
{
	static const uint32_t lens[] = { 0, 1, 10, 100, 4096, 30000, 65536 };

	return RNG_PICK(r, lens);
}

static void new_flow(struct world *w, struct rng *r, struct flow *f)
{
	*f = (struct flow){
		.guest = 1000 + rng_below(r, GUEST_PORTS),
		.host = PORT_FIRST + rng_below(r, PORTS + 1),
		.type = w->features >> VIRTIO_VSOCK_F_SEQPACKET & 1 ?
			1 + rng_below(r, 2) : 1,
	};
	send_packet(w, r, f, VIRTIO_VSOCK_OP_REQUEST, 0);
}

/* Mostly a valid operation; sometimes any operation in any state. */
static void use_flow(struct world *w, struct rng *r, struct flow *f)
{
	uint16_t op = VIRTIO_VSOCK_OP_RW;

	if (!f->guest || rng_one_in(r, 12)) {
		new_flow(w, r, f);
		return;
	}
	if (rng_one_in(r, 4))
		op = rng_below(r, OPS);
	send_packet(w, r, f, op, op == VIRTIO_VSOCK_OP_RW ? payload_len(r) : 0);
}

static struct flow *find_flow(struct driver *d, struct rng *r, uint32_t guest,
			      uint32_t host)
{
	for (unsigned int i = 0; i < FLOWS; i++)
		if (d->flow[i].guest == guest && d->flow[i].host == host)
			return &d->flow[i];
	return &d->flow[rng_below(r, FLOWS)];
}

/* Processes a packet from the device, and answers it, correctly or not. */
static void answer(struct driver *d, struct world *w, struct rng *r,
		   const struct virtio_vsock_hdr *h)
{
	struct flow *f = find_flow(d, r, le32toh(h->dst_port),
				   le32toh(h->src_port));

	switch (le16toh(h->op)) {
	case VIRTIO_VSOCK_OP_REQUEST:
		*f = (struct flow){
			.guest = le32toh(h->dst_port),
			.host = le32toh(h->src_port),
			.type = le16toh(h->type),
			.open = true,
		};
		send_packet(w, r, f, rng_one_in(r, 6) ? rng_below(r, OPS) :
			    VIRTIO_VSOCK_OP_RESPONSE, 0);
		break;
	case VIRTIO_VSOCK_OP_RESPONSE:
		f->open = true;
		break;
	case VIRTIO_VSOCK_OP_RW:
		f->fwd_cnt += le32toh(h->len);
		if (rng_below(r, 2))
			send_packet(w, r, f, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
		break;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		if (rng_below(r, 3))
			send_packet(w, r, f, VIRTIO_VSOCK_OP_RST, 0);
		break;
	case VIRTIO_VSOCK_OP_RST:
		f->guest = 0;
		break;
	}
}

/* The address of an RX chain's header: the driver uses its slots in turn. */
static uint32_t rx_slot(uint16_t idx)
{
	return RX_AT + idx % NUM_MAX * RX_SIZE;
}

static void post_rx(struct world *w, struct rng *r)
{
	uint16_t idx = read16(w, avail_at(RX) + 2);
	uint32_t at = rx_slot(idx);

	put_chain(w, r, RX, at, rng_one_in(r, 8) ? rng_below(r, RX_SIZE) :
		  RX_SIZE - 0x100, at + RX_SIZE - 0x100);
}

static void receive(struct driver *d, struct world *w, struct rng *r)
{
	uint16_t idx = read16(w, used_at(RX) + 2);
	struct virtio_vsock_hdr h;
	unsigned int budget = 32;

	if ((uint16_t)(idx - d->seen) > NUM_MAX)
		d->seen = idx - 1;
	for (; d->seen != idx && budget--; d->seen++) {
		/*
		 * chains are used in order, so the n-th chain is in the n-th
		 * slot
		 */
		world_read(w, rx_slot(d->seen), &h, sizeof(h));
		world_trace(w, (uint64_t)h.op << 32 | h.dst_port);
		answer(d, w, r, &h);
		post_rx(w, r);
	}
	kick(w, RX);
	kick(w, TX);
}

/* Exceeds the credit: the device must reset this connection, and no other. */
static void overrun(struct driver *d, struct world *w, struct rng *r)
{
	struct flow *f = &d->flow[rng_below(r, FLOWS)];

	for (unsigned int i = 0; f->open && i < 16; i++)
		send_packet(w, r, f, VIRTIO_VSOCK_OP_RW, 65536);
	kick(w, TX);
}

static void flood(struct driver *d, struct world *w, struct rng *r)
{
	static const uint16_t ops[] = {
		VIRTIO_VSOCK_OP_REQUEST, VIRTIO_VSOCK_OP_RST,
		VIRTIO_VSOCK_OP_RW, VIRTIO_VSOCK_OP_CREDIT_REQUEST,
		VIRTIO_VSOCK_OP_SHUTDOWN,
	};
	uint16_t op = RNG_PICK(r, ops);
	struct flow f = d->flow[rng_below(r, FLOWS)];
	uint32_t n = w->num[TX] / 4;

	if (op != VIRTIO_VSOCK_OP_RW)
		f = (struct flow){
			.host = PORT_FIRST + rng_below(r, PORTS),
			.type = 1,
		};
	for (uint32_t i = 0; i < n; i++) {
		if (op != VIRTIO_VSOCK_OP_RW)
			f.guest = 2000 + rng_below(r, 20000);
		send_packet(w, r, &f, op, op == VIRTIO_VSOCK_OP_RW);
	}
	kick(w, TX);
}

static void post_event(struct world *w, struct rng *r)
{
	put_chain(w, r, EVENT, DATA_AT, rng_below(r, 8), DATA_AT + 0x100);
	kick(w, EVENT);
}

/* Writes loops, tables in tables, and a table that contains itself. */
static void knot(struct world *w, struct rng *r)
{
	unsigned int q = rng_below(r, 2);
	uint16_t flags = q == TX ? 0 : WRITE, head = next_head(w, q, 1);
	uint32_t mask = w->num[q] - 1, table = DATA_AT;

	switch (rng_below(r, 5)) {
	case 0:		/* a descriptor that links to itself */
		write_desc(w, desc_at(q, head), world_gpa(w, DATA_AT), 44,
			   flags | NEXT, head);
		break;
	case 1:		/* a loop over all entries */
		for (uint32_t i = 0; i <= mask; i++)
			write_desc(w, desc_at(q, i), world_gpa(w, DATA_AT), 1,
				   flags | NEXT, (i + 1) & mask);
		break;
	case 2:		/* a loop in a table, long or short */
		for (uint32_t i = 0; i < 64; i++)
			write_desc(w, table + i * 16, world_gpa(w, DATA_AT), 1,
				   flags | NEXT, (i + 1) % 64);
		write_desc(w, desc_at(q, head), world_gpa(w, table),
			   rng_below(r, 2) ? 64 * 16 : 1024 * 16, INDIRECT, 0);
		break;
	case 3:		/* a table that contains itself */
		write_desc(w, table, world_gpa(w, table), 16, INDIRECT, 0);
		write_desc(w, desc_at(q, head), world_gpa(w, table), 16,
			   INDIRECT, 0);
		break;
	case 4:		/* payload in the rings */
		write_desc(w, desc_at(q, head),
			   world_gpa(w, rng_below(r, 3 * RING_SIZE)),
			   any_len(r) % 0x8000, flags, 0);
		break;
	}
	make_available(w, q, head);
	kick(w, q);
}

/* Violates the ring format. */
static void jump(struct world *w, struct rng *r)
{
	unsigned int q = rng_below(r, QUEUES);
	uint32_t at = avail_at(q) + 2;

	switch (rng_below(r, 4)) {
	case 0:
		write16(w, at, read16(w, at) + w->num[q]);
		break;
	case 1:
		write16(w, at, rng_any(r));
		break;
	case 2:
		write16(w, used_at(q) + 2, rng_any(r));
		break;
	default:
		make_available(w, q, rng_any(r));
	}
	kick(w, q);
}

void driver_scribble(struct world *w, struct rng *r)
{
	static const uint32_t areas[][2] = {
		{ 0, 3 * RING_SIZE }, { RING_SIZE, 0x400 },
		{ RING_SIZE + AVAIL_AT, 0x40 }, { AVAIL_AT, 0x40 },
		{ TX_AT, 0x10000 }, { 0, ARENA_SIZE - 8 },
	};
	const uint32_t *area = RNG_PICK(r, areas);
	uint32_t at = area[0] + rng_below(r, area[1]);
	uint64_t old, bits = 1ULL << rng_below(r, 64);

	world_read(w, at, &old, sizeof(old));
	old = rng_below(r, 2) ? old ^ bits : rng_any(r);
	world_write(w, at, &old, 1U << rng_below(r, 4));
}

void driver_step(struct driver *d, struct world *w, struct rng *r)
{
	uint32_t n = 1 + rng_below(r, 8);

	switch (rng_below(r, 16)) {
	case 0 ... 4:
		while (n--)
			use_flow(w, r, &d->flow[rng_below(r, FLOWS)]);
		kick(w, TX);
		break;
	case 5 ... 9:
		receive(d, w, r);
		break;
	case 10:
	case 11:
		while (n--)
			post_rx(w, r);
		kick(w, RX);
		break;
	case 12:
		if (rng_one_in(r, 4))
			flood(d, w, r);
		else if (rng_one_in(r, 4))
			overrun(d, w, r);
		break;
	case 13:
		post_event(w, r);
		break;
	case 14:
		if (world_wrong(w, r))
			jump(w, r);
		else
			kick(w, rng_below(r, QUEUES));
		break;
	default:
		if (world_wrong(w, r))
			knot(w, r);
	}
}
