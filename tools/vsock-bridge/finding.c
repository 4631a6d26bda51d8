// SPDX-License-Identifier: GPL-2.0
/* The findings of doctor. */
#include <stdarg.h>
#include <stdio.h>

#include "finding.h"
#include "text.h"

void finding_say(struct finding *finding, enum verdict verdict,
		 const char *format, ...)
{
	va_list args;

	finding->verdict = verdict;
	finding->remedy[0] = '\0';
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
	text_make_printable(finding->text);
}

void finding_advise(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->remedy, sizeof(finding->remedy), format, args);
	va_end(args);
	text_make_printable(finding->remedy);
}

const char *finding_verdict(const struct finding *finding)
{
	static const char * const names[] = {
		[FINDING_OK] = "ok",
		[FINDING_NOTE] = "note",
		[FINDING_PROBLEM] = "problem",
	};

	return names[finding->verdict];
}
