// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "account.h"
#include "print.h"

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void print_latency(struct cell *cell, uint64_t from, uint64_t to)
{
	uint32_t *sorted = cell->latencies + from;
	uint64_t n = to - from, sum = 0;

	if (!n)
		die("nothing happened between the two readings");
	if (to > BENCH_MAX_LATENCIES)
		die("more than %d latencies", BENCH_MAX_LATENCIES);
	qsort(sorted, n, sizeof(*sorted), compare);
	for (uint64_t i = 0; i < n; i++)
		sum += sorted[i];
	printf(",\"latency_us\":{\"avg\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f}",
	       sum / 1e3 / n, sorted[n / 2] / 1e3, sorted[n * 99 / 100] / 1e3,
	       sorted[n * 999 / 1000] / 1e3, sorted[n - 1] / 1e3);
}

void print_roles(const char *name, const uint64_t *values, double unit,
		 int digits)
{
	printf(",\"%s\":{", name);
	for (unsigned int i = 0; i < ROLE_OTHER; i++)
		printf("%s\"%s\":%.*f", i ? "," : "", role_names[i], digits,
		       values[i] / unit);
	printf("}");
}
