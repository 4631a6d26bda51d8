/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A parser for the line with which a host program asks for a guest port:
 * "CONNECT <port>\n", as in Firecracker.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_LINE_H
#define VSB_LINE_H

#include <linux/limits.h>
#include <linux/types.h>

/* Longest line with its newline, as in Firecracker. */
#define VSB_LINE_MAX	32U

/* The answer: "OK 4294967295\n". */
#define VSB_OK_MAX	16U

/**
 * enum vsb_line - result of parsing the bytes of a client
 * @VSB_LINE_PARTIAL: the bytes have no newline yet
 * @VSB_LINE_OK: a line that names a port
 * @VSB_LINE_BAD: the line is malformed or too long
 */
enum vsb_line {
	VSB_LINE_PARTIAL,
	VSB_LINE_OK,
	VSB_LINE_BAD,
};

static inline bool vsb_line_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Skip the next word of @line from *@pos on.
 *
 * Return: the length of the word; 0 at the end of the line.
 */
static inline u32 vsb_line_word(const char *line, u32 len, u32 *pos)
{
	u32 start;

	while (*pos < len && vsb_line_is_space(line[*pos]))
		(*pos)++;
	start = *pos;
	while (*pos < len && !vsb_line_is_space(line[*pos]))
		(*pos)++;
	return *pos - start;
}

static inline bool vsb_line_is_connect(const char *word, u32 len)
{
	static const char connect[] = "connect";
	u32 i;

	if (len != sizeof(connect) - 1)
		return false;
	for (i = 0; i < len; i++) {
		if ((word[i] | 0x20) != connect[i])
			return false;
	}
	return true;
}

/* Parse a decimal u32 with an optional '+' before it. */
static inline bool vsb_line_port(const char *word, u32 len, u32 *port)
{
	u64 value = 0;
	u32 i = 0;

	if (len && word[0] == '+')
		i++;
	if (i == len)
		return false;
	for (; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		value = value * 10 + (word[i] - '0');
		if (value > U32_MAX)
			return false;
	}
	*port = value;
	return true;
}

/**
 * vsb_line_parse() - parse the first bytes that a client has sent
 * @data: the bytes
 * @len: number of bytes; bytes after the first VSB_LINE_MAX are ignored
 * @line_len: out: with VSB_LINE_OK, length of the line with its newline
 * @port: out: with VSB_LINE_OK, the guest port
 *
 * As in Firecracker, white space separates the words. The first word is
 * "connect" in upper or lower case, the second is a decimal number. The rest of
 * the line is ignored, so the line may end with CRLF.
 *
 * Return: enum vsb_line.
 */
static inline enum vsb_line vsb_line_parse(const char *data, u32 len,
					   u32 *line_len, u32 *port)
{
	u32 end, word, pos = 0;

	if (len > VSB_LINE_MAX)
		len = VSB_LINE_MAX;
	for (end = 0; end < len && data[end] != '\n'; end++)
		;
	if (end == len)
		return len == VSB_LINE_MAX ? VSB_LINE_BAD : VSB_LINE_PARTIAL;

	word = vsb_line_word(data, end, &pos);
	if (!vsb_line_is_connect(data + pos - word, word))
		return VSB_LINE_BAD;
	word = vsb_line_word(data, end, &pos);
	if (!vsb_line_port(data + pos - word, word, port))
		return VSB_LINE_BAD;
	*line_len = end + 1;
	return VSB_LINE_OK;
}

/**
 * vsb_line_parse_message() - parse the first message of a SEQPACKET client
 * @data: the message, with room for a byte behind it
 * @len: length of the message
 * @port: out: with VSB_LINE_OK, the guest port
 *
 * The message is the whole line, with or without a newline. No bytes may follow
 * the newline: the first bytes for the guest must be a message of their own.
 *
 * Return: VSB_LINE_OK or VSB_LINE_BAD.
 */
static inline enum vsb_line vsb_line_parse_message(char *data, u32 len,
						   u32 *port)
{
	u32 line_len;

	if (!len || len > VSB_LINE_MAX)
		return VSB_LINE_BAD;
	if (data[len - 1] != '\n')
		data[len++] = '\n';
	if (vsb_line_parse(data, len, &line_len, port) != VSB_LINE_OK ||
	    line_len != len)
		return VSB_LINE_BAD;
	return VSB_LINE_OK;
}

#endif /* VSB_LINE_H */
