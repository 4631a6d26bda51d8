/* SPDX-License-Identifier: GPL-2.0 */
/* What doctor finds. */
#ifndef VSB_CLI_FINDING_H
#define VSB_CLI_FINDING_H

#include "diag.h"

enum verdict {
	FINDING_OK,
	FINDING_NOTE,		/* works, but not as well, or not for all */
	FINDING_PROBLEM,
};

/**
 * struct finding - a finding
 * @verdict: how bad
 * @text: what is so
 * @remedy: what to do; empty when nothing is
 */
struct finding {
	enum verdict verdict;
	char text[512];
	char remedy[512];
};

__printf(3, 4) void finding_say(struct finding *finding, enum verdict verdict,
				const char *format, ...);
__printf(2, 3) void finding_advise(struct finding *finding,
				   const char *format, ...);

/* ok, note or problem */
const char *finding_verdict(const struct finding *finding);

#endif /* VSB_CLI_FINDING_H */
