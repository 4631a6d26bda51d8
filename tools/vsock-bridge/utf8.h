/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8: where a character ends, and which ones are no text. */
#ifndef VSB_CLI_UTF8_H
#define VSB_CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes of the character that begins at @c, of which @left are there; 0 if none
 * does: overlong forms, surrogates and what is above U+10FFFF are none.
 */
size_t utf8_length(const unsigned char *c, size_t left);

/*
 * Of a character that has this @length: does a terminal obey it rather than show
 * it? If so, its last byte is its number.
 */
bool utf8_is_control(const unsigned char *c, size_t length);

/* Does it change the direction in which the text around it is shown? */
bool utf8_turns_text(const unsigned char *c, size_t length);

#endif /* VSB_CLI_UTF8_H */
