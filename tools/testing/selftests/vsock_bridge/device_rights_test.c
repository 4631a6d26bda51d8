// SPDX-License-Identifier: GPL-2.0
/*
 * The device is not a confused deputy: it binds and connects only where the
 * process that configured it may. uds_test and port_test cover what SET_UDS and
 * SET_PORT refuse; here the paths change after the configuration.
 */
#include "harness.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "process.h"

#define PORT	9

/**
 * @open: a folder where every user may do everything
 * @closed: a folder that only root may search
 * @secret: a listener in @closed
 */
FIXTURE(device)
{
	struct bed bed;
	char open[80];
	char closed[80];
	int secret;
};

FIXTURE_SETUP(device)
{
	char path[100];

	BED_SETUP(&self->bed, NULL);
	ASSERT_EQ(0, chmod(self->bed.dir, 0755));
	snprintf(self->open, sizeof(self->open), "%s/open", self->bed.dir);
	ASSERT_EQ(0, mkdir(self->open, 0700));
	ASSERT_EQ(0, chmod(self->open, 0777));
	snprintf(self->closed, sizeof(self->closed), "%s/closed",
		 self->bed.dir);
	ASSERT_EQ(0, mkdir(self->closed, 0700));
	snprintf(path, sizeof(path), "%s/x_%d", self->closed, PORT);
	self->secret = uds_listen(path);
	ASSERT_LE(0, self->secret);
	ASSERT_EQ(0, chmod(path, 0777));
}

static void remove_files(const char *dir, const char *const *names)
{
	char path[128];

	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *names);
		unlink(path);
	}
	rmdir(dir);
}

FIXTURE_TEARDOWN(device)
{
	static const char *const names[] = {
		"x", "x_9", "y", "link", "target", "victim", NULL,
	};

	close(self->secret);
	remove_files(self->open, names);
	remove_files(self->closed, names);
	BED_TEARDOWN(&self->bed);
}

/* SET_UDS by user @who, with the path for guest connections. */
struct wish {
	int fd;
	unsigned int who;
	char path[100];
	struct vsock_bridge_uds uds;
};

static int wish_for(void *arg)
{
	struct wish *w = arg;

	if (w->who && process_become(w->who))
		return 255;
	return -bed_set_uds_with(w->fd, w->path, w->uds);
}

/* Issues SET_UDS in a process of user @who. Returns its errno. */
static int set_uds_as(FIXTURE_DATA(device) *self, unsigned int who,
		      const char *dir, struct vsock_bridge_uds uds)
{
	struct wish w = { .fd = self->bed.guest.fd, .who = who, .uds = uds };

	snprintf(w.path, sizeof(w.path), "%s/x", dir);
	return process_run(wish_for, &w);
}

#define CONNECT_ONLY BED_UDS(.flags = VSOCK_BRIDGE_UDS_NO_LISTEN)

static int listen_in(const char *dir, mode_t mode)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/x_%d", dir, PORT);
	fd = uds_listen(path);
	if (fd >= 0)
		chmod(path, mode);
	return fd;
}

TEST_F(device, connects_where_the_user_may)
{
	int fd = listen_in(self->open, 0777);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->open, CONNECT_ONLY));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

TEST_F(device, connect_needs_write_permission_on_the_socket)
{
	int fd = listen_in(self->open, 0755);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->open, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

TEST_F(device, connect_needs_search_permission_on_the_folder)
{
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->closed, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
	ASSERT_EQ(0, set_uds_as(self, 0, self->closed, CONNECT_ONLY));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->secret));
}

TEST_F(device, bind_needs_permission_on_the_folder)
{
	EXPECT_EQ(EACCES, set_uds_as(self, NOBODY, self->closed, BED_UDS()));
	EXPECT_EQ(0, set_uds_as(self, NOBODY, self->open, BED_UDS()));
}

/* Capabilities decide, not the user ID of root. */
static int wish_without_capabilities(void *arg)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {};

	if (syscall(SYS_capset, &head, none))
		return 255;
	return wish_for(arg);
}

