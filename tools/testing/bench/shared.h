/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that the processes of a measurement share, and sleep. */
#ifndef SHARED_H
#define SHARED_H

#include <stddef.h>

/* Returns zeroed memory that processes which are forked later share. */
void *shared(size_t size);

/* Sleeps for the whole time, even if signals arrive. */
void sleep_ms(unsigned int ms);

#endif /* SHARED_H */
