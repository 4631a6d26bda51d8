// SPDX-License-Identifier: GPL-2.0
/* The DEVICE of a command line: a number, pid:N, cid:N or a path. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "listed.h"
#include "target.h"

/* The kinds of DEVICE. */
enum kind {
	NUMBER,
	PID,
	CID,
	PATH,
};

struct target {
	enum kind kind;
	unsigned long long number;
	const char *path;
};

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")] && strlen(text) < 20;
}

static struct target parse(const char *text)
{
	static const char * const prefixes[] = { "", "pid:", "cid:" };
	struct target target = { .kind = PATH, .path = text };
	enum kind kind;

	for (kind = NUMBER; kind < PATH; kind++) {
		size_t length = strlen(prefixes[kind]);

		if (strncmp(text, prefixes[kind], length) ||
		    !is_number(text + length))
			continue;
		target.kind = kind;
		target.number = strtoull(text + length, NULL, 10);
	}
	return target;
}

/*
 * Finds the device's file. A relative path most likely starts in the working
 * directory of its process.
 */
static bool find_file(const struct vsock_bridge_device *listed, const char *path,
		      struct stat *st)
{
	char full[sizeof("/proc/4294967295/cwd/") + LISTED_PATH_SIZE];

	if (*path == '/')
		return !stat(path, st);
	snprintf(full, sizeof(full), "/proc/%u/cwd/%s", listed->pid, path);
	return !stat(full, st);
}

/*
 * Two names may refer to the same file, such as a relative and an absolute
 * name. The same relative name refers to another file in another directory. If
 * the files cannot be compared, the names are compared.
 */
static bool has_file(const struct vsock_bridge_device *listed, const char *path,
		     const char *text)
{
	struct stat its, ours;

	if (!find_file(listed, path, &its) || stat(text, &ours))
		return !strcmp(path, text);
	return its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

static bool has_path(const struct vsock_bridge_device *listed, const char *text)
{
	char path[LISTED_PATH_SIZE];

	if (!listed->path_len)
		return false;
	listed_path(path, listed);
	switch (path[0]) {
	case '@':
		return !strcmp(path, text);
	case '/':
		return !strcmp(path, text) || has_file(listed, path, text);
	default:
		return has_file(listed, path, text);
	}
}

static bool matches(const struct vsock_bridge_device *listed,
		    const struct target *target)
{
	switch (target->kind) {
	case NUMBER:
		return listed->device == target->number;
	case PID:
		return listed->pid == target->number;
	case CID:
		return listed->guest_cid == target->number;
	case PATH:
		return has_path(listed, target->path);
	}
	return false;
}

static void keep_matches(struct devices *devices, const struct target *target)
{
	size_t i, kept = 0;

	for (i = 0; i < devices->count; i++)
		if (matches(&devices->all[i], target))
			devices->all[kept++] = devices->all[i];
	devices->count = kept;
}

static void tell_several(const struct devices *devices, const char *text)
{
	char names[512] = "", path[LISTED_PATH_SIZE];
	size_t i, at = 0;

	for (i = 0; i < devices->count && at < sizeof(names); i++)
		at += snprintf(names + at, sizeof(names) - at, "%s%u (pid %u, CID %llu, %s)",
			       i ? ", " : "", devices->all[i].device,
			       devices->all[i].pid,
			       (unsigned long long)devices->all[i].guest_cid,
			       *listed_path(path, &devices->all[i]) ? path : "no path");
	diag("'%s' matches %zu devices: give the number of one: %s", text,
	     devices->count, names);
}

int target_choose(struct devices *devices, const char *text)
{
	struct target target;

	if (!text)
		return 0;
	target = parse(text);
	keep_matches(devices, &target);
	if (devices->count == 1)
		return 0;
	if (devices->count)
		tell_several(devices, text);
	else
		diag("there is no device '%s' that you may see: 'vsock-bridge list' shows the devices, and root sees those of all users",
		     text);
	return -1;
}

int target_list(struct devices *devices, const char *node, const char *text)
{
	if (control_list(devices, node))
		return -1;
	if (!target_choose(devices, text))
		return 0;
	control_free(devices);
	return -1;
}

int target_open(struct device *device, struct vsock_bridge_device *listed,
		const char *node, const char *text)
{
	struct devices devices;
	int result;

	if (target_list(&devices, node, text))
		return -1;
	*listed = devices.all[0];
	control_free(&devices);
	result = control_select(device, node, listed->device);
	if (result > 0)
		control_tell_gone(listed->device);
	return result ? -1 : 0;
}

int target_each(const struct devices *devices, const char *node, const char *text,
		control_visit visit, void *to)
{
	int left_out = control_each(devices, node, visit, to);

	if (left_out <= 0 || !text)
		return left_out < 0 ? -1 : 0;
	control_tell_gone(devices->all[0].device);
	return -1;
}
