// SPDX-License-Identifier: GPL-2.0
/*
 * CONNECT lines: compares the parser with a reference that splits the line with
 * the C library, for whole lines and byte by byte.
 */
#include <ctype.h>
#include <strings.h>

#include "fuzz.h"

#include "conn/pure/line.h"

/* The copy ends with the allocation, so that reading past it is detected. */
static char *copy_of(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	return copy;
}

static bool reference_port(const char *word, u32 *port)
{
	unsigned long long value;
	char *end;

	if (!isdigit(word[word[0] == '+']))
		return false;
	value = strtoull(word, &end, 10);
	*port = value;
	return !*end && value <= U32_MAX;
}

/*
 * Parses a line without its newline; anything after the second word is ignored.
 */
static bool reference_line(char *line, u32 *port)
{
	static const char space[] = " \t\v\f\r";
	char *rest, *word = strtok_r(line, space, &rest);

	if (!word || strcasecmp(word, "connect"))
		return false;
	word = strtok_r(NULL, space, &rest);
	return word && reference_port(word, port);
}

static enum vsb_line reference(const char *data, size_t len, u32 *line_len,
			       u32 *port)
{
	char line[VSB_LINE_MAX];
	const char *end;
	size_t i;

	if (len > VSB_LINE_MAX)
		len = VSB_LINE_MAX;
	end = memchr(data, '\n', len);
	if (!end)
		return len == VSB_LINE_MAX ? VSB_LINE_BAD : VSB_LINE_PARTIAL;
	*line_len = end - data + 1;
	memcpy(line, data, *line_len);
	line[*line_len - 1] = 0;
	/*
	 * the C library would stop at a NUL: replace it by a byte that is never
	 * valid
	 */
	for (i = 0; i + 1 < *line_len; i++)
		line[i] = line[i] ? line[i] : '\1';
	return reference_line(line, port) ? VSB_LINE_OK : VSB_LINE_BAD;
}

static enum vsb_line check_line(const char *data, size_t len)
{
	u32 line_len = 0, port = 0, want_len = 0, want_port = 0;
	enum vsb_line got, want;
	char *copy = copy_of(data, len);

	got = vsb_line_parse(copy, len, &line_len, &port);
	want = reference(data, len, &want_len, &want_port);
	ORACLE(got == want);
	if (got == VSB_LINE_OK)
		ORACLE(line_len == want_len && port == want_port);
	free(copy);
	return got;
}

static void check_message(const char *data, size_t len)
{
	char *room = copy_of(data, len + 1), line[VSB_LINE_MAX + 1] = "";
	u32 port = 0, want_len = 0, want_port = 0;
	bool ok = len && len <= VSB_LINE_MAX, got;

	if (ok) {
		memcpy(line, data, len);
		if (line[len - 1] != '\n')
			line[len++] = '\n';
		ok = reference(line, len, &want_len, &want_port) ==
		     VSB_LINE_OK && want_len == len;
		len -= line[len - 1] == '\n' && data[len - 1] != '\n';
	}
	got = vsb_line_parse_message(room, len, &port) == VSB_LINE_OK;
	ORACLE(got == ok);
	if (got)
		ORACLE(port == want_port);
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2 * VSB_LINE_MAX] = "";
	enum vsb_line whole, piece = VSB_LINE_PARTIAL;
	size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1, i;

	memcpy(text, data, len);
	whole = check_line(text, len);
	/*
	 * byte by byte, the first final answer equals the answer for the whole
	 * line
	 */
	for (i = 0; i <= len && piece == VSB_LINE_PARTIAL; i++)
		piece = check_line(text, i);
	ORACLE(piece == whole);
	check_message(text, len);
	return 0;
}
