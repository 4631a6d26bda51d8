/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The 44-byte header of a virtio-vsock packet: decoding, encoding, validation.
 *
 * Pure: no locks, no sleeping, no globals; also builds in user space.
 */
#ifndef VSB_PACKET_H
#define VSB_PACKET_H

#include <linux/types.h>
#include <linux/virtio_vsock.h>
#include <asm/byteorder.h>

/* virtio 1.3, 5.10.6: the header is 44 bytes, without padding. */
#define VSB_HDR_SIZE	sizeof(struct virtio_vsock_hdr)
/* The host's well-known CID: VMADDR_CID_HOST, without the socket headers. */
#define VSB_HOST_CID	2U

/**
 * struct vsb_packet - a header in the byte order of the CPU
 * @src_cid: CID of the sender
 * @dst_cid: CID of the receiver
 * @src_port: port of the sender
 * @dst_port: port of the receiver
 * @len: number of payload bytes after the header
 * @type: VIRTIO_VSOCK_TYPE_*
 * @op: VIRTIO_VSOCK_OP_*
 * @flags: flags, whose meaning depends on @op
 * @buf_alloc: bytes that the sender can buffer for this connection
 * @fwd_cnt: bytes that the sender has consumed so far, modulo 2^32
 */
struct vsb_packet {
	u64 src_cid;
	u64 dst_cid;
	u32 src_port;
	u32 dst_port;
	u32 len;
	u16 type;
	u16 op;
	u32 flags;
	u32 buf_alloc;
	u32 fwd_cnt;
};

static inline void vsb_packet_decode(struct vsb_packet *pkt,
				     const struct virtio_vsock_hdr *hdr)
{
	pkt->src_cid = le64_to_cpu(hdr->src_cid);
	pkt->dst_cid = le64_to_cpu(hdr->dst_cid);
	pkt->src_port = le32_to_cpu(hdr->src_port);
	pkt->dst_port = le32_to_cpu(hdr->dst_port);
	pkt->len = le32_to_cpu(hdr->len);
	pkt->type = le16_to_cpu(hdr->type);
	pkt->op = le16_to_cpu(hdr->op);
	pkt->flags = le32_to_cpu(hdr->flags);
	pkt->buf_alloc = le32_to_cpu(hdr->buf_alloc);
	pkt->fwd_cnt = le32_to_cpu(hdr->fwd_cnt);
}

static inline void vsb_packet_encode(struct virtio_vsock_hdr *hdr,
				     const struct vsb_packet *pkt)
{
	hdr->src_cid = cpu_to_le64(pkt->src_cid);
	hdr->dst_cid = cpu_to_le64(pkt->dst_cid);
	hdr->src_port = cpu_to_le32(pkt->src_port);
	hdr->dst_port = cpu_to_le32(pkt->dst_port);
	hdr->len = cpu_to_le32(pkt->len);
	hdr->type = cpu_to_le16(pkt->type);
	hdr->op = cpu_to_le16(pkt->op);
	hdr->flags = cpu_to_le32(pkt->flags);
	hdr->buf_alloc = cpu_to_le32(pkt->buf_alloc);
	hdr->fwd_cnt = cpu_to_le32(pkt->fwd_cnt);
}

/**
 * enum vsb_verdict - what to do with a header from the guest
 * @VSB_PKT_OK: process the packet
 * @VSB_PKT_SHORT: end the connection, because the chain holds fewer bytes than
 *	the header's len
 * @VSB_PKT_TYPE: answer with RST, because the socket type was not negotiated
 * @VSB_PKT_DST_CID: drop the packet, because it is not for the host
 * @VSB_PKT_SRC_CID: drop the packet, because it is not from this guest
 */
enum vsb_verdict {
	VSB_PKT_OK,
	VSB_PKT_SHORT,
	VSB_PKT_TYPE,
	VSB_PKT_DST_CID,
	VSB_PKT_SRC_CID,
};

static inline bool vsb_packet_type_ok(u16 type, bool seqpacket)
{
	return type == VIRTIO_VSOCK_TYPE_STREAM ||
	       (type == VIRTIO_VSOCK_TYPE_SEQPACKET && seqpacket);
}

/**
 * vsb_packet_check() - validate a header from the guest
 * @pkt: the decoded header
 * @guest_cid: the CID of the guest
 * @seqpacket: VIRTIO_VSOCK_F_SEQPACKET was negotiated
 * @room: number of bytes of the chain after the header
 *
 * As in Firecracker, the length check comes first, then the type, then the
 * CIDs. Unlike Firecracker, this function also checks the source CID, and only
 * the credit of the connection bounds the payload.
 */
static inline enum vsb_verdict vsb_packet_check(const struct vsb_packet *pkt,
						u64 guest_cid, bool seqpacket,
						u32 room)
{
	if (pkt->len > room)
		return VSB_PKT_SHORT;
	if (!vsb_packet_type_ok(pkt->type, seqpacket))
		return VSB_PKT_TYPE;
	if (pkt->dst_cid != VSB_HOST_CID)
		return VSB_PKT_DST_CID;
	if (pkt->src_cid != guest_cid)
		return VSB_PKT_SRC_CID;
	return VSB_PKT_OK;
}

#endif /* VSB_PACKET_H */
