// SPDX-License-Identifier: GPL-2.0
/*
 * Host programs that were written for Firecracker: each variant issues the system
 * calls by which one of them shakes hands.
 *
 *	kata_go		kata's runtime in Go: one write, then reads of 4096 bytes
 *			until a newline has come; "OK" anywhere in the line will do;
 *			10 s, then closes and dials again at once
 *	kata_rust	kata's runtime-rs: "connect", reads of 8192; the end of the
 *			stream is an empty line, without "OK": dials again
 *	go_sdk		firecracker-go-sdk: reads of 32, the line must begin with
 *			"OK "; 1 s, then dials again, every 100 ms
 *	kuasar		one read of 4096, whatever it brings must have "OK" in it;
 *			10 ms, then dials again
 *	systemd		systemd-ssh-proxy from 258 on: looks at up to 9 bytes
 *			(MSG_PEEK), and takes them away when they are "OK ", digits and
 *			a newline; else leaves them to ssh, which skips lines in front
 *			of the server's name
 */
#include "harness.h"

#include <sys/socket.h>

#define PORT 1024

FIXTURE(client)
{
	struct bed bed;
};

FIXTURE_VARIANT(client)
{
	const char *word;	/* that the request begins with */
	size_t read;		/* how much it asks for at once */
	bool prefix;		/* "OK " must come first */
	bool once;		/* one read must bring the line */
	bool peeks;
};

FIXTURE_VARIANT_ADD(client, kata_go) { .word = "CONNECT", .read = 4096 };

FIXTURE_VARIANT_ADD(client, kata_rust) { .word = "connect", .read = 8192 };

FIXTURE_VARIANT_ADD(client, go_sdk) {
	.word = "CONNECT", .read = 32, .prefix = true,
};

FIXTURE_VARIANT_ADD(client, kuasar) {
	.word = "CONNECT", .read = 4096, .once = true,
};

FIXTURE_VARIANT_ADD(client, systemd) {
	.word = "CONNECT", .read = 9, .prefix = true, .peeks = true,
};

/* An OK line of 9 bytes needs host ports of five digits. */
FIXTURE_SETUP(client)
{
	BED_SETUP(&self->bed, NULL);
	if (variant->peeks)
		ASSERT_EQ(0, bed_set_limits(&self->bed,
					    BED_LIMITS(.host_port_min = 60000,
						       .host_port_max = 65535)));
}

FIXTURE_TEARDOWN(client)
{
	BED_TEARDOWN(&self->bed);
}

static int dial(const char *path, const char *word)
{
	int fd = uds_connect(path), len;
	char line[32];

	if (fd < 0)
		return fd;
	len = snprintf(line, sizeof(line), "%s %u\n", word, PORT);
	if (write(fd, line, len) == len)
		return fd;
	close(fd);
	return -EIO;
}

/* One blocking read, or peek, with a limit. */
static ssize_t take(int fd, char *to, size_t room, int flags)
{
	int err = uds_wait(fd, POLLIN);
	ssize_t n;

	if (err)
		return err;
	n = recv(fd, to, room, flags);
	return n < 0 ? -errno : n;
}

/*
 * 0 when the client takes itself for connected, -ECONNREFUSED when the stream has
 * ended without a byte, -EBADMSG for another answer. @rest is how many bytes behind
 * the line the client has taken with it, which most of them lose.
 */
static int shake(int fd, const FIXTURE_VARIANT(client) *how, size_t *rest)
{
	char text[8192], *end = NULL;
	size_t have = 0;
	ssize_t n;

	*rest = 0;
	while (!end) {
		n = take(fd, text + have, how->read - have,
			 how->peeks ? MSG_PEEK : 0);
		if (n < 0)
			return n;
		if (!n)
			return have ? -EBADMSG : -ECONNREFUSED;
		have += n;
		end = memchr(text, '\n', have);
		if (!end && (how->once || how->peeks))
			return -EBADMSG;
	}
	*end = 0;
	if (how->prefix ? strncmp(text, "OK ", 3) : !strstr(text, "OK"))
		return -EBADMSG;
	n = end + 1 - text;
	if (how->peeks)
		return recv(fd, text, n, 0) == n ? 0 : -EIO;
	*rest = have - n;
	return 0;
}

