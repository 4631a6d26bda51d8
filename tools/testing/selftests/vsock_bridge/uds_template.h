/* SPDX-License-Identifier: GPL-2.0 */
/* The module parameter uds_template, which a test changes and restores. */
#ifndef UDS_TEMPLATE_H
#define UDS_TEMPLATE_H

struct uds_template {
	char before[128];
};

/* Saves the current value. Returns 0 or -errno. */
int uds_template_begin(struct uds_template *t);
int uds_template_set(const char *dir, const char *name);
int uds_template_end(const struct uds_template *t);
/* Reads the current value, with a newline. */
int uds_template_get(char *text, unsigned int size);

#endif /* UDS_TEMPLATE_H */
