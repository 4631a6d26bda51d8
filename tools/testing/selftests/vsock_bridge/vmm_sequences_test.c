// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctl sequences of VMMs that open the node themselves. They get their
 * sockets through the module parameter uds_template.
 *
 *	crosvm	opens the node in its main process; the jailed process of the
 *		device becomes the owner; sets the CID last, and again at every
 *		start; suspends a device with VHOST_GET_VRING_BASE
 *	alioth	sets owner and CID first, and the kick eventfds before anything
 *		else of a ring; removes the error eventfds at a guest reset
 *	kvmtool	sets owner and memory first; acknowledges all offered features,
 *		whatever the guest supports; does not read the bases at a stop
 */
#include "harness.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>

#include "process.h"
#include "uds_template.h"

#define CID	33
#define PORT	80

/*
 * @bed: its device has no host end; folder and path are those of the template
 */
FIXTURE(vmm_sequence)
{
	struct bed bed;
	struct uds_template before;
};

/* crosvm configures a ring in the order num, addr, base, call, kick. */
static int crosvm_ring(const struct guest_ring *r, int fd)
{
	int err = guest_ring_set_num(r, fd);

	err = err ?: guest_ring_set_addr(r, fd);
	err = err ?: guest_ring_set_base(r, fd);
	err = err ?: guest_ring_set_file(r, fd, VHOST_SET_VRING_CALL, r->call);
	return err ?: guest_ring_set_file(r, fd, VHOST_SET_VRING_KICK, r->kick);
}

static int crosvm_configure(struct guest *g)
{
	return ioctl(g->fd, VHOST_SET_OWNER) ? -errno : 0;
}

static int crosvm_start(struct guest *g)
{
	int err;

	if (ioctl(g->fd, VHOST_GET_FEATURES, &g->offered))
		return -errno;
	err = guest_set_features(g, g->cfg.features & g->offered);
	err = err ?: guest_mem_set_table(&g->mem, g->fd);
	err = err ?: crosvm_ring(&g->rx, g->fd);
	err = err ?: crosvm_ring(&g->tx, g->fd);
	err = err ?: guest_set_cid(g, g->cfg.cid);
	return err ?: guest_set_running(g, 1);
}

static int crosvm_stop(struct guest *g)
{
	int err = guest_set_running(g, 0);

	err = err ?: guest_ring_get_base(&g->rx, g->fd);
	return err ?: guest_ring_get_base(&g->tx, g->fd);
}

static int alioth_configure(struct guest *g)
{
	uint64_t backend;
	int err;

	if (ioctl(g->fd, VHOST_SET_OWNER))
		return -errno;
	err = guest_set_cid(g, g->cfg.cid);
	if (err)
		return err;
	if (!ioctl(g->fd, VHOST_GET_BACKEND_FEATURES, &backend) &&
	    ioctl(g->fd, VHOST_SET_BACKEND_FEATURES, &backend))
		return -errno;
	if (ioctl(g->fd, VHOST_GET_FEATURES, &g->offered))
		return -errno;
	err = guest_ring_set_file(&g->rx, g->fd, VHOST_SET_VRING_KICK,
				  g->rx.kick);
	err = err ?: guest_ring_set_file(&g->tx, g->fd, VHOST_SET_VRING_KICK,
					 g->tx.kick);
	return err ?: guest_mem_set_table(&g->mem, g->fd);
}

/* alioth configures a ring in the order call, err, num, base, addr. */
static int alioth_ring(const struct guest_ring *r, int fd)
{
	int err = guest_ring_set_file(r, fd, VHOST_SET_VRING_CALL, r->call);

	err = err ?: guest_ring_set_file(r, fd, VHOST_SET_VRING_ERR, r->err);
	err = err ?: guest_ring_set_num(r, fd);
	err = err ?: guest_ring_set_base(r, fd);
	return err ?: guest_ring_set_addr(r, fd);
}

static int alioth_start(struct guest *g)
{
	int err = guest_set_features(g, g->cfg.features & g->offered);

	err = err ?: alioth_ring(&g->rx, g->fd);
	err = err ?: alioth_ring(&g->tx, g->fd);
	return err ?: guest_set_running(g, 1);
}

