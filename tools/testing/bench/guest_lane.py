# SPDX-License-Identifier: GPL-2.0
"""The lane guest: real Linux guests in the host VM. Its measurements, and the
arguments of the command that runs them."""

import os.path

import plan

NAME = "guest"
ABOUT = "real guests under QEMU and KVM in a virtual machine"
HELP = ABOUT + (", which is emulated where this machine's KVM does not work: "
                "then only ratios within one run are meaningful")
PEERS = [plan.BRIDGE, "vhost", "vhost-socat", "vhost-socat-64k"]

SIZES = [64, 4096, 65536, 1048576]
# Time for one measurement, and for booting and measurements that hang.
SECONDS_EACH = 8
SECONDS = 300


def is_about(accel):
    """Describes the lane on this machine, and which results are meaningful."""
    if accel == "kvm":
        return ABOUT + ", nested in KVM"
    return (ABOUT + " that is emulated: only ratios within one run are "
            "meaningful")


def scenarios():
    """Yields the measurements of each peer, as options of vsock-load. In an
    emulated guest a round trip or a connection takes milliseconds, so these
    measurements last a second."""
    for size in SIZES:
        for way in "g2h", "h2g":
            for conns in 1, 4:
                yield way, {"size": size, "conns": conns}
    for size in 4096, 65536:
        yield "both", {"size": size}
    for size in 64, 4096:
        yield "pingpong", {"size": size, "ms": 1000}
    yield "connect-g2h", {"ms": 1000}
    yield "connect-h2g", {"ms": 1000}


def lines(peers):
    """Yields each measurement for all peers before the next measurement."""
    for scenario, options in scenarios():
        for peer in peers:
            if peer in PEERS:
                yield plan.line(peer, scenario, **options)


def limit(total):
    return SECONDS + SECONDS_EACH * total


def files(bench, programs):
    """Returns the benchmark's files that the machine needs."""
    return [programs + "/vsock-load", bench + "/inside-guest"]


def arguments(vm, command):
    """Returns run-host's arguments for the other files; @command is vsock-bridge."""
    return ["--guest", "--add", vm + "/inside=vm/inside",
            "--add", os.path.dirname(vm) + "/tap.sh",
            "--add", os.path.dirname(vm) + "/poll.sh",
            "--add", command + "=/usr/local/bin/vsock-bridge"]
