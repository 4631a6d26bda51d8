/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration that a kernel was built with. */
#ifndef VSB_CLI_KCONFIG_H
#define VSB_CLI_KCONFIG_H

#include <stdbool.h>

#include "host.h"

/**
 * struct kconfig - a kernel's configuration
 * @text: the whole configuration; NULL if it is not known
 * @source: the file that it was read from
 */
struct kconfig {
	char *text;
	const char *source;
};

void kconfig_read(struct kconfig *config, const struct host *host);
void kconfig_free(struct kconfig *config);

/* Is @option, with its CONFIG_, built in or a module? */
bool kconfig_has(const struct kconfig *config, const char *option);

#endif /* VSB_CLI_KCONFIG_H */
