// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"
#include "vhost_user.h"

#define VERSION			1U
#define REPLY			(1U << 2)
#define F_PROTOCOL_FEATURES	(1ULL << 30)

enum request {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	SET_VRING_ENABLE = 18,
};

/* The regions of guest memory. The message carries a descriptor for each. */
struct mem_table {
	uint32_t nr;
	uint32_t padding;
	struct {
		uint64_t gpa;
		uint64_t size;
		uint64_t va;
		uint64_t offset;	/* in the file of the descriptor */
	} regions[GUEST_MEM_MAX_REGIONS];
};

/* In host byte order. The payload has @size bytes. */
struct message {
	uint32_t request;
	uint32_t flags;
	uint32_t size;
	union {
		uint64_t value;
		struct vhost_vring_state state;
		struct vhost_vring_addr addr;
		struct mem_table mem;
	} __attribute__((packed));
} __attribute__((packed));

#define HEADER	offsetof(struct message, value)

static int tell_with_fds(int fd, const struct message *m, const int *fds,
			 unsigned int nr)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(GUEST_MEM_MAX_REGIONS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)m, HEADER + m->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (nr) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nr * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nr * sizeof(int));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(nr * sizeof(int));
	}
	n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == iov.iov_len ? 0 : -EIO;
}

static int tell(int fd, enum request request)
{
	struct message m = { .request = request, .flags = VERSION };

	return tell_with_fds(fd, &m, NULL, 0);
}

static int tell_value(int fd, enum request request, uint64_t value)
{
	struct message m = {
		.request = request, .flags = VERSION,
		.size = sizeof(m.value), .value = value,
	};

	return tell_with_fds(fd, &m, NULL, 0);
}

static int ask(int fd, enum request request, uint64_t *value)
{
	struct message m;
	int err = tell(fd, request);
	ssize_t n;

	if (err)
		return err;
	n = recv(fd, &m, HEADER + sizeof(m.value), MSG_WAITALL);
	/* The device closes the connection after a message that it rejects. */
	if (n <= 0)
		return n ? -errno : -EPIPE;
	if (n != HEADER + sizeof(m.value) || m.request != request ||
	    m.flags != (VERSION | REPLY) || m.size != sizeof(m.value))
		return -EPROTO;
	*value = m.value;
	return 0;
}

/* ---- memory ---- */

/*
 * Replaces a region by a mapping of a file with the same content. Returns the
 * file, or -errno.
 */
static int share_region(const struct guest_region *r)
{
	int fd = memfd_create("guest", MFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	errno = EIO;
	if (write(fd, r->va, r->size) == (ssize_t)r->size &&
	    mmap(r->va, r->size, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) != MAP_FAILED)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int set_mem_table(const struct guest_mem *mem, int fd)
{
	struct message m = {
		.request = SET_MEM_TABLE, .flags = VERSION,
		.size = offsetof(struct mem_table, regions[mem->nr]),
		.mem.nr = mem->nr,
	};
	int fds[GUEST_MEM_MAX_REGIONS] = { 0 }, err;
	unsigned int nr;

	for (nr = 0; nr < mem->nr; nr++) {
		const struct guest_region *r = &mem->regions[nr];

		fds[nr] = share_region(r);
		if (fds[nr] < 0)
			break;
		m.mem.regions[nr].gpa = r->gpa;
		m.mem.regions[nr].size = r->size;
		m.mem.regions[nr].va = (uintptr_t)r->va;
	}
	err = nr < mem->nr ? fds[nr] : tell_with_fds(fd, &m, fds, nr);
	while (nr)
		close(fds[--nr]);
	return err;
}

/* ---- rings ---- */

static int set_state(const struct guest_ring *ring, int fd,
		     enum request request, unsigned int num)
{
	struct message m = {
		.request = request, .flags = VERSION, .size = sizeof(m.state),
		.state = { .index = ring->index, .num = num },
	};

	return tell_with_fds(fd, &m, NULL, 0);
}

static int set_addr(const struct guest_ring *ring, int fd)
{
	struct message m = {
		.request = SET_VRING_ADDR, .flags = VERSION,
		.size = sizeof(m.addr),
		.addr = {
			.index = ring->index,
			.desc_user_addr = (uintptr_t)ring->vr.desc,
			.avail_user_addr = (uintptr_t)ring->vr.avail,
			.used_user_addr = (uintptr_t)ring->vr.used,
		},
	};

	return tell_with_fds(fd, &m, NULL, 0);
}

static int set_file(const struct guest_ring *ring, int fd,
		    enum request request, int file)
{
	struct message m = {
		.request = request, .flags = VERSION,
		.size = sizeof(m.value), .value = ring->index,
	};

	return tell_with_fds(fd, &m, &file, 1);
}

/* The kick descriptor starts a ring. */
static int run_ring(const struct guest_ring *ring, int fd)
{
	int err = set_state(ring, fd, SET_VRING_NUM, ring->vr.num);

	err = err ?: set_state(ring, fd, SET_VRING_BASE, ring->base);
	err = err ?: set_addr(ring, fd);
	err = err ?: set_file(ring, fd, SET_VRING_CALL, ring->call);
	err = err ?: set_file(ring, fd, SET_VRING_KICK, ring->kick);
	return err ?: set_state(ring, fd, SET_VRING_ENABLE, 1);
}

/* ---- the device ---- */

int vhost_user_realize(struct guest *g)
{
	uint64_t extensions;
	int err = tell(g->fd, SET_OWNER);

	err = err ?: ask(g->fd, GET_FEATURES, &g->offered);
	/* This feature is required for SET_VRING_ENABLE. */
	if (!err && !(g->offered & F_PROTOCOL_FEATURES))
		err = -EOPNOTSUPP;
	/* No other extension is needed. */
	err = err ?: ask(g->fd, GET_PROTOCOL_FEATURES, &extensions);
	return err ?: tell_value(g->fd, SET_PROTOCOL_FEATURES, 0);
}

int vhost_user_run(struct guest *g)
{
	uint64_t answer;
	int err;

	g->features = g->cfg.features & g->offered;
	g->rx.event_idx = g->features >> VIRTIO_RING_F_EVENT_IDX & 1;
	g->tx.event_idx = g->rx.event_idx;
	guest_fill_rx(g);
	err = tell_value(g->fd, SET_FEATURES,
			 g->features | F_PROTOCOL_FEATURES);
	err = err ?: set_mem_table(&g->mem, g->fd);
	err = err ?: run_ring(&g->rx, g->fd);
	err = err ?: run_ring(&g->tx, g->fd);
	/*
	 * The device answers none of these messages. A message that it answers
	 * shows that they have been handled.
	 */
	return err ?: ask(g->fd, GET_FEATURES, &answer);
}
