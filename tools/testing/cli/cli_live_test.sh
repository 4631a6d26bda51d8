#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_live_test.sh BINARY SCRIPTED_GUEST: tests of the vsock-bridge command with the
# module and with guests: SCRIPTED_GUEST is the program of the kselftests.
# Needs root, /dev/vsock-bridge-control and perl.
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SCRIPTED_GUEST=${2:-}
CONTROL=/dev/vsock-bridge-control

if [ "$EUID" -ne 0 ] || [ ! -c "$CONTROL" ] || [ ! -x "$SCRIPTED_GUEST" ]; then
	echo "Bail out! needs root, $CONTROL (modprobe vsock_bridge) and SCRIPTED_GUEST"
	exit 1
fi
install -m 755 "$SCRIPTED_GUEST" "$SCRATCH/scripted_guest"

# guest PATH [CID [UID]]: starts a device at PATH with a guest, which executes the
# commands of tell. Sets GUEST to its pid.
guest() {
	local -a drop=()

	[ -z "${3:-}" ] ||
		drop=(setpriv "--reuid=$3" "--regid=$3" --clear-groups)
	rm -f to from
	mkfifo to from
	"${drop[@]}" "$SCRATCH/scripted_guest" "$1" "${2:-3}" <to >from &
	GUEST=$!
	exec 8>to 9<from
	answers_ok
}

answers_ok() {
	local answer

	read -r -t 30 -u 9 answer || { echo "the guest does not answer"; return 1; }
	expect_same "$answer" ok
}

# tell WORD...: sends the guest a command, which must succeed
tell() {
	echo "$*" >&8
	answers_ok || { echo "the command was: $*"; return 1; }
}

# Closes the guest's stdin and waits for its exit. Otherwise it exits after the test.
guest_ends() {
	exec 8>&- 9<&-
	wait "$GUEST"
}

# json EXPRESSION: prints it; $j is the JSON document in ./out
json() {
	perl -MJSON::PP -e "undef \$/; open(F, 'out'); \$j = decode_json(<F>);
		print join(' ', map { defined ? \$_ : 'null' } $1), \"\\n\""
}

# number_of PID: prints the number of the process's device
number_of() {
	run list --json "pid:$1"
	expect_status 0
	json '$j->{devices}[0]{device}'
}

# start ARG...: runs the command in the background; sets STARTED. The command does not
# inherit the pipes of the guest, which ends at EOF. Without "<&0" its stdin would be
# /dev/null.
start() {
	"$BINARY" "$@" <&0 7>&- 8>&- 9>&- &
	STARTED=$!
}

# Only a socket that listens has these flags; a bound socket may not listen yet.
listens_at() { grep -q " 00010000 .* $1\$" /proc/net/unix; }

# client PORT [OPTION]...: runs connect to s in the background; sets CLIENT. Its stdin is
# the pipe ./in, which is open as descriptor 7, and its stdout is ./got. The guest
# accepts.
client() {
	[ -p in ] || mkfifo in
	exec 7<>in
	start connect "${@:2}" s "$1" <in >got 2>complaints
	CLIENT=$STARTED
	tell accept "$1"
}

got_bytes() { [ "$(wc -c <got)" -eq "$1" ]; }

has_conns() {
	run conns --json "pid:$GUEST"
	[ "$(json 'scalar @{$j->{connections}}')" = "$1" ]
}

has_moved() { [ "$(conn tx_bytes)" = "1 $1" ]; }

# conn FIELDS: prints the number of connections, and these fields of the first one
conn() {
	run conns --json "pid:$GUEST"
	expect_status 0
	# shellcheck disable=SC2016	# perl's variables
	json 'scalar @{$j->{connections}}, map { $j->{connections}[0]{$_} } qw('"$1"')'
}

# list

test_list_shows_a_device_and_its_owner() {
	guest s 4242
	run list --json "pid:$GUEST"
	expect_status 0
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $j->{devices}[0]{$_} } qw(pid command uid user cid state path connections)')" \
		"$GUEST scripted_guest 0 root 4242 running s 0"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $j->{devices}[0]{$_} ? 1 : 0 } qw(listens seqpacket connects mapped template)')" \
		"1 1 1 0 0"
	run list cid:4242
	expect_out "^ +[0-9]+ +$GUEST +scripted_guest +root +4242 +running +0 +0 +0 +[0-9]+[a-z]+ +s\$"
	guest_ends
	run list
	! grep -q " $GUEST " out || return 1
}

