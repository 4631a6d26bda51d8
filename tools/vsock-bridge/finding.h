/* SPDX-License-Identifier: GPL-2.0 */
/* The findings of doctor. */
#ifndef VSB_CLI_FINDING_H
#define VSB_CLI_FINDING_H

#include "diag.h"

enum verdict {
	FINDING_OK,
	FINDING_NOTE,		/* works, but slower or not for all users */
	FINDING_PROBLEM,
};

/**
 * struct finding - a finding
 * @verdict: its severity
 * @text: the fact
 * @remedy: what to do; empty if nothing is to be done
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

/* Returns "ok", "note" or "problem". */
const char *finding_verdict(const struct finding *finding);

#endif /* VSB_CLI_FINDING_H */
