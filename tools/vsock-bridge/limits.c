// SPDX-License-Identifier: GPL-2.0
/* The limits of a device: a table that exec, set and info share. */
#include <string.h>

#include "diag.h"
#include "limits.h"
#include "options.h"

#define FIELD(field)	offsetof(struct vsock_bridge_limits, field)
#define INFO(field)	offsetof(struct vsock_bridge_info, field)

#define TIMEOUT(word)							\
	{ #word "_timeout_ms", #word " timeout (ms)",			\
	  "--" #word "-timeout", LIMIT_MS,				\
	  FIELD(word##_timeout_ms), 1, VSOCK_BRIDGE_MAX_TIMEOUT_MS,	\
	  0, INFO(max_timeout_ms) }

const struct limit limits[] = {
	{ "max_connections", "connections",
	  "--max-connections", LIMIT_COUNT,
	  FIELD(max_connections), 1, VSOCK_BRIDGE_MAX_CONNECTIONS,
	  0, INFO(max_connections) },
	{ "max_handshakes", "handshakes",
	  "--max-handshakes", LIMIT_COUNT,
	  FIELD(max_handshakes), 1, VSOCK_BRIDGE_MAX_HANDSHAKES,
	  0, INFO(max_handshakes) },
	{ "buf_alloc", "buffer per connection (bytes)",
	  "--buf-alloc", LIMIT_BYTES, FIELD(buf_alloc),
	  VSOCK_BRIDGE_MIN_BUF_ALLOC, VSOCK_BRIDGE_MAX_BUF_ALLOC,
	  INFO(min_buf_alloc), INFO(max_buf_alloc) },
	{ "max_buffered", "buffered in all (bytes)",
	  "--max-buffered", LIMIT_BYTES, FIELD(max_buffered),
	  VSOCK_BRIDGE_MIN_BUFFERED, VSOCK_BRIDGE_MAX_BUFFERED,
	  INFO(min_buffered), INFO(max_buffered) },
	TIMEOUT(handshake),
	TIMEOUT(connect),
	TIMEOUT(shutdown),
	{ "host_port_min", "lowest host port", NULL, LIMIT_COUNT,
	  FIELD(host_port_min),
	  1, VSOCK_BRIDGE_MAX_HOST_PORT, 0, INFO(max_host_port) },
	{ "host_port_max", "highest host port", NULL, LIMIT_COUNT,
	  FIELD(host_port_max),
	  1, VSOCK_BRIDGE_MAX_HOST_PORT, 0, INFO(max_host_port) },
	{}
};

static __u32 number_at(const void *structure, size_t offset)
{
	return *(const __u32 *)((const char *)structure + offset);
}

__u32 limit_value(const struct limit *limit,
		  const struct vsock_bridge_limits *values)
{
	return number_at(values, limit->field);
}

__u32 limit_min(const struct limit *limit, const struct vsock_bridge_info *info)
{
	return limit->module_min ? number_at(info, limit->module_min) : limit->min;
}

__u32 limit_max(const struct limit *limit, const struct vsock_bridge_info *info)
{
	return limit->module_max ? number_at(info, limit->module_max) : limit->max;
}

static int take_value(const struct limit *limit, const char *text,
		      unsigned long *value)
{
	switch (limit->unit) {
	case LIMIT_COUNT:
		return options_number(limit->name, text, limit->min, limit->max,
				      value);
	case LIMIT_BYTES:
		return options_size(limit->name, text, limit->min, limit->max,
				    value);
	case LIMIT_MS:
		return options_time(limit->name, text, limit->min, limit->max,
				    value);
	}
	return -1;
}

int limits_take(struct vsock_bridge_limits *values, const char *name,
		const char *text)
{
	const struct limit *limit = limits;
	unsigned long value;

	while (limit->key && (!limit->name || strcmp(limit->name + 2, name)))
		limit++;
	if (!limit->key || take_value(limit, text, &value))
		return -1;
	*(__u32 *)((char *)values + limit->field) = value;
	return 0;
}

int limits_take_host_ports(struct vsock_bridge_limits *values, const char *text)
{
	unsigned long from, to;

	if (options_range("--host-ports", text, 1, VSOCK_BRIDGE_MAX_HOST_PORT,
			  &from, &to))
		return -1;
	values->host_port_min = from;
	values->host_port_max = to;
	return 0;
}

void limits_take_random_ports(struct vsock_bridge_limits *values)
{
	values->flags |= VSOCK_BRIDGE_LIMITS_RANDOM_PORTS;
	values->flags_mask |= VSOCK_BRIDGE_LIMITS_RANDOM_PORTS;
}

static int check_value(const struct limit *limit, const struct device *device,
		       __u32 value)
{
	__u32 min = limit_min(limit, &device->info);
	__u32 max = limit_max(limit, &device->info);
	const char *name = limit->name ?: "--host-ports";
	const char *unit = limit->unit == LIMIT_MS ? "ms" : "";

	if (value >= min && value <= max)
		return 0;
	diag("%s %u%s is out of the range of module %s: give %u%s to %u%s",
	     name, value, unit, device->info.version, min, unit, max, unit);
	return -1;
}

int limits_check_module(const struct device *device,
			const struct vsock_bridge_limits *values)
{
	const struct limit *limit;

	for (limit = limits; limit->key; limit++) {
		__u32 value = limit_value(limit, values);

		if (value && check_value(limit, device, value))
			return -1;
	}
	return 0;
}
