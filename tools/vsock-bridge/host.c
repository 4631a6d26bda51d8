// SPDX-License-Identifier: GPL-2.0
/*
 * The system that doctor checks: its files below a root directory, and its
 * kernel.
 */
#include <string.h>
#include <unistd.h>

#include "host.h"

const char *host_path(const struct host *host, char path[HOST_PATH_SIZE],
		      const char *format)
{
	const char *release = strstr(format, "%s");

	if (release)
		snprintf(path, HOST_PATH_SIZE, "%s%.*s%s%s", host->root,
			 (int)(release - format), format, host->release,
			 release + strlen("%s"));
	else
		snprintf(path, HOST_PATH_SIZE, "%s%s", host->root, format);
	return path;
}

bool host_exists(const struct host *host, const char *format)
{
	char path[HOST_PATH_SIZE];

	return !access(host_path(host, path, format), F_OK);
}

FILE *host_open(const struct host *host, const char *format)
{
	char path[HOST_PATH_SIZE];

	return fopen(host_path(host, path, format), "re");
}

bool host_read(const struct host *host, const char *format, char *line,
	       size_t size)
{
	FILE *file = host_open(host, format);
	bool found;

	if (!file)
		return false;
	found = fgets(line, size, file);
	fclose(file);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}
