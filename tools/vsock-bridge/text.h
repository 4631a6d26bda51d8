/* SPDX-License-Identifier: GPL-2.0 */
/* Text for people: what comes from outside, and numbers in few letters. */
#ifndef VSB_CLI_TEXT_H
#define VSB_CLI_TEXT_H

#include <linux/types.h>

/* What the functions below need, their NUL included. */
#define TEXT_SIZE	32

/* Puts a question mark in place of what a terminal would not just show. */
void text_make_printable(char *text);

/* Bytes, as 999, 1.5K or 12M. */
const char *text_bytes(char text[TEXT_SIZE], double bytes);

/* A number, as 999, 1.5k or 12M. */
const char *text_count(char text[TEXT_SIZE], double count);

/* A time in its largest unit, as 450ms, 12s or 3d. */
const char *text_age(char text[TEXT_SIZE], __u64 ms);

/* A process, or - where it is not known. */
const char *text_pid(char text[TEXT_SIZE], __u32 pid);

/* The name of a user, or the number where there is none. */
const char *text_user(char text[TEXT_SIZE], __u32 uid);

#endif /* VSB_CLI_TEXT_H */
