/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An AF_UNIX address.
 */
#ifndef VSB_NAME_H
#define VSB_NAME_H

#include <linux/types.h>
#include <linux/un.h>

/**
 * struct vsb_name - an AF_UNIX address
 * @len: number of bytes in use
 * @text: a path without its NUL, or an abstract name, which begins with a NUL
 */
struct vsb_name {
	unsigned int len;
	char text[UNIX_PATH_MAX];
};

static inline bool vsb_name_is_abstract(const struct vsb_name *name)
{
	return name->len && !name->text[0];
}

#endif /* VSB_NAME_H */
