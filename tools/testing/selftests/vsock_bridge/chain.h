/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptor chains of any shape, and the places in guest memory they point to.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "bed.h"

#define WRITE	VRING_DESC_F_WRITE
#define NEXT	VRING_DESC_F_NEXT
#define TABLE	VRING_DESC_F_INDIRECT

#define CHAIN_PARTS	8
#define CHAIN_TABLE_MAX	1100	/* entries; more than a device accepts */
#define CHAIN_HUGE	0xc0000000U	/* twice this exceeds 2^32 */

enum chain_place {
	HDR,		/* the header */
	DATA,		/* 128 KiB for payload */
	HOLE,		/* between two regions */
	EDGE,		/* the last 100 bytes before a hole */
	TOP,		/* the last 20 bytes of the address space */
	LOCKED,		/* mapped PROT_NONE in the VMM */
	HUGE,		/* 3 GiB that are never touched */
	TABLE_AT,	/* the indirect table */
	SEAM,		/* the last 100 bytes of a region; another follows */
	HIGH,		/* above 4 GiB */
};

/*
 * One descriptor. A @next that is not the index of a part is written as it is.
 */
struct chain_part {
	enum chain_place place;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* @len is the header's; @table has the parts of the indirect table, if any. */
struct chain {
	uint32_t len;
	unsigned int n;
	struct chain_part part[CHAIN_PARTS];
	unsigned int nt;
	struct chain_part table[CHAIN_PARTS];
};

#define CHAIN_LIST(...) { __VA_ARGS__ }
#define CHAIN_COUNT(...) (sizeof((struct chain_part[]){ __VA_ARGS__ }) /	\
			  sizeof(struct chain_part))
/* For initializers of struct chain. */
#define PARTS(...) .n = CHAIN_COUNT(__VA_ARGS__),			\
		   .part = CHAIN_LIST(__VA_ARGS__)
#define IN_TABLE(...) .nt = CHAIN_COUNT(__VA_ARGS__),			\
		      .table = CHAIN_LIST(__VA_ARGS__)

/**
 * struct chain_bed - a test bed with all the places, and a connection
 * @bed: the test bed
 * @pair: the connection that receives the data packets
 * @hdr: the memory at HDR
 * @data: the memory at DATA
 * @table: the memory at TABLE_AT
 */
struct chain_bed {
	struct bed bed;
	struct bed_pair pair;
	struct virtio_vsock_hdr *hdr;
	uint8_t *data;
	struct vring_desc *table;
};

int chain_open(struct chain_bed *cb);
void chain_close(struct chain_bed *cb);

uint64_t chain_gpa(const struct chain_bed *cb, enum chain_place place);
/* The header of a data packet on the connection. */
struct virtio_vsock_hdr chain_hdr(const struct chain_bed *cb, uint32_t len);

/*
 * Writes header, table and descriptors, and publishes them. Returns the head,
 * or -ENOSPC.
 */
int chain_post(struct chain_bed *cb, struct guest_ring *ring,
	       const struct chain *chain);
/*
 * Sends a chain and waits until the device has used it. Returns its used
 * length, or -errno.
 */
int chain_send(struct chain_bed *cb, const struct chain *chain);
/* Receives @len bytes of stream @seed, which a chain sent. */
int chain_expect(struct chain_bed *cb, uint32_t seed, size_t len);

#endif /* CHAIN_H */
