// SPDX-License-Identifier: GPL-2.0
/* The DEVICE of a command line: a number, pid:N, cid:N or a path. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "entry.h"
#include "target.h"

/* What a DEVICE is compared with. */
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

/* Two names of one file, such as a relative and an absolute one. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return !stat(a, &first) && !stat(b, &second) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static bool has_path(const struct vsock_bridge_device *entry, const char *text)
{
	char path[ENTRY_PATH_SIZE];

	if (!entry->path_len)
		return false;
	entry_path(path, entry);
	return !strcmp(path, text) ||
	       (path[0] != '@' && is_same_file(path, text));
}

static bool matches(const struct vsock_bridge_device *entry,
		    const struct target *target)
{
	switch (target->kind) {
	case NUMBER:
		return entry->device == target->number;
	case PID:
		return entry->pid == target->number;
	case CID:
		return entry->guest_cid == target->number;
	case PATH:
		return has_path(entry, target->path);
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
	char names[512] = "", path[ENTRY_PATH_SIZE];
	size_t i, at = 0;

	for (i = 0; i < devices->count && at < sizeof(names); i++)
		at += snprintf(names + at, sizeof(names) - at, "%s%u (pid %u, CID %llu, %s)",
			       i ? ", " : "", devices->all[i].device,
			       devices->all[i].pid,
			       (unsigned long long)devices->all[i].guest_cid,
			       *entry_path(path, &devices->all[i]) ? path : "no path");
	diag("'%s' means %zu devices: give the number of one: %s", text,
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
		diag("there is no device '%s' that you may see: 'vsock-bridge list' shows which there are, to root those of all users",
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

int target_open(struct device *device, struct vsock_bridge_device *entry,
		const char *node, const char *text)
{
	struct devices devices;
	int result;

	if (target_list(&devices, node, text))
		return -1;
	*entry = devices.all[0];
	control_free(&devices);
	result = control_select(device, node, entry->device);
	if (result > 0)
		control_tell_gone(entry->device);
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
