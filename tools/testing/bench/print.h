/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of a result, as JSON. Each begins with a comma. */
#ifndef PRINT_H
#define PRINT_H

#include "bench.h"

/* Prints statistics of the latencies [from, to), which it sorts. */
void print_latency(struct cell *cell, uint64_t from, uint64_t to);
/* Prints a value for each role but the last, divided by @unit. */
void print_roles(const char *name, const uint64_t *values, double unit,
		 int digits);

#endif /* PRINT_H */
