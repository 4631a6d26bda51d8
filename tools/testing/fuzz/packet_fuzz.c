// SPDX-License-Identifier: GPL-2.0
/*
 * Headers: decoding and encoding returns the same bytes, and the verdict
 * follows the rules below.
 */
#include "fuzz.h"

#include "conn/pure/packet.h"

/* The rules in order; the first that is broken decides. */
static enum vsb_verdict judge(const struct vsb_packet *pkt, u64 cid,
			      bool seqpacket, u32 room)
{
	const struct {
		bool broken;
		enum vsb_verdict verdict;
	} rules[] = {
		{ pkt->len > room, VSB_PKT_SHORT },
		{ pkt->type != 1 && !(pkt->type == 2 && seqpacket),
		  VSB_PKT_TYPE },
		{ pkt->dst_cid != 2, VSB_PKT_DST_CID },
		{ pkt->src_cid != cid, VSB_PKT_SRC_CID },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].broken)
			return rules[i].verdict;
	}
	return VSB_PKT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct virtio_vsock_hdr hdr, again;
	struct vsb_packet pkt;
	u32 room = input_u32(&in);
	u64 cid = input_u64(&in);
	bool seqpacket = input_u8(&in) & 1;
	size_t i;

	for (i = 0; i < sizeof(hdr); i++)
		((u8 *)&hdr)[i] = input_u8(&in);
	vsb_packet_decode(&pkt, &hdr);
	vsb_packet_encode(&again, &pkt);
	ORACLE(!memcmp(&hdr, &again, sizeof(hdr)));
	ORACLE(vsb_packet_check(&pkt, cid, seqpacket, room) ==
	       judge(&pkt, cid, seqpacket, room));
	return 0;
}
