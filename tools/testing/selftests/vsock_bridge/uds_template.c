// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "process.h"
#include "uds_template.h"

#define PARAMETER "/sys/module/vsock_bridge/parameters/uds_template"

int uds_template_get(char *text, unsigned int size)
{
	FILE *f = fopen(PARAMETER, "r");
	int err = 0;

	if (!f)
		return -errno;
	if (!fgets(text, size, f))
		err = -EIO;
	fclose(f);
	return err;
}

int uds_template_begin(struct uds_template *t)
{
	return uds_template_get(t->before, sizeof(t->before));
}

int uds_template_set(const char *dir, const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "%s%s\n", dir, name);
	return process_write(PARAMETER, text);
}

int uds_template_end(const struct uds_template *t)
{
	return process_write(PARAMETER, t->before);
}
