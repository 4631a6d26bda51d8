#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_device_test.sh BINARY: tests of the vsock-bridge command with the module.
# Needs root, /dev/vsock-bridge and perl.
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

if [ "$EUID" -ne 0 ] || [ ! -c "$NODE" ]; then
	echo "Bail out! needs root and $NODE (modprobe vsock_bridge)"
	exit 1
fi

# COMMAND: prints max_connections of the device at descriptor $ARGV[0], by
# VSOCK_BRIDGE_GET_LIMITS, _IO(0xBE, 3).
# shellcheck disable=SC2016	# perl's variables
MAX_CONNECTIONS='open(D, "+<&=", $ARGV[0]) or die "open: $!";
	my $limits = pack("L8", 32);
	defined ioctl(D, 0xBE03, $limits) or die "ioctl: $!";
	print((unpack("L8", $limits))[1], "\n")'

# hold ARG...: exec of a COMMAND that ends when its stdin does; leaves HOLDER,
# and descriptor 8 as that stdin's other end. "release" ends it.
hold() {
	mkfifo hold
	"$BINARY" exec "$@" -- sh -c 'echo >ready; exec cat' <hold >hold.out 2>&1 &
	HOLDER=$!
	exec 8>hold
	eventually test -e ready
}

release() {
	exec 8>&-
	wait "$HOLDER"
}

# with_node GROUP MODE COMMAND...: while the node has these.
with_node() {
	local before

	before=$(stat -c '%g %a' "$NODE")
	chgrp "$1" "$NODE" && chmod "$2" "$NODE"
	"${@:3}"
	chgrp "${before% *}" "$NODE" && chmod "${before#* }" "$NODE"
}

mode_of() { stat -c %a "$1"; }

test_command_has_the_device_at_3() {
	works exec --uds-path s -- readlink /proc/self/fd/3
	expect_same "$(cat out)" "$NODE"
}

test_command_has_the_device_at_fd_and_nothing_else() {
	works exec --uds-path s --fd 9 -- sh -c "$LIST_FDS" fds
	expect_same "$(cat fds)" "0 1 2 9"
}

test_max_connections_reaches_the_device() {
	works exec --uds-path s --max-connections 77 -- perl -e "$MAX_CONNECTIONS" 3
	expect_same "$(cat out)" 77
}

test_max_connections_is_left_at_its_default() {
	works exec --uds-path s --fd 5 -- perl -e "$MAX_CONNECTIONS" 5
	expect_same "$(cat out)" 1023
}

test_mode_is_set_exactly() {
	local mode

	umask 077
	for mode in 600 666 777 21 0; do
		works exec --uds-path "s$mode" --mode "$mode" -- true
		expect_same "$(mode_of "s$mode")" "$mode"
	done
}

test_without_mode_the_umask_counts() {
	umask 027
	works exec --uds-path s -- true
	expect_same "$(mode_of s)" 750
}

test_socket_listens_while_command_runs() {
	hold --uds-path s
	[ -S s ]
	listens s
	release
}

test_socket_is_stale_when_command_has_ended() {
	works exec --uds-path s -- true
	[ -S s ]
	! listens s || return 1
	fails 125 "s exists and is a stale socket" exec --uds-path s -- true
}

test_socket_belongs_to_the_caller() {
	with_node root 666 run_as_nobody exec --uds-path s -- true
	expect_status 0
	expect_same "$(stat -c %u s)" 65534
}

test_node_without_permission_is_told() {
	with_node root 660 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or let a group in"
	with_node users 640 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or let a group in"
	with_node users 660 run_as_nobody exec --uds-path s -- true
	expect_error 125 "you may not open $NODE: run as root, or join group users"
}

test_replace_takes_the_place_of_a_stale_socket() {
	works exec --uds-path s -- true
	ln s kept	# or its inode number could come again
	hold --uds-path s --replace
	[ "$(inode s)" != "$(inode kept)" ]
	listens s
	release
}

test_replace_never_takes_a_live_socket() {
	local before

	hold --uds-path s
	before=$(inode s)
	fails 125 "s exists and is in use" exec --uds-path s --replace -- true
	fails 125 "s exists and is in use" exec --uds-path s -- true
	expect_same "$(inode s)" "$before"
	listens s
	release
}

test_replace_never_takes_a_regular_file() {
	echo text >s
	fails 125 "s exists and is a regular file" exec --uds-path s --replace -- true
	expect_same "$(cat s)" text
}

test_path_of_96_bytes_listens() {
	local path

	path=$(printf '%096d' 0)
	hold --uds-path "$path"
	listens "$path"
	release
}

test_relative_path_is_the_callers() {
	mkdir folder
	cd folder
	works exec --uds-path ../s -- true
	[ -S ../s ]
}

test_missing_interpreter_leaves_no_socket() {
	echo '#!/no/such/interpreter' >script
	chmod +x script
	fails 126 "./script: its interpreter does not exist" exec --uds-path s -- ./script
	expect_no_file s
}

test_missing_command_leaves_no_socket() {
	fails 127 "COMMAND not found" exec --uds-path s -- no-such-command
	expect_no_file s
}

test_devices_are_independent() {
	hold --uds-path s
	works exec --uds-path t -- true
	release
}

test_missing_node_of_a_loaded_module_is_told() {
	fails 125 "/dev/no-such-node does not exist, but the module is loaded" \
		exec --device /dev/no-such-node --uds-path s -- true
}

test_owner_and_group_are_set() {
	works exec --uds-path s --owner 1234 --group 5678 --mode 0660 -- true
	expect_same "$(stat -c %u:%g:%a s)" 1234:5678:660
}

test_owner_needs_the_right_to_give_away() {
	with_node root 666 run_as_nobody exec --uds-path s --owner 0 -- true
	expect_error 125 "cannot make the socket s: you may not give it to that owner or group"
	expect_no_file s
}

test_abstract_name_listens_while_command_runs() {
	works exec --uds-path @cli-test -- grep -c ' @cli-test$' /proc/net/unix
	expect_out '^1$'
	! grep -q ' @cli-test$' /proc/net/unix || return 1
}

test_ports_and_host_ports_are_taken() {
	works exec --uds-path s --port 1=/x --port 2=@y --host-ports 1024-65535 \
		--random-ports -- true
}

test_vhost_vsock_is_not_our_device() {
	modprobe vhost_vsock
	eventually test -c /dev/vhost-vsock
	fails 125 "/dev/vhost-vsock is not a vsock_bridge device" \
		exec --device /dev/vhost-vsock --uds-path s -- true
	expect_no_file s
}

test_info_shows_module_and_features() {
	local feature

	works info
	expect_out '^ABI +1$'
	expect_out '^features +UDS_PATH'
	for feature in VERSION_1 INDIRECT_DESC EVENT_IDX NOTIFY_ON_EMPTY ANY_LAYOUT; do
		expect_out "^virtio features .*\\b$feature\\b"
	done
	expect_out '^connections +1023 +1 +65535$'
}

test_info_and_modinfo_tell_the_same_version() {
	works info
	expect_same "$(sed -n 's/^module *//p' out)" "$(cat /sys/module/vsock_bridge/version)"
}

run_tests
