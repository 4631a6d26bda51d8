// SPDX-License-Identifier: GPL-2.0
/* Device nodes: opening one, or telling why that cannot be. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "diag.h"
#include "node.h"

#define MODULE_FOLDER	"/sys/module/vsock_bridge"
#define READ_WRITE_BY_GROUP	0060

static void tell_no_node(const char *node)
{
	if (access(MODULE_FOLDER, F_OK))
		diag("%s does not exist: is the module loaded? try: modprobe vsock_bridge", node);
	else
		diag("%s does not exist, but the module is loaded: pass the node into this container, or see what udev did with it",
		     node);
}

static void tell_not_permitted(const char *node)
{
	struct group *group = NULL;
	struct stat st;

	if (!stat(node, &st) &&
	    (st.st_mode & READ_WRITE_BY_GROUP) == READ_WRITE_BY_GROUP)
		group = getgrgid(st.st_gid);
	if (group && group->gr_gid)
		diag("you may not open %s: run as root, or join group %s and log in again",
		     node, group->gr_name);
	else
		diag("you may not open %s: run as root, or let a group in by a udev rule (GROUP=\"kvm\", MODE=\"0660\")",
		     node);
}

static void tell_open_failed(const char *node, int error)
{
	switch (error) {
	case ENOENT:
		tell_no_node(node);
		break;
	case EACCES:
		tell_not_permitted(node);
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

/* To open some files has effects of its own, so only device nodes are. */
int node_open(const char *node, const char *usual)
{
	struct stat st;
	int fd;

	if (stat(node, &st)) {
		tell_open_failed(node, errno);
		return -1;
	}
	if (!S_ISCHR(st.st_mode)) {
		diag("%s is not a vsock_bridge device: use %s", node, usual);
		return -1;
	}
	fd = descriptor_above_stderr(open(node, O_RDWR | O_NOCTTY | O_CLOEXEC));
	if (fd < 0)
		tell_open_failed(node, errno);
	return fd;
}
