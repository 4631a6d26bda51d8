// SPDX-License-Identifier: GPL-2.0
/* Packets: their layout in descriptors, sending and receiving. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "guest.h"

/* Part sizes of GUEST_SCATTER, chosen to match no alignment. */
#define SCATTER_HDR	20
#define SCATTER_PIECE	4093
_Static_assert((GUEST_TX_BUF + SCATTER_PIECE - 1) / SCATTER_PIECE + 2 <=
	       GUEST_MAX_PARTS, "the largest packet has too many parts");

/* The number of ring descriptors that a packet of @size bytes takes. */
unsigned int guest_ring_parts(enum guest_layout layout, uint32_t size)
{
	uint32_t data = size - GUEST_HDR_SIZE;

	switch (layout) {
	case GUEST_SPLIT:
		return data ? 2 : 1;
	case GUEST_SCATTER:
		return 2 + (data + SCATTER_PIECE - 1) / SCATTER_PIECE;
	default:
		return 1;
	}
}

/* Cuts @size bytes into parts and returns their number. */
static unsigned int cut(enum guest_layout layout, uint32_t size,
			uint32_t parts[GUEST_MAX_PARTS])
{
	unsigned int n = 0;
	uint32_t left = size;

	switch (layout) {
	case GUEST_LINEAR:
		parts[n++] = size;
		return n;
	case GUEST_SPLIT:
		parts[n++] = GUEST_HDR_SIZE;
		left -= GUEST_HDR_SIZE;
		if (left)
			parts[n++] = left;
		return n;
	default:
		parts[n++] = SCATTER_HDR;
		parts[n++] = GUEST_HDR_SIZE - SCATTER_HDR;
		left -= GUEST_HDR_SIZE;
		while (left) {
			parts[n] = left < SCATTER_PIECE ? left : SCATTER_PIECE;
			left -= parts[n++];
		}
		return n;
	}
}

static void write_table(struct guest *g, struct guest_buf *b,
			const uint32_t *parts, unsigned int n, uint16_t flags)
{
	uint64_t gpa = guest_mem_gpa(&g->mem, b->hdr);

	for (unsigned int i = 0; i < n; i++) {
		bool last = i == n - 1;

		b->table[i].addr = htole64(gpa);
		b->table[i].len = htole32(parts[i]);
		b->table[i].flags =
			htole16(flags | (last ? 0 : VRING_DESC_F_NEXT));
		b->table[i].next = htole16(last ? 0 : i + 1);
		gpa += parts[i];
	}
}

static void write_chain(struct guest *g, struct guest_ring *ring,
			struct guest_buf *b, const uint32_t *parts,
			unsigned int n, uint16_t flags)
{
	uint64_t gpa = guest_mem_gpa(&g->mem, b->hdr);
	uint16_t id = b->head;

	for (unsigned int i = 0; i < n; i++) {
		bool last = i == n - 1;

		guest_ring_write(ring, id, gpa, parts[i],
				 flags | (last ? 0 : VRING_DESC_F_NEXT),
				 ring->next[id]);
		gpa += parts[i];
		id = ring->next[id];
	}
}

/* Describes the first @size bytes of a buffer in its chain. */
static void describe(struct guest *g, struct guest_ring *ring,
		     struct guest_buf *b, enum guest_layout layout,
		     uint32_t size, uint16_t flags)
{
	uint32_t parts[GUEST_MAX_PARTS];
	unsigned int n = cut(layout, size, parts);

	if (layout != GUEST_INDIRECT) {
		write_chain(g, ring, b, parts, n, flags);
		return;
	}
	write_table(g, b, parts, n, flags);
	guest_ring_write(ring, b->head, guest_mem_gpa(&g->mem, b->table),
			 n * sizeof(*b->table), VRING_DESC_F_INDIRECT, 0);
}

struct virtio_vsock_hdr guest_hdr(const struct guest *g, unsigned int op,
				  uint32_t src_port, uint32_t dst_port)
{
	return (struct virtio_vsock_hdr){
		.src_cid = htole64(g->cfg.cid),
		.dst_cid = htole64(GUEST_HOST_CID),
		.src_port = htole32(src_port),
		.dst_port = htole32(dst_port),
		.type = htole16(VIRTIO_VSOCK_TYPE_STREAM),
		.op = htole16(op),
		.buf_alloc = htole32(GUEST_BUF_ALLOC),
	};
}

/*
 * Handles a used TX chain: frees a buffer, keeps a chain of guest_ring_raw().
 */
static void take_tx(struct guest *g, uint16_t head, uint32_t len)
{
	struct guest_buf *b = g->tx_posted[head];

	if (len)
		guest_fail(g, "TX chain %u: used length %u, not 0", head, len);
	if (!b)
		return;
	g->tx_posted[head] = NULL;
	guest_ring_release(&g->tx, head);
	b->next = g->tx_free;
	g->tx_free = b;
}

