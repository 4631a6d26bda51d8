// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

const char *const peer_names[PEERS] = {
	[PEER_BRIDGE] = "bridge",
	[PEER_VHOST] = "vhost",
	[PEER_VHOST_SOCAT] = "vhost-socat",
	[PEER_VHOST_SOCAT_64K] = "vhost-socat-64k",
	[PEER_SOCKETPAIR] = "socketpair",
	[PEER_VHOST_DEVICE] = "vhost-device-vsock",
};

const char *const scenario_names[SCENARIOS] = {
	[SCENARIO_G2H] = "g2h",
	[SCENARIO_H2G] = "h2g",
	[SCENARIO_BOTH] = "both",
	[SCENARIO_PINGPONG] = "pingpong",
	[SCENARIO_PINGPONG_BULK_G2H] = "pingpong-bulk-g2h",
	[SCENARIO_PINGPONG_BULK_H2G] = "pingpong-bulk-h2g",
	[SCENARIO_PINGPONG_STALLED] = "pingpong-stalled",
	[SCENARIO_CONNECT_G2H] = "connect-g2h",
	[SCENARIO_CONNECT_H2G] = "connect-h2g",
	[SCENARIO_STORM_G2H] = "storm-g2h",
	[SCENARIO_STORM_H2G] = "storm-h2g",
	[SCENARIO_IDLE] = "idle",
};

/* Returns the index of @name. */
static unsigned int option_name(const char *what, const char *name,
				const char *const *names, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(name, names[i]))
			return i;
	fprintf(stderr, "%s: no %s '%s'; there are:",
		program_invocation_short_name, what, name);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(stderr, " %s", names[i]);
	fputc('\n', stderr);
	exit(2);
}

unsigned int option_number(const char *option, const char *text,
			   unsigned int most)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || !n || n > most) {
		fprintf(stderr, "%s: --%s takes a number from 1 to %u, not '%s'\n",
			program_invocation_short_name, option, most, text);
		exit(2);
	}
	return n;
}

bool option_of_both(struct bench *b, int c, const char *text)
{
	switch (c) {
	case 'p':
		b->peer = option_name("peer", text, peer_names, PEERS);
		return true;
	case 's':
		b->scenario = option_name("scenario", text, scenario_names,
					  SCENARIOS);
		return true;
	case 'b':
		b->size = option_number("size", text, 1 << 24);
		return true;
	case 'c':
		b->conns = option_number("conns", text, BENCH_MAX_CONNS);
		return true;
	case 'w':
		b->warmup_ms = option_number("warmup-ms", text, 60000);
		return true;
	case 'm':
		b->ms = option_number("ms", text, 60000);
		return true;
	case 'l':
		b->limit_s = option_number("limit-s", text, 3600);
		return true;
	}
	return false;
}
