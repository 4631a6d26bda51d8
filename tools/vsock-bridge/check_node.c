// SPDX-License-Identifier: GPL-2.0
/*
 * The checks of doctor: device nodes, their permissions and the processes that
 * have them open.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks.h"
#include "node.h"
#include "comm.h"
#include "text.h"

static bool may_open(const char *path)
{
	return !faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS);
}

/* Describes the permissions of a node, such as "0660 root:kvm". */
static void describe(const struct stat *st, char *text, size_t size)
{
	const struct group *group = getgrgid(st->st_gid);
	char user[TEXT_SIZE];

	text_user(user, st->st_uid);
	if (group)
		snprintf(text, size, "%04o %s:%s", st->st_mode & 07777, user,
			 group->gr_name);
	else
		snprintf(text, size, "%04o %s:%u", st->st_mode & 07777, user,
			 st->st_gid);
}

/* @missing is the verdict if there is no node, @remedy its remedy. */
static void look_at_node(const struct host *host, const char *node,
			 enum verdict missing, const char *why, const char *remedy,
			 struct finding *finding)
{
	char path[HOST_PATH_SIZE], rights[128], remedy_of_rights[NODE_REMEDY_SIZE];
	struct stat st;

	host_path(host, path, node);
	if (stat(path, &st)) {
		finding_say(finding, missing, "there is no %s: %s", node, why);
		finding_advise(finding, "%s", remedy);
		return;
	}
	describe(&st, rights, sizeof(rights));
	if (!S_ISCHR(st.st_mode)) {
		finding_say(finding, missing, "%s is not a device node", node);
		finding_advise(finding, "rm %s; then load its module again", node);
	} else if (may_open(path)) {
		finding_say(finding, FINDING_OK, "you may open %s (%s)", node, rights);
	} else {
		finding_say(finding, missing, "you may not open %s (%s)", node, rights);
		node_remedy(remedy_of_rights, node, &st);
		finding_advise(finding, "%s", remedy_of_rights);
	}
}

static const char *why_no_node(const struct host *host)
{
	return host_exists(host, "/sys/module/vsock_bridge") ?
	       "udev has not created it, or this container does not have it" :
	       "the module is not loaded";
}

static const char *remedy_of_node(const struct host *host)
{
	return host_exists(host, "/sys/module/vsock_bridge") ?
	       "udevadm trigger; or pass the node into the container" :
	       "modprobe vsock_bridge";
}

void check_node(const struct host *host, struct finding *finding)
{
	look_at_node(host, DEVICE_NODE, FINDING_PROBLEM, why_no_node(host),
		     remedy_of_node(host), finding);
}

/*
 * Without the control node, virtual machines run; only list and similar
 * commands fail.
 */
void check_control(const struct host *host, struct finding *finding)
{
	look_at_node(host, CONTROL_NODE, FINDING_NOTE, why_no_node(host),
		     remedy_of_node(host), finding);
}

void check_kvm(const struct host *host, struct finding *finding)
{
	look_at_node(host, "/dev/kvm", FINDING_NOTE,
		     "virtual machines run without KVM, many times slower",
		     "modprobe kvm_intel or kvm_amd; if that fails, switch virtualization on in the firmware",
		     finding);
}

/* Both modules can be loaded, but a VMM may open the node of vhost_vsock. */
void check_vhost(const struct host *host, struct finding *finding)
{
	if (!host_exists(host, "/sys/module/vhost_vsock")) {
		finding_say(finding, FINDING_OK, "vhost_vsock is not loaded");
		return;
	}
	finding_say(finding, FINDING_OK,
		    "vhost_vsock is also loaded: a VMM without vhostfd= opens /dev/vhost-vsock, whose guests this tool does not see");
}

/*
 * Returns how many descriptors of process @pid are open on the node; -1 if that
 * cannot be read.
 */
static int count_open(const struct host *host, const char *pid)
{
	char path[HOST_PATH_SIZE], name[64], target[64];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(name, sizeof(name), "/proc/%.16s/fd", pid);
	dir = opendir(host_path(host, path, name));
	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target,
				       sizeof(target) - 1);

		target[n < 0 ? 0 : n] = '\0';
		count += !strcmp(target, DEVICE_NODE);
	}
	closedir(dir);
	return count;
}

static void add_holder(char *names, size_t size, const char *pid)
{
	char command[COMM_SIZE];
	size_t length = strlen(names);

	comm_of(command, strtoul(pid, NULL, 10));
	snprintf(names + length, size - length, "%s%.16s (%s)", length ? ", " : "",
		 pid, command);
}

void check_holders(const struct host *host, struct finding *finding)
{
	char path[HOST_PATH_SIZE], names[256] = "";
	DIR *dir = opendir(host_path(host, path, "/proc"));
	int holders = 0, hidden = 0;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int count = isdigit(*entry->d_name) ?
			    count_open(host, entry->d_name) : 0;

		hidden += count < 0;
		if (count <= 0)
			continue;
		holders++;
		add_holder(names, sizeof(names), entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (holders)
		finding_say(finding, FINDING_OK, "%d %s " DEVICE_NODE " open: %s",
			    holders, holders == 1 ? "process has" : "processes have",
			    names);
	else
		finding_say(finding, FINDING_OK, "no process%s has " DEVICE_NODE " open",
			    hidden ? " that you may inspect" : "");
}
