// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "hold.h"

#define PAGE 4096

bool hold_is_possible(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* From here on, a task that touches the page blocks. */
static int guard_page(struct hold *hold)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (uintptr_t)hold->page, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	hold->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (hold->uffd < 0)
		return -errno;
	if (ioctl(hold->uffd, UFFDIO_API, &api) ||
	    ioctl(hold->uffd, UFFDIO_REGISTER, &reg)) {
		int err = -errno;

		close(hold->uffd);
		return err;
	}
	return 0;
}

static int wait_for_fault(struct hold *hold)
{
	struct pollfd p = { .fd = hold->uffd, .events = POLLIN };
	struct uffd_msg msg;

	if (poll(&p, 1, WAIT_MS) != 1)
		return -ETIMEDOUT;
	return read(hold->uffd, &msg, sizeof(msg)) == sizeof(msg) ? 0 : -EIO;
}

/* The last page of guest memory, which nothing else uses. */
static void *spare_page(const struct guest *g)
{
	return guest_mem_va(&g->mem, GUEST_HIGH_GPA + GUEST_REGION_SIZE - PAGE,
			    PAGE);
}

static int post_packet(struct hold *hold)
{
	struct guest *g = hold->guest;
	struct vring_desc desc = {
		.addr = htole64(guest_mem_gpa(&g->mem, hold->page)),
		.len = htole32(GUEST_HDR_SIZE),
	};

	hold->head = guest_ring_raw(&g->tx, &desc, 1);
	if (hold->head < 0)
		return hold->head;
	guest_ring_force_kick(&g->tx);
	return 0;
}

int hold_begin(struct hold *hold, struct guest *guest)
{
	int err;

	memset(hold, 0, sizeof(*hold));
	hold->guest = guest;
	hold->page = spare_page(guest);
	err = guard_page(hold);
	if (err)
		return err;
	err = post_packet(hold);
	err = err ?: wait_for_fault(hold);
	if (err)
		hold_end(hold);
	return err;
}

static void *issue(void *arg)
{
	struct hold *hold = arg;

	ioctl(hold->device, hold->request, hold->page);
	return NULL;
}

int hold_ioctl(struct hold *hold, int device, unsigned long request)
{
	int err;

	memset(hold, 0, sizeof(*hold));
	hold->device = device;
	hold->request = request;
	hold->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hold->page == MAP_FAILED)
		return -errno;
	err = guard_page(hold);
	if (err)
		return err;
	err = -pthread_create(&hold->thread, NULL, issue, hold);
	if (err) {
		close(hold->uffd);
		return err;
	}
	err = wait_for_fault(hold);
	if (err)
		hold_end(hold);
	return err;
}

/* The device ignores an RST for a connection that does not exist. */
static void let_packet_come(struct hold *hold)
{
	static uint8_t content[PAGE];
	struct virtio_vsock_hdr h = guest_hdr(hold->guest, VIRTIO_VSOCK_OP_RST,
					      1, 1);
	struct uffdio_copy copy = {
		.dst = (uintptr_t)hold->page,
		.src = (uintptr_t)content,
		.len = PAGE,
	};
	uint32_t len;

	memcpy(content, &h, sizeof(h));
	ioctl(hold->uffd, UFFDIO_COPY, &copy);
	if (hold->head >= 0)
		guest_wait_raw(hold->guest, &hold->guest->tx, hold->head, &len,
			       deadline_in(WAIT_MS));
	close(hold->uffd);
	madvise(hold->page, PAGE, MADV_DONTNEED);
}

static void let_argument_come(struct hold *hold)
{
	struct uffdio_zeropage zero = {
		.range = { (uintptr_t)hold->page, PAGE },
	};

	ioctl(hold->uffd, UFFDIO_ZEROPAGE, &zero);
	pthread_join(hold->thread, NULL);
	close(hold->uffd);
	munmap(hold->page, PAGE);
}

void hold_end(struct hold *hold)
{
	if (hold->guest)
		let_packet_come(hold);
	else
		let_argument_come(hold);
}
