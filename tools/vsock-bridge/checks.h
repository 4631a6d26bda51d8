/* SPDX-License-Identifier: GPL-2.0 */
/* The checks of doctor. */
#ifndef VSB_CLI_CHECKS_H
#define VSB_CLI_CHECKS_H

#include "finding.h"
#include "host.h"

/**
 * struct check - a check
 * @name: its name
 * @look: what it does
 */
struct check {
	const char *name;
	void (*look)(const struct host *host, struct finding *finding);
};

/* In the order of what needs what; ends with a check that has no name. */
extern const struct check checks[];

/* Can a device have this path? */
void checks_path(const char *path, struct finding *finding);

/* What the table has, by subject: check_kernel.c, check_node.c */
void check_kernel(const struct host *host, struct finding *finding);
void check_options(const struct host *host, struct finding *finding);
void check_module(const struct host *host, struct finding *finding);
void check_signature(const struct host *host, struct finding *finding);
void check_node(const struct host *host, struct finding *finding);
void check_control(const struct host *host, struct finding *finding);
void check_kvm(const struct host *host, struct finding *finding);
void check_vhost(const struct host *host, struct finding *finding);
void check_holders(const struct host *host, struct finding *finding);

#endif /* VSB_CLI_CHECKS_H */
