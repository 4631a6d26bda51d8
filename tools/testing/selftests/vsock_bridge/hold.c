// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <linux/vhost.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deadline.h"
#include "hold.h"

#define PAGE 4096

static void *waiting(void *arg)
{
	struct hold *hold = arg;

	/* the kernel reads or writes its argument, which is not there */
	ioctl(hold->device, hold->request, hold->page);
	return NULL;
}

/* Whoever touches the page waits from here on. */
static int guard_page(struct hold *hold)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (uintptr_t)hold->page, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(hold->uffd, UFFDIO_API, &api) ||
	    ioctl(hold->uffd, UFFDIO_REGISTER, &reg))
		return -errno;
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

/* vhost's argument is copied under the lock. */
int hold_begin(struct hold *hold, int device)
{
	return hold_ioctl(hold, device, VHOST_GET_FEATURES);
}

int hold_ioctl(struct hold *hold, int device, unsigned long request)
{
	int err;

	hold->device = device;
	hold->request = request;
	hold->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (hold->uffd < 0)
		return -errno;
	hold->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	err = hold->page == MAP_FAILED ? -errno : guard_page(hold);
	err = err ?: -pthread_create(&hold->thread, NULL, waiting, hold);
	if (err) {
		close(hold->uffd);
		return err;
	}
	err = wait_for_fault(hold);
	if (err)
		hold_end(hold);
	return err;
}

void hold_end(struct hold *hold)
{
	struct uffdio_zeropage zero = {
		.range = { (uintptr_t)hold->page, PAGE },
	};

	ioctl(hold->uffd, UFFDIO_ZEROPAGE, &zero);
	pthread_join(hold->thread, NULL);
	close(hold->uffd);
	munmap(hold->page, PAGE);
}
