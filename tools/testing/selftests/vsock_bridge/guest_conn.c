// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest_conn.h"

/*
 * Linux sends CREDIT_UPDATE when the free space drops below its largest packet.
 */
#define UPDATE_BELOW	65536

void guest_mux_init(struct guest_mux *mux, struct guest *guest)
{
	memset(mux, 0, sizeof(*mux));
	mux->guest = guest;
	mux->buf_alloc = GUEST_BUF_ALLOC;
	mux->type = VIRTIO_VSOCK_TYPE_STREAM;
}

void guest_mux_use_habits(struct guest_mux *mux,
			  const struct guest_habits *habits)
{
	mux->habits = habits;
	mux->buf_alloc = habits->window;
}

void guest_mux_fini(struct guest_mux *mux)
{
	while (mux->conns)
		guest_conn_free(mux->conns);
}

static unsigned int max_unread(const struct guest_conn *c)
{
	return c->capacity / (c->mux->habits ? 64 : GUEST_PACKET_COST) + 2;
}

static void free_conn(struct guest_conn *c)
{
	free(c->space);
	free(c->ends);
	free(c->last);
	free(c);
}

static struct guest_conn *add_conn(struct guest_mux *mux, uint32_t local,
				   uint32_t peer, uint16_t type)
{
	struct guest_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->mux = mux;
	c->capacity = mux->buf_alloc;
	c->space = malloc(c->capacity);
	c->ends = calloc(max_unread(c), sizeof(*c->ends));
	c->last = calloc(max_unread(c), sizeof(*c->last));
	if (!c->space || !c->ends || !c->last) {
		free_conn(c);
		return NULL;
	}
	c->type = type;
	c->local = local;
	c->peer = peer;
	c->buf_alloc = c->capacity;
	c->next = mux->conns;
	mux->conns = c;
	return c;
}

void guest_conn_free(struct guest_conn *c)
{
	struct guest_conn **p = &c->mux->conns;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	free_conn(c);
}

static struct guest_conn *find_conn(struct guest_mux *mux, uint32_t local,
				    uint32_t peer)
{
	struct guest_conn *c = mux->conns;

	while (c && (c->local != local || c->peer != peer || c->reset))
		c = c->next;
	return c;
}

static uint32_t said_buf_alloc(const struct guest_conn *c)
{
	const struct guest_habits *habits = c->mux->habits;

	if (!habits || !habits->free_alloc)
		return c->buf_alloc;
	return c->buf_alloc - guest_conn_unread(c);
}

static uint32_t said_fwd_cnt(const struct guest_conn *c)
{
	switch (c->mux->habits ? c->mux->habits->counts : GUEST_COUNTS_READ) {
	case GUEST_COUNTS_RECEIVED:
		return c->rx_cnt;
	case GUEST_COUNTS_UNREAD:
		return guest_conn_unread(c);
	case GUEST_COUNTS_ROOM:
		return c->buf_alloc - guest_conn_unread(c);
	default:
		return c->fwd_cnt;
	}
}

static struct virtio_vsock_hdr conn_hdr(struct guest_conn *c, unsigned int op)
{
	struct virtio_vsock_hdr h = guest_hdr(c->mux->guest, op, c->local,
					      c->peer);

	h.type = htole16(c->type);
	h.buf_alloc = htole32(said_buf_alloc(c));
	h.fwd_cnt = htole32(said_fwd_cnt(c));
	return h;
}

int guest_conn_op(struct guest_conn *c, unsigned int op, uint32_t flags)
{
	struct virtio_vsock_hdr h = conn_hdr(c, op);
	int err;

	h.flags = htole32(flags);
	err = guest_send(c->mux->guest, &h, NULL, deadline_in(WAIT_MS));
	if (!err)
		c->fwd_reported = c->fwd_cnt;
	return err;
}

/* The counts that non-Linux drivers send prove no violation by the device. */
static void check_room(struct guest_conn *c, uint32_t len)
{
	struct guest *g = c->mux->guest;

	if (guest_conn_unread(c) + len > c->capacity)
		guest_fail(g, "RX: %u bytes in a buffer of %u",
			   guest_conn_unread(c) + len, c->capacity);
	if (c->mux->habits)
		return;
	if (c->rx_cnt - c->fwd_reported + len > c->buf_alloc)
		guest_fail(g, "RX: %u bytes with a credit of %u",
			   c->rx_cnt - c->fwd_reported + len, c->buf_alloc);
	if ((c->unread + 1) * GUEST_PACKET_COST > c->buf_alloc)
		guest_fail(g, "RX: %u unread packets in a buffer of %u bytes",
			   c->unread + 1, c->buf_alloc);
}

