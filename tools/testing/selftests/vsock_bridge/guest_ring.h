/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's side of one split virtqueue.
 *
 * The driver keeps its state in private arrays and never reads the descriptor
 * table or the avail ring back, so a test may write anything there.
 */
#ifndef GUEST_RING_H
#define GUEST_RING_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>

#include "guest_mem.h"

/**
 * struct guest_ring - a split virtqueue
 * @index: number of the virtqueue
 * @event_idx: VIRTIO_RING_F_EVENT_IDX was negotiated
 * @avail_idx: chains posted; those from @shown_idx on are not yet published
 * @shown_idx: the published avail->idx
 * @kicked_idx: @shown_idx at the last decision about a kick
 * @used_idx: used elements taken
 * @base: avail index to start from
 * @nr_free: descriptors not in use
 * @next: for each descriptor, the next in its chain or in the free list
 * @count: for each head in flight, the number of descriptors in its chain
 * @done: for each head, whether the device has used the chain
 * @len: for each head, the used length
 * @kick: eventfd that signals new chains to the device
 * @call: eventfd with which the device signals used chains
 * @err: eventfd with which the device signals a broken ring
 * @kicks: kicks sent
 * @kicks_saved: kicks that the device did not want
 * @calls: calls received
 */
struct guest_ring {
	unsigned int index;
	struct vring vr;
	bool event_idx;
	uint16_t avail_idx;
	uint16_t shown_idx;
	uint16_t kicked_idx;
	uint16_t used_idx;
	uint16_t base;
	unsigned int nr_free;
	uint16_t free_head;
	uint16_t *next;
	uint16_t *count;
	bool *done;
	uint32_t *len;
	int kick;
	int call;
	int err;
	uint64_t kicks;
	uint64_t kicks_saved;
	uint64_t calls;
};

/* Bytes of guest memory for a ring, and its alignment. */
#define GUEST_RING_ALIGN 4096
size_t guest_ring_size(unsigned int num);

int guest_ring_init(struct guest_ring *ring, struct guest_mem *mem,
		    unsigned int index, unsigned int num);
void guest_ring_fini(struct guest_ring *ring);
/* Empties the ring and frees all descriptors, as a reset of the guest does. */
void guest_ring_clear(struct guest_ring *ring);
/*
 * Empties the ring and starts its indices at @idx, as if it had been used
 * before.
 */
void guest_ring_start_at(struct guest_ring *ring, uint16_t idx);

/* The ioctls of one virtqueue. They return 0 or -errno. */
int guest_ring_set_num(const struct guest_ring *ring, int fd);
int guest_ring_set_base(const struct guest_ring *ring, int fd);
int guest_ring_get_base(struct guest_ring *ring, int fd);
int guest_ring_set_addr(const struct guest_ring *ring, int fd);
/* The same with logging of the used ring, whose guest address is @used. */
int guest_ring_set_logged_addr(const struct guest_ring *ring, int fd,
			       uint64_t used);
int guest_ring_set_file(const struct guest_ring *ring, int fd,
			unsigned long request, int file);

/* Takes @n free descriptors as a chain. Returns its head, or -ENOSPC. */
int guest_ring_take(struct guest_ring *ring, unsigned int n);
/* Returns a chain's descriptors to the free list. */
void guest_ring_release(struct guest_ring *ring, uint16_t head);
void guest_ring_write(struct guest_ring *ring, uint16_t id, uint64_t gpa,
		      uint32_t len, uint16_t flags, uint16_t next);
/* Adds a head to the avail ring; guest_ring_publish() makes it visible. */
void guest_ring_post(struct guest_ring *ring, uint16_t head);
void guest_ring_publish(struct guest_ring *ring);
/*
 * Kicks if the device wants a kick for what was published since the last one.
 */
bool guest_ring_kick(struct guest_ring *ring);
/* Kicks regardless of what the device wants. */
void guest_ring_force_kick(struct guest_ring *ring);

bool guest_ring_pending(const struct guest_ring *ring);
/*
 * Takes one used element. Returns 1, 0 if there is none, or -EPROTO for an
 * element that a correct device cannot write.
 */
int guest_ring_used(struct guest_ring *ring, uint16_t *head, uint32_t *len);

void guest_ring_calls_off(struct guest_ring *ring);
/*
 * Returns false if a used element arrived meanwhile: the caller must not sleep.
 */
bool guest_ring_calls_on(struct guest_ring *ring);
/*
 * Empties the call eventfd and returns the number of signals since last time.
 */
uint64_t guest_ring_drain_calls(struct guest_ring *ring);

#define GUEST_RING_RAW_MAX 2048
/*
 * Posts and publishes a chain of up to GUEST_RING_RAW_MAX arbitrary
 * descriptors, without a kick. A @next below @n is the index of one of the @n
 * descriptors; a larger value is written as it is. Returns the head, or
 * -ENOSPC.
 */
int guest_ring_raw(struct guest_ring *ring, const struct vring_desc *desc,
		   unsigned int n);

#endif /* GUEST_RING_H */
