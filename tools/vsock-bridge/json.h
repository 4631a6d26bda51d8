/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON on stdout: one document, an object, which the first json_object() begins
 * and the last json_end() ends. A @key is NULL in an array and for the document.
 */
#ifndef VSB_CLI_JSON_H
#define VSB_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

void json_object(const char *key);
void json_array(const char *key);
/* Ends the object or array that was begun last. */
void json_end(void);

void json_number(const char *key, __u64 value);
void json_real(const char *key, double value);
void json_bool(const char *key, bool value);
void json_null(const char *key);
/* Bits are text, in hexadecimal: not all readers have 64 of them in a number. */
void json_bits(const char *key, __u64 bits);
/* What is no UTF-8 becomes U+FFFD. */
void json_text(const char *key, const char *text);
void json_text_of(const char *key, const char *bytes, size_t length);

#endif /* VSB_CLI_JSON_H */
