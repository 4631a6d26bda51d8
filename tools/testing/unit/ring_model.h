/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a virtqueue has, as a plain walk finds it: to compare with.
 */
#ifndef UNIT_RING_MODEL_H
#define UNIT_RING_MODEL_H

#include "ring.h"

/**
 * struct ring_model - a chain
 * @fault: what is wrong with it
 * @len: bytes in all
 * @parts: entries of @part in use
 * @part: where it is
 */
struct ring_model {
	enum vsb_fault fault;
	u64 len;
	unsigned int parts;
	struct iovec part[VSB_SEGS_MAX];
};

/* For rings, and storage of chains, of up to VSB_SEGS_MAX entries. */
void ring_model(struct ring_model *m, const struct ring *r, u16 head);

/* Is all of the chain that was taken last in the guest's memory? */
bool ring_chain_is_memory(const struct ring *r);

#endif /* UNIT_RING_MODEL_H */
