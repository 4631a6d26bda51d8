# SPDX-License-Identifier: GPL-2.0
"""The lane guest: real Linux guests in the host VM. What is measured, and the
command that does it."""

import os.path

import plan

NAME = "guest"
ABOUT = "real guests under QEMU and KVM in a virtual machine"
HELP = ABOUT + (", which is emulated where this machine's KVM does not work: "
                "then only ratios of one run mean something")
PEERS = [plan.BRIDGE, "vhost", "vhost-socat", "vhost-socat-64k"]

SIZES = [64, 4096, 65536, 1048576]
# For one measurement, and for the machine, its guests and what hangs.
SECONDS_EACH = 8
SECONDS = 300


def is_about(accel):
    """What the lane is on this machine, and what its figures are worth."""
    if accel == "kvm":
        return ABOUT + ", nested in KVM"
    return (ABOUT + " that is emulated: ratios of one run mean something, "
            "speeds do not")


def scenarios():
    """What every peer does, as options of vsock-load. In an emulated guest a
    round trip or a connection takes milliseconds: a second has some."""
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
    """All peers do one thing before they do the next, one at a time."""
    for scenario, options in scenarios():
        for peer in peers:
            if peer in PEERS:
                yield plan.line(peer, scenario, **options)


def limit(total):
    return SECONDS + SECONDS_EACH * total


def files(bench, programs):
    """What the machine needs of the benchmark."""
    return [programs + "/vsock-load", bench + "/inside-guest"]


def arguments(vm, command):
    """Of run-host, for the rest; @command is vsock-bridge."""
    return ["--guest", "--add", vm + "/inside=vm/inside",
            "--add", os.path.dirname(vm) + "/tap.sh",
            "--add", os.path.dirname(vm) + "/poll.sh",
            "--add", command + "=/usr/local/bin/vsock-bridge"]
