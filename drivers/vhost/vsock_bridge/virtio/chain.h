/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A descriptor chain, independent of the format of its ring.
 */
#ifndef VSB_CHAIN_H
#define VSB_CHAIN_H

#include <linux/types.h>
#include <linux/uio.h>

/* The largest number of parts of a chain, which is UIO_MAXIOV. */
#define VSB_SEGS_MAX	1024U

/**
 * enum vsb_fault - the fault of a chain
 * @VSB_FAULT_NONE: the chain has no fault
 * @VSB_FAULT_DIRECTION: a descriptor has the wrong direction for this queue
 * @VSB_FAULT_CHAIN: a loop, an index out of range, a bad indirect table, or
 *	more than 2^32 - 1 bytes
 * @VSB_FAULT_SEGS: more parts or descriptors than VSB_SEGS_MAX
 * @VSB_FAULT_BOUNDS: an address outside the guest's memory
 * @VSB_FAULT_MEMORY: a table in the guest's memory that cannot be accessed
 */
enum vsb_fault {
	VSB_FAULT_NONE,
	VSB_FAULT_DIRECTION,
	VSB_FAULT_CHAIN,
	VSB_FAULT_SEGS,
	VSB_FAULT_BOUNDS,
	VSB_FAULT_MEMORY,
};

/**
 * struct vsb_chain - a chain as the driver made it available
 * @iov: the parts of the chain, as addresses in the owner's memory; the caller
 *	provides the storage
 * @gpa: the guest-physical addresses of the parts; the caller provides the
 *	storage, or NULL if the caller does not need the addresses
 * @max: number of entries in @iov and in @gpa
 * @nr: number of entries in use
 * @len: number of bytes in all parts
 * @head: index of the first descriptor, which identifies the chain
 * @fault: why the chain cannot be used; @nr and @len then cover what precedes
 *	the fault
 */
struct vsb_chain {
	struct iovec *iov;
	u64 *gpa;
	unsigned int max;
	unsigned int nr;
	u32 len;
	u16 head;
	enum vsb_fault fault;
};

#endif /* VSB_CHAIN_H */
