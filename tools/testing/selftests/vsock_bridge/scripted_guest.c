// SPDX-License-Identifier: GPL-2.0
/*
 * scripted_guest PATH [CID]: a device with its host end at PATH, and a guest that
 * executes the commands on stdin. It answers each command, and its own start,
 * with one line: "ok" or the error. For tests of host programs.
 *
 *   accept PORT		accepts a connection from a host program to PORT
 *   connect LOCAL PORT		connects from LOCAL to PORT of the host
 *   send N			sends N bytes on the newest connection
 *   recv N			waits for N bytes and reads them
 *   shutdown			shuts down the sending side
 *   ended			waits for the host's SHUTDOWN of its sending side, or RST
 *   reset			waits for RST
 *   close			sends RST
 *
 * It exits at the end of stdin.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bed.h"

enum { CHUNK = 65536 };

struct script {
	struct guest guest;
	struct guest_mux mux;
	struct guest_conn *conn;	/* the newest */
};

static int do_accept(struct script *p, unsigned int port, unsigned int unused)
{
	(void)unused;
	guest_listen(&p->mux, port);
	p->conn = guest_accept(&p->mux, port, deadline_in(WAIT_MS));
	return p->conn ? 0 : -ETIMEDOUT;
}

static int do_connect(struct script *p, unsigned int local, unsigned int port)
{
	struct guest_conn *c = guest_connect(&p->mux, local, port);

	if (!c || !GUEST_UNTIL(&p->mux, c->open || c->reset))
		return -ETIMEDOUT;
	p->conn = c;
	return c->reset ? -ECONNREFUSED : 0;
}

/* Waits for credit as long as packets keep arriving. */
static int do_send(struct script *p, unsigned int n, unsigned int unused)
{
	static const char data[CHUNK];

	(void)unused;
	while (n) {
		size_t sent = guest_conn_send(p->conn, data, n < CHUNK ? n : CHUNK,
					      CHUNK);

		if (!sent && guest_mux_step(&p->mux, -1, 0, deadline_in(WAIT_MS)))
			return -ETIMEDOUT;
		n -= sent;
	}
	return 0;
}

static int do_recv(struct script *p, unsigned int n, unsigned int unused)
{
	static char data[CHUNK];

	(void)unused;
	while (n) {
		size_t got = guest_conn_recv(p->conn, data, n < CHUNK ? n : CHUNK);

		if (!got && guest_mux_step(&p->mux, -1, 0, deadline_in(WAIT_MS)))
			return -ETIMEDOUT;
		n -= got;
	}
	return 0;
}

static int do_shutdown(struct script *p, unsigned int unused, unsigned int either)
{
	(void)unused;
	(void)either;
	return guest_conn_shutdown(p->conn, VIRTIO_VSOCK_SHUTDOWN_SEND);
}

static int do_ended(struct script *p, unsigned int unused, unsigned int either)
{
	(void)unused;
	(void)either;
	return GUEST_UNTIL(&p->mux, p->conn->reset ||
			   (p->conn->peer_shutdown & VIRTIO_VSOCK_SHUTDOWN_SEND)) ?
	       0 : -ETIMEDOUT;
}

static int do_reset(struct script *p, unsigned int unused, unsigned int either)
{
	(void)unused;
	(void)either;
	return GUEST_UNTIL(&p->mux, p->conn->reset) ? 0 : -ETIMEDOUT;
}

static int do_close(struct script *p, unsigned int unused, unsigned int either)
{
	(void)unused;
	(void)either;
	return guest_conn_op(p->conn, VIRTIO_VSOCK_OP_RST, 0);
}

static const struct {
	const char *name;
	int (*act)(struct script *p, unsigned int first, unsigned int second);
	bool conn;	/* does it need a connection? */
} acts[] = {
	{ "accept", do_accept, false },
	{ "connect", do_connect, false },
	{ "send", do_send, true },
	{ "recv", do_recv, true },
	{ "shutdown", do_shutdown, true },
	{ "ended", do_ended, true },
	{ "reset", do_reset, true },
	{ "close", do_close, true },
};

static int obey(struct script *p, const char *line)
{
	unsigned int first = 0, second = 0, i;
	char name[16] = "";

	if (sscanf(line, "%15s %u %u", name, &first, &second) < 1)
		return -EINVAL;
	for (i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(name, acts[i].name))
			return acts[i].conn && !p->conn ? -ENOTCONN :
			       acts[i].act(p, first, second);
	return -EINVAL;
}

static void answer(int err)
{
	puts(err ? strerror(-err) : "ok");
	fflush(stdout);
}

static int begin(struct script *p, const char *path, const char *cid)
{
	struct guest_config cfg = {
		.cid = cid ? strtoul(cid, NULL, 10) : 0,
		.features = GUEST_FEATURES | 1ULL << VIRTIO_VSOCK_F_SEQPACKET,
	};
	int err = guest_open(&p->guest, &cfg);

	guest_mux_init(&p->mux, &p->guest);
	err = err ?: bed_set_uds_with(p->guest.fd, path,
				      BED_UDS(.flags = VSOCK_BRIDGE_UDS_SEQPACKET));
	err = err ?: guest_realize(&p->guest);
	return err ?: guest_run(&p->guest);
}

int main(int argc, char **argv)
{
	static struct script script;
	char line[128];
	int err;

	if (argc < 2) {
		fputs("usage: scripted_guest PATH [CID]\n", stderr);
		return 2;
	}
	err = begin(&script, argv[1], argv[2]);
	answer(err);
	while (!err && fgets(line, sizeof(line), stdin))
		answer(obey(&script, line));
	guest_mux_fini(&script.mux);
	guest_close(&script.guest);
	return err ? 1 : 0;
}