test_list_shows_a_device_without_a_virtual_machine() {
	works exec --uds-path @live -- "$BINARY" list --json @live
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $j->{devices}[0]{$_} } qw(command uid cid state path)')" \
		"vsock-bridge 0 0 open @live"
}

test_list_counts_bytes_and_connections() {
	guest s
	client 80
	tell send 300
	echo hello >&7
	tell recv 6
	eventually got_bytes 300
	run list --json "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $j->{devices}[0]{$_} } qw(connections tx_bytes rx_bytes)')" \
		"1 300 6"
	kill "$CLIENT"
}

test_guests_with_the_same_cid_are_distinguished() {
	local first

	guest s 77
	first=$GUEST
	# The second guest's pipes replace those of the first guest, which are kept.
	exec 5>&8 6<&9
	guest t 77
	fails 1 "'cid:77' matches 2 devices: give the number of one: " list cid:77
	grep -qF "(pid $first, CID 77, s)" err
	grep -qF "(pid $GUEST, CID 77, t)" err
	run list --json t
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{pid}')" "$GUEST"
	run list --json "$PWD/s"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{pid}')" "$first"
	exec 5>&- 6<&-
}

# conns

test_conns_shows_a_host_programs_connection() {
	guest s
	client 80
	tell send 300
	echo hello >&7
	tell recv 6
	eventually got_bytes 300
	expect_same "$(conn 'by guest_port host_port type state pid command uid tx_bytes rx_bytes tx_buffered')" \
		"1 host 80 1073741824 stream open $CLIENT vsock-bridge 0 300 6 0"
	expect_same "$(conn 'tx_credit')" "1 262144"
	kill "$CLIENT"
	tell ended
}

test_conns_shows_a_guests_connection() {
	mkfifo in
	exec 7<>in
	guest s
	start listen s 5000 <in >got 2>complaints
	eventually listens_at s_5000
	tell connect 49152 5000
	tell send 17
	eventually got_bytes 17
	expect_same "$(conn 'by guest_port host_port type state pid command tx_bytes rx_bytes')" \
		"1 guest 49152 5000 stream open $STARTED vsock-bridge 17 0"
	expect_no_file s_5000
	kill "$STARTED"
}

test_conns_shows_a_seqpacket_connection() {
	guest s
	client 80 --seqpacket
	expect_same "$(conn 'type state')" "1 seqpacket open"
	printf one >&7
	tell recv 3
	kill "$CLIENT"
}

# The guest sends more than fits into the socket of a program that does not read.
test_conns_shows_queued_bytes_and_who_must_read() {
	local left

	guest s
	client 80
	kill -STOP "$CLIENT"
	tell send 1200000
	eventually has_moved 1200000
	run conns --json "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	left=$(json '$j->{connections}[0]{tx_buffered}')
	[ "$left" -gt 0 ]
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{connections}[0]{tx_bytes}, $j->{connections}[0]{tx_credit} + $j->{connections}[0]{tx_buffered}, @{$j->{connections}[0]{notes}}')" \
		"1200000 262144 waits-host"
	run stats --json "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{gauges}{buffered_bytes}')" "$left"
	kill -CONT "$CLIENT"
	eventually got_bytes 1200000
	kill "$CLIENT"
}

test_conns_shows_a_silent_client_in_the_handshake() {
	guest s
	works set "pid:$GUEST" --handshake-timeout 60
	# shellcheck disable=SC2016	# perl's variables
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
		connect(S, pack_sockaddr_un("s")) or die;
		open(F, ">", "connected"); sleep(60)' 8>&- 9>&- &
	CLIENT=$!
	eventually test -e connected
	eventually has_conns 1
	expect_same "$(conn 'state by guest_port host_port pid')" \
		"1 handshake host 0 0 $CLIENT"
	run conns --json --state open "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'scalar @{$j->{connections}}')" 0
	kill "$CLIENT"
}

