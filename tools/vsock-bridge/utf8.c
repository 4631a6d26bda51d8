// SPDX-License-Identifier: GPL-2.0
/* UTF-8: the lengths of characters, and the characters that are not text. */
#include "utf8.h"

size_t utf8_length(const unsigned char *c, size_t left)
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

/* U+0080 to U+009F are encoded as c2 and their own number. */
bool utf8_is_control(const unsigned char *c, size_t length)
{
	if (length == 1)
		return *c < ' ' || *c == 0x7f;
	return length == 2 && c[0] == 0xc2 && c[1] <= 0x9f;
}

/* U+202A to U+202E, and U+2066 to U+2069. */
bool utf8_turns_text(const unsigned char *c, size_t length)
{
	if (length != 3 || c[0] != 0xe2)
		return false;
	return (c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
	       (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}
