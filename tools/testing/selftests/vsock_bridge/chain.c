// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chain.h"

#define HUGE_GPA	0x1000000000ULL

/*
 * EDGE read as an indirect table: six entries in a chain; the seventh crosses
 * the end of the region.
 */
static void fill_edge(const struct guest_region *r)
{
	struct vring_desc entry = {
		.len = htole32(1), .flags = htole16(NEXT),
	};

	for (unsigned int i = 0; i < 6; i++) {
		entry.next = htole16(i + 1);
		memcpy(r->va + r->size - 100 + i * sizeof(entry), &entry,
		       sizeof(entry));
	}
}

static int make_places(struct chain_bed *cb)
{
	struct guest_mem *mem = &cb->bed.guest.mem;
	int err = guest_mem_map(mem, HUGE_GPA, CHAIN_HUGE);

	if (err)
		return err;
	if (mprotect(mem->regions[2].va, 4096, PROT_NONE))
		return -errno;
	fill_edge(&mem->regions[1]);
	cb->hdr = guest_mem_alloc(mem, 4096, 4096);
	cb->data = guest_mem_alloc(mem, 131072, 4096);
	cb->table = guest_mem_alloc(mem, CHAIN_TABLE_MAX * sizeof(*cb->table),
				    16);
	return cb->table ? 0 : -ENOMEM;
}

int chain_open(struct chain_bed *cb)
{
	int err = bed_prepare(&cb->bed, NULL);

	cb->pair.fd = -1;
	if (err)
		return err;
	err = make_places(cb);
	err = err ?: guest_realize(&cb->bed.guest);
	err = err ?: guest_run(&cb->bed.guest);
	err = err ?: bed_guest_pair(&cb->bed, &cb->pair, 80);
	if (err)
		chain_close(cb);
	return err;
}

void chain_close(struct chain_bed *cb)
{
	if (cb->pair.fd >= 0)
		close(cb->pair.fd);
	bed_close(&cb->bed);
}

uint64_t chain_gpa(const struct chain_bed *cb, enum chain_place place)
{
	const struct guest_mem *mem = &cb->bed.guest.mem;
	const struct guest_region *r = mem->regions;

	switch (place) {
	case HDR:
		return guest_mem_gpa(mem, cb->hdr);
	case DATA:
		return guest_mem_gpa(mem, cb->data);
	case HOLE:
		return r[1].gpa + r[1].size + 4096;
	case EDGE:
		return r[1].gpa + r[1].size - 100;
	case TOP:
		return -20ULL;
	case LOCKED:
		return r[2].gpa;
	case HUGE:
		return HUGE_GPA;
	case TABLE_AT:
		return guest_mem_gpa(mem, cb->table);
	case SEAM:
		return r[1].gpa - 100;
	case HIGH:
		return r[2].gpa + 4096;
	}
	return 0;
}

static struct vring_desc make_desc(const struct chain_bed *cb,
				   const struct chain_part *p)
{
	return (struct vring_desc){
		.addr = htole64(chain_gpa(cb, p->place)),
		.len = htole32(p->len),
		.flags = htole16(p->flags),
		.next = htole16(p->next),
	};
}

struct virtio_vsock_hdr chain_hdr(const struct chain_bed *cb, uint32_t len)
{
	struct guest_conn *c = cb->pair.conn;
	struct virtio_vsock_hdr h = guest_hdr(&cb->bed.guest,
					      VIRTIO_VSOCK_OP_RW, c->local,
					      c->peer);

	h.len = htole32(len);
	return h;
}

int chain_post(struct chain_bed *cb, struct guest_ring *ring,
	       const struct chain *chain)
{
	struct vring_desc d[CHAIN_PARTS] = {};

	*cb->hdr = chain_hdr(cb, chain->len);
	for (unsigned int i = 0; i < chain->nt; i++)
		cb->table[i] = make_desc(cb, &chain->table[i]);
	for (unsigned int i = 0; i < chain->n; i++)
		d[i] = make_desc(cb, &chain->part[i]);
	return guest_ring_raw(ring, d, chain->n);
}

int chain_send(struct chain_bed *cb, const struct chain *chain)
{
	struct guest *g = &cb->bed.guest;
	int head = chain_post(cb, &g->tx, chain);
	uint32_t len;
	int err;

	if (head < 0)
		return head;
	guest_ring_kick(&g->tx);
	err = guest_wait_raw(g, &g->tx, head, &len, deadline_in(WAIT_MS));
	return err ?: (int)len;
}

int chain_expect(struct chain_bed *cb, uint32_t seed, size_t len)
{
	char data[4096];
	int err;

	if (len > sizeof(data))
		return -EMSGSIZE;
	cb->pair.conn->tx_cnt += len;
	err = uds_recv(cb->pair.fd, data, len);
	return err ?: bed_match(data, seed, 0, len) ? 0 : -EILSEQ;
}
