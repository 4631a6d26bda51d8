/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace events of vsock_bridge, in a private trace instance. Errors are
 * negative errno values.
 */
#ifndef TRACE_H
#define TRACE_H

/**
 * struct trace - a trace instance in which all events of the module are enabled
 * @dir: its folder in tracefs
 */
struct trace {
	char dir[96];
};

/* Mounts tracefs if necessary. Returns -ENODEV if the module has no events. */
int trace_open(struct trace *trace);
void trace_close(struct trace *trace);

/* The number of events that equal "NAME: ARGUMENTS" or begin with it. */
int trace_count(const struct trace *trace, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* TRACE_H */
