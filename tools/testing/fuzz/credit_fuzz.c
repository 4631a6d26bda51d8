// SPDX-License-Identifier: GPL-2.0
/*
 * Credit, against a guest that says whatever it likes: neither side ever has
 * more on the way than the window, and the count of packets is never below the
 * true one.
 */
#include "fuzz.h"

#include "credit.h"

#define PACKETS	4096U

/**
 * struct flow - a connection's credit, and the truth about it
 * @c: the credit
 * @sent: bytes to the guest, not modulo anything
 * @unread: bytes from the guest that the host socket has not taken
 * @told: bytes from the guest that it does not know to be taken
 * @end: of each packet to the guest, @sent behind it
 * @first: the oldest packet that the guest has not read
 * @packets: packets behind it
 */
struct flow {
	struct vsb_credit c;
	u64 sent;
	u64 unread;
	u64 untold;
	u64 end[PACKETS];
	u32 first;
	u32 packets;
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
	f->untold += len;
	ORACLE(vsb_credit_unread(&f->c) == f->unread);
	/* a guest that waits for half of its window is told */
	if (f->untold >= (vsb_credit_window(&f->c) + 1ULL) / 2 &&
	    f->untold <= U32_MAX)
		ORACLE(vsb_credit_update_due(&f->c, false));
}

static void guest_is_told(struct flow *f)
{
	vsb_credit_told(&f->c);
	f->untold = 0;
	ORACLE(!vsb_credit_update_due(&f->c, false) ||
	       !vsb_credit_window(&f->c));
}

/* What the guest cannot have room for: the window, less what it has not read. */
static void check_free(const struct flow *f)
{
	u32 on_the_way = f->c.rx_cnt - f->c.peer_fwd_cnt;
	u32 free = vsb_credit_free(&f->c);

	ORACLE((u64)on_the_way + free <= f->c.peer_buf_alloc || !free);
}

static void check_packets(const struct flow *f)
{
	u32 limit = f->c.peer_buf_alloc / VSB_PACKET_COST;

	ORACLE(f->c.marks <= VSB_MARKS);
	ORACLE(f->c.first < VSB_MARKS);
	ORACLE(f->c.packets >= f->packets);
	ORACLE(vsb_credit_packets(&f->c) <= (limit ? limit : 1));
	if (vsb_credit_packets(&f->c))
		ORACLE(f->packets < (limit ? limit : 1));
}

/* Packets of one read, all but the last one of the same size. */
static void host_sends(struct flow *f, u32 want, u32 packets)
{
	u32 free = vsb_credit_free(&f->c);
	u32 len = want < free ? want : free;
	u32 most = vsb_credit_packets(&f->c), i;

	check_free(f);
	most = most < PACKETS - f->packets ? most : PACKETS - f->packets;
	packets = packets < most ? packets : most;
	if (!packets)
		return;
	vsb_credit_sent(&f->c, packets, len);
	for (i = 1; i <= packets; i++) {
		f->end[(f->first + f->packets) % PACKETS] =
			f->sent + (u64)len * i / packets;
		f->packets++;
	}
	f->sent += len;
	check_free(f);
	check_packets(f);
}

/* An honest guest: it has read up to a packet's end, or into it. */
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

/* The counts of packets mean something as long as the guest is honest. */
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
		u32 a = input_u32(in);

		guest_lies(f, a, input_u32(in));
		if (vsb_credit_packets(&f->c))
			vsb_credit_sent(&f->c, 1, vsb_credit_free(&f->c) /
						  (input_u8(in) + 1));
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
	/* counters that may be about to wrap, as after a long life */
	f.c.buf_alloc = input_u32(&in) & 0xffffff;
	f.c.tx_cnt = f.c.fwd_cnt = f.c.told_fwd_cnt = start;
	f.c.rx_cnt = f.c.peer_fwd_cnt = ~start;
	f.c.peer_buf_alloc = input_u32(&in) & 0xffffff;
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
			guest_is_told(&f);
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
