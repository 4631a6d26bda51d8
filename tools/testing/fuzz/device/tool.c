// SPDX-License-Identifier: GPL-2.0
/*
 * An administration tool: lists devices through the control node, changes them,
 * and drops their connections, while devices come and go. It leaves devices of
 * other processes alone, because other tests may run at the same time.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vsock_bridge.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "watch.h"
#include "world.h"

#define NODE		"/dev/vsock-bridge-control"
#define NODES		4U
#define CONNS		64U
/* No device has this number. */
#define NOT_A_DEVICE	(1U << 30)

/**
 * struct tool - an administration tool
 * @fd: descriptors of the control node, some with a selected device, or -1
 * @last: the device listed last
 * @own: the last listed device of this process; 0 if none
 * @conns: the connections listed last
 */
struct tool {
	int fd[NODES];
	uint32_t last;
	uint32_t own;
	struct vsock_bridge_conn conns[CONNS];
};

struct tool *tool_new(void)
{
	struct tool *t = calloc(1, sizeof(*t));

	if (t)
		memset(t->fd, -1, sizeof(t->fd));
	return t;
}

void tool_end(struct tool *t)
{
	for (unsigned int i = 0; i < NODES; i++) {
		if (t->fd[i] >= 0)
			close(t->fd[i]);
	}
	free(t);
}

static int call(struct world *w, int fd, unsigned long request, void *arg)
{
	int ret;

	watch_enter(request);
	ret = ioctl(fd, request, arg) ? -errno : 0;
	watch_leave();
	world_trace(w, ret);
	return ret;
}

static void next_device(struct tool *t, struct world *w, struct rng *r, int fd)
{
	struct vsock_bridge_device dev = {
		.size = sizeof(dev),
		.device = rng_below(r, 2) ? t->last : 0,
	};

	t->last = call(w, fd, VSOCK_BRIDGE_NEXT_DEVICE, &dev) ? 0 : dev.device;
	if (t->last && dev.pid == (uint32_t)getpid())
		t->own = t->last;
}

static void select_device(struct tool *t, struct world *w, struct rng *r,
			  int fd)
{
	struct vsock_bridge_select select = {
		.size = sizeof(select),
		.device = world_wrong(w, r) ? rng_any(r) | NOT_A_DEVICE :
					      t->own,
	};

	call(w, fd, VSOCK_BRIDGE_SELECT, &select);
}

static void look_at_conns(struct tool *t, struct world *w, struct rng *r,
			  int fd)
{
	struct vsock_bridge_conns arg = {
		.size = sizeof(arg),
		.nr = rng_below(r, CONNS),
		.after = rng_below(r, 2) ? 0 : rng_any(r),
		.conns = (uintptr_t)t->conns,
		.conn_size = sizeof(t->conns[0]),
	};

	if (world_wrong(w, r))
		arg.conns = world_any_va(w, r);
	if (world_wrong(w, r))
		arg.conn_size = rng_below(r, sizeof(t->conns[0]));
	call(w, fd, VSOCK_BRIDGE_GET_CONNS, &arg);
}

static void drop_conn(struct tool *t, struct world *w, struct rng *r, int fd)
{
	struct vsock_bridge_drop drop = {
		.size = sizeof(drop),
		.id = world_wrong(w, r) ? rng_any(r) :
					  t->conns[rng_below(r, CONNS)].id,
	};

	call(w, fd, VSOCK_BRIDGE_DROP_CONN, &drop);
}

static void look_at_stats(struct world *w, int fd)
{
	struct vsock_bridge_stats stats = { .size = sizeof(stats) };

	call(w, fd, VSOCK_BRIDGE_GET_STATS, &stats);
}

static void reopen(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = open(NODE, O_RDWR | O_CLOEXEC);
}

void tool_step(struct tool *t, struct world *w, struct rng *r)
{
	int *fd = &t->fd[rng_below(r, NODES)];

	if (*fd < 0 || rng_one_in(r, 32))
		reopen(fd);
	switch (rng_below(r, 6)) {
	case 0:
		next_device(t, w, r, *fd);
		break;
	case 1:
		select_device(t, w, r, *fd);
		break;
	case 2:
		if (rng_one_in(r, 16))
			drop_conn(t, w, r, *fd);
		break;
	case 3:
		look_at_stats(w, *fd);
		break;
	default:
		look_at_conns(t, w, r, *fd);
	}
}