static int alioth_stop(struct guest *g)
{
	int err = guest_set_running(g, 0);

	err = err ?: guest_ring_set_file(&g->rx, g->fd, VHOST_SET_VRING_ERR, -1);
	return err ?: guest_ring_set_file(&g->tx, g->fd, VHOST_SET_VRING_ERR, -1);
}

/* kvmtool offers only two ring features to the guest's driver. */
static int kvmtool_configure(struct guest *g)
{
	int err;

	if (ioctl(g->fd, VHOST_SET_OWNER))
		return -errno;
	err = guest_mem_set_table(&g->mem, g->fd);
	if (err)
		return err;
	if (ioctl(g->fd, VHOST_GET_FEATURES, &g->offered))
		return -errno;
	err = guest_set_features(g, g->offered);
	return err ?: guest_set_cid(g, g->cfg.cid);
}

/* kvmtool configures a ring in the order num, base, addr, call, kick. */
static int kvmtool_ring(const struct guest_ring *r, int fd)
{
	int err = guest_ring_set_num(r, fd);

	err = err ?: guest_ring_set_base(r, fd);
	err = err ?: guest_ring_set_addr(r, fd);
	err = err ?: guest_ring_set_file(r, fd, VHOST_SET_VRING_CALL, r->call);
	return err ?: guest_ring_set_file(r, fd, VHOST_SET_VRING_KICK, r->kick);
}

static int kvmtool_start(struct guest *g)
{
	int err = kvmtool_ring(&g->rx, g->fd);

	err = err ?: kvmtool_ring(&g->tx, g->fd);
	return err ?: guest_set_running(g, 1);
}

static int kvmtool_stop(struct guest *g)
{
	return guest_set_running(g, 0);
}

/**
 * struct - a VMM
 * @flags: the flags of open()
 * @configure: steps when the VM is created
 * @start: steps when the guest's driver is ready
 * @stop: steps at a guest reset, or (crosvm) suspend
 */
FIXTURE_VARIANT(vmm_sequence)
{
	int flags;
	int (*configure)(struct guest *g);
	int (*start)(struct guest *g);
	int (*stop)(struct guest *g);
};

FIXTURE_VARIANT_ADD(vmm_sequence, crosvm) {
	.flags = O_RDWR | O_CLOEXEC | O_NONBLOCK,
	.configure = crosvm_configure,
	.start = crosvm_start,
	.stop = crosvm_stop,
};

FIXTURE_VARIANT_ADD(vmm_sequence, alioth) {
	.flags = O_RDWR | O_CLOEXEC,
	.configure = alioth_configure,
	.start = alioth_start,
	.stop = alioth_stop,
};

FIXTURE_VARIANT_ADD(vmm_sequence, kvmtool) {
	.flags = O_RDWR,
	.configure = kvmtool_configure,
	.start = kvmtool_start,
	.stop = kvmtool_stop,
};

/* Creates the folder of the template, and sets the path for CID. */
static int prepare(struct bed *bed)
{
	*bed = (struct bed){ .spare_port = 50000, .type = SOCK_STREAM };
	strcpy(bed->dir, "/tmp/vmm.XXXXXX");
	if (!mkdtemp(bed->dir))
		return -errno;
	snprintf(bed->path, sizeof(bed->path), "%s/%u.sock", bed->dir, CID);
	return uds_template_set(bed->dir, "/%u.sock");
}

FIXTURE_SETUP(vmm_sequence)
{
	struct guest_config cfg = { .cid = CID };

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, uds_template_begin(&self->before));
	ASSERT_EQ(0, prepare(&self->bed));
	cfg.fd = open(guest_device(), variant->flags);
	ASSERT_LE(0, cfg.fd);
	ASSERT_EQ(0, guest_open(&self->bed.guest, &cfg));
	guest_mux_init(&self->bed.mux, &self->bed.guest);
	ASSERT_EQ(0, variant->configure(&self->bed.guest));
}

FIXTURE_TEARDOWN(vmm_sequence)
{
	EXPECT_EQ(0, uds_template_end(&self->before));
	BED_TEARDOWN(&self->bed);
}

