// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bed.h"

#define CHUNK	65536
#define MOVE_MS	60000
#define WORKS_PORT 40000

int bed_set_uds_with(int fd, const char *path, struct vsock_bridge_uds uds)
{
	char name[BED_PATH_SIZE];

	snprintf(name, sizeof(name), "%s", path);
	if (name[0] == '@')
		name[0] = 0;
	uds.size = sizeof(uds);
	uds.path = (uintptr_t)name;
	uds.path_len = strlen(path);
	return ioctl(fd, VSOCK_BRIDGE_SET_UDS, &uds) ? -errno : 0;
}

int bed_set_uds(int fd, const char *path)
{
	return bed_set_uds_with(fd, path, BED_UDS());
}

static int prepare(struct bed *bed, const struct guest_config *cfg,
		   struct vsock_bridge_uds uds)
{
	int err;

	memset(bed, 0, sizeof(*bed));
	bed->guest.fd = -1;
	bed->type = SOCK_STREAM;
	bed->spare_port = 50000;
	strcpy(bed->dir, "/tmp/vsock_bridge.XXXXXX");
	if (!mkdtemp(bed->dir)) {
		bed->dir[0] = 0;
		return -errno;
	}
	snprintf(bed->path, sizeof(bed->path), "%s/v.sock", bed->dir);
	err = guest_open(&bed->guest, cfg);
	guest_mux_init(&bed->mux, &bed->guest);
	err = err ?: bed_set_uds_with(bed->guest.fd, bed->path, uds);
	if (err)
		bed_close(bed);
	return err;
}

int bed_prepare(struct bed *bed, const struct guest_config *cfg)
{
	return prepare(bed, cfg, BED_UDS());
}

static int run(struct bed *bed)
{
	int err = guest_realize(&bed->guest);

	err = err ?: guest_run(&bed->guest);
	if (err)
		bed_close(bed);
	return err;
}

int bed_open(struct bed *bed, const struct guest_config *cfg)
{
	int err = bed_prepare(bed, cfg);

	return err ?: run(bed);
}

int bed_open_seqpacket(struct bed *bed, const struct guest_config *cfg)
{
	struct guest_config seqpacket = cfg ? *cfg : (struct guest_config){};
	int err;

	seqpacket.features = (seqpacket.features ?: GUEST_FEATURES) |
			     1ULL << VIRTIO_VSOCK_F_SEQPACKET;
	err = prepare(bed, &seqpacket,
		      BED_UDS(.flags = VSOCK_BRIDGE_UDS_SEQPACKET));
	if (err)
		return err;
	bed->type = SOCK_SEQPACKET;
	bed->mux.type = VIRTIO_VSOCK_TYPE_SEQPACKET;
	return run(bed);
}

void bed_remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

void bed_close(struct bed *bed)
{
	guest_mux_fini(&bed->mux);
	guest_close(&bed->guest);
	if (bed->dir[0])
		bed_remove_dir(bed->dir);
	bed->dir[0] = 0;
}

int bed_set_limits(struct bed *bed, const struct vsock_bridge_limits *limits)
{
	return ioctl(bed->guest.fd, VSOCK_BRIDGE_SET_LIMITS, limits) ?
	       -errno : 0;
}

int bed_stats(int fd, struct vsock_bridge_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return ioctl(fd, VSOCK_BRIDGE_GET_STATS, stats) ? -errno : 0;
}

uint64_t bed_stat_at(struct bed *bed, size_t offset)
{
	struct vsock_bridge_stats stats;
	uint64_t value;

	if (bed_stats(bed->guest.fd, &stats))
		return UINT64_MAX;
	memcpy(&value, (char *)&stats + offset, sizeof(value));
	return value;
}

/* Nothing signals a change, so read again after each event or millisecond. */
uint64_t bed_await_stat_at(struct bed *bed, size_t offset, uint64_t value)
{
	uint64_t deadline = deadline_in(WAIT_MS), seen;

	while ((seen = bed_stat_at(bed, offset)) != value &&
	       deadline_left(deadline))
		guest_mux_step(&bed->mux, -1, 0, deadline_in(1));
	return seen;
}

void bed_port_path(const struct bed *bed, uint32_t port,
		   char path[BED_PATH_SIZE])
{
	snprintf(path, BED_PATH_SIZE, "%.*s_%u", BED_PATH_SIZE - 12, bed->path,
		 port);
}

int bed_listen(struct bed *bed, uint32_t port)
{
	char path[BED_PATH_SIZE];

	bed_port_path(bed, port, path);
	return uds_listen_type(path, bed->type);
}

static int connect_bed(const struct bed *bed)
{
	char path[BED_PATH_SIZE + sizeof("_seqpacket")];

	snprintf(path, sizeof(path), "%s%s", bed->path,
		 bed->type == SOCK_SEQPACKET ? "_seqpacket" : "");
	return uds_connect_type(path, bed->type);
}

int bed_client(struct bed *bed, uint32_t port)
{
	int fd = connect_bed(bed);
	char line[32];
	int err;

	if (fd < 0)
		return fd;
	snprintf(line, sizeof(line), "CONNECT %u\n", port);
	err = uds_send(fd, line, strlen(line));
	if (err)
		close(fd);
	return err ?: fd;
}

