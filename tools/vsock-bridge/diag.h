/* SPDX-License-Identifier: GPL-2.0 */
/* Errors: one line each, "vsock-bridge: what is wrong: what to do". */
#ifndef VSB_CLI_DIAG_H
#define VSB_CLI_DIAG_H

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))

__printf(1, 2) void diag(const char *format, ...);

#endif /* VSB_CLI_DIAG_H */
