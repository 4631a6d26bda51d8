// SPDX-License-Identifier: GPL-2.0
/* Opening device nodes, with a remedy for each failure. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "diag.h"
#include "node.h"
#include "text.h"

#define MODULE_FOLDER	"/sys/module/vsock_bridge"
#define READ_WRITE_BY_GROUP	0060
#define UDEV_RULE "KERNEL==\"%s\", GROUP=\"kvm\", MODE=\"0660\""

static void tell_no_node(const char *node)
{
	if (access(MODULE_FOLDER, F_OK))
		diag("%s does not exist: is the module loaded? try: modprobe vsock_bridge", node);
	else
		diag("%s does not exist, but the module is loaded: pass the node into this container, or see what udev did with it",
		     node);
}

/*
 * Returns the group whose members may open the node; root's group is not named,
 * because no user should join it.
 */
static const struct group *group_that_may(const struct stat *st)
{
	if (!st->st_gid || (st->st_mode & READ_WRITE_BY_GROUP) != READ_WRITE_BY_GROUP)
		return NULL;
	return getgrgid(st->st_gid);
}

void node_remedy(char text[NODE_REMEDY_SIZE], const char *node,
		 const struct stat *st)
{
	const struct group *group = group_that_may(st);
	char user[TEXT_SIZE];

	if (group)
		snprintf(text, NODE_REMEDY_SIZE,
			 "run as root, or join group %s (adduser %s %s) and log in again",
			 group->gr_name, text_user(user, geteuid()), group->gr_name);
	else if (!strcmp(node, CONTROL_NODE))
		/*
		 * a udev rule would give each VMM of that user access to all
		 * devices.
		 */
		snprintf(text, NODE_REMEDY_SIZE,
			 "use sudo; only root may open it, so that no VMM can");
	else
		snprintf(text, NODE_REMEDY_SIZE,
			 "run as root, or let a group in by a udev rule: " UDEV_RULE,
			 strrchr(node, '/') + 1);
}

static void tell_not_permitted(const char *node, const char *usual)
{
	char remedy[NODE_REMEDY_SIZE];
	struct stat st = {};

	stat(node, &st);
	node_remedy(remedy, usual, &st);
	diag("you may not open %s: %s", node, remedy);
}

static void tell_open_failed(const char *node, const char *usual, int error)
{
	switch (error) {
	case ENOENT:
		tell_no_node(node);
		break;
	case EACCES:
		tell_not_permitted(node, usual);
		break;
	case EPERM:
		diag("%s is not allowed in this container or service: allow the device (systemd: DeviceAllow=%s rw)",
		     node, node);
		break;
	case ENODEV:
	case ENXIO:
		diag("%s has no driver behind it: load the module (modprobe vsock_bridge), or remove the node if it is a leftover",
		     node);
		break;
	default:
		diag("cannot open %s: %s: see dmesg(1)", node, strerror(error));
	}
}

/*
 * Opening other files can have side effects, so only device nodes are opened.
 */
int node_open(const char *node, const char *usual)
{
	struct stat st;
	int fd;

	if (stat(node, &st)) {
		tell_open_failed(node, usual, errno);
		return -1;
	}
	if (!S_ISCHR(st.st_mode)) {
		diag("%s is not a vsock_bridge device: use %s", node, usual);
		return -1;
	}
	fd = descriptor_above_stderr(open(node, O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (fd < 0)
		tell_open_failed(node, usual, errno);
	return fd;
}
