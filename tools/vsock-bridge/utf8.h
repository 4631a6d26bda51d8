/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8: the lengths of characters, and the characters that are not text. */
#ifndef VSB_CLI_UTF8_H
#define VSB_CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns the number of bytes of the character that begins at @c, where @left
 * bytes are available; 0 if no valid character begins there. Overlong forms,
 * surrogates and numbers above U+10FFFF are invalid.
 */
size_t utf8_length(const unsigned char *c, size_t left);

/*
 * For a character of this @length: is it a control character, which a terminal
 * executes and does not display? If so, its last byte is its number.
 */
bool utf8_is_control(const unsigned char *c, size_t length);

/* Does it change the direction of the text around it? */
bool utf8_turns_text(const unsigned char *c, size_t length);

#endif /* VSB_CLI_UTF8_H */