TEST_F(device, root_without_capabilities_has_no_extra_rights)
{
	int fd = listen_in(self->open, 0700);
	char path[100];
	struct wish w = { .fd = self->bed.guest.fd, .uds = CONNECT_ONLY };

	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "%s/x_%d", self->open, PORT);
	ASSERT_EQ(0, chown(path, NOBODY, NOBODY));
	snprintf(w.path, sizeof(w.path), "%s/x", self->open);
	ASSERT_EQ(0, process_run(wish_for, &w));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, fd));
	ASSERT_EQ(0, process_run(wish_without_capabilities, &w));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

/* A launcher sets the host end and then changes its user. */
TEST_F(device, keeps_the_rights_of_set_uds_after_the_user_changes)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/x", self->closed);
	ASSERT_EQ(0, bed_set_uds_with(self->bed.guest.fd, path, CONNECT_ONLY));
	ASSERT_EQ(0, process_become(NOBODY));
	ASSERT_EQ(-EACCES, uds_connect(path));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->secret));
}

TEST_F(device, last_set_uds_decides_the_rights)
{
	ASSERT_EQ(0, set_uds_as(self, 0, self->closed, CONNECT_ONLY));
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->closed, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
}

/*
 * The device follows symbolic links as connect(2) does, with the rights of the
 * process that configured it.
 */
TEST_F(device, symlink_does_not_bypass_permissions)
{
	char link[100], target[100];

	snprintf(link, sizeof(link), "%s/x_%d", self->open, PORT);
	snprintf(target, sizeof(target), "%s/x_%d", self->closed, PORT);
	ASSERT_EQ(0, symlink(target, link));
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->open, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
	ASSERT_EQ(0, set_uds_as(self, 0, self->open, CONNECT_ONLY));
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, self->secret));
}

TEST_F(device, bind_does_not_follow_a_symlink)
{
	char link[100], target[100];

	snprintf(link, sizeof(link), "%s/x", self->open);
	snprintf(target, sizeof(target), "%s/target", self->closed);
	ASSERT_EQ(0, symlink(target, link));
	EXPECT_EQ(EADDRINUSE, set_uds_as(self, 0, self->open, BED_UDS()));
	EXPECT_EQ(-1, access(target, F_OK));
}

/**
 * struct swap - a name that alternates between two files
 * @name: the name
 * @link: a symbolic link that alternates with the original file
 * @keep: where the original file is while the link has the name
 * @stop: tells the thread to stop
 * @swaps: number of exchanges
 */
struct swap {
	char name[100];
	char link[100];
	char keep[100];
	bool stop;
	unsigned long swaps;
};

static void *swap_names(void *arg)
{
	struct swap *s = arg;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		if (rename(s->name, s->keep))
			continue;
		if (!rename(s->link, s->name))
			rename(s->name, s->link);
		rename(s->keep, s->name);
		__atomic_fetch_add(&s->swaps, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void swap_init(struct swap *s, const char *dir, const char *name,
		      const char *target)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s/%s", dir, name);
	snprintf(s->link, sizeof(s->link), "%s/link", dir);
	snprintf(s->keep, sizeof(s->keep), "%s/y", dir);
	unlink(s->link);
	if (symlink(target, s->link))
		s->stop = true;
}

static unsigned long swap_end(struct swap *s, pthread_t thread)
{
	__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return s->swaps;
}

/* The guest connects again and again while a link replaces the name. */
TEST_F(device, symlink_race_does_not_bypass_permissions)
{
	enum { CONNECTS = 400 };
	int fd = listen_in(self->open, 0777), n = 0;
	char target[100];
	pthread_t thread;
	struct swap s;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_uds_as(self, NOBODY, self->open, CONNECT_ONLY));
	snprintf(target, sizeof(target), "%s/x_%d", self->closed, PORT);
	swap_init(&s, self->open, "x_9", target);
	ASSERT_EQ(0, pthread_create(&thread, NULL, swap_names, &s));
	for (int i = 0; i < CONNECTS; i++) {
		struct guest_conn *c = guest_connect(&self->bed.mux, 20000 + i,
						     PORT);

		ASSERT_NE(NULL, c);
		ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, c->open || c->reset));
		n += c->open;
		if (c->open)
			close(uds_accept(fd));
	}
	EXPECT_LT(100, swap_end(&s, thread));
	EXPECT_LT(0, n);
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(self->secret, POLLIN, 0));
	close(fd);
}

