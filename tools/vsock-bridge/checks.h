/* SPDX-License-Identifier: GPL-2.0 */
/* The checks of doctor. */
#ifndef VSB_CLI_CHECKS_H
#define VSB_CLI_CHECKS_H

#include "finding.h"
#include "host.h"

/**
 * struct check - a check
 * @name: its name
 * @look: runs the check
 */
struct check {
	const char *name;
	void (*look)(const struct host *host, struct finding *finding);
};

/*
 * A check comes after the checks that it depends on. The last entry has no
 * name.
 */
extern const struct check checks[];

/* Checks whether a device can have this path. */
void checks_path(const char *path, struct finding *finding);

/* The checks of the table, by subject: check_kernel.c, check_node.c */
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