/* Receives the line as one message. */
static int recv_ok(int fd, char *line, size_t size)
{
	ssize_t n = uds_recv_message(fd, line, size - 1);

	return n < 0 ? n : 0;
}

/* The line must be complete and name the port that the guest saw. */
static int check_ok(struct bed_pair *pair)
{
	char line[64] = "", expected[64];
	int err = pair->conn->type == VIRTIO_VSOCK_TYPE_SEQPACKET ?
		  recv_ok(pair->fd, line, sizeof(line)) :
		  uds_recv_line(pair->fd, line, sizeof(line));

	snprintf(expected, sizeof(expected), "OK %u\n", pair->conn->peer);
	return err ?: strcmp(line, expected) ? -EBADMSG : 0;
}

int bed_host_pair(struct bed *bed, struct bed_pair *pair, uint32_t port)
{
	guest_listen(&bed->mux, port);
	pair->fd = bed_client(bed, port);
	if (pair->fd < 0)
		return pair->fd;
	pair->conn = guest_accept(&bed->mux, port, deadline_in(WAIT_MS));
	return pair->conn ? check_ok(pair) : -ETIMEDOUT;
}

int bed_guest_pair(struct bed *bed, struct bed_pair *pair, uint32_t port)
{
	int fd = bed_listen(bed, port);
	char path[BED_PATH_SIZE];

	if (fd < 0)
		return fd;
	pair->fd = -1;
	pair->conn = guest_connect(&bed->mux, bed->spare_port++, port);
	if (pair->conn)
		pair->fd = uds_accept(fd);
	close(fd);
	bed_port_path(bed, port, path);
	unlink(path);
	if (pair->fd < 0)
		return pair->conn ? pair->fd : -ENOMEM;
	return GUEST_UNTIL(&bed->mux, pair->conn->open) ? 0 : -ETIMEDOUT;
}

bool bed_reaches(struct bed *bed, uint32_t port, int listener)
{
	struct guest_conn *c = guest_connect(&bed->mux, bed->spare_port++,
					     port);
	int fd;

	if (!c || !GUEST_UNTIL(&bed->mux, c->open || c->reset) || c->reset)
		return false;
	fd = uds_accept(listener);
	close(fd);
	return fd >= 0;
}

uint8_t bed_byte(uint32_t seed, size_t at)
{
	uint64_t x = (seed * 0x9e3779b97f4a7c15ULL) ^
		     (at / 8 + 1) * 0xbf58476d1ce4e5b9ULL;

	x ^= x >> 29;
	x *= 0x94d049bb133111ebULL;
	return x >> (at % 8 * 8);
}

void bed_fill(void *data, uint32_t seed, size_t at, size_t len)
{
	uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		p[i] = bed_byte(seed, at + i);
}

bool bed_match(const void *data, uint32_t seed, size_t at, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		if (p[i] != bed_byte(seed, at + i))
			return false;
	return true;
}

/* The progress of bed_move(): bytes sent and read by each side. */
struct move {
	const struct bed_flow *flow;
	struct bed_pair *pair;
	size_t guest_sent;
	size_t guest_read;
	size_t host_sent;
	size_t host_read;
	char buf[CHUNK];
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t chunk(const struct move *m, size_t left)
{
	return least(least(m->flow->chunk ?: CHUNK, CHUNK), left);
}

/* Each step moves one piece: returns its size, 0 if it must wait, or -errno. */
static ssize_t guest_sends(struct move *m)
{
	size_t len = least(CHUNK, m->flow->to_host - m->guest_sent);
	size_t n;

	if (!len)
		return 0;
	bed_fill(m->buf, m->flow->seed, m->guest_sent, len);
	n = guest_conn_send(m->pair->conn, m->buf, len,
			    m->flow->packet ?: GUEST_TX_BUF);
	m->guest_sent += n;
	return n;
}

static ssize_t guest_reads(struct move *m)
{
	size_t n = guest_conn_recv(m->pair->conn, m->buf, CHUNK);

	if (!bed_match(m->buf, ~m->flow->seed, m->guest_read, n))
		return -EILSEQ;
	m->guest_read += n;
	return n;
}

static ssize_t host_sends(struct move *m)
{
	size_t len = chunk(m, m->flow->to_guest - m->host_sent);
	ssize_t n;

	if (!len)
		return 0;
	bed_fill(m->buf, ~m->flow->seed, m->host_sent, len);
	n = uds_send_now(m->pair->fd, m->buf, len);
	if (n > 0)
		m->host_sent += n;
	return n == -EAGAIN ? 0 : n;
}

static ssize_t host_reads(struct move *m)
{
	size_t len = chunk(m, m->flow->to_host - m->host_read);
	ssize_t n;

	if (!len)
		return 0;
	n = uds_recv_now(m->pair->fd, m->buf, len);
	if (!n)
		return -EPIPE;
	if (n < 0)
		return n == -EAGAIN ? 0 : n;
	if (!bed_match(m->buf, m->flow->seed, m->host_read, n))
		return -EILSEQ;
	m->host_read += n;
	return n;
}

static bool moved(const struct move *m)
{
	return m->host_read == m->flow->to_host &&
	       m->guest_read == m->flow->to_guest;
}

static short host_events(const struct move *m)
{
	return (m->host_read < m->flow->to_host ? POLLIN : 0) |
	       (m->host_sent < m->flow->to_guest ? POLLOUT : 0);
}

static int move_all(struct bed *bed, struct move *m)
{
	static ssize_t (*const step[])(struct move *) = {
		guest_sends, guest_reads, host_sends, host_reads,
	};
	uint64_t deadline = deadline_in(MOVE_MS);

	while (!moved(m)) {
		short events = host_events(m);
		ssize_t n, done = 0;
		int err;

		guest_mux_poll(&bed->mux);
		for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
			n = step[i](m);
			if (n < 0)
				return n;
			done += n;
		}
		if (m->pair->conn->reset)
			return -ECONNRESET;
		err = done ? 0 : guest_mux_step(&bed->mux,
						events ? m->pair->fd : -1,
						events, deadline);
		if (err)
			return err;
	}
	return 0;
}

