# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the scripts in the host VM.

# The scripts load modules and kill processes, so they must not run on the machine itself.
[ -d /payload/vm ] || {
	echo "${0##*/}: this runs inside a virtual machine: use tools/testing/vm/run-test" >&2
	exit 1
}

export PATH=/payload/guest:/payload:$PATH
# shellcheck disable=SC2034	# used by the scripts that source this file
UDS=/run/vm1.sock

# shellcheck source-path=SCRIPTDIR source=../../tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../poll.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../poll.sh"
# shellcheck source-path=SCRIPTDIR source=splat.sh
. "$(dirname "${BASH_SOURCE[0]}")/splat.sh"

ended() { ! kill -0 "$1" 2>/dev/null; }

# guest_start LOG COMMAND: starts COMMAND in the guest with its output in LOG, unless
# COMMAND redirects it
guest_start() { in-guest ">$1 2>&1 $2 & echo \$! >$1.pid"; }

guest_stop() { in-guest "kill \$(cat $1.pid)" || :; }

# guest_listens LOG: waits until LOG reports that the program listens
guest_listens() { poll 20 in-guest "grep -q listening $1"; }

# insmod does not load the modules that a module needs.
load_module() {
	local need

	for need in $(modinfo -F depends /payload/vsock_bridge.ko | tr , ' '); do
		modprobe "$need" || return
	done
	insmod /payload/vsock_bridge.ko && return
	dmesg | tail -n 5
	return 1
}

# device_counters PID: prints the counters of the VMM's device, one "name value" per line
device_counters() {
	vsock-bridge stats --json "pid:$1" |
		sed -n 's/^ *"\([a-z_]*\)": \([0-9]*\),*$/\1 \2/p'
}

refcount() { awk '$1 == "vsock_bridge" { print $3 }' /proc/modules; }
refcount_is_zero() { [ "$(refcount)" = 0 ]; }
