// SPDX-License-Identifier: GPL-2.0
/* The configuration that a kernel was built with. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kconfig.h"

static char *read_all(FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t length = getdelim(&text, &size, '\0', file);

	if (length > 0)
		return text;
	free(text);
	return NULL;
}

static char *read_plain(const struct host *host, const char *name)
{
	FILE *file = host_open(host, name);
	char *text;

	if (!file)
		return NULL;
	text = read_all(file);
	fclose(file);
	return text;
}

/*
 * Its messages, such as about a file that is not compressed, are not shown:
 * doctor prints only findings.
 */
static void become_gzip(const char *path, int out)
{
	dup2(out, STDOUT_FILENO);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	execlp("gzip", "gzip", "-dc", path, NULL);
	_exit(127);
}

static char *read_packed(const struct host *host, const char *name)
{
	char path[HOST_PATH_SIZE];
	char *text = NULL;
	FILE *file;
	int ends[2];
	pid_t child;

	if (!host_exists(host, name) || pipe(ends))
		return NULL;
	child = fork();
	if (!child)
		become_gzip(host_path(host, path, name), ends[1]);
	close(ends[1]);
	file = fdopen(ends[0], "r");
	if (file && child > 0)
		text = read_all(file);
	if (file)
		fclose(file);
	if (child > 0)
		waitpid(child, NULL, 0);
	return text;
}

void kconfig_read(struct kconfig *config, const struct host *host)
{
	static const char * const names[] = {
		"/boot/config-%s",
		"/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	size_t i;

	config->source = "/proc/config.gz";
	config->text = read_packed(host, config->source);
	for (i = 0; !config->text && i < sizeof(names) / sizeof(*names); i++) {
		config->source = names[i];
		config->text = read_plain(host, names[i]);
	}
}

void kconfig_free(struct kconfig *config)
{
	free(config->text);
	config->text = NULL;
}

bool kconfig_has(const struct kconfig *config, const char *option)
{
	const char *at = config->text;
	size_t length = strlen(option);

	while ((at = strstr(at, option))) {
		bool begins = at == config->text || at[-1] == '\n';

		at += length;
		if (begins && at[0] == '=' && (at[1] == 'y' || at[1] == 'm'))
			return true;
	}
	return false;
}
