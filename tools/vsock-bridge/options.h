/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines: what subcommands share in reading their options. */
#ifndef VSB_CLI_OPTIONS_H
#define VSB_CLI_OPTIONS_H

#include <getopt.h>

/* Values of options that have no letter: above any character. */
enum {
	OPT_FIRST	= 0x100,
	OPT_DEVICE	= OPT_FIRST,
	OPT_FD,
	OPT_GROUP,
	OPT_HOST_PORTS,
	OPT_JSON,
	OPT_MAX_CONNECTIONS,
	OPT_MODE,
	OPT_OWNER,
	OPT_PORT,
	OPT_RANDOM_PORTS,
	OPT_REPLACE,
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

/* A range "MIN-MAX" of numbers: 0, or -1, told. */
int options_range(const char *name, const char *text, unsigned long min,
		  unsigned long max, unsigned long *from, unsigned long *to);

/* A user or group, by name or number: 0 and *@id, or -1, told. */
int options_user(const char *name, const char *text, unsigned int *id);
int options_group(const char *name, const char *text, unsigned int *id);

/* File permissions in octal, 0 to 0777: 0 and *@mode, or -1, told. */
int options_mode(const char *name, const char *text, unsigned int *mode);

#endif /* VSB_CLI_OPTIONS_H */
