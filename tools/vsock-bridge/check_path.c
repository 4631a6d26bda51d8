// SPDX-License-Identifier: GPL-2.0
/* The checks of doctor: a path for a device. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vsock_bridge.h>

#include "checks.h"
#include "uds.h"

static bool is_too_long(const char *path, struct finding *finding)
{
	size_t length = strlen(path);

	if (length <= VSOCK_BRIDGE_PATH_MAX)
		return false;
	finding_say(finding, FINDING_PROBLEM,
		    "%s is %zu bytes, %zu more than leave room for the guest's ports",
		    path, length, length - VSOCK_BRIDGE_PATH_MAX);
	finding_advise(finding, "use a shorter path, or a path relative to the working directory");
	return true;
}

static bool lacks_directory(const char *path, struct finding *finding)
{
	char copy[VSOCK_BRIDGE_PATH_MAX + 1];
	const char *directory;

	strcpy(copy, path);
	directory = dirname(copy);
	if (!faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS))
		return false;
	if (errno == ENOENT) {
		finding_say(finding, FINDING_PROBLEM, "%s: there is no %s", path, directory);
		finding_advise(finding, "mkdir -p %s", directory);
	} else {
		finding_say(finding, FINDING_PROBLEM, "%s: you cannot make files in %s (%s)",
			    path, directory, strerror(errno));
		finding_advise(finding, "use a directory that you can write to");
	}
	return true;
}

static void look_at_file(const char *path, struct finding *finding)
{
	struct stat st;

	if (lstat(path, &st)) {
		finding_say(finding, FINDING_OK, "%s is free", path);
	} else if (!S_ISSOCK(st.st_mode)) {
		finding_say(finding, FINDING_PROBLEM, "%s exists and is not a socket", path);
		finding_advise(finding, "move it away, or use another path");
	} else if (uds_is_stale(path)) {
		finding_say(finding, FINDING_NOTE, "%s is a socket on which no program listens", path);
		finding_advise(finding, "start with --replace, or rm %s", path);
	} else {
		finding_say(finding, FINDING_NOTE, "%s is in use", path);
		finding_advise(finding, "for another virtual machine use another path; see 'vsock-bridge list %s'", path);
	}
}

void checks_path(const char *path, struct finding *finding)
{
	if (is_too_long(path, finding))
		return;
	if (uds_is_abstract(path))
		finding_say(finding, FINDING_OK, "%s fits", path);
	else if (!lacks_directory(path, finding))
		look_at_file(path, finding);
}
