/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log: a bitmap of the guest's pages that the device wrote, for a VMM
 * that migrates the guest while it runs.
 *
 * The log is a bitmap in the owner's memory: bit N stands for the N-th page
 * (VHOST_PAGE_SIZE) of guest-physical memory. The VMM may clear bits at any
 * time, so the device sets bits with an atomic OR:
 *
 *	 device                              VMM
 *	 writes a page of the guest          clears its bit: atomic exchange
 *	   (E) smp_wmb                         (a full barrier)
 *	 sets its bit: set_bit()             reads the page
 *
 * If the device sets a bit after the exchange, the bit stays for the VMM's next
 * exchange, and the VMM reads the page again. If the device sets the bit before
 * the exchange, the VMM reads the page with the device's write.
 */
#ifndef VSB_LOG_H
#define VSB_LOG_H

#include <linux/types.h>

struct eventfd_ctx;
struct iovec;

/**
 * struct vsb_log - the dirty log; protected by the data path's lock
 * @base: the bitmap; NULL when there is no log
 * @ctx: the eventfd that is signalled at the end of a round that has set bits;
 *	a reference is held; NULL when there is no eventfd
 * @dirty: bits were set since @ctx was last signalled
 * @all: VHOST_F_LOG_ALL: writes into chains are logged. Each ring has its own
 *	flag for writes into the used ring.
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