TEST_F(client, is_connected_and_has_taken_nothing_but_the_line)
{
	struct bed_pair pair;
	size_t rest;

	guest_listen(&self->bed.mux, PORT);
	pair.fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, PORT, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_EQ(0, shake(pair.fd, variant, &rest));
	EXPECT_EQ(0, rest);
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_F(client, gets_what_the_guest_says_first)
{
	static const char hello[] = "SSH-2.0-guest\r\n";
	char got[sizeof(hello)];
	struct bed_pair pair;
	size_t rest;

	guest_listen(&self->bed.mux, PORT);
	pair.fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, PORT, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_EQ(0, shake(pair.fd, variant, &rest));
	ASSERT_EQ(sizeof(hello), guest_conn_send(pair.conn, hello, sizeof(hello),
						 sizeof(hello)));
	ASSERT_EQ(0, uds_recv(pair.fd, got, sizeof(got)));
	EXPECT_STREQ(hello, got);
	close(pair.fd);
}

/*
 * A guest that speaks before the client has read the line: the bytes stand behind
 * the line, in the same stream. A client that keeps what its read brought, or that
 * peeks, has them all; one that throws it away has lost them, as with Firecracker.
 */
TEST_F(client, finds_behind_the_line_what_the_guest_said_meanwhile)
{
	static const char hello[] = "hello";
	char got[sizeof(hello)];
	struct bed_pair pair;
	size_t rest;

	guest_listen(&self->bed.mux, PORT);
	pair.fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, PORT, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_EQ(sizeof(hello), guest_conn_send(pair.conn, hello, sizeof(hello),
						 sizeof(hello)));
	ASSERT_EQ(0, bed_settle(&self->bed));
	ASSERT_EQ(0, shake(pair.fd, variant, &rest));
	if (variant->peeks) {
		ASSERT_EQ(0, uds_recv(pair.fd, got, sizeof(got)));
		EXPECT_STREQ(hello, got);
	} else {
		EXPECT_EQ(sizeof(hello), rest);
	}
	close(pair.fd);
}

TEST_F(client, sees_the_end_of_the_stream_when_no_one_listens)
{
	struct virtio_vsock_hdr request, rst;
	size_t rest;
	int fd;

	fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guest_mux_stray(&self->bed.mux, &request,
				     deadline_in(WAIT_MS)));
	rst = guest_hdr(&self->bed.guest, VIRTIO_VSOCK_OP_RST, request.dst_port,
			request.src_port);
	ASSERT_EQ(0, guest_send(&self->bed.guest, &rst, NULL,
				deadline_in(WAIT_MS)));
	EXPECT_EQ(-ECONNREFUSED, shake(fd, variant, &rest));
	close(fd);
}

TEST_F(client, that_gave_up_is_served_when_it_dials_again)
{
	struct guest_conn *first;
	struct bed_pair pair;
	size_t rest;
	int fd;

	guest_listen(&self->bed.mux, PORT);
	fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, self->bed.mux.conns));
	first = self->bed.mux.conns;
	close(fd);
	ASSERT_TRUE(GUEST_UNTIL(&self->bed.mux, first->reset));
	guest_conn_free(first);

	pair.fd = dial(self->bed.path, variant->word);
	ASSERT_LE(0, pair.fd);
	pair.conn = guest_accept(&self->bed.mux, PORT, deadline_in(WAIT_MS));
	ASSERT_NE(NULL, pair.conn);
	ASSERT_EQ(0, shake(pair.fd, variant, &rest));
	EXPECT_EQ(0, bed_echo(&self->bed, &pair));
	close(pair.fd);
}

TEST_HARNESS_MAIN
