/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the programs: their names, and how they are parsed. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "bench.h"

extern const char *const peer_names[PEERS];
extern const char *const scenario_names[SCENARIOS];

/* Parses a number from 1 to @most; exits with an error for anything else. */
unsigned int option_number(const char *option, const char *text,
			   unsigned int most);

/* Options that vsock-bench and vsock-load share, for getopt_long(). */
#define OPTIONS_OF_BOTH							\
	{ "peer", required_argument, NULL, 'p' },			\
	{ "scenario", required_argument, NULL, 's' },			\
	{ "size", required_argument, NULL, 'b' },			\
	{ "conns", required_argument, NULL, 'c' },			\
	{ "warmup-ms", required_argument, NULL, 'w' },			\
	{ "ms", required_argument, NULL, 'm' },				\
	{ "limit-s", required_argument, NULL, 'l' }

/* Handles one of them. Return: false if the option is another one. */
bool option_of_both(struct bench *b, int c, const char *text);

#endif /* OPTIONS_H */
