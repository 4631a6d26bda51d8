// SPDX-License-Identifier: GPL-2.0
/*
 * churn: keeps a device, a guest and host programs busy until it is killed.
 * Each side opens connections, and bytes flow both ways. Prints "busy" when it
 * has begun. For tests of administration under load.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bed.h"

static int turn(struct bed *bed, struct bed_pair *pair)
{
	struct bed_flow flow = { .to_host = 65536, .to_guest = 65536 };
	int err = bed_works(bed);

	bed->mux.nr_strays = 0;
	return err ?: bed_move(bed, pair, &flow);
}

int main(void)
{
	static struct bed bed;
	struct bed_pair pair;
	int err = bed_open(&bed, NULL);

	err = err ?: bed_host_pair(&bed, &pair, 80);
	err = err ?: turn(&bed, &pair);
	if (!err)
		puts("busy");
	fflush(stdout);
	while (!err)
		err = turn(&bed, &pair);
	fprintf(stderr, "churn: %s\n", strerror(-err));
	bed_close(&bed);
	return 1;
}