/* Owner and mode are set through the socket, not by name. */
TEST_F(device, symlink_race_changes_no_other_files_owner)
{
	enum { BINDS = 200 };
	char path[100], victim[100];
	pthread_t thread;
	struct stat st;
	struct swap s;
	int fd;

	snprintf(path, sizeof(path), "%s/x", self->open);
	snprintf(victim, sizeof(victim), "%s/victim", self->closed);
	fd = open(victim, O_CREAT | O_WRONLY, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	swap_init(&s, self->open, "x", victim);
	ASSERT_EQ(0, pthread_create(&thread, NULL, swap_names, &s));
	for (int i = 0; i < BINDS; i++) {
		int err = bed_set_uds_with(self->bed.guest.fd, path,
			BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID |
					 VSOCK_BRIDGE_UDS_MODE,
				.uid = NOBODY, .mode = 0666));

		ASSERT_TRUE(!err || err == -EADDRINUSE);
		unlink(path);
	}
	EXPECT_LT(10, swap_end(&s, thread));
	ASSERT_EQ(0, stat(victim, &st));
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0600, st.st_mode & 07777);
}

/* --- namespaces and root directories */

TEST_F(device, connect_uses_the_mounts_of_set_uds)
{
	int fd = listen_in(self->open, 0777), other;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_uds_as(self, 0, self->open, CONNECT_ONLY));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("tmp", self->open, "tmpfs", 0, NULL));
	other = listen_in(self->open, 0777);
	ASSERT_LE(0, other);
	EXPECT_TRUE(bed_reaches(&self->bed, PORT, fd));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(other, POLLIN, 0));
	ASSERT_EQ(0, umount2(self->open, MNT_DETACH));
	close(other);
	close(fd);
}

TEST_F(device, connect_ignores_mounts_that_the_user_did_not_see)
{
	int here = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int fd = listen_in(self->open, 0777), hidden;

	ASSERT_LE(0, here);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	ASSERT_EQ(0, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	ASSERT_EQ(0, mount("tmp", self->open, "tmpfs", 0, NULL));
	hidden = listen_in(self->open, 0777);
	ASSERT_LE(0, hidden);
	ASSERT_EQ(0, set_uds_as(self, 0, self->open, CONNECT_ONLY));
	ASSERT_EQ(0, setns(here, CLONE_NEWNS));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(hidden);
	close(here);
	close(fd);
}

/* Does what a jailer does: a new root, and the old one detached. */
static int pivot_into(const char *dir)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(dir, dir, NULL, MS_BIND, NULL) || chdir(dir) ||
	    syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) ||
	    chdir("/"))
		return -errno;
	return 0;
}

/* Runs a device whose owner calls pivot_root(); the bed stays outside. */
struct jail {
	struct bed *bed;
	const char *dir;
	bool inside;	/* calls SET_UDS after pivot_root() */
	int root;
};

static int reach_from_jail(void *arg)
{
	struct jail *j = arg;
	struct bed inner = { .spare_port = 50000 };
	struct guest_config cfg = { .cid = 7 };
	char path[100];
	int err, fd;

	snprintf(path, sizeof(path), "%s/x", j->dir);
	err = guest_open(&inner.guest, &cfg);
	guest_mux_init(&inner.mux, &inner.guest);
	if (!err && !j->inside)
		err = bed_set_uds_with(inner.guest.fd, path, CONNECT_ONLY);
	err = err ?: pivot_into(j->dir);
	if (!err && j->inside)
		err = bed_set_uds_with(inner.guest.fd, "/x", CONNECT_ONLY);
	fd = err ?: uds_listen("/y");
	err = err ?: guest_realize(&inner.guest);
	err = err ?: guest_run(&inner.guest);
	if (err || fd < 0)
		return 254;
	return !bed_reaches(&inner, PORT, j->root);
}

TEST_F(device, set_uds_before_pivot_root_uses_the_old_root)
{
	struct jail j = { .bed = &self->bed, .dir = self->open };

	j.root = listen_in(self->open, 0777);
	ASSERT_LE(0, j.root);
	EXPECT_EQ(0, process_run(reach_from_jail, &j));
	close(j.root);
}

