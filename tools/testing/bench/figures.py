# SPDX-License-Identifier: GPL-2.0
"""Medians, spreads and ratios of the runs in results.json."""

import collections
import json
import statistics

Key = collections.namedtuple("Key", "scenario size conns devices")
Value = collections.namedtuple("Value", "median low high")

STREAMS = "g2h", "h2g", "both"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def key(run):
    return Key(run["scenario"], run["size"], run["conns"], run["devices"])


def is_stream(scenario):
    return scenario in STREAMS


def per_second(run):
    return run["ops"] / run["seconds"]


def rate(run):
    """Bytes per second of a stream, else round trips or connections."""
    if is_stream(run["scenario"]):
        return run["bytes"] / run["seconds"]
    return per_second(run)


def host_cpu(run):
    """CPU seconds per GB of everything but the guest."""
    used = sum(v for k, v in run["cpu_s"].items() if k != "guest")
    return used / run["bytes"] * 1e9


def cpu_of(role):
    return lambda run: run["cpu_s"][role] / run["bytes"] * 1e9


def latency(name):
    return lambda run: run["latency_us"][name]


def per_op(name):
    return lambda run: run[name] / max(run["ops"], 1)


def per_packet(name):
    return lambda run: run[name] / max(run["packets_to_host"] +
                                       run["packets_to_guest"], 1)


def fairness(run):
    """The smallest share of a device, divided by the largest share."""
    return min(run["device_bytes"]) / max(run["device_bytes"])


class Results:
    """The runs of a results.json, by measurement and peer."""

    def __init__(self, data):
        self.data = data
        self.runs = collections.defaultdict(list)
        for run in data["runs"]:
            # runs that count system calls are slower, so they are kept apart
            if "syscalls" not in run:
                self.runs[key(run), run["peer"]].append(run)

    def keys(self):
        return list(dict.fromkeys(k for k, _ in self.runs))

    def peers(self, k):
        return [p for key_, p in self.runs if key_ == k]

    def value(self, k, peer, measure):
        """Median, minimum and maximum; None if it was not measured."""
        try:
            values = [measure(run) for run in self.runs.get((k, peer), ())]
        except KeyError:
            return None
        if not values:
            return None
        return Value(statistics.median(values), min(values), max(values))

    def ratio(self, k, peer, measure):
        """The bridge's median divided by the peer's."""
        ours, theirs = (self.value(k, p, measure) for p in ("bridge", peer))
        if not ours or not theirs or not theirs.median:
            return None
        return ours.median / theirs.median

    def syscalls(self):
        return [run for run in self.data["runs"] if "syscalls" in run]