test_conns_shows_all_of_60_connections() {
	local i

	guest s
	start listen --keep s 5000 -- cat 2>complaints
	eventually listens_at s_5000
	for ((i = 1; i <= 60; i++)); do
		tell connect "$i" 5000
	done
	run conns --json --port 5000 "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $_->{guest_port} } @{$j->{connections}}')" "$(seq -s ' ' 60)"
	run conns --json --port 33 "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { $_->{guest_port} } @{$j->{connections}}')" 33
	kill "$STARTED"
}

# stats and watch

refused() {
	echo "connect $1 $2" >&8
	read -r -t 30 -u 9 REPLY
	expect_same "$REPLY" "Connection refused"
}

test_stats_counts_connections_and_errors() {
	guest s
	client 80
	refused 7 5999
	refused 8 5999
	run stats --json "pid:$GUEST"
	expect_status 0
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{errors}{unix_connect_fails}, $j->{devices}[0]{gauges}{connections}, $j->{devices}[0]{errors}{bad_op}')" \
		"2 1 0"
	run stats "pid:$GUEST"
	expect_out '^    unix_connect_fails +2$'
	! grep -q bad_op out || return 1
	kill "$CLIENT"
}

test_watch_shows_only_new_errors() {
	guest s
	refused 7 5999
	start watch --interval 200ms "pid:$GUEST" >watched 2>&1
	eventually grep -q DEVICE watched
	! grep unix_connect_fails watched || return 1
	refused 8 5999
	eventually grep -qE '^device [0-9]+: unix_connect_fails \+1, 2 in all$' watched
	guest_ends
	STATUS=0
	wait "$STARTED" || STATUS=$?
	expect_status 1
	grep -q "there is no device 'pid:$GUEST'" watched
}

# drop

test_drop_resets_both_ends() {
	local id

	guest s
	client 80
	id=$(conn id)
	works drop "pid:$GUEST" "${id#1 }"
	tell reset
	wait "$CLIENT" || :
	eventually has_conns 0
	fails 1 "there is no connection ${id#1 }: it has ended" drop "pid:$GUEST" "${id#1 }"
}

test_drop_by_port_keeps_other_connections() {
	guest s
	client 80
	start listen s 5000 </dev/null >other 2>&1
	eventually listens_at s_5000
	tell connect 49152 5000
	works drop "pid:$GUEST" --port 80
	wait "$CLIENT" || :
	eventually has_conns 1
	expect_same "$(conn 'guest_port state')" "1 49152 open"
	tell send 5
	eventually eval '[ "$(wc -c <other)" -eq 5 ]'
}

# set

test_set_changes_limits_of_a_running_device() {
	guest s
	client 80
	works set "pid:$GUEST" --max-connections 1
	: >in2
	STATUS=0
	timeout 20 "$BINARY" connect s 81 <in2 >out 2>err || STATUS=$?
	expect_error 4 "the guest refused port 81"
	run stats --json "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{errors}{too_many_connections}')" 1
	works set "pid:$GUEST" --max-connections 2
	kill "$CLIENT"
	wait "$CLIENT" || :
	client 81
	kill "$CLIENT"
}

test_set_moves_a_device_to_another_path() {
	guest s
	client 80
	works set s --uds-path t --mode 0600
	expect_same "$(stat -c %a t)" 600
	echo still here >&7
	tell recv 11
	run list --json "pid:$GUEST"
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json '$j->{devices}[0]{path}')" t
	start listen t 5000 </dev/null >other 2>&1
	eventually listens_at t_5000
	tell connect 49152 5000
	tell send 4
	eventually eval '[ "$(wc -c <other)" -eq 4 ]'
	: >empty
	fails 3 "no program listens on s" connect s 80
	kill "$CLIENT"
}

# users

# open_to_all COMMAND...: runs COMMAND while every user may open the nodes
open_to_all() {
	local before status=0

	before=$(stat -c %a "$NODE" "$CONTROL" | paste -sd' ')
	chmod 666 "$NODE" "$CONTROL"
	"$@" || status=1
	chmod "${before% *}" "$NODE"
	chmod "${before#* }" "$CONTROL"
	return "$status"
}