int bed_move(struct bed *bed, struct bed_pair *pair,
	     const struct bed_flow *flow)
{
	struct move *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->flow = flow;
	m->pair = pair;
	err = move_all(bed, m);
	free(m);
	return err;
}

int bed_echo(struct bed *bed, struct bed_pair *pair)
{
	static uint32_t seed = 1;
	struct bed_flow there = { .to_host = 1, .seed = seed++ };
	struct bed_flow back = { .to_guest = 1, .seed = seed++ };
	int err = bed_move(bed, pair, &there);

	return err ?: bed_move(bed, pair, &back);
}

static void end_pair(struct bed *bed, struct bed_pair *pair)
{
	if (pair->fd >= 0)
		close(pair->fd);
	if (!pair->conn)
		return;
	if (!pair->conn->reset)
		guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_RST, 0);
	guest_conn_free(pair->conn);
	guest_mux_poll(&bed->mux);
}

int bed_works(struct bed *bed)
{
	struct bed_pair host = { .fd = -1 }, guest = { .fd = -1 };
	int err;

	err = bed_host_pair(bed, &host, WORKS_PORT);
	err = err ?: bed_echo(bed, &host);
	err = err ?: bed_guest_pair(bed, &guest, WORKS_PORT);
	err = err ?: bed_echo(bed, &guest);
	end_pair(bed, &host);
	end_pair(bed, &guest);
	return err;
}

int bed_use_up_rx(struct bed *bed, struct bed_pair *pair,
		  struct guest_buf **held)
{
	struct guest *g = &bed->guest;
	uint64_t deadline = deadline_in(WAIT_MS);
	char byte = 0;
	int err = 0;

	for (unsigned int i = 0; i < g->nr_rx && !err; i++) {
		err = uds_send(pair->fd, &byte, 1);
		while (!err && !(held[i] = guest_rx_get(g)))
			err = guest_wait(g, -1, 0, deadline);
		pair->conn->rx_cnt++;
		pair->conn->fwd_cnt++;
	}
	return err;
}

/* Waits until the device has used every packet sent, whatever it receives. */
static int await_used(struct guest *g, uint64_t deadline)
{
	int err = 0;

	guest_tx_reap(g);
	while (!err && g->tx.used_idx != g->tx.shown_idx) {
		err = guest_wait(g, -1, 0, deadline);
		guest_tx_reap(g);
	}
	return err;
}

/* An unsolicited CREDIT_UPDATE may arrive first; it is not the answer. */
int bed_fence(struct bed *bed, struct bed_pair *pair)
{
	unsigned int *seen =
		&pair->conn->seen[VIRTIO_VSOCK_OP_CREDIT_UPDATE];
	unsigned int before = *seen;
	int err = guest_conn_op(pair->conn, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);

	if (err)
		return err;
	if (!GUEST_UNTIL(&bed->mux, *seen > before))
		return -ETIMEDOUT;
	return await_used(&bed->guest, deadline_in(WAIT_MS));
}

/*
 * Sends two packets, one after the other: when the device has used the second,
 * the round that took the first has ended.
 */
int bed_settle(struct bed *bed)
{
	struct guest *g = &bed->guest;
	uint64_t deadline = deadline_in(WAIT_MS);
	struct virtio_vsock_hdr h = guest_hdr(g, VIRTIO_VSOCK_OP_RST, 1, 1);
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		err = guest_send(g, &h, NULL, deadline) ?:
		      await_used(g, deadline);
	}
	return err;
}

size_t bed_send_until_stalled(struct bed *bed, struct bed_pair *pair)
{
	static char data[65536];
	size_t sent = 0, n;

	do {
		bed_fill(data, 1, sent, sizeof(data));
		n = guest_conn_send(pair->conn, data, sizeof(data),
				    GUEST_TX_BUF);
		sent += n;
		if (bed_settle(bed))
			return 0;
		guest_mux_poll(&bed->mux);
	} while (n || guest_conn_credit(pair->conn));
	return sent;
}
