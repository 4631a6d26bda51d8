/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMM's side of the dirty log. The bitmap ends where accessible memory
 * ends, so a device that writes past its end faults.
 */
#ifndef GUEST_LOG_H
#define GUEST_LOG_H

#include "guest.h"

#define GUEST_LOG_PAGE 4096

/**
 * struct guest_log - a dirty log
 * @bits: the bitmap, for all guest memory
 * @size: bytes of @bits, a multiple of 8
 * @event: the eventfd for VHOST_SET_LOG_FD
 * @map: mapping of the bitmap, followed by an inaccessible page
 * @map_size: the accessible part of @map
 */
struct guest_log {
	uint8_t *bits;
	size_t size;
	int event;
	uint8_t *map;
	size_t map_size;
};

int guest_log_open(struct guest_log *log, const struct guest_mem *mem);
void guest_log_close(struct guest_log *log);

/* Starts and ends logging, before the start or while running, as QEMU does. */
int guest_log_on(struct guest_log *log, struct guest *g);
int guest_log_off(struct guest_log *log, struct guest *g);

bool guest_log_has(const struct guest_log *log, uint64_t gpa);
/* Takes and clears the bits of the 64 pages from page 64 * @word on. */
uint64_t guest_log_take(struct guest_log *log, size_t word);
void guest_log_clear(struct guest_log *log);
/* The number of set bits. */
unsigned int guest_log_count(const struct guest_log *log);

#endif /* GUEST_LOG_H */
