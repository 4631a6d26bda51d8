# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the tests with a real guest: connections between the guest in GUEST and
# host programs at UDS, and their end.

LIMIT=60
ECHO_PORT=5001

host_peer() { peer --timeout "$LIMIT" "$@"; }
guest_peer() { in-guest --timeout "$LIMIT" "peer --timeout $LIMIT $*"; }

guest_serves_echo() {
	guest_start /tmp/echo "peer --serve vsock-listen:$ECHO_PORT echo"
	guest_listens /tmp/echo
}

# host_listens PORT ACTION...: starts a listener; sets SERVER to its pid. Its output is in
# /run/host-PORT. With SEQPACKET set, the socket has that type.
host_listens() {
	local port=$1
	shift
	: >"/run/host-$port"
	peer --timeout "$LIMIT" ${SEQPACKET:+--seqpacket} \
		"unix-listen:${UDS}_$port" "$@" \
		>"/run/host-$port" 2>&1 &
	SERVER=$!
	poll 10 grep -q listening "/run/host-$port"
}

host_echo() { host_peer "bridge:$UDS:$ECHO_PORT" both 1 1 100000 999; }

guest_echo() {
	local status=0

	host_listens 1024 echo
	guest_peer vsock:2:1024 both 2 2 100000 999 || status=1
	wait "$SERVER" || status=1
	return "$status"
}

# Processes that hold connections open.
HELD=()

all_ended() {
	local pid

	for pid in "${HELD[@]}"; do
		ended "$pid" || return
	done
}

unloads() { rmmod vsock_bridge && ! grep -q '^vsock_bridge ' /proc/modules; }