static void fail_used(struct guest *g, const struct guest_ring *ring)
{
	guest_fail(g, "ring %u: bad used element before index %u",
		   ring->index, ring->used_idx);
}

void guest_tx_reap(struct guest *g)
{
	uint16_t head;
	uint32_t len;
	int r;

	while ((r = guest_ring_used(&g->tx, &head, &len)) > 0)
		take_tx(g, head, len);
	if (r < 0)
		fail_used(g, &g->tx);
}

struct guest_buf *guest_tx_get(struct guest *g)
{
	struct guest_buf *b;

	if (!g->tx_free)
		guest_tx_reap(g);
	b = g->tx_free;
	if (b)
		g->tx_free = b->next;
	return b;
}

static bool tx_room(struct guest *g, uint32_t size)
{
	unsigned int parts = guest_ring_parts(g->cfg.tx_layout, size);

	if (!g->tx_free || g->tx.nr_free < parts)
		guest_tx_reap(g);
	return g->tx_free && g->tx.nr_free >= parts;
}

void guest_tx_put(struct guest *g, struct guest_buf *b)
{
	uint32_t size = GUEST_HDR_SIZE + le32toh(b->hdr->len);
	int head = guest_ring_take(&g->tx, guest_ring_parts(g->cfg.tx_layout,
							    size));

	if (head < 0) {
		guest_fail(g, "test: no descriptors for a TX packet");
		return;
	}
	b->head = head;
	g->tx_posted[head] = b;
	describe(g, &g->tx, b, g->cfg.tx_layout, size, 0);
	guest_ring_post(&g->tx, head);
}

void guest_tx_flush(struct guest *g)
{
	guest_ring_publish(&g->tx);
	guest_ring_kick(&g->tx);
}

int guest_send(struct guest *g, const struct virtio_vsock_hdr *hdr,
	       const void *data, uint64_t deadline)
{
	uint32_t len = le32toh(hdr->len);
	struct guest_buf *b;
	int err;

	if (len > g->cfg.tx_buf)
		return -EMSGSIZE;
	while (!tx_room(g, GUEST_HDR_SIZE + len)) {
		err = guest_wait(g, -1, 0, deadline);
		if (err)
			return err;
	}
	b = guest_tx_get(g);
	*b->hdr = *hdr;
	if (len)
		memcpy(b->data, data, len);
	guest_tx_put(g, b);
	guest_tx_flush(g);
	return 0;
}

static void check_rx(struct guest *g, const struct guest_buf *b, uint32_t used)
{
	const struct virtio_vsock_hdr *h = b->hdr;
	uint32_t len = le32toh(h->len);

	if (used < GUEST_HDR_SIZE || used - GUEST_HDR_SIZE != len ||
	    used > b->size)
		guest_fail(g, "RX: used length %u with a payload of %u",
			   used, len);
	if (le64toh(h->src_cid) != GUEST_HOST_CID ||
	    le64toh(h->dst_cid) != g->cfg.cid)
		guest_fail(g, "RX: from CID %llu to CID %llu",
			   (unsigned long long)le64toh(h->src_cid),
			   (unsigned long long)le64toh(h->dst_cid));
	if (len && le16toh(h->op) != VIRTIO_VSOCK_OP_RW)
		guest_fail(g, "RX: operation %u with a payload",
			   le16toh(h->op));
}

struct guest_buf *guest_rx_get(struct guest *g)
{
	struct guest_buf *b;
	uint16_t head;
	uint32_t len;
	int r;

	while ((r = guest_ring_used(&g->rx, &head, &len)) > 0) {
		b = g->rx_posted[head];
		if (!b)
			continue;
		check_rx(g, b, len);
		return b;
	}
	if (r < 0)
		fail_used(g, &g->rx);
	return NULL;
}

void guest_rx_put(struct guest *g, struct guest_buf *b)
{
	memset(b->hdr, 0xa5, GUEST_HDR_SIZE);
	guest_ring_post(&g->rx, b->head);
}

void guest_rx_flush(struct guest *g)
{
	guest_ring_publish(&g->rx);
	guest_ring_kick(&g->rx);
}

/* Posts every RX buffer that is not posted. */
void guest_fill_rx(struct guest *g)
{
	unsigned int parts = guest_ring_parts(g->cfg.rx_layout,
					      g->cfg.rx_buf);

	for (unsigned int i = 0; i < g->nr_rx; i++) {
		struct guest_buf *b = &g->rx_bufs[i];
		int head;

		if (g->rx_posted[b->head] == b)
			continue;
		head = guest_ring_take(&g->rx, parts);
		if (head < 0)
			break;
		b->head = head;
		g->rx_posted[head] = b;
		describe(g, &g->rx, b, g->cfg.rx_layout, b->size,
			 VRING_DESC_F_WRITE);
		guest_rx_put(g, b);
	}
	guest_rx_flush(g);
}
