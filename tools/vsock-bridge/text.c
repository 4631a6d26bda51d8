// SPDX-License-Identifier: GPL-2.0
/* Text output: strings from other programs, and numbers in few characters. */
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "utf8.h"

/*
 * Names of files, programs and options come from other programs. A newline in a
 * name would make two lines of one, an escape sequence would reach the
 * terminal, and a change of direction would disguise the name. Bytes that are
 * not UTF-8 are control characters for some terminals.
 */
static bool is_printable(const unsigned char *c, size_t length)
{
	return length && !utf8_is_control(c, length) && !utf8_turns_text(c, length);
}

void text_make_printable(char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t left = strlen(text), length;

	for (; left; from += length, left -= length) {
		length = utf8_length(from, left);
		if (is_printable(from, length)) {
			memmove(text, from, length);
			text += length;
		} else {
			*text++ = '?';
			length = length ?: 1;
		}
	}
	*text = '\0';
}

/* Formats at most three digits, of which one may be behind the point. */
static const char *scaled(char text[TEXT_SIZE], double value, double step,
			  const char *suffixes)
{
	const char *suffix = suffixes;

	if (value < 999.5) {
		snprintf(text, TEXT_SIZE, "%.0f", value);
		return text;
	}
	for (value /= step; value >= 999.5 && suffix[1]; suffix++)
		value /= step;
	snprintf(text, TEXT_SIZE, "%.*f%c", value < 9.95, value, *suffix);
	return text;
}

const char *text_bytes(char text[TEXT_SIZE], double bytes)
{
	return scaled(text, bytes, 1024, "KMGTPE");
}

const char *text_count(char text[TEXT_SIZE], double count)
{
	return scaled(text, count, 1000, "kMGTPE");
}

const char *text_age(char text[TEXT_SIZE], __u64 ms)
{
	static const struct {
		__u64 ms;
		const char *name;
	} units[] = {
		{ 86400000, "d" }, { 3600000, "h" }, { 60000, "min" },
		{ 1000, "s" }, { 1, "ms" },
	};
	int i = 0;

	while (units[i].ms > 1 && ms < units[i].ms)
		i++;
	snprintf(text, TEXT_SIZE, "%llu%s",
		 (unsigned long long)(ms / units[i].ms), units[i].name);
	return text;
}

const char *text_pid(char text[TEXT_SIZE], __u32 pid)
{
	if (!pid)
		return "-";
	snprintf(text, TEXT_SIZE, "%u", pid);
	return text;
}

const char *text_user(char text[TEXT_SIZE], __u32 uid)
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(text, TEXT_SIZE, "%s", user->pw_name);
	else
		snprintf(text, TEXT_SIZE, "%u", uid);
	return text;
}