static bool joins(const struct guest_conn *c, uint32_t len)
{
	if (c->type != VIRTIO_VSOCK_TYPE_STREAM || !c->unread)
		return false;
	/* a driver without a packet limit need not count packets */
	return c->mux->habits || (len <= GUEST_JOIN_MAX && len < c->tail);
}

/* @room is the payload capacity of the packet's buffer. */
static void keep(struct guest_conn *c, const uint8_t *data, uint32_t len,
		 uint32_t room, bool last)
{
	uint32_t at = c->rx_cnt % c->capacity;
	uint32_t part = c->capacity - at < len ? c->capacity - at : len;
	unsigned int slot;

	check_room(c, len);
	if (guest_conn_unread(c) + len > c->capacity ||
	    c->unread == max_unread(c))
		return;
	memcpy(c->space + at, data, part);
	memcpy(c->space, data + part, len - part);
	c->rx_cnt += len;
	if (joins(c, len)) {
		c->tail -= len;
	} else {
		c->tail = room - len;
		c->unread++;
	}
	slot = (c->first + c->unread - 1) % max_unread(c);
	c->ends[slot] = c->rx_cnt;
	c->last[slot] = last;
	if (c->unread > c->most_unread)
		c->most_unread = c->unread;
}

static void take_credit(struct guest_conn *c, const struct virtio_vsock_hdr *h)
{
	bool update = le16toh(h->op) == VIRTIO_VSOCK_OP_CREDIT_UPDATE;

	if (update && c->mux->habits && c->mux->habits->ignores_updates)
		return;
	c->peer_buf_alloc = le32toh(h->buf_alloc);
	c->peer_fwd_cnt = le32toh(h->fwd_cnt);
	if (update)
		c->sleeps = false;
}

static void answer(struct guest_conn *c)
{
	enum guest_answers how = c->mux->habits ? c->mux->habits->answers :
						  GUEST_ANSWERS;

	if (how == GUEST_ANSWERS)
		guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
	else if (how == GUEST_ASKS_BACK)
		guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
}

static void receive(struct guest_conn *c, const struct guest_buf *b)
{
	const struct virtio_vsock_hdr *h = b->hdr;
	unsigned int op = le16toh(h->op);

	if (le16toh(h->type) != c->type)
		guest_fail(c->mux->guest, "RX: type %u on a connection of type %u",
			   le16toh(h->type), c->type);
	take_credit(c, h);
	if (op < GUEST_CONN_OPS)
		c->seen[op]++;
	switch (op) {
	case VIRTIO_VSOCK_OP_RESPONSE:
		c->open = true;
		break;
	case VIRTIO_VSOCK_OP_RST:
		c->reset = true;
		break;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		c->peer_shutdown |= le32toh(h->flags);
		if (c->mux->habits && c->mux->habits->resets_shutdown) {
			guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
			c->reset = true;
		}
		break;
	case VIRTIO_VSOCK_OP_RW:
		if (c->peer_shutdown & VIRTIO_VSOCK_SHUTDOWN_SEND)
			guest_fail(c->mux->guest, "RX: payload after SHUTDOWN");
		keep(c, b->data, le32toh(h->len), b->size - GUEST_HDR_SIZE,
		     le32toh(h->flags) & VIRTIO_VSOCK_SEQ_EOM);
		break;
	case VIRTIO_VSOCK_OP_CREDIT_REQUEST:
		answer(c);
		break;
	}
}

static bool listening(const struct guest_mux *mux, uint32_t port)
{
	for (unsigned int i = 0; i < mux->nr_listeners; i++)
		if (mux->listeners[i] == port)
			return true;
	return false;
}

static void add_stray(struct guest_mux *mux, const struct virtio_vsock_hdr *h)
{
	if (mux->nr_strays == GUEST_MUX_STRAYS)
		guest_fail(mux->guest, "RX: too many packets for unknown connections");
	else
		mux->strays[mux->nr_strays++] = *h;
}

