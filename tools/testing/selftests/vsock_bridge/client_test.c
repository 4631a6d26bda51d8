// SPDX-License-Identifier: GPL-2.0
/*
 * Host programs written for Firecracker: each variant issues the system calls
 * of one client's handshake.
 *
 *   kata_go	Kata's runtime in Go: one write, then reads of 4096 bytes until a
 *		newline; accepts "OK" anywhere in the line; after 10 s it closes
 *		and reconnects at once
 *   kata_rust	Kata's runtime-rs: "connect", reads of 8192 bytes; treats the end
 *		of the stream as an empty line without "OK" and reconnects
 *   go_sdk	firecracker-go-sdk: reads of 32 bytes; the line must begin with
 *		"OK "; after 1 s it reconnects, every 100 ms
 *   kuasar	one read of 4096 bytes, which must contain "OK"; after 10 ms it
 *		reconnects
 *   systemd	systemd-ssh-proxy from 258 on: peeks at up to 9 bytes (MSG_PEEK)
 *		and consumes them if they are "OK ", digits and a newline; else
 *		it leaves them to ssh, which skips lines before the server's
 *		banner
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
	const char *word;	/* first word of the request */
	size_t read;		/* size of one read */
	bool prefix;		/* the line must begin with "OK " */
	bool once;		/* one read must return the line */
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

/* An OK line of 9 bytes needs host ports with five digits. */
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

/* One blocking read or peek, with a time limit. */
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
 * Reads the answer as this client does. Returns 0 if the client considers
 * itself connected, -ECONNREFUSED if the stream ended without a byte, -EBADMSG
 * for another answer. @rest is how many bytes after the line the client has
 * read as well; most clients lose them.
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

TEST_F(client, connects_and_reads_only_the_ok_line)
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

TEST_F(client, receives_the_guests_first_bytes)
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
 * The guest sends before the client has read the line, so its bytes follow the
 * line in the stream. A client that keeps what it read, or that peeks, receives
 * them; a client that discards the rest loses them, as with Firecracker.
 */
TEST_F(client, early_guest_bytes_follow_the_ok_line)
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

TEST_F(client, gets_eof_if_no_guest_listens)
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

TEST_F(client, reconnects_after_giving_up)
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
