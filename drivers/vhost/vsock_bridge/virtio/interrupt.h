/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts for used chains, and their coalescing.
 *
 * An interrupt for RX or for an event is sent at once. Only a guest with a full
 * TX ring waits for used TX chains, and an interrupt may cost more than the
 * packet did. Therefore an interrupt for TX is delayed until a quarter of the
 * ring is used, but at most for VSB_INTERRUPT_DELAY_NS. In the second half of
 * that time it is sent along with any other interrupt. In any case, the guest
 * sees used chains in the ring at once.
 */
#ifndef VSB_INTERRUPT_H
#define VSB_INTERRUPT_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vsb_ctx;
struct vsb_queue;
struct vsb_work;

/* The longest time that a guest with a full TX ring waits for an interrupt. */
#define VSB_INTERRUPT_DELAY_NS	(200 * NSEC_PER_USEC)

/**
 * struct vsb_interrupt - the interrupts of a device
 * @ctx: the context of the device
 * @tx: the TX queue
 * @work: calls vsb_interrupt_flush() while the device runs
 * @lock: protects @since and @armed; innermost, interrupts off
 * @since: the time in ns at which the delay of the interrupt began; 0 when no
 *	interrupt is delayed. Writers also hold the data path's lock.
 * @armed: the timer is going to check @since; the task that sets it starts the
 *	timer
 * @timer: ends the delay. It keeps running when the interrupt is sent earlier,
 *	because stopping it costs more.
 */
struct vsb_interrupt {
	struct vsb_ctx *ctx;
	struct vsb_queue *tx;
	struct vsb_work *work;
	spinlock_t lock;	/* @since and @armed */
	u64 since;
	bool armed;
	struct hrtimer timer;
};

void vsb_interrupt_init(struct vsb_interrupt *in, struct vsb_ctx *ctx,
			struct vsb_queue *tx, struct vsb_work *work);
void vsb_interrupt_destroy(struct vsb_interrupt *in);
bool vsb_interrupt_finish(struct vsb_interrupt *in, struct vsb_queue *q);
void vsb_interrupt_send(struct vsb_interrupt *in, struct vsb_queue *q);
void vsb_interrupt_flush(struct vsb_interrupt *in);

#endif /* VSB_INTERRUPT_H */
