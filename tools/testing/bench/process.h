/* SPDX-License-Identifier: GPL-2.0 */
/* What the processes of a measurement need of each other. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>

/* Memory that the processes that are forked later have as well; zeroed. */
void *shared(size_t size);

/* The time of a measurement. */
void sleep_ms(unsigned int ms);

#endif /* PROCESS_H */
