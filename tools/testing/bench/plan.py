# SPDX-License-Identifier: GPL-2.0
"""The measurements: scenarios, and the peers of each."""

BRIDGE = "bridge"
# A program that has to be fetched; the benchmark continues without it. It has two bugs,
# which these measurements avoid: it loses bytes that arrive together with a CONNECT
# line, or after a part of one; and it deadlocks when one thread echoes 64 KiB while
# both directions are full.
FETCHED = "vhost-device-vsock"
PEERS = [BRIDGE, "vhost", "vhost-socat", "vhost-socat-64k", "socketpair",
         FETCHED]
GUESTS = [BRIDGE, "vhost"]

SIZES = [64, 512, 4096, 65536, 1048576]
GOAL_SIZES = [64, 4096, 65536]


def line(peer, scenario, **options):
    words = ["--peer", peer, "--scenario", scenario]
    for name, value in options.items():
        words += ["--" + name] + ([] if value is True else [str(value)])
    return " ".join(words)


def goals(peers):
    """Yields the measurements for the goals, which take a few minutes."""
    for peer in peers:
        for size in GOAL_SIZES:
            for way in "g2h", "h2g":
                yield line(peer, way, size=size)
        yield line(peer, "both", size=65536)
        yield line(peer, "pingpong", size=64)
        yield line(peer, "connect-g2h")
        yield line(peer, "connect-h2g")
    for peer in [p for p in peers if p in GUESTS]:
        for way in "g2h", "h2g":
            yield line(peer, "pingpong-bulk-" + way, ms=150)
        yield line(peer, "pingpong-stalled")
        # on one processor each device runs once in 200 ms
        yield line(peer, "g2h", size=4096, devices=64, ms=3000)
        yield line(peer, "idle", ms=1000)
    if "socketpair" in peers:
        yield line("socketpair", "idle", ms=100)
    yield line(BRIDGE, "g2h", size=64, syscalls=True)
    yield line(BRIDGE, "h2g", size=64, syscalls=True)


def rest(peers):
    """Yields all measurements that the goals do not need."""
    for peer in peers:
        for size in SIZES:
            for way in "g2h", "h2g":
                if size not in GOAL_SIZES:
                    yield line(peer, way, size=size)
                for conns in 16, 64:
                    yield line(peer, way, size=size, conns=conns)
        for size in 64, 4096:
            yield line(peer, "both", size=size)
        yield line(peer, "pingpong", size=4096)
        if "socat" not in peer:
            yield line(peer, "storm-g2h")
            yield line(peer, "storm-h2g")
    for peer in [p for p in peers if p in GUESTS]:
        for devices in 8, 64:
            yield line(peer, "h2g", size=4096, devices=devices, ms=400)
        yield line(peer, "g2h", size=4096, devices=8, ms=200)


def guard():
    """Yields the measurements that speed compares with the committed baseline."""
    for size in GOAL_SIZES:
        for way in "g2h", "h2g":
            yield line(BRIDGE, way, size=size, ms=100)
    yield line(BRIDGE, "g2h", size=64, conns=16, ms=100)


def rounds(lines, number):
    """Interleaves the rounds, so that a change of the machine affects all peers."""
    lines = list(lines)
    return [(i, text) for i in range(number) for text in lines]
