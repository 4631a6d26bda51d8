/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines: what subcommands share in reading their options. */
#ifndef VSB_CLI_OPTIONS_H
#define VSB_CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

/* Values of options that have no letter: above any character. */
enum {
	OPT_FIRST	= 0x100,
	OPT_ALL		= OPT_FIRST,
	OPT_BUF_ALLOC,
	OPT_CONNECT_TIMEOUT,
	OPT_CONTROL,
	OPT_COUNT,
	OPT_DEVICE,
	OPT_DIR_FD,
	OPT_FD,
	OPT_GROUP,
	OPT_HANDSHAKE_TIMEOUT,
	OPT_HOST_PORTS,
	OPT_INTERVAL,
	OPT_JSON,
	OPT_KEEP,
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
	OPT_ROOT,
	OPT_SEQPACKET,
	OPT_SEQPACKET_FD,
	OPT_SHUTDOWN_TIMEOUT,
	OPT_STATE,
	OPT_TIMEOUT,
	OPT_UDS_PATH,
};

/**
 * struct syntax - how a command line is read
 * @command: the subcommand
 * @usage: its help
 * @options: it takes these, and -h
 * @take: takes an option, whose value is in optarg: 0, or -1, told
 * @in_order: options end at the first word that is none
 * @words: what the other words are, for people; NULL: there are none
 * @fewest: how many of them there must be
 * @most: how many there may be
 */
struct syntax {
	const char *command;
	const char *usage;
	const struct option *options;
	int (*take)(void *request, int option);
	bool in_order;
	const char *words;
	int fewest;
	int most;
};

enum { OPTIONS_TAKEN = -1 };

/*
 * Reads a command line into @request. OPTIONS_TAKEN: the other words begin at
 * optind; else that was all, and it is the exit code.
 */
int options_read(const struct syntax *syntax, int argc, char **argv,
		 void *request);

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

/* The value of --interval: 0, or -1, told. */
int options_interval(const char *text, unsigned long *ms);

/* A range "MIN-MAX" of numbers: 0, or -1, told. */
int options_range(const char *name, const char *text, unsigned long min,
		  unsigned long max, unsigned long *from, unsigned long *to);

/* A user or group, by name or number: 0 and *@id, or -1, told. */
int options_user(const char *name, const char *text, unsigned int *id);
int options_group(const char *name, const char *text, unsigned int *id);

/* File permissions in octal, 0 to 0777: 0 and *@mode, or -1, told. */
int options_mode(const char *name, const char *text, unsigned int *mode);

#endif /* VSB_CLI_OPTIONS_H */
