// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deadline.h"
#include "ends.h"

#define READ_SIZE	65536U
#define STACK_SIZE	65536

static void *buffer(uint32_t size)
{
	void *p = malloc(size);

	if (!p)
		die("no memory");
	/*
	 * Touch all pages, so that none is faulted in during the measurement.
	 */
	memset(p, 0x5a, size);
	return p;
}

void write_all(int fd, const void *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			die("sending: %s", strerror(errno));
		data = (const char *)data + n;
		len -= n;
	}
}

void read_all(int fd, void *data, size_t len)
{
	while (len) {
		ssize_t n = recv(fd, data, len, 0);

		if (n <= 0)
			die("receiving: %s", n ? strerror(errno) : "the end");
		data = (char *)data + n;
		len -= n;
	}
}

ROLE end_sink(void *arg)
{
	struct end *end = arg;
	uint32_t size = end->size > READ_SIZE ? end->size : READ_SIZE;
	void *data = buffer(size);

	for (;;) {
		ssize_t n = recv(end->fd, data, size, 0);

		if (n <= 0)
			die("receiving: %s", n ? strerror(errno) : "the end");
		count(end->taken, n);
	}
}

ROLE end_source(void *arg)
{
	struct end *end = arg;
	void *data = buffer(end->size);

	for (;;)
		write_all(end->fd, data, end->size);
}

ROLE end_ping(void *arg)
{
	struct end *end = arg;
	void *data = buffer(end->size);

	for (;;) {
		uint64_t start = now_ns();

		write_all(end->fd, data, end->size);
		read_all(end->fd, data, end->size);
		record_latency(end->cell, now_ns() - start);
	}
}

ROLE end_echo(void *arg)
{
	struct end *end = arg;
	void *data = buffer(end->size);

	for (;;) {
		read_all(end->fd, data, end->size);
		write_all(end->fd, data, end->size);
	}
}

void end_start(struct cell *cell, int fd, void *(*role)(void *), uint32_t size,
	       _Atomic uint64_t *taken)
{
	struct end *end = malloc(sizeof(*end));
	pthread_attr_t attr;
	pthread_t thread;

	*end = (struct end){
		.cell = cell, .fd = fd, .size = size, .taken = taken,
	};
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (pthread_create(&thread, &attr, role, end))
		die("no thread");
	pthread_attr_destroy(&attr);
}

int accept_one(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accepting: %s", strerror(errno));
	return fd;
}

void connect_in_turn(struct cell *cell, int (*dial)(const struct cell *))
{
	char byte = 1;

	for (;;) {
		uint64_t start = now_ns();
		int fd = dial(cell);

		write_all(fd, &byte, 1);
		while (read(fd, &byte, 1) > 0)
			;
		close(fd);
		record_latency(cell, now_ns() - start);
	}
}

void serve_in_turn(int listener)
{
	char byte;

	for (;;) {
		int fd = accept_one(listener);

		read_all(fd, &byte, 1);
		close(fd);
	}
}
