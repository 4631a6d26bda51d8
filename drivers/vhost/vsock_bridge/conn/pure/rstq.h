/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bounded queue of RST packets that belong to no connection: the answers to
 * packets of unknown flows. When a guest provokes more RST packets than the
 * queue holds, the others are dropped.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_RSTQ_H
#define VSB_RSTQ_H

#include <linux/types.h>

#define VSB_RSTQ_MAX	256U

/**
 * struct vsb_rst - an RST to send
 * @host_port: port of the host side
 * @guest_port: port of the guest side
 * @type: VIRTIO_VSOCK_TYPE_* of the packet that the RST answers
 */
struct vsb_rst {
	u32 host_port;
	u32 guest_port;
	u16 type;
};

/**
 * struct vsb_rstq - FIFO of RST packets
 * @first: index of the oldest packet
 * @count: number of packets
 * @rst: ring buffer of packets
 */
struct vsb_rstq {
	u32 first;
	u32 count;
	struct vsb_rst rst[VSB_RSTQ_MAX];
};

static inline bool vsb_rstq_add(struct vsb_rstq *q, struct vsb_rst rst)
{
	if (q->count == VSB_RSTQ_MAX)
		return false;
	q->rst[(q->first + q->count) % VSB_RSTQ_MAX] = rst;
	q->count++;
	return true;
}

/* Return: the oldest packet, or NULL. */
static inline const struct vsb_rst *vsb_rstq_peek(const struct vsb_rstq *q)
{
	return q->count ? &q->rst[q->first] : NULL;
}

static inline void vsb_rstq_drop(struct vsb_rstq *q)
{
	q->first = (q->first + 1) % VSB_RSTQ_MAX;
	q->count--;
}

static inline void vsb_rstq_clear(struct vsb_rstq *q)
{
	q->count = 0;
}

#endif /* VSB_RSTQ_H */
