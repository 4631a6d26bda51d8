/* SPDX-License-Identifier: GPL-2.0 */
/* What the options of the programs name, and how they are read. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "bench.h"

extern const char *const peer_names[PEERS];
extern const char *const scenario_names[SCENARIOS];

/* A number from 1 to @most; ends the program when it is told nonsense. */
unsigned int option_number(const char *option, const char *text,
			   unsigned int most);

/* Options that vsock-bench and vsock-load have alike, for getopt_long(). */
#define OPTIONS_OF_BOTH							\
	{ "peer", required_argument, NULL, 'p' },			\
	{ "scenario", required_argument, NULL, 's' },			\
	{ "size", required_argument, NULL, 'b' },			\
	{ "conns", required_argument, NULL, 'c' },			\
	{ "warmup-ms", required_argument, NULL, 'w' },			\
	{ "ms", required_argument, NULL, 'm' },				\
	{ "limit-s", required_argument, NULL, 'l' }

/* Takes one of them. Return: false when it is another one. */
bool option_of_both(struct bench *b, int c, const char *text);

#endif /* OPTIONS_H */