static void sort_packet(struct guest_mux *mux, const struct guest_buf *b)
{
	const struct virtio_vsock_hdr *h = b->hdr;
	uint32_t local = le32toh(h->dst_port), peer = le32toh(h->src_port);
	struct guest_conn *c = find_conn(mux, local, peer);

	if (!c && le16toh(h->op) == VIRTIO_VSOCK_OP_REQUEST &&
	    listening(mux, local))
		c = add_conn(mux, local, peer, le16toh(h->type));
	if (c)
		receive(c, b);
	else
		add_stray(mux, h);
}

unsigned int guest_mux_poll(struct guest_mux *mux)
{
	struct guest *g = mux->guest;
	struct guest_buf *b;
	unsigned int n = 0;

	guest_tx_reap(g);
	while (n < g->nr_rx && (b = guest_rx_get(g))) {
		sort_packet(mux, b);
		guest_rx_put(g, b);
		n++;
	}
	if (n)
		guest_rx_flush(g);
	return n;
}

int guest_mux_step(struct guest_mux *mux, int fd, short events,
		   uint64_t deadline)
{
	int err = guest_wait(mux->guest, fd, events, deadline);

	if (!err)
		guest_mux_poll(mux);
	return err;
}

int guest_mux_stray(struct guest_mux *mux, struct virtio_vsock_hdr *hdr,
		    uint64_t deadline)
{
	int err = 0;

	guest_mux_poll(mux);
	while (!mux->nr_strays && !err)
		err = guest_mux_step(mux, -1, 0, deadline);
	if (err)
		return err;
	*hdr = mux->strays[0];
	mux->nr_strays--;
	memmove(mux->strays, mux->strays + 1,
		mux->nr_strays * sizeof(mux->strays[0]));
	return 0;
}

void guest_listen(struct guest_mux *mux, uint32_t port)
{
	if (!listening(mux, port) && mux->nr_listeners < GUEST_MUX_LISTENERS)
		mux->listeners[mux->nr_listeners++] = port;
}

/* Returns the oldest request, which is the last in the list. */
static struct guest_conn *next_request(struct guest_mux *mux, uint32_t port)
{
	struct guest_conn *found = NULL;

	for (struct guest_conn *c = mux->conns; c; c = c->next)
		if (c->local == port && !c->accepted && !c->reset &&
		    c->seen[VIRTIO_VSOCK_OP_REQUEST])
			found = c;
	return found;
}

struct guest_conn *guest_accept(struct guest_mux *mux, uint32_t port,
				uint64_t deadline)
{
	struct guest_conn *c;

	guest_mux_poll(mux);
	while (!(c = next_request(mux, port)))
		if (guest_mux_step(mux, -1, 0, deadline))
			return NULL;
	c->accepted = true;
	if (guest_conn_op(c, VIRTIO_VSOCK_OP_RESPONSE, 0))
		return NULL;
	c->open = true;
	return c;
}

struct guest_conn *guest_connect(struct guest_mux *mux, uint32_t local,
				 uint32_t peer)
{
	struct guest_conn *c = add_conn(mux, local, peer, mux->type);

	if (c && guest_conn_op(c, VIRTIO_VSOCK_OP_REQUEST, 0)) {
		guest_conn_free(c);
		return NULL;
	}
	return c;
}

int guest_conn_close(struct guest_conn *c)
{
	enum guest_closes how = c->mux->habits ? c->mux->habits->closes :
						 GUEST_SHUTS;
	int err = 0;

	if (how == GUEST_SHUTS)
		return guest_conn_shutdown(c, VIRTIO_VSOCK_SHUTDOWN_RCV |
					      VIRTIO_VSOCK_SHUTDOWN_SEND);
	if (how == GUEST_SHUTS_NOTHING)
		err = guest_conn_shutdown(c, 0);
	err = err ?: guest_conn_op(c, VIRTIO_VSOCK_OP_RST, 0);
	c->reset = true;
	return err;
}

uint32_t guest_conn_credit(const struct guest_conn *c)
{
	uint32_t used = c->tx_cnt - c->peer_fwd_cnt;

	return used < c->peer_buf_alloc ? c->peer_buf_alloc - used : 0;
}

