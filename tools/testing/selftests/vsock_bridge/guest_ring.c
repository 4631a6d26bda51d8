// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <linux/vhost.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest_ring.h"

size_t guest_ring_size(unsigned int num)
{
	return vring_size(num, GUEST_RING_ALIGN) + GUEST_RING_ALIGN;
}

static int make_eventfd(int *fd)
{
	*fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

int guest_ring_init(struct guest_ring *ring, struct guest_mem *mem,
		    unsigned int index, unsigned int num)
{
	void *p = guest_mem_alloc(mem, vring_size(num, GUEST_RING_ALIGN),
				  GUEST_RING_ALIGN);
	int err;

	memset(ring, 0, sizeof(*ring));
	ring->kick = -1;
	ring->call = -1;
	ring->err = -1;
	if (!p)
		return -ENOMEM;
	vring_init(&ring->vr, num, p, GUEST_RING_ALIGN);
	ring->index = index;
	ring->next = calloc(num, sizeof(*ring->next));
	ring->count = calloc(num, sizeof(*ring->count));
	ring->done = calloc(num, sizeof(*ring->done));
	ring->len = calloc(num, sizeof(*ring->len));
	if (!ring->next || !ring->count || !ring->done || !ring->len)
		return -ENOMEM;
	guest_ring_clear(ring);
	err = make_eventfd(&ring->kick);
	err = err ?: make_eventfd(&ring->call);
	return err ?: make_eventfd(&ring->err);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void guest_ring_fini(struct guest_ring *ring)
{
	close_fd(&ring->kick);
	close_fd(&ring->call);
	close_fd(&ring->err);
	free(ring->next);
	free(ring->count);
	free(ring->done);
	free(ring->len);
	ring->next = NULL;
	ring->count = NULL;
	ring->done = NULL;
	ring->len = NULL;
}

void guest_ring_clear(struct guest_ring *ring)
{
	unsigned int num = ring->vr.num;

	memset(ring->vr.desc, 0, vring_size(num, GUEST_RING_ALIGN));
	memset(ring->count, 0, num * sizeof(*ring->count));
	memset(ring->done, 0, num * sizeof(*ring->done));
	for (unsigned int i = 0; i < num; i++)
		ring->next[i] = (i + 1) % num;
	ring->free_head = 0;
	ring->nr_free = num;
	ring->avail_idx = 0;
	ring->shown_idx = 0;
	ring->kicked_idx = 0;
	ring->used_idx = 0;
	ring->base = 0;
}

void guest_ring_start_at(struct guest_ring *ring, uint16_t idx)
{
	ring->vr.avail->idx = htole16(idx);
	ring->vr.used->idx = htole16(idx);
	ring->avail_idx = idx;
	ring->shown_idx = idx;
	ring->kicked_idx = idx;
	ring->used_idx = idx;
	ring->base = idx;
}

static int set_state(const struct guest_ring *ring, int fd,
		     unsigned long request, unsigned int num)
{
	struct vhost_vring_state s = { .index = ring->index, .num = num };

	return ioctl(fd, request, &s) ? -errno : 0;
}

int guest_ring_set_num(const struct guest_ring *ring, int fd)
{
	return set_state(ring, fd, VHOST_SET_VRING_NUM, ring->vr.num);
}

int guest_ring_set_base(const struct guest_ring *ring, int fd)
{
	return set_state(ring, fd, VHOST_SET_VRING_BASE, ring->base);
}

int guest_ring_get_base(struct guest_ring *ring, int fd)
{
	struct vhost_vring_state s = { .index = ring->index };

	if (ioctl(fd, VHOST_GET_VRING_BASE, &s))
		return -errno;
	ring->base = s.num;
	return 0;
}

static int set_addr(const struct guest_ring *ring, int fd, unsigned int flags,
		    uint64_t log)
{
	struct vhost_vring_addr a = {
		.index = ring->index,
		.flags = flags,
		.log_guest_addr = log,
		.desc_user_addr = (uintptr_t)ring->vr.desc,
		.avail_user_addr = (uintptr_t)ring->vr.avail,
		.used_user_addr = (uintptr_t)ring->vr.used,
	};

	return ioctl(fd, VHOST_SET_VRING_ADDR, &a) ? -errno : 0;
}

int guest_ring_set_addr(const struct guest_ring *ring, int fd)
{
	return set_addr(ring, fd, 0, 0);
}

int guest_ring_set_logged_addr(const struct guest_ring *ring, int fd,
			       uint64_t used)
{
	return set_addr(ring, fd, 1 << VHOST_VRING_F_LOG, used);
}

int guest_ring_set_file(const struct guest_ring *ring, int fd,
			unsigned long request, int file)
{
	struct vhost_vring_file f = { .index = ring->index, .fd = file };

	return ioctl(fd, request, &f) ? -errno : 0;
}

int guest_ring_take(struct guest_ring *ring, unsigned int n)
{
	uint16_t head = ring->free_head, last = head;

	if (!n || n > ring->nr_free)
		return -ENOSPC;
	for (unsigned int i = 1; i < n; i++)
		last = ring->next[last];
	ring->free_head = ring->next[last];
	ring->nr_free -= n;
	ring->count[head] = n;
	ring->done[head] = false;
	return head;
}

void guest_ring_release(struct guest_ring *ring, uint16_t head)
{
	unsigned int n = ring->count[head];
	uint16_t last = head;

	for (unsigned int i = 1; i < n; i++)
		last = ring->next[last];
	ring->next[last] = ring->free_head;
	ring->free_head = head;
	ring->nr_free += n;
	ring->count[head] = 0;
}

void guest_ring_write(struct guest_ring *ring, uint16_t id, uint64_t gpa,
		      uint32_t len, uint16_t flags, uint16_t next)
{
	struct vring_desc *d = &ring->vr.desc[id];

	d->addr = htole64(gpa);
	d->len = htole32(len);
	d->flags = htole16(flags);
	d->next = htole16(next);
}

void guest_ring_post(struct guest_ring *ring, uint16_t head)
{
	unsigned int slot = ring->avail_idx++ & (ring->vr.num - 1);

	ring->done[head] = false;
	ring->vr.avail->ring[slot] = htole16(head);
}

void guest_ring_publish(struct guest_ring *ring)
{
	ring->shown_idx = ring->avail_idx;
	/*
	 * Orders descriptors and avail entries before the index that covers
	 * them.
	 */
	__atomic_store_n(&ring->vr.avail->idx, htole16(ring->shown_idx),
			 __ATOMIC_RELEASE);
}

static bool kick_wanted(const struct guest_ring *ring)
{
	uint16_t value;

	if (ring->event_idx) {
		value = __atomic_load_n(&vring_avail_event(&ring->vr),
					__ATOMIC_RELAXED);
		return vring_need_event(le16toh(value), ring->shown_idx,
					ring->kicked_idx);
	}
	value = __atomic_load_n(&ring->vr.used->flags, __ATOMIC_RELAXED);
	return !(le16toh(value) & VRING_USED_F_NO_NOTIFY);
}

void guest_ring_force_kick(struct guest_ring *ring)
{
	uint64_t one = 1;

	/*
	 * The write fails only if the counter is full: the device is already
	 * signalled.
	 */
	if (write(ring->kick, &one, sizeof(one)) == sizeof(one))
		ring->kicks++;
}

bool guest_ring_kick(struct guest_ring *ring)
{
	bool wanted;

	if (ring->kicked_idx == ring->shown_idx)
		return false;
	/*
	 * Orders the avail index before reading whether the device wants a
	 * kick.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	wanted = kick_wanted(ring);
	ring->kicked_idx = ring->shown_idx;
	if (wanted)
		guest_ring_force_kick(ring);
	else
		ring->kicks_saved++;
	return wanted;
}

static uint16_t device_used_idx(const struct guest_ring *ring)
{
	return le16toh(__atomic_load_n(&ring->vr.used->idx, __ATOMIC_ACQUIRE));
}

bool guest_ring_pending(const struct guest_ring *ring)
{
	return device_used_idx(ring) != ring->used_idx;
}

int guest_ring_used(struct guest_ring *ring, uint16_t *head, uint32_t *len)
{
	uint16_t ahead = device_used_idx(ring) - ring->used_idx;
	uint16_t slot = ring->used_idx & (ring->vr.num - 1);
	const struct vring_used_elem *e;
	uint32_t id;

	if (!ahead)
		return 0;
	if (ahead > ring->vr.num)
		return -EPROTO;
	e = &ring->vr.used->ring[slot];
	id = le32toh(e->id);
	ring->used_idx++;
	if (id >= ring->vr.num || !ring->count[id] || ring->done[id])
		return -EPROTO;
	/*
	 * the device always uses chains in order, even without
	 * VIRTIO_F_IN_ORDER
	 */
	if (id != le16toh(ring->vr.avail->ring[slot]))
		return -EPROTO;
	*head = id;
	*len = le32toh(e->len);
	ring->done[id] = true;
	ring->len[id] = *len;
	return 1;
}

void guest_ring_calls_off(struct guest_ring *ring)
{
	/*
	 * With EVENT_IDX, set an index that the device passed long ago. The
	 * last index would make the device signal the chains that it has just
	 * used.
	 */
	if (ring->event_idx)
		__atomic_store_n(&vring_used_event(&ring->vr),
				 htole16(ring->used_idx - 0x4000),
				 __ATOMIC_RELAXED);
	else
		__atomic_store_n(&ring->vr.avail->flags,
				 htole16(VRING_AVAIL_F_NO_INTERRUPT),
				 __ATOMIC_RELAXED);
}

bool guest_ring_calls_on(struct guest_ring *ring)
{
	if (ring->event_idx)
		__atomic_store_n(&vring_used_event(&ring->vr),
				 htole16(ring->used_idx), __ATOMIC_RELAXED);
	else
		__atomic_store_n(&ring->vr.avail->flags, 0, __ATOMIC_RELAXED);
	/* Orders the request for a call before reading the used index. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !guest_ring_pending(ring);
}

uint64_t guest_ring_drain_calls(struct guest_ring *ring)
{
	uint64_t n;

	if (read(ring->call, &n, sizeof(n)) != sizeof(n))
		return 0;
	ring->calls += n;
	return n;
}

int guest_ring_raw(struct guest_ring *ring, const struct vring_desc *desc,
		   unsigned int n)
{
	uint16_t ids[GUEST_RING_RAW_MAX], id;
	int head;

	if (n > GUEST_RING_RAW_MAX)
		return -ENOSPC;
	head = guest_ring_take(ring, n);
	if (head < 0)
		return head;
	id = head;
	for (unsigned int i = 0; i < n; i++) {
		ids[i] = id;
		id = ring->next[id];
	}
	for (unsigned int i = 0; i < n; i++) {
		uint16_t next = desc[i].next;

		guest_ring_write(ring, ids[i], desc[i].addr, desc[i].len,
				 desc[i].flags, next < n ? ids[next] : next);
	}
	guest_ring_post(ring, head);
	guest_ring_publish(ring);
	return head;
}
