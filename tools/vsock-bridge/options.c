// SPDX-License-Identifier: GPL-2.0
/* Command lines: the options of a command, read and explained from one table. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "exit.h"
#include "options.h"

/* getopt_long() returns this for --help and for -h. */
#define HELP		'h'

/* An option of a command: its spec, and its offset in the request. */
struct slot {
	const struct option_spec *spec;
	size_t at;
};

/* getopt_long() returns this for slot 0; it is above any letter. */
#define FIRST_SLOT	0x100

enum { MAX_OPTIONS = 64 };

/**
 * struct parser - the tables of a command for getopt_long()
 * @slots: the options
 * @count: number of options
 * @options: the long names; ends with an empty one
 * @letters: the short names
 */
struct parser {
	struct slot slots[MAX_OPTIONS];
	int count;
	struct option options[MAX_OPTIONS + 2];
	char letters[2 * MAX_OPTIONS + 4];
};

static void add_spec(struct parser *parser, const struct option_spec *spec, size_t at)
{
	char *end = parser->letters + strlen(parser->letters);

	parser->slots[parser->count] = (struct slot) { spec, at + spec->at };
	parser->options[parser->count] = (struct option) {
		.name = spec->name,
		.has_arg = spec->value ? required_argument : no_argument,
		.val = FIRST_SLOT + parser->count,
	};
	parser->count++;
	if (spec->letter)
		sprintf(end, "%c%s", spec->letter, spec->value ? ":" : "");
}

static bool is_end(const struct option_spec *spec)
{
	return !spec->name && !spec->help;
}

static void make_parser(struct parser *parser, const struct syntax *syntax)
{
	const struct option_table *table;
	const struct option_spec *spec;

	*parser = (struct parser) {};
	strcpy(parser->letters, syntax->in_order ? "+:h" : ":h");
	for (table = syntax->tables; table->specs; table++)
		for (spec = table->specs; !is_end(spec); spec++)
			if (spec->name && parser->count < MAX_OPTIONS)
				add_spec(parser, spec, table->at);
	parser->options[parser->count].name = "help";
	parser->options[parser->count].val = HELP;
}

/*
 * Returns the slot for a result of getopt_long(); NULL for an unknown letter.
 */
static const struct slot *find_slot(const struct parser *parser, int result)
{
	int i;

	for (i = 0; i < parser->count; i++)
		if (result == FIRST_SLOT + i ||
		    (result && result == parser->slots[i].spec->letter))
			return &parser->slots[i];
	return NULL;
}

/*
 * optopt is the option that getopt_long() refuses, or 0 for an unknown long
 * option.
 */
static void tell_wrong(const char *command, int result, char **argv,
		       const struct parser *parser)
{
	const char *wrong = result == ':' ? "needs a value" : "takes no value";
	const struct slot *slot = find_slot(parser, optopt);
	const char *word = argv[optind - 1];

	if (slot || optopt == HELP)
		diag("--%s %s: see 'vsock-bridge %s --help'",
		     slot ? slot->spec->name : "help", wrong, command);
	else if (optopt)
		diag("unknown option -%c: see 'vsock-bridge %s --help'",
		     optopt, command);
	else
		diag("unknown option %.*s: see 'vsock-bridge %s --help'",
		     (int)strcspn(word, "="), word, command);
}

/* Returns -1 after the last option, an option, or '?' after diag(). */
static int next_option(const struct syntax *syntax, const struct parser *parser,
		       int argc, char **argv)
{
	int result = getopt_long(argc, argv, parser->letters, parser->options,
				 NULL);

	/* in "--uds-path -- COMMAND", the separator is not a value */
	if (result >= FIRST_SLOT && optarg && optarg == argv[optind - 1] &&
	    !strcmp(optarg, "--")) {
		optopt = result;
		result = ':';
	}
	if (result != '?' && result != ':')
		return result;
	tell_wrong(syntax->command, result, argv, parser);
	return '?';
}

static int take_option(const struct slot *slot, void *request)
{
	void *to = (char *)request + slot->at;

	if (slot->spec->take)
		return slot->spec->take(to, slot->spec, optarg);
	if (slot->spec->value)
		*(const char **)to = optarg;
	else
		*(bool *)to = true;
	return 0;
}

