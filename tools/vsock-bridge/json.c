// SPDX-License-Identifier: GPL-2.0
/* JSON on stdout. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

enum { DEEPEST = 8 };

/*
 * For each object or array that is not ended: its closing bracket, and whether
 * it is empty.
 */
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

static void quote_character(const unsigned char *c, size_t length)
{
	if (!length)
		fputs("\\ufffd", stdout);
	else if (utf8_is_control(c, length))
		printf("\\u%04x", c[length - 1]);
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
