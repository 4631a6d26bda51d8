# SPDX-License-Identifier: GPL-2.0
"""The goals, and whether results meet them. They bind the lane icount."""

import collections

from figures import Key, fairness, host_cpu, latency, rate

# A lane with two levels of emulation cannot show whether goals are met.
UNFIT_LANES = ("guest",)

Goal = collections.namedtuple("Goal", "what measure key peer limit at_least")
Verdict = collections.namedtuple("Verdict", "goal ratio met")


def one(scenario, size=64, conns=1, devices=1):
    return Key(scenario, size, conns, devices)


def stream(name, k, vhost, socat):
    yield Goal(name, rate, k, "vhost", vhost, True)
    yield Goal(name, rate, k, "vhost-socat", socat, True)


def all_goals():
    yield from stream("64 B to the host", one("g2h"), 4, 4)
    yield from stream("64 B to the guest", one("h2g"), 1.7, 1.2)
    yield from stream("4 KiB to the host", one("g2h", 4096), 2.5, 4)
    yield from stream("4 KiB to the guest", one("h2g", 4096), 1.5, 2.5)
    yield from stream("64 KiB to the host", one("g2h", 65536), 1.5, 6)
    yield from stream("64 KiB to the guest", one("h2g", 65536), 1.4, 5)
    yield from stream("64 KiB both ways", one("both", 65536), 1.5, 6)
    for name in "avg", "p99":
        for peer, limit in ("vhost", 0.7), ("vhost-socat", 0.35):
            yield Goal(f"ping-pong, {name}", latency(name), one("pingpong"),
                       peer, limit, False)
    for way, where in ("g2h", "guest"), ("h2g", "host"):
        for peer, limit in ("vhost", 1.2), ("vhost-socat", 8):
            yield Goal(f"connections from the {where}", rate,
                       one("connect-" + way), peer, limit, True)
    for size in 4096, 65536:
        for way, where in ("g2h", "host"), ("h2g", "guest"):
            for peer, limit in ("vhost", 0.65), ("vhost-socat", 0.25):
                yield Goal(f"CPU per GB, {size // 1024} KiB to the {where}",
                           host_cpu, one(way, size), peer, limit, False)
    yield Goal("64 B to the host", rate, one("g2h"), "socketpair", 2, True)
    for size, name in (64, "64 B"), (4096, "4 KiB"), (65536, "64 KiB"):
        for way, where in ("g2h", "host"), ("h2g", "guest"):
            if (size, way) != (64, "g2h"):
                yield Goal(f"{name} to the {where}", rate, one(way, size),
                           "socketpair", 1, True)
    yield Goal("64 KiB both ways", rate, one("both", 65536), "socketpair", 1,
               True)


def verdict(results, goal):
    ratio = results.ratio(goal.key, goal.peer, goal.measure)
    if ratio is None:
        return Verdict(goal, None, None)
    met = ratio >= goal.limit if goal.at_least else ratio <= goal.limit
    return Verdict(goal, ratio, met)


def alone(results):
    """Goals without a peer: name, value, limit, met."""
    def of(k, measure):
        value = results.value(k, "bridge", measure)
        return value.median if value else None

    ping = of(one("pingpong"), latency("p99"))
    for way, where in ("g2h", "host"), ("h2g", "guest"):
        beside = of(one("pingpong-bulk-" + way, conns=2), latency("p99"))
        if ping and beside:
            yield (f"p99 of a ping-pong beside a stream to the {where}",
                   f"{beside / ping:.1f} times alone", "at most 3",
                   beside / ping <= 3)
    share = of(one("g2h", 4096, devices=64), fairness)
    if share:
        yield ("64 devices: the smallest share", f"{share:.3f} of the largest",
               "at least 0.9", share >= 0.9)
    idle = one("idle", conns=1000)
    plain = results.value(idle, "socketpair", memory)
    ours = of(idle, memory)
    if ours is not None and plain:
        beyond = ours - plain.median
        yield ("kernel memory of an idle connection",
               f"{beyond:.0f} bytes more than AF_UNIX", "at most 4096",
               beyond <= 4096)
        wakeups = of(idle, lambda run: run["wakeups_per_s"])
        yield ("wake-ups with 1000 idle connections", f"{wakeups:.1f} per s",
               "0", wakeups == 0)
    for run in results.syscalls():
        if run["round"] == 0:
            count = run["syscalls"]["worker"]
            yield (f"system calls of the worker, {run['scenario']} 64 B",
                   f"{count} in {run['ops']} messages", "0", count == 0)


def memory(run):
    return run["memory_per_conn"]
