// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "apparmor.h"
#include "process.h"

#define FS	"/sys/kernel/security/apparmor/"
#define CURRENT	"/proc/thread-self/attr/current"
#define PARSER	"/usr/sbin/apparmor_parser"
#define NAME	"vsock_bridge_test"

/* Allows everything that AppArmor mediates except access to one folder. */
static const char profile[] =
	"abi <kernel>,\n"
	"profile " NAME " flags=(attach_disconnected) {\n"
	"  file,\n"
	"  capability,\n"
	"  network,\n"
	"  unix,\n"
	"  signal,\n"
	"  ptrace,\n"
	"  mount,\n"
	"  deny \"%s/**\" rw,\n"
	"  change_profile -> unconfined,\n"
	"}\n";

bool apparmor_is_on(void)
{
	return access(FS ".replace", F_OK) == 0 && access(PARSER, X_OK) == 0;
}

int apparmor_lock_out(const char *folder)
{
	FILE *parser = popen(PARSER " --replace --skip-cache --quiet", "w");

	if (!parser)
		return -errno;
	fprintf(parser, profile, folder);
	return pclose(parser) ? -EINVAL :
	       process_write(CURRENT, "changeprofile " NAME);
}

void apparmor_let_in(void)
{
	process_write(CURRENT, "changeprofile unconfined");
	process_write(FS ".remove", NAME);
}
