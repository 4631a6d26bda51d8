/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log: which pages of the guest the device has written, for a VMM
 * that migrates the guest while it runs.
 *
 * It is a bitmap in the owner's memory: bit N stands for the N-th page
 * (VHOST_PAGE_SIZE) of guest-physical memory. The VMM takes bits out at any
 * time, so they are set with an atomic OR:
 *
 *	 device                              VMM
 *	 writes a page of the guest          clears its bit: atomic exchange
 *	   (E) smp_wmb                         (a full barrier)
 *	 sets its bit: set_bit()             reads the page
 *
 * A bit that was cleared before it is set again makes the VMM read once more;
 * one that is set after the exchange stays for the next.
 */
#ifndef VSB_LOG_H
#define VSB_LOG_H

#include <linux/types.h>

struct eventfd_ctx;
struct iovec;

/**
 * struct vsb_log - the dirty log; under the lock of the datapath
 * @base: the bitmap; NULL when there is none, and nothing is logged
 * @ctx: signalled at the end of a round that has set bits; a reference is
 *	held; NULL when there is none
 * @dirty: bits were set since then
 * @all: VHOST_F_LOG_ALL: what is written into chains is logged. Whether a
 *	used ring is, that ring knows.
 */
struct vsb_log {
	void __user *base;
	struct eventfd_ctx *ctx;
	bool dirty;
	bool all;
};

/* Must writes into chains be logged? */
static inline bool vsb_log_is_on(const struct vsb_log *log)
{
	return log->all && log->base;
}

bool vsb_log_fits(const void __user *base, u64 first, u64 last);
int vsb_log_write(struct vsb_log *log, u64 addr, u64 len);
int vsb_log_write_parts(struct vsb_log *log, const struct iovec *iov,
			const u64 *addr, unsigned int nr, size_t len);

#endif /* VSB_LOG_H */
