/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log: a bitmap of the guest's pages that the device wrote, for a VMM
 * that migrates the guest while it runs.
 *
 * The bitmap lies in the owner's memory. Bit N stands for the N-th page
 * (VHOST_PAGE_SIZE) of guest-physical memory. The VMM can clear bits at any
 * time, so the device sets them with an atomic OR:
 *
 *	 device                              VMM
 *	 writes a page of the guest          clears its bit: atomic exchange
 *	   (E) smp_wmb                         (a full barrier)
 *	 sets its bit: set_bit()             reads the page
 *
 * If the VMM clears a bit before the device sets it again, the VMM reads the
 * page once more. A bit that the device sets after the exchange stays for the
 * VMM's next pass.
 */
#ifndef VSB_LOG_H
#define VSB_LOG_H

#include <linux/types.h>

struct eventfd_ctx;
struct iovec;

/**
 * struct vsb_log - the dirty log; the data path's lock protects it
 * @base: the bitmap; NULL if there is none, then nothing is logged
 * @ctx: eventfd that is signalled at the end of a round that set bits; with a
 *	reference; NULL if there is none
 * @dirty: bits were set since @ctx was signalled
 * @all: VHOST_F_LOG_ALL: writes into chains are logged. Writes into a used ring
 *	are logged if vsb_split.log_used of that ring is set.
 */
struct vsb_log {
	void __user *base;
	struct eventfd_ctx *ctx;
	bool dirty;
	bool all;
};

/* Return: true if writes into chains must be logged. */
static inline bool vsb_log_is_on(const struct vsb_log *log)
{
	return log->all && log->base;
}

bool vsb_log_fits(const void __user *base, u64 first, u64 last);
int vsb_log_write(struct vsb_log *log, u64 addr, u64 len);
int vsb_log_write_parts(struct vsb_log *log, const struct iovec *iov,
			const u64 *addr, unsigned int nr, size_t len);

#endif /* VSB_LOG_H */
