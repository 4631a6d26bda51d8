/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines: the options of a command, read and explained from one table. */
#ifndef VSB_CLI_OPTIONS_H
#define VSB_CLI_OPTIONS_H

#include <getopt.h>	/* optind */
#include <stdbool.h>
#include <stddef.h>

#include "node.h"

/**
 * struct option_spec - an option of a command, or a heading in its help
 * @name: long name, without dashes; NULL: @help is a heading, and the other
 *	fields are unused
 * @letter: short name, or 0
 * @value: name of the value in the help; NULL if the option takes none
 * @help: its description; the help output wraps lines
 * @take: handles the option. @text is its value, or NULL. Returns 0, or -1
 *	after diag(). @to is the address of the request plus @at. Without @take,
 *	an option with a value stores it in a const char * at @at, and an option
 *	without a value sets a bool at @at.
 * @at: offset in the request
 * @number: argument of @take
 */
struct option_spec {
	const char *name;
	char letter;
	const char *value;
	const char *help;
	int (*take)(void *to, const struct option_spec *spec, const char *text);
	size_t at;
	unsigned int number;
};

/* The option of every command that opens the control node. */
#define OPTION_CONTROL(type, field)					\
	{ "control", .value = "NODE", .at = offsetof(type, field),	\
	  .help = "the control node (" CONTROL_NODE ")" }

#define OPTION_JSON(type, field)					\
	{ "json", .help = "print JSON", .at = offsetof(type, field) }

#define OPTION_HEADING(text)	{ .help = text }

/* Ends a table of options. */
#define OPTIONS_END		{}

/**
 * struct option_table - options, of a command or of several commands
 * @specs: the options; --help is added to each command
 * @at: offset in the request of the structure that @specs refer to
 */
struct option_table {
	const struct option_spec *specs;
	size_t at;
};

/**
 * struct syntax - the command line of a command: its options, the words after
 *	them, and its help
 * @command: name of the command
 * @usage: its help, up to the options
 * @notes: its help, after the options
 * @tables: its options; ends with a table without specs
 * @in_order: options end at the first word that is not an option
 * @words: name of the words after the options, for messages; NULL if there are
 *	none
 * @fewest: minimum number of words
 * @most: maximum number of words
 */
struct syntax {
	const char *command;
	const char *usage;
	const char *notes;
	struct option_table tables[3];
	bool in_order;
	const char *words;
	int fewest;
	int most;
};

enum { OPTIONS_TAKEN = -1 };

/*
 * Reads a command line into @request. Returns OPTIONS_TAKEN if the command is
 * to run; the words after the options begin at optind. Otherwise the command is
 * done, and the return value is its exit code.
 */
int options_read(const struct syntax *syntax, int argc, char **argv,
		 void *request);

/*
 * Parses the decimal number @text of option @name: 0 and *@value, or -1 after
 * diag().
 */
int options_number(const char *name, const char *text, unsigned long min,
		   unsigned long max, unsigned long *value);

/*
 * Parses a number of bytes, or a number with a suffix K, M or G: 0, or -1 after
 * diag().
 */
int options_size(const char *name, const char *text, unsigned long min,
		 unsigned long max, unsigned long *bytes);

/*
 * Parses seconds with up to three decimals, or milliseconds with the suffix ms:
 * 0 and milliseconds, or -1 after diag().
 */
int options_time(const char *name, const char *text, unsigned long min_ms,
		 unsigned long max_ms, unsigned long *ms);

/*
 * The take function of --interval and --timeout: *@to is an unsigned long of
 * milliseconds.
 */
int options_take_time(void *to, const struct option_spec *spec, const char *text);

/* Parses a range "MIN-MAX" of numbers: 0, or -1 after diag(). */
int options_range(const char *name, const char *text, unsigned long min,
		  unsigned long max, unsigned long *from, unsigned long *to);

/* Parses a user or group, by name or number: 0 and *@id, or -1 after diag(). */
int options_user(const char *name, const char *text, unsigned int *id);
int options_group(const char *name, const char *text, unsigned int *id);

/*
 * Parses file permissions in octal, 0 to 0777: 0 and *@mode, or -1 after
 * diag().
 */
int options_mode(const char *name, const char *text, unsigned int *mode);

#endif /* VSB_CLI_OPTIONS_H */