sees_its_own_alone() {
	local root own

	guest s 10
	root=$GUEST
	exec 5>&8 6<&9
	guest t 11 65534
	own=$GUEST
	run_as_nobody list --json
	expect_status 0
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { "$_->{pid} $_->{user} $_->{cid}" } @{$j->{devices}}')" \
		"$own nobody 11"
	run list --json
	# shellcheck disable=SC2016	# perl's variables
	expect_same "$(json 'map { "$_->{pid} $_->{user}" } grep { $_->{pid} == '"$root"' or $_->{pid} == '"$own"' } @{$j->{devices}}')" \
		"$root root $own nobody"
	run_as_nobody drop cid:10 1
	expect_error 1 "there is no device 'cid:10' that you may see"
	run_as_nobody set cid:10 --max-connections 1
	expect_error 1 "there is no device 'cid:10' that you may see"
	run_as_nobody set cid:11 --max-connections 9
	expect_status 0
	exec 5>&- 6<&-
}

test_users_see_and_change_only_their_own_devices() {
	chmod 777 .
	open_to_all sees_its_own_alone
}

has_the_rights_of_its_user() {
	guest s 11 65534
	works set cid:11 --uds-path "$PWD/t"
	expect_same "$(stat -c %u t)" 65534
	# A socket of root without write permission for others.
	start listen --mode 0600 t 5000 </dev/null >out2 2>&1
	eventually listens_at t_5000
	refused 49152 5000
	kill "$STARTED"
	start listen --mode 0666 t 5001 </dev/null >other 2>&1
	eventually listens_at t_5001
	tell connect 49153 5001
	tell send 6
	eventually eval '[ "$(wc -c <other)" -eq 6 ]'
}

test_set_by_root_gives_the_guest_no_root_rights() {
	chmod 777 .
	open_to_all has_the_rights_of_its_user
}

test_control_node_without_permission_is_an_error() {
	chmod 600 "$CONTROL"
	run_as_nobody list
	expect_error 1 "you may not open $CONTROL: use sudo; only root may open it, so that no VMM can"
}

# connect and listen

test_connect_passes_data_and_eof_in_both_directions_with_a_guest() {
	guest s
	echo "all of it" >file
	start connect s 80 <file >got 2>err
	tell accept 80
	tell recv 10
	tell ended
	tell send 1234
	tell shutdown
	tell reset
	wait "$STARTED"
	expect_same "$(cat err)" ""
	got_bytes 1234
}

test_connect_to_a_guest_that_does_not_answer_is_4() {
	guest s
	works set "pid:$GUEST" --connect-timeout 100ms
	: >in2
	STATUS=0
	timeout 20 "$BINARY" connect s 99 <in2 >out 2>err || STATUS=$?
	expect_error 4 "the guest refused port 99: does a program listen there?"
}

test_connect_to_a_device_without_a_virtual_machine_is_3() {
	works exec --uds-path s -- sh -c '"$0" connect --timeout 300ms s 80 </dev/null
		echo $?' "$BINARY" 2>/dev/null || :
	expect_same "$(cat out)" 3
}

# Its owner has not started the device.
test_connect_to_a_stopped_device_is_5() {
	# shellcheck disable=SC2016	# perl's variables
	works exec --uds-path s -- perl -e 'open(my $device, "+<&=", 3) or die;
		defined ioctl($device, 0xAF01, 0) or die;
		system("$ARGV[0] connect --timeout 300ms s 80 </dev/null");
		print $? >> 8, "\n"' "$BINARY" 2>/dev/null || :
	expect_same "$(cat out)" 5
}

# doctor

# Guests of earlier tests may still be ending.
holds_alone() {
	run doctor
	grep -qE "^ok +holders +1 process has /dev/vsock-bridge open: $GUEST \\(scripted_guest\\)\$" out
}

test_doctor_finds_no_problem_with_a_running_module() {
	guest s
	eventually holds_alone
	run doctor
	expect_status 0
	expect_out "^ok +module +vsock_bridge $(cat /sys/module/vsock_bridge/version) is loaded$"
	expect_out '^ok +options +the kernel has the options that the module needs '
	expect_out '^ok +node +you may open /dev/vsock-bridge '
	expect_out '^ok +control +you may open /dev/vsock-bridge-control '
}

run_tests