TEST_F(device, set_uds_after_pivot_root_uses_the_new_root)
{
	struct jail j = {
		.bed = &self->bed, .dir = self->open, .inside = true,
	};

	j.root = listen_in(self->open, 0777);
	ASSERT_LE(0, j.root);
	EXPECT_EQ(0, process_run(reach_from_jail, &j));
	close(j.root);
}

/* A link with an absolute target does not leave the new root. */
TEST_F(device, symlink_does_not_leave_the_new_root)
{
	struct jail j = {
		.bed = &self->bed, .dir = self->open, .inside = true,
		.root = self->secret,
	};
	char link[100], target[100];

	snprintf(link, sizeof(link), "%s/x_%d", self->open, PORT);
	snprintf(target, sizeof(target), "/..%s/x_%d", self->closed, PORT);
	ASSERT_EQ(0, symlink(target, link));
	EXPECT_EQ(1, process_run(reach_from_jail, &j));
	EXPECT_EQ(-ETIMEDOUT, uds_wait_ms(self->secret, POLLIN, 0));
}

/* --- user namespaces: their root has no rights outside */

/* Enters a namespace whose root is NOBODY outside. */
static int enter_user_ns(void)
{
	/* after setuid, only a dumpable process may write its maps */
	if (process_become(NOBODY) || prctl(PR_SET_DUMPABLE, 1) ||
	    unshare(CLONE_NEWUSER))
		return -errno;
	return process_write("/proc/self/setgroups", "deny") ?:
	       process_write("/proc/self/uid_map", "0 65534 1") ?:
	       process_write("/proc/self/gid_map", "0 65534 1");
}

static int wish_in_user_ns(void *arg)
{
	return enter_user_ns() || getuid() ? 255 : wish_for(arg);
}

static int set_uds_in_user_ns(FIXTURE_DATA(device) *self, const char *dir,
			      struct vsock_bridge_uds uds)
{
	struct wish w = { .fd = self->bed.guest.fd, .uds = uds };

	snprintf(w.path, sizeof(w.path), "%s/x", dir);
	return process_run(wish_in_user_ns, &w);
}

TEST_F(device, user_namespace_root_cannot_bind_outside_its_rights)
{
	struct stat st;
	char path[100];

	EXPECT_EQ(EACCES, set_uds_in_user_ns(self, self->closed, BED_UDS()));
	EXPECT_EQ(EACCES, set_uds_in_user_ns(self, self->bed.dir, BED_UDS()));
	ASSERT_EQ(0, set_uds_in_user_ns(self, self->open, BED_UDS()));
	snprintf(path, sizeof(path), "%s/x", self->open);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(NOBODY, st.st_uid);
}

TEST_F(device, user_namespace_root_cannot_connect_outside_its_rights)
{
	int fd = listen_in(self->open, 0755);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_uds_in_user_ns(self, self->closed, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, self->secret));
	ASSERT_EQ(0, set_uds_in_user_ns(self, self->open, CONNECT_ONLY));
	EXPECT_FALSE(bed_reaches(&self->bed, PORT, fd));
	close(fd);
}

TEST_F(device, user_namespace_root_sets_only_mapped_owners)
{
	struct stat st;
	char path[100];

	EXPECT_EQ(EINVAL, set_uds_in_user_ns(self, self->open,
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID, .uid = 1)));
	ASSERT_EQ(0, set_uds_in_user_ns(self, self->open,
		BED_UDS(.flags = VSOCK_BRIDGE_UDS_UID, .uid = 0)));
	snprintf(path, sizeof(path), "%s/x", self->open);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(NOBODY, st.st_uid);
}

/* --- the device node */

TEST(node_is_accessible_to_root_only)
{
	struct stat st;

	SKIP_WITHOUT(guest_device());
	ASSERT_EQ(0, stat(guest_device(), &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0, st.st_gid);
	ASSERT_EQ(0, process_become(NOBODY));
	EXPECT_EQ(-1, open(guest_device(), O_RDWR));
	EXPECT_EQ(EACCES, errno);
}

TEST_HARNESS_MAIN
