/* SPDX-License-Identifier: GPL-2.0 */
/* Text output: strings from other programs, and numbers in few characters. */
#ifndef VSB_CLI_TEXT_H
#define VSB_CLI_TEXT_H

#include <linux/types.h>

/* Size of the buffer of the functions below, including the NUL. */
#define TEXT_SIZE	32

/*
 * Replaces each character that a terminal would not only display by a question
 * mark.
 */
void text_make_printable(char *text);

/* Bytes, as 999, 1.5K or 12M. */
const char *text_bytes(char text[TEXT_SIZE], double bytes);

/* A number, as 999, 1.5k or 12M. */
const char *text_count(char text[TEXT_SIZE], double count);

/* A time in its largest unit, as 450ms, 12s or 3d. */
const char *text_age(char text[TEXT_SIZE], __u64 ms);

/* Returns a process ID, or "-" if it is not known. */
const char *text_pid(char text[TEXT_SIZE], __u32 pid);

/* Returns the name of a user, or the number if there is no name. */
const char *text_user(char text[TEXT_SIZE], __u32 uid);

#endif /* VSB_CLI_TEXT_H */
