/* SPDX-License-Identifier: GPL-2.0 */
/* Error messages: one line each, "vsock-bridge: what is wrong: what to do". */
#ifndef VSB_CLI_DIAG_H
#define VSB_CLI_DIAG_H

#define __printf(format_index, first_index) __attribute__((format(printf,	\
	format_index, first_index)))

__printf(1, 2) void diag(const char *format, ...);

#endif /* VSB_CLI_DIAG_H */