TEST_F(vmm_sequence, serves_both_directions)
{
	guest_fill_rx(&self->bed.guest);
	ASSERT_EQ(0, variant->start(&self->bed.guest));
	EXPECT_EQ(0, bed_works(&self->bed));
}

TEST_F(vmm_sequence, serves_a_guest_that_starts_after_the_device)
{
	ASSERT_EQ(0, variant->start(&self->bed.guest));
	guest_fill_rx(&self->bed.guest);
	EXPECT_EQ(0, bed_works(&self->bed));
}

/* As the guest's driver sees a reset: empty rings, and no connections. */
TEST_F(vmm_sequence, guest_reset_drops_connections_and_works)
{
	struct guest *g = &self->bed.guest;
	struct bed_pair pair;

	guest_fill_rx(g);
	ASSERT_EQ(0, variant->start(g));
	ASSERT_EQ(0, bed_host_pair(&self->bed, &pair, PORT));
	ASSERT_EQ(0, bed_echo(&self->bed, &pair));
	ASSERT_EQ(0, variant->stop(g));
	guest_reset(g);
	guest_conn_free(pair.conn);
	guest_fill_rx(g);
	ASSERT_EQ(0, variant->start(g));
	EXPECT_EQ(0, uds_recv_reset(pair.fd));
	EXPECT_EQ(0, bed_works(&self->bed));
	close(pair.fd);
}

TEST_F(vmm_sequence, close_removes_the_socket_file)
{
	ASSERT_EQ(0, variant->start(&self->bed.guest));
	ASSERT_EQ(0, access(self->bed.path, F_OK));
	guest_close(&self->bed.guest);
	EXPECT_EQ(-1, access(self->bed.path, F_OK));
}

/*
 * crosvm's device process: another root without files, and its own network
 * namespace. It only has what was opened before.
 */
FIXTURE(jail)
{
	struct bed bed;
	struct uds_template before;
	int fd;
	char root[32];
};

FIXTURE_SETUP(jail)
{
	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, uds_template_begin(&self->before));
	ASSERT_EQ(0, prepare(&self->bed));
	strcpy(self->root, "/tmp/jail.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	self->fd = open(guest_device(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(jail)
{
	EXPECT_EQ(0, uds_template_end(&self->before));
	close(self->fd);
	unlink(self->bed.path);
	EXPECT_EQ(0, rmdir(self->bed.dir));
	EXPECT_EQ(0, rmdir(self->root));
}

static void run_in_jail(struct process *p, void *arg)
{
	FIXTURE_DATA(jail) *self = arg;
	struct guest_config cfg = { .cid = CID, .fd = self->fd };
	struct guest guest;
	struct guest_mux mux;
	int err;

	err = guest_open(&guest, &cfg);
	if (!err && (unshare(CLONE_NEWNET) || chroot(self->root) || chdir("/")))
		err = -errno;
	err = err ?: crosvm_configure(&guest);
	guest_mux_init(&mux, &guest);
	guest_fill_rx(&guest);
	err = err ?: crosvm_start(&guest);
	guest_listen(&mux, PORT);
	process_ready(p, -err);
	if (!err)
		guest_accept(&mux, PORT, deadline_in(WAIT_MS));
	process_wait(p);
}

/* vsock-bridge exec ... -- crosvm run --vsock cid=33,device=/proc/self/fd/3 */
TEST_F(jail, uses_a_path_that_was_set_outside)
{
	struct process p;
	char line[64];
	int fd;

	ASSERT_EQ(0, bed_set_uds(self->fd, self->bed.path));
	ASSERT_EQ(0, process_start(&p, run_in_jail, self));
	fd = bed_client(&self->bed, PORT);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, uds_recv_line(fd, line, sizeof(line)));
	EXPECT_EQ(0, strncmp(line, "OK ", 3));
	close(fd);
	process_end(&p);
}

/*
 * The process that sets the CID looks up the template, and does not see the
 * host's folders.
 */
TEST_F(jail, cannot_use_a_template)
{
	struct process p;

	EXPECT_EQ(ENOENT, process_start(&p, run_in_jail, self));
	EXPECT_EQ(-1, access(self->bed.path, F_OK));
}

TEST_HARNESS_MAIN
