// SPDX-License-Identifier: GPL-2.0
/* Error messages: one line each, on stderr. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "diag.h"
#include "text.h"

void diag(const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		fputs("vsock-bridge: out of memory: free some and try again\n", stderr);
		return;
	}
	text_make_printable(text);
	fprintf(stderr, "vsock-bridge: %s\n", text);
	free(text);
}
