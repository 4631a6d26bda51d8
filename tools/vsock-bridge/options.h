/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines: what subcommands share in reading their options. */
#ifndef VSB_CLI_OPTIONS_H
#define VSB_CLI_OPTIONS_H

#include <getopt.h>

/* Values of options that have no letter: above any character. */
enum {
	OPT_FIRST	= 0x100,
	OPT_BUF_ALLOC	= OPT_FIRST,
	OPT_CONNECT_TIMEOUT,
	OPT_DEVICE,
	OPT_DIR_FD,
	OPT_FD,
	OPT_GROUP,
	OPT_HANDSHAKE_TIMEOUT,
	OPT_HOST_PORTS,
	OPT_JSON,
	OPT_LISTEN_FD,
	OPT_MAX_BUFFERED,
	OPT_MAX_CONNECTIONS,
	OPT_MAX_HANDSHAKES,
	OPT_MODE,
	OPT_NO_CONNECT,
	OPT_NO_LISTEN,
	OPT_OTHER_PORTS,
	OPT_OWNER,
	OPT_PORT,
	OPT_PREFIX,
	OPT_RANDOM_PORTS,
	OPT_REPLACE,
	OPT_SEQPACKET,
	OPT_SEQPACKET_FD,
	OPT_SHUTDOWN_TIMEOUT,
	OPT_UDS_PATH,
};

/* What every "options" string starts with: stop at the first word, no messages. */
#define OPTIONS_QUIET	"+:"

/*
 * getopt_long() for "vsock-bridge @command": -1 at the end, an option's value,
 * or '?' when it is wrong, which has been told then.
 */
int options_next(const char *command, int argc, char **argv,
		 const char *letters, const struct option *options);

/* Decimal number @text of option @name: 0 and *@value, or -1, told. */
int options_number(const char *name, const char *text, unsigned long min,
		   unsigned long max, unsigned long *value);

/* Bytes, or with a suffix K, M or G: 0, or -1, told. */
int options_size(const char *name, const char *text, unsigned long min,
		 unsigned long max, unsigned long *bytes);

/*
 * Seconds with up to three decimals, or with the suffix ms: 0 and milliseconds,
 * or -1, told.
 */
int options_time(const char *name, const char *text, unsigned long min_ms,
		 unsigned long max_ms, unsigned long *ms);

/* A range "MIN-MAX" of numbers: 0, or -1, told. */
int options_range(const char *name, const char *text, unsigned long min,
		  unsigned long max, unsigned long *from, unsigned long *to);

/* A user or group, by name or number: 0 and *@id, or -1, told. */
int options_user(const char *name, const char *text, unsigned int *id);
int options_group(const char *name, const char *text, unsigned int *id);

/* File permissions in octal, 0 to 0777: 0 and *@mode, or -1, told. */
int options_mode(const char *name, const char *text, unsigned int *mode);

#endif /* VSB_CLI_OPTIONS_H */
