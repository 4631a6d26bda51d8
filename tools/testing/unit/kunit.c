// SPDX-License-Identifier: GPL-2.0
/*
 * The module of the KUnit suites. It includes the source that it needs, because
 * the tested module exports nothing.
 */
#include <linux/module.h>

#include "kunit.h"

#include "conn/pure/state.c"

#define MESSAGE_SIZE	200

void unit_fail(const char *file, int line, const char *format, ...)
{
	char message[MESSAGE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	KUNIT_FAIL_AND_ABORT(kunit_get_current_test(), "%s:%d: %s", file, line,
			     message);
}

MODULE_DESCRIPTION("KUnit suites of vsock_bridge");
MODULE_LICENSE("GPL");