static int check_words(const struct syntax *syntax, int count, char **words)
{
	if (count < syntax->fewest)
		diag("%s needs %s: see 'vsock-bridge %s --help'",
		     syntax->command, syntax->words, syntax->command);
	else if (count <= syntax->most)
		return OPTIONS_TAKEN;
	else if (syntax->words)
		diag("%s takes no more than %s, but got '%s': see 'vsock-bridge %s --help'",
		     syntax->command, syntax->words, words[syntax->most],
		     syntax->command);
	else
		diag("%s takes no argument, but got '%s': see 'vsock-bridge %s --help'",
		     syntax->command, words[0], syntax->command);
	return EXIT_USAGE;
}

/* "  -q, --quiet VALUE" */
static void make_label(char label[64], const struct option_spec *spec)
{
	char letter[8] = "";

	if (spec->letter)
		sprintf(letter, "-%c, ", spec->letter);
	snprintf(label, 64, "  %s--%s%s%s", letter, spec->name,
		 spec->value ? " " : "", spec->value ?: "");
}

/*
 * Returns the column of the help texts of @spec and the options that follow, up
 * to a heading.
 */
static size_t help_column(const struct option_spec *spec)
{
	char label[64];
	size_t column = 0;

	for (; spec->name; spec++) {
		make_label(label, spec);
		if (strlen(label) > column)
			column = strlen(label);
	}
	return column + 2;
}

enum { LINE_WIDTH = 79 };

/* Prints @text from @column on, after @label. */
static void print_wrapped(const char *label, size_t column, const char *text)
{
	size_t at = printf("%-*s", (int)column, label);

	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > column && at + 1 + word > LINE_WIDTH) {
			printf("\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			at += printf(" ");
		}
		at += printf("%.*s", (int)word, text);
		text += word + (text[word] == ' ');
	}
	putchar('\n');
}

/* Returns the column of the last help text. */
static size_t print_specs(const struct option_spec *spec, bool first)
{
	size_t column = help_column(spec);
	char label[64];

	for (; !is_end(spec); spec++, first = false) {
		if (spec->name) {
			make_label(label, spec);
			print_wrapped(label, column, spec->help);
			continue;
		}
		printf("%s%s\n", first ? "" : "\n", spec->help);
		column = help_column(spec + 1);
	}
	return column;
}

static void print_help(const struct syntax *syntax)
{
	const struct option_table *table = syntax->tables;
	size_t column = 0;

	fputs(syntax->usage, stdout);
	putchar('\n');
	for (; table->specs; table++)
		column = print_specs(table->specs, table == syntax->tables);
	print_wrapped("  -h, --help", column, "show this help");
	putchar('\n');
	fputs(syntax->notes, stdout);
}

int options_read(const struct syntax *syntax, int argc, char **argv,
		 void *request)
{
	struct parser parser;
	int option;

	make_parser(&parser, syntax);
	while ((option = next_option(syntax, &parser, argc, argv)) != -1) {
		if (option == HELP) {
			print_help(syntax);
			return EXIT_OK;
		}
		if (option == '?' ||
		    take_option(find_slot(&parser, option), request))
			return EXIT_USAGE;
	}
	return check_words(syntax, argc - optind, argv + optind);
}

static int parse(const char *text, int base, unsigned long min,
		 unsigned long max, unsigned long *value)
{
	const char *digits = base == 8 ? "01234567" : "0123456789";

	if (!*text || text[strspn(text, digits)])
		return -1;
	errno = 0;
	*value = strtoul(text, NULL, base);
	return errno || *value < min || *value > max ? -1 : 0;
}

int options_number(const char *name, const char *text, unsigned long min,
		   unsigned long max, unsigned long *value)
{
	if (!parse(text, 10, min, max, value))
		return 0;
	diag("%s '%s' is out of range or not a number: give %lu to %lu",
	     name, text, min, max);
	return -1;
}

/*
 * Parses the number in front of the suffix, which is @suffix bytes long: 0, or
 * -1.
 */
