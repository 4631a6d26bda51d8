/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_ASM_BARRIER_H
#define UNIT_ASM_BARRIER_H

/* Written down between the accesses, so that a test can see their order. */
void smp_mb(void);
void smp_rmb(void);
void smp_wmb(void);

#endif /* UNIT_ASM_BARRIER_H */
