// SPDX-License-Identifier: GPL-2.0
/* The checks of doctor: the kernel, and the module in it. */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "kconfig.h"

/* The oldest kernel that the module supports. */
enum { OLDEST_MAJOR = 6, OLDEST_MINOR = 1 };

#define SECURE_BOOT							\
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

void check_kernel(const struct host *host, struct finding *finding)
{
	int major, minor;

	if (sscanf(host->release, "%d.%d", &major, &minor) == 2 &&
	    (major > OLDEST_MAJOR ||
	     (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))) {
		finding_say(finding, FINDING_OK, "Linux %s", host->release);
		return;
	}
	finding_say(finding, FINDING_PROBLEM, "Linux %s is older than %d.%d",
		    host->release, OLDEST_MAJOR, OLDEST_MINOR);
	finding_advise(finding, "boot a newer kernel");
}

/* The options that dkms.conf and Kbuild require, and support for modules. */
static const char * const needed[] = {
	"CONFIG_MODULES", "CONFIG_UNIX", "CONFIG_EVENTFD", "CONFIG_VHOST",
};

static void name_missing(const struct kconfig *config, char *names)
{
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (kconfig_has(config, needed[i]))
			continue;
		strcat(names, *names ? ", " : "");
		strcat(names, needed[i]);
	}
}

void check_options(const struct host *host, struct finding *finding)
{
	char missing[256] = "", path[HOST_PATH_SIZE];
	struct kconfig config;

	kconfig_read(&config, host);
	if (!config.text) {
		finding_say(finding, FINDING_NOTE,
			    "the options of this kernel are not known");
		finding_advise(finding, "if the module does not build, check the kernel's configuration for CONFIG_VHOST");
		return;
	}
	name_missing(&config, missing);
	host_path(host, path, config.source);
	if (*missing) {
		finding_say(finding, FINDING_PROBLEM, "the kernel lacks %s (%s)",
			    missing, path);
		finding_advise(finding, "boot a kernel that has them: Debian's do");
	} else {
		finding_say(finding, FINDING_OK, "the kernel has the options that the module needs (%s)",
			    path);
	}
	kconfig_free(&config);
}

static bool is_installed(const struct host *host)
{
	FILE *file = host_open(host, "/lib/modules/%s/modules.dep");
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) > 0) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/vsock_bridge.ko");
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

static bool is_loaded(const struct host *host)
{
	return host_exists(host, "/sys/module/vsock_bridge");
}

void check_module(const struct host *host, struct finding *finding)
{
	char version[64] = "of an unknown version";

	if (is_loaded(host)) {
		host_read(host, "/sys/module/vsock_bridge/version", version,
			  sizeof(version));
		if (!strcmp(version, VERSION)) {
			finding_say(finding, FINDING_OK, "vsock_bridge %s is loaded",
				    version);
			return;
		}
		finding_say(finding, FINDING_NOTE,
			    "vsock_bridge %s is loaded, and this tool is " VERSION, version);
		finding_advise(finding, "install the same release of both, and load the module again: modprobe -r vsock_bridge; modprobe vsock_bridge");
	} else if (is_installed(host)) {
		finding_say(finding, FINDING_PROBLEM, "vsock_bridge is installed, but not loaded");
		finding_advise(finding, "modprobe vsock_bridge; if that fails, see dmesg(1)");
	} else {
		finding_say(finding, FINDING_PROBLEM,
			    "vsock_bridge is not installed for Linux %s", host->release);
		finding_advise(finding, "install linux-headers-%s and the module's source, then: dkms autoinstall; modprobe vsock_bridge",
			       host->release);
	}
}

/* The file has four bytes of attributes, and the value. */
static bool is_secure_boot(const struct host *host)
{
	FILE *file = host_open(host, SECURE_BOOT);
	unsigned char value[5] = "";
	size_t n;

	if (!file)
		return false;
	n = fread(value, 1, sizeof(value), file);
	fclose(file);
	return n == sizeof(value) && value[4] == 1;
}

/*
 * Returns why the kernel loads only signed modules; NULL if it loads others
 * too.
 */
static const char *why_signed(const struct host *host)
{
	char line[64];

	if (host_read(host, "/sys/module/module/parameters/sig_enforce", line,
		      sizeof(line)) && *line == 'Y')
		return "module.sig_enforce is set";
	if (host_read(host, "/sys/kernel/security/lockdown", line, sizeof(line)) &&
	    !strstr(line, "[none]"))
		return "the kernel is locked down";
	return is_secure_boot(host) ? "Secure Boot is on" : NULL;
}

void check_signature(const struct host *host, struct finding *finding)
{
	const char *why = why_signed(host);

	if (!why) {
		finding_say(finding, FINDING_OK, "modules need no signature");
	} else if (is_loaded(host)) {
		finding_say(finding, FINDING_OK,
			    "%s, but vsock_bridge is loaded", why);
	} else {
		finding_say(finding, FINDING_NOTE,
			    "%s: a module loads only if it is signed with a key that the machine knows",
			    why);
		finding_advise(finding, "if modprobe says 'Key was rejected': mokutil --import /var/lib/dkms/mok.pub, and reboot");
	}
}