static int parse_front(const char *text, size_t suffix, unsigned long max,
		       unsigned long *value)
{
	char front[24] = "";
	size_t length = strlen(text) - suffix;

	if (length >= sizeof(front))
		return -1;
	memcpy(front, text, length);
	return parse(front, 10, 0, max, value);
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && !strcmp(text + length - tail, suffix);
}

static unsigned int shift_of(const char *text)
{
	if (has_suffix(text, "K"))
		return 10;
	if (has_suffix(text, "M"))
		return 20;
	return has_suffix(text, "G") ? 30 : 0;
}

int options_size(const char *name, const char *text, unsigned long min,
		 unsigned long max, unsigned long *bytes)
{
	unsigned int shift = shift_of(text);

	if (!parse_front(text, shift > 0, max >> shift, bytes)) {
		*bytes <<= shift;
		if (*bytes >= min)
			return 0;
	}
	diag("%s '%s' is out of range or not a size: give %lu to %lu bytes, or with K, M or G, such as 64K",
	     name, text, min, max);
	return -1;
}

/* Parses "S", "S.F" with up to three digits, or "Nms". */
static int parse_time(const char *text, unsigned long max_ms, unsigned long *ms)
{
	const char *point = strchr(text, '.');
	size_t digits = point ? strlen(point + 1) : 0;
	unsigned long fraction = 0;

	if (has_suffix(text, "ms"))
		return parse_front(text, strlen("ms"), max_ms, ms);
	if (parse_front(text, point ? digits + 1 : 0, max_ms / 1000, ms))
		return -1;
	if (point && (digits > 3 || parse(point + 1, 10, 0, 999, &fraction)))
		return -1;
	for (; digits < 3; digits++)
		fraction *= 10;
	*ms = *ms * 1000 + fraction;
	return 0;
}

int options_time(const char *name, const char *text, unsigned long min_ms,
		 unsigned long max_ms, unsigned long *ms)
{
	if (!parse_time(text, max_ms, ms) && *ms >= min_ms && *ms <= max_ms)
		return 0;
	diag("%s '%s' is out of range or not a time: give %lums to %lums, or seconds, such as 2 or 0.5",
	     name, text, min_ms, max_ms);
	return -1;
}

int options_take_time(void *to, const struct option_spec *spec, const char *text)
{
	char name[32];

	snprintf(name, sizeof(name), "--%s", spec->name);
	return options_time(name, text, 1, 3600000, to);
}

int options_range(const char *name, const char *text, unsigned long min,
		  unsigned long max, unsigned long *from, unsigned long *to)
{
	char first[16] = "";
	size_t length = strcspn(text, "-");

	if (length < sizeof(first) && text[length]) {
		memcpy(first, text, length);
		if (!parse(first, 10, min, max, from) &&
		    !parse(text + length + 1, 10, *from, max, to))
			return 0;
	}
	diag("%s '%s' is not a range: give two numbers from %lu to %lu, such as 1024-65535",
	     name, text, min, max);
	return -1;
}

static int tell_no_id(const char *name, const char *text, const char *what)
{
	diag("%s: there is no %s '%s': give a name or a number", name, what, text);
	return -1;
}

int options_user(const char *name, const char *text, unsigned int *id)
{
	const struct passwd *user = getpwnam(text);
	unsigned long number;

	if (!user && parse(text, 10, 0, UINT_MAX - 1, &number))
		return tell_no_id(name, text, "user");
	*id = user ? user->pw_uid : number;
	return 0;
}

int options_group(const char *name, const char *text, unsigned int *id)
{
	const struct group *group = getgrnam(text);
	unsigned long number;

	if (!group && parse(text, 10, 0, UINT_MAX - 1, &number))
		return tell_no_id(name, text, "group");
	*id = group ? group->gr_gid : number;
	return 0;
}

int options_mode(const char *name, const char *text, unsigned int *mode)
{
	unsigned long value;

	if (parse(text, 8, 0, 0777, &value)) {
		diag("%s '%s' is not a file mode: give octal digits, 0 to 0777, such as 0660",
		     name, text);
		return -1;
	}
	*mode = value;
	return 0;
}
