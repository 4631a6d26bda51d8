/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_ASM_BARRIER_H
#define UNIT_ASM_BARRIER_H

/* Written down between the accesses, so that a test can see their order. */
void smp_mb(void);	/* 'M' in the trace */
void smp_rmb(void);	/* 'R' */
void smp_wmb(void);	/* 'W' */

#endif /* UNIT_ASM_BARRIER_H */
