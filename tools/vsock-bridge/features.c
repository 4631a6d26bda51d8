// SPDX-License-Identifier: GPL-2.0
/*
 * Names of feature bits. The numbers are those of the virtio specification and
 * of <linux/vhost_types.h>. They are repeated here because the headers of older
 * systems lack some of them.
 */
#include <stdio.h>

#include "features.h"
#include "json.h"

const struct feature module_features[] = {
	{}	/* none yet: the first version has no feature bits */
};

const struct feature virtio_features[] = {
	{ 0, "STREAM" },
	{ 1, "SEQPACKET" },
	{ 2, "NO_IMPLIED_STREAM" },
	{ 24, "NOTIFY_ON_EMPTY" },
	{ 26, "LOG_ALL" },
	{ 27, "ANY_LAYOUT" },
	{ 28, "INDIRECT_DESC" },
	{ 29, "EVENT_IDX" },
	{ 32, "VERSION_1" },
	{ 33, "ACCESS_PLATFORM" },
	{ 34, "RING_PACKED" },
	{ 35, "IN_ORDER" },
	{ 36, "ORDER_PLATFORM" },
	{ 37, "SR_IOV" },
	{ 38, "NOTIFICATION_DATA" },
	{ 39, "NOTIF_CONFIG_DATA" },
	{ 40, "RING_RESET" },
	{}
};

static __u64 features_unknown(const struct feature *table, __u64 bits)
{
	for (; table->name; table++)
		bits &= ~(1ULL << table->bit);
	return bits;
}

void features_print(const struct feature *table, __u64 bits)
{
	__u64 unknown = features_unknown(table, bits);

	for (; table->name; table++)
		if (bits >> table->bit & 1)
			printf(" %s", table->name);
	if (unknown)
		printf(" unknown:%#llx", (unsigned long long)unknown);
	puts(bits ? "" : " none");
}

void features_json(const char *key, const struct feature *table, __u64 bits)
{
	json_object(key);
	json_bits("bits", bits);
	json_array("names");
	for (; table->name; table++) {
		if (bits >> table->bit & 1)
			json_text(NULL, table->name);
		bits &= ~(1ULL << table->bit);
	}
	json_end();
	json_bits("unknown", bits);
	json_end();
}
