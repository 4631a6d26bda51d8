/* SPDX-License-Identifier: GPL-2.0 */
/* The reference for the virtqueue tests: a simple walk of a chain. */
#ifndef UNIT_RING_MODEL_H
#define UNIT_RING_MODEL_H

#include "ring.h"

/**
 * struct ring_model - a chain
 * @fault: its fault, if any
 * @len: total number of bytes
 * @parts: entries of @part in use
 * @part: its parts
 */
struct ring_model {
	enum vsb_fault fault;
	u64 len;
	unsigned int parts;
	struct iovec part[VSB_SEGS_MAX];
};

/* For rings and chains of up to VSB_SEGS_MAX entries. */
void ring_model(struct ring_model *m, const struct ring *r, u16 head);

/* Is the whole chain that was taken last in guest memory? */
bool ring_chain_is_memory(const struct ring *r);

#endif /* UNIT_RING_MODEL_H */
