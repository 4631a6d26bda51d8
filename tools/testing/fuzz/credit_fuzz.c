// SPDX-License-Identifier: GPL-2.0
/*
 * Credit with a guest that sends any values. Neither side has more bytes in
 * flight than the window, and a guest that counts packets as Linux does never
 * exceeds its packet limit.
 */
#include "fuzz.h"

#include "conn/pure/credit.h"

#define PACKETS	4096U
/*
 * The payload of Linux's RX buffers, and the largest packet that joins another.
 */
#define ROOM	3732U
#define JOINS	128U

/**
 * struct flow - a connection's credit, and the actual values
 * @c: the credit
 * @sent: bytes to the guest, as a 64-bit count
 * @unread: bytes from the guest that the host socket has not taken
 * @unreported: bytes that the host socket took, not yet returned as credit
 * @end: @sent at the end of each packet to the guest
 * @first: the oldest packet that the guest has not read
 * @packets: packets in its queue
 * @tail: free space behind the last packet
 */
struct flow {
	struct vsb_credit c;
	u64 sent;
	u64 unread;
	u64 unreported;
	u64 end[PACKETS];
	u32 first;
	u32 packets;
	u32 tail;
};

static void guest_sends(struct flow *f, u32 len)
{
	bool fits = f->unread + len <= f->c.buf_alloc;

	ORACLE(vsb_credit_take(&f->c, len) == fits);
	if (fits)
		f->unread += len;
	ORACLE(vsb_credit_unread(&f->c) == f->unread);
	ORACLE(f->unread <= f->c.buf_alloc);
}

static void host_takes(struct flow *f, u32 want)
{
	u32 len = want < f->unread ? want : f->unread;

	vsb_credit_forward(&f->c, len);
	f->unread -= len;
	f->unreported += len;
	ORACLE(vsb_credit_unread(&f->c) == f->unread);
	/* an update is due for a guest that waits for half of its window */
	if (f->unreported >= (vsb_credit_window(&f->c) + 1ULL) / 2 &&
	    f->unreported <= U32_MAX)
		ORACLE(vsb_credit_update_due(&f->c, false));
}

static void report(struct flow *f)
{
	vsb_credit_reported(&f->c, true);
	f->unreported = 0;
	ORACLE(!vsb_credit_is_unreported(&f->c));
	ORACLE(!vsb_credit_update_due(&f->c, false) ||
	       !vsb_credit_window(&f->c));
}

/*
 * The guest's space is the window minus what it has not read. A guest that
 * claims to have read more than was sent has nothing in flight.
 */
static void check_free(const struct flow *f)
{
	s32 on_the_way = f->c.rx_cnt - f->c.peer_fwd_cnt;
	u32 free = vsb_credit_free(&f->c);

	if (on_the_way < 0)
		on_the_way = 0;
	ORACLE((u64)on_the_way + free <= f->c.peer_buf_alloc || !free);
}

static void check_packets(const struct flow *f)
{
	ORACLE(f->c.marks <= VSB_MARKS);
	ORACLE(f->c.first < VSB_MARKS);
	ORACLE(f->c.packets >= f->packets);
}

/* Linux checks its queue first, and then whether the packet joins another. */
static void guest_gets(struct flow *f, u32 len)
{
	u32 last = (f->first + f->packets - 1) % PACKETS;

	ORACLE(!f->packets || (f->packets + 1ULL) * VSB_PACKET_COST <=
			      f->c.peer_buf_alloc);
	f->sent += len;
	if (f->packets && len <= JOINS && len < f->tail) {
		f->end[last] = f->sent;
		f->tail -= len;
		return;
	}
	f->end[(f->first + f->packets++) % PACKETS] = f->sent;
	f->tail = ROOM - len;
}

/* The packets of one read: all except the last are full. */
static void host_sends(struct flow *f, u32 want, u32 packets)
{
	u32 most, len = vsb_credit_next(&f->c, &most), part;

	check_free(f);
	most = most < PACKETS - f->packets ? most : PACKETS - f->packets;
	packets = packets < most ? packets : most;
	len = len < want ? len : want;
	if (len > packets * ROOM)
		len = packets * ROOM;
	if (!len)
		return;
	packets = (len - 1) / ROOM + 1;
	vsb_credit_sent(&f->c, packets, len, ROOM, packets * ROOM - len);
	for (; len; len -= part) {
		part = len < ROOM ? len : ROOM;
		guest_gets(f, part);
	}
	check_free(f);
	check_packets(f);
}

/* An honest guest reads up to the end of a packet, or into one. */
static void guest_reads(struct flow *f, u32 len, u32 buf_alloc)
{
	u64 read = f->sent - (u32)(f->c.rx_cnt - f->c.peer_fwd_cnt) + len;

	if (read > f->sent)
		read = f->sent;
	vsb_credit_peer(&f->c, buf_alloc, f->c.rx_cnt - (f->sent - read));
	while (f->packets && f->end[f->first] <= read) {
		f->first = (f->first + 1) % PACKETS;
		f->packets--;
	}
	check_packets(f);
}

/* The packet counts are only meaningful while the guest is honest. */
static void guest_lies(struct flow *f, u32 buf_alloc, u32 fwd_cnt)
{
	vsb_credit_peer(&f->c, buf_alloc, fwd_cnt);
	check_free(f);
	ORACLE(f->c.marks <= VSB_MARKS);
	ORACLE(!vsb_credit_is_news(&f->c, buf_alloc, fwd_cnt));
}

static void lies(struct flow *f, struct input *in)
{
	while (in->left) {
		u32 a = input_u32(in), packets, len;

		guest_lies(f, a, input_u32(in));
		len = vsb_credit_next(&f->c, &packets);
		if (len)
			vsb_credit_sent(&f->c, 1, len / (input_u8(in) + 1),
					input_u16(in), input_u16(in));
		check_free(f);
		ORACLE(f->c.marks <= VSB_MARKS);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct flow f;
	struct input in = { data, size };
	u32 start = input_u32(&in);

	memset(&f, 0, sizeof(f));
	/* counters that may be about to wrap, as on an old connection */
	f.c.buf_alloc = input_u32(&in) & 0xffffff;
	f.c.tx_cnt = f.c.fwd_cnt = f.c.reported_fwd_cnt = start;
	f.c.updated_fwd_cnt = start;
	f.c.rx_cnt = ~start;
	vsb_credit_peer(&f.c, input_u32(&in) & 0xffffff, ~start);
	while (in.left) {
		switch (input_below(&in, 8)) {
		case 0:
			guest_sends(&f, input_u32(&in));
			break;
		case 1:
			guest_sends(&f, input_u16(&in));
			break;
		case 2:
			host_takes(&f, input_u16(&in));
			break;
		case 3:
			report(&f);
			break;
		case 4:
			host_sends(&f, input_u16(&in), 1);
			break;
		case 5:
			host_sends(&f, input_u16(&in), input_u8(&in));
			break;
		case 6:
			guest_reads(&f, input_u16(&in),
				    input_u8(&in) & 1 ? f.c.peer_buf_alloc :
				    input_u32(&in) & 0xffffff);
			break;
		default:
			if (input_u8(&in) == 0xff)
				lies(&f, &in);
		}
	}
	return 0;
}
