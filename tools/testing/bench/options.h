/* SPDX-License-Identifier: GPL-2.0 */
/* What the options of the programs name, and how they are read. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "bench.h"

extern const char *const peer_names[PEERS];
extern const char *const scenario_names[SCENARIOS];

/* The index of @name; both end the program when it is told nonsense. */
unsigned int option_name(const char *what, const char *name,
			 const char *const *names, unsigned int nr);
/* A number from 1 to @most. */
unsigned int option_number(const char *option, const char *text,
			   unsigned int most);

#endif /* OPTIONS_H */
