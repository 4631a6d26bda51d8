/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's side of one split virtqueue.
 *
 * What the driver must know is kept in private arrays; nothing is read back
 * from the descriptor table or the avail ring, so a test may put anything
 * there.
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
 * @shown_idx: avail->idx as the device can see it
 * @kicked_idx: @shown_idx at the last decision about a kick
 * @used_idx: used elements taken
 * @base: avail index to start from
 * @nr_free: descriptors not in use
 * @next: per descriptor: the next of its chain, or of the free list
 * @count: per head of a chain in flight: its number of descriptors
 * @done: per head: the chain came back
 * @len: per head: used length that it came back with
 * @kick: eventfd that tells the device of new chains
 * @call: eventfd by which the device tells of used ones
 * @err: eventfd by which it tells that the ring is broken
 * @kicks: kicks sent
 * @kicks_saved: kicks that the device did not want
 * @calls: calls seen
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

/* Bytes of guest memory that a ring takes, and its alignment. */
#define GUEST_RING_ALIGN 4096
size_t guest_ring_size(unsigned int num);

int guest_ring_init(struct guest_ring *ring, struct guest_mem *mem,
		    unsigned int index, unsigned int num);
void guest_ring_fini(struct guest_ring *ring);
/* As after a reset of the guest: empty, all descriptors free. */
void guest_ring_clear(struct guest_ring *ring);
/* An empty ring whose indices begin at @idx, as if it had been used before. */
void guest_ring_start_at(struct guest_ring *ring, uint16_t idx);

/* The ioctls of one virtqueue; -errno. */
int guest_ring_set_num(const struct guest_ring *ring, int fd);
int guest_ring_set_base(const struct guest_ring *ring, int fd);
int guest_ring_get_base(struct guest_ring *ring, int fd);
int guest_ring_set_addr(const struct guest_ring *ring, int fd);
/* The same, with the used ring, which is at @used for the guest, logged. */
int guest_ring_set_logged_addr(const struct guest_ring *ring, int fd,
			       uint64_t used);
int guest_ring_set_file(const struct guest_ring *ring, int fd,
			unsigned long request, int file);

/* Takes @n free descriptors as a chain; its head, or -ENOSPC. */
int guest_ring_take(struct guest_ring *ring, unsigned int n);
/* Gives a chain's descriptors back to the free list. */
void guest_ring_release(struct guest_ring *ring, uint16_t head);
void guest_ring_write(struct guest_ring *ring, uint16_t id, uint64_t gpa,
		      uint32_t len, uint16_t flags, uint16_t next);
/* Puts a head into the avail ring; guest_ring_publish() shows it. */
void guest_ring_post(struct guest_ring *ring, uint16_t head);
void guest_ring_publish(struct guest_ring *ring);
/* Kicks if the device wants it for what was published since the last kick. */
bool guest_ring_kick(struct guest_ring *ring);
/* Kicks whether the device wants it or not. */
void guest_ring_force_kick(struct guest_ring *ring);

bool guest_ring_pending(const struct guest_ring *ring);
/*
 * Takes one used element: 1, or 0 if there is none, or -EPROTO for one that no
 * correct device writes.
 */
int guest_ring_used(struct guest_ring *ring, uint16_t *head, uint32_t *len);

void guest_ring_calls_off(struct guest_ring *ring);
/* False if elements came meanwhile, so that nobody should wait. */
bool guest_ring_calls_on(struct guest_ring *ring);
/* Empties the call eventfd; how often the device signalled it since then. */
uint64_t guest_ring_drain_calls(struct guest_ring *ring);

#define GUEST_RING_RAW_MAX 2048
/*
 * A chain of the caller's own making, of up to GUEST_RING_RAW_MAX parts. In
 * each of the @n descriptors, a @next below @n names one of them; from @n on it
 * is written as it is. Returns the head, which is posted and published but not
 * kicked; or -ENOSPC.
 */
int guest_ring_raw(struct guest_ring *ring, const struct vring_desc *desc,
		   unsigned int n);

#endif /* GUEST_RING_H */
