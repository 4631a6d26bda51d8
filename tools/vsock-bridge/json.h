/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON on stdout: one document, which is an object. The first json_object()
 * begins it, and the last json_end() ends it. @key is NULL in an array and for
 * the document.
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
/*
 * Prints bits as text in hexadecimal, because not all readers support 64-bit
 * numbers.
 */
void json_bits(const char *key, __u64 bits);
/* Prints text; bytes that are not UTF-8 become U+FFFD. */
void json_text(const char *key, const char *text);
void json_text_of(const char *key, const char *bytes, size_t length);

#endif /* VSB_CLI_JSON_H */
