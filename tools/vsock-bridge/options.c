// SPDX-License-Identifier: GPL-2.0
/* Command lines: what subcommands share in reading their options. */
#include <errno.h>
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

/* optopt is what getopt_long() stumbled over; 0 for an unknown long option. */
static void tell_wrong(const char *command, int result, char **argv,
		       const struct option *options)
{
	const char *wrong = result == ':' ? "needs a value" : "takes no value";
	const char *word = argv[optind - 1];

	for (; optopt && options->name; options++) {
		if (options->val == optopt) {
			diag("--%s %s: see 'vsock-bridge %s --help'",
			     options->name, wrong, command);
			return;
		}
	}
	if (optopt)
		diag("unknown option -%c: see 'vsock-bridge %s --help'",
		     optopt, command);
	else
		diag("unknown option %.*s: see 'vsock-bridge %s --help'",
		     (int)strcspn(word, "="), word, command);
}

/* -1 at the end, an option's value, or '?' when it is wrong, which has been told. */
static int next_option(const struct syntax *syntax, int argc, char **argv)
{
	const char *letters = syntax->in_order ? "+:h" : ":h";
	int result = getopt_long(argc, argv, letters, syntax->options, NULL);

	/* "--uds-path -- COMMAND": the separator is no value. */
	if (result >= OPT_FIRST && optarg && optarg == argv[optind - 1] &&
	    !strcmp(optarg, "--")) {
		optopt = result;
		result = ':';
	}
	if (result != '?' && result != ':')
		return result;
	tell_wrong(syntax->command, result, argv, syntax->options);
	return '?';
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

int options_read(const struct syntax *syntax, int argc, char **argv,
		 void *request)
{
	int option;

	while ((option = next_option(syntax, argc, argv)) != -1) {
		if (option == 'h') {
			fputs(syntax->usage, stdout);
			return EXIT_OK;
		}
		if (option == '?' || syntax->take(request, option))
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

/* The number in front of the suffix, whose length is @suffix: 0, or -1. */
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

/* "S", "S.F" with up to three digits, or "Nms" */
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

int options_interval(const char *text, unsigned long *ms)
{
	return options_time("--interval", text, 1, 3600000, ms);
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
	diag("%s '%s' is no range: give two numbers from %lu to %lu, such as 1024-65535",
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
		diag("%s '%s' is no file mode: give octal digits, 0 to 0777, such as 0660",
		     name, text);
		return -1;
	}
	*mode = value;
	return 0;
}
