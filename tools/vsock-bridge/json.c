// SPDX-License-Identifier: GPL-2.0
/* JSON on stdout. */
#include <stdio.h>
#include <string.h>

#include "json.h"

enum { DEEPEST = 8 };

/* Of each object or array that is not ended: its bracket, and is it empty? */
static struct {
	char closing;
	bool empty;
} levels[DEEPEST];
static int depth;

static void new_line(void)
{
	printf("\n%*s", 2 * depth, "");
}

static void quote(const char *text, size_t length);

static void begin_value(const char *key)
{
	if (depth) {
		if (!levels[depth - 1].empty)
			putchar(',');
		levels[depth - 1].empty = false;
		new_line();
	}
	if (key) {
		quote(key, strlen(key));
		fputs(": ", stdout);
	}
}

static void begin_level(const char *key, char opening, char closing)
{
	begin_value(key);
	putchar(opening);
	levels[depth].closing = closing;
	levels[depth].empty = true;
	depth++;
}

void json_object(const char *key)
{
	begin_level(key, '{', '}');
}

void json_array(const char *key)
{
	begin_level(key, '[', ']');
}

void json_end(void)
{
	depth--;
	if (!levels[depth].empty)
		new_line();
	putchar(levels[depth].closing);
	if (!depth)
		putchar('\n');
}

void json_number(const char *key, __u64 value)
{
	begin_value(key);
	printf("%llu", (unsigned long long)value);
}

void json_real(const char *key, double value)
{
	begin_value(key);
	printf("%.1f", value);
}

void json_bool(const char *key, bool value)
{
	begin_value(key);
	fputs(value ? "true" : "false", stdout);
}

void json_null(const char *key)
{
	begin_value(key);
	fputs("null", stdout);
}

void json_bits(const char *key, __u64 bits)
{
	begin_value(key);
	printf("\"0x%llx\"", (unsigned long long)bits);
}

/*
 * Bytes of the UTF-8 character that begins at @c, of which @left are there; 0 if
 * none does: overlong forms, surrogates and what is above U+10FFFF are none.
 */
static size_t utf8_length(const unsigned char *c, size_t left)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t length;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, n;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (c[0] >= forms[i].first && c[0] <= forms[i].last)
			break;
	if (i == sizeof(forms) / sizeof(*forms) || forms[i].length > left)
		return 0;
	if (forms[i].length > 1 && (c[1] < forms[i].low || c[1] > forms[i].high))
		return 0;
	for (n = 2; n < forms[i].length; n++)
		if (c[n] < 0x80 || c[n] > 0xbf)
			return 0;
	return forms[i].length;
}

static void quote_character(const unsigned char *c, size_t length)
{
	if (!length)
		fputs("\\ufffd", stdout);
	else if (*c < ' ' || *c == 0x7f)
		printf("\\u%04x", *c);
	else if (*c == '"' || *c == '\\')
		printf("\\%c", *c);
	else
		fwrite(c, 1, length, stdout);
}

static void quote(const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t at = 0;

	putchar('"');
	while (at < length) {
		size_t n = utf8_length(c + at, length - at);

		quote_character(c + at, n);
		at += n ?: 1;
	}
	putchar('"');
}

void json_text_of(const char *key, const char *bytes, size_t length)
{
	begin_value(key);
	quote(bytes, length);
}

void json_text(const char *key, const char *text)
{
	json_text_of(key, text, strlen(text));
}