static int send_payload(struct guest_conn *c, const void *data, uint32_t len,
			uint32_t flags, uint64_t deadline)
{
	struct virtio_vsock_hdr h = conn_hdr(c, VIRTIO_VSOCK_OP_RW);
	int err;

	h.len = htole32(len);
	h.flags = htole32(flags);
	err = guest_send(c->mux->guest, &h, data, deadline);
	if (err)
		return err;
	c->fwd_reported = c->fwd_cnt;
	c->tx_cnt += len;
	return 0;
}

int guest_conn_send_packet(struct guest_conn *c, const void *data,
			   uint32_t len)
{
	return send_payload(c, data, len, 0, deadline_in(WAIT_MS));
}

int guest_conn_send_part(struct guest_conn *c, const void *data, uint32_t len,
			 bool last)
{
	return send_payload(c, data, len, last ? VIRTIO_VSOCK_SEQ_EOM : 0,
			    deadline_in(WAIT_MS));
}

int guest_conn_send_message(struct guest_conn *c, const void *data, size_t len,
			    uint32_t most)
{
	size_t sent = 0;

	while (sent < len) {
		size_t n = len - sent;
		int err;

		if (!GUEST_UNTIL(c->mux, guest_conn_credit(c) || c->reset))
			return -ETIMEDOUT;
		if (c->reset)
			return -ECONNRESET;
		n = n < most ? n : most;
		if (n > guest_conn_credit(c))
			n = guest_conn_credit(c);
		err = guest_conn_send_part(c, (const char *)data + sent, n,
					   sent + n == len);
		if (err)
			return err;
		sent += n;
	}
	return 0;
}

static uint32_t end_of_message(const struct guest_conn *c, bool last)
{
	return last && c->type == VIRTIO_VSOCK_TYPE_SEQPACKET ?
	       VIRTIO_VSOCK_SEQ_EOM : 0;
}

size_t guest_conn_send(struct guest_conn *c, const void *data, size_t len,
		       uint32_t most)
{
	size_t sent = 0;

	while (sent < len && !c->sleeps) {
		size_t n = len - sent;

		n = n < most ? n : most;
		if (n > guest_conn_credit(c))
			n = guest_conn_credit(c);
		c->sleeps = !n && c->mux->habits &&
			    c->mux->habits->needs_update;
		/* A deadline in the past: send only if there is room now. */
		if (!n || send_payload(c, (const char *)data + sent, n,
				       end_of_message(c, sent + n == len), 0))
			break;
		sent += n;
	}
	return sent;
}

/* A packet is retired when its last byte has been read. */
static void retire_packets(struct guest_conn *c)
{
	while (c->unread &&
	       (int32_t)(c->fwd_cnt - c->ends[c->first]) >= 0) {
		c->first = (c->first + 1) % max_unread(c);
		c->unread--;
	}
}

static bool update_due(const struct guest_conn *c)
{
	uint32_t open = c->fwd_reported + c->buf_alloc - c->rx_cnt;
	uint32_t unreported = c->fwd_cnt - c->fwd_reported;

	if (c->no_updates || !unreported || c->reset)
		return false;
	if (c->mux->habits)
		return c->mux->habits->updates_above != GUEST_NEVER &&
		       unreported > c->mux->habits->updates_above;
	return open < UPDATE_BELOW || !guest_conn_unread(c);
}

size_t guest_conn_recv(struct guest_conn *c, void *data, size_t len)
{
	uint32_t at = c->fwd_cnt % c->capacity;
	uint32_t n = guest_conn_unread(c), part;

	n = n < len ? n : len;
	part = c->capacity - at < n ? c->capacity - at : n;
	memcpy(data, c->space + at, part);
	memcpy((char *)data + part, c->space, n - part);
	c->fwd_cnt += n;
	retire_packets(c);
	if (update_due(c))
		guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
	return n;
}

ssize_t guest_conn_recv_message(struct guest_conn *c, void *data, size_t len)
{
	for (unsigned int i = 0; i < c->unread; i++) {
		unsigned int slot = (c->first + i) % max_unread(c);

		if (!c->last[slot])
			continue;
		if (c->ends[slot] - c->fwd_cnt > len)
			return -EMSGSIZE;
		return guest_conn_recv(c, data, c->ends[slot] - c->fwd_cnt);
	}
	return -EAGAIN;
}

int guest_conn_set_buf_alloc(struct guest_conn *c, uint32_t buf_alloc)
{
	if (buf_alloc > c->capacity)
		return -EINVAL;
	c->buf_alloc = buf_alloc;
	return guest_conn_op(c, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
}
