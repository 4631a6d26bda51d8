// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "guest.h"

/* A chain has one descriptor, so its head is the index of its buffer. */
static uint8_t *event_buf(const struct guest *g, uint16_t head)
{
	return g->event_bufs + head * g->cfg.event_buf;
}

size_t guest_event_size(const struct guest *g)
{
	if (!g->cfg.event_num)
		return 0;
	return guest_ring_size(g->cfg.event_num) +
	       g->cfg.event_num * g->cfg.event_buf;
}

int guest_event_init(struct guest *g)
{
	if (!g->cfg.event_num)
		return 0;
	g->event_bufs = guest_mem_alloc(&g->mem, g->cfg.event_num *
					g->cfg.event_buf, 64);
	if (!g->event_bufs)
		return -ENOMEM;
	return guest_ring_init(&g->event, &g->mem, 2, g->cfg.event_num);
}

static void post(struct guest *g, uint16_t head)
{
	memset(event_buf(g, head), 0xff, g->cfg.event_buf);
	guest_ring_write(&g->event, head,
			 guest_mem_gpa(&g->mem, event_buf(g, head)),
			 g->cfg.event_buf, VRING_DESC_F_WRITE, 0);
	guest_ring_post(&g->event, head);
}

void guest_event_fill(struct guest *g)
{
	int head;

	while ((head = guest_ring_take(&g->event, 1)) >= 0)
		post(g, head);
	guest_ring_publish(&g->event);
	guest_ring_kick(&g->event);
}

int guest_event_get(struct guest *g, uint32_t *id)
{
	uint16_t head;
	uint32_t len;
	int n = guest_ring_used(&g->event, &head, &len);

	if (n <= 0)
		return n;
	*id = UINT32_MAX;
	if (len)
		memcpy(id, event_buf(g, head), sizeof(*id));
	*id = le32toh(*id);
	if (len && len != sizeof(*id))
		guest_fail(g, "an event of %u bytes", len);
	guest_ring_release(&g->event, head);
	return 1;
}

int guest_event_wait(struct guest *g, uint32_t *id, uint64_t deadline)
{
	int err = 0, n;

	while (!(n = guest_event_get(g, id)) && !err) {
		if (guest_ring_calls_on(&g->event))
			err = guest_wait(g, g->event.call, POLLIN, deadline);
		guest_ring_drain_calls(&g->event);
	}
	return n > 0 ? 0 : n ?: err;
}
