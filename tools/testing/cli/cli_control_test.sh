#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_control_test.sh [BINARY]: tests of the subcommands that use the control node,
# with fake_device.c in its place: their output, and how they find a device. Needs
# root, a C compiler (CC=cc), perl and python3.
#
#@ suite cli
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$EUID" -eq 0 ] || {
	echo "Bail out! needs root"
	exit 1
}

FAKE=$SCRATCH/fake_device.so

"${CC:-cc}" -shared -fPIC -D_GNU_SOURCE -Wall -Wextra \
	-I "$TESTS/../../../include/uapi" -o "$FAKE" "$TESTS/fake_device.c" -ldl || {
	echo "Bail out! fake_device.c does not build"
	exit 1
}

# with_fake [VARIABLE=VALUE]... SUBCOMMAND ARG...
with_fake() {
	local -a variables=()

	while [[ $1 == *=* ]]; do
		variables+=("$1")
		shift
	done
	STATUS=0
	env LD_PRELOAD="$FAKE" FAKE_LOG="$PWD/log" FAKE_DEVICES="$PWD/devices" \
		FAKE_CONNS="$PWD/conns" FAKE_PORTS="$PWD/ports" "${variables[@]}" \
		"$BINARY" "$1" --control /dev/null "${@:2}" >out 2>err || STATUS=$?
}

errno_of() { perl -MErrno -e 'print Errno->can($ARGV[0])->()' "$1"; }

# json EXPRESSION: prints it; j is the JSON document in ./out
json() { python3 -c "import json; j = json.load(open('out')); print($1)"; }

# Two devices of one process, and a device of another process with the same CID 3.
three_devices() {
	cat >devices <<END
7 0x3b 4242 0 3 1000 20 10 2 5 qemu /run/one.sock
9 0x01 4242 65534 4 0 0 0 0 0 qemu @two
12 0x00 77 0 3 2048 3145728 1 1 0 fire
END
}

# list

test_list_shows_a_line_for_each_device() {
	three_devices
	with_fake list
	expect_status 0
	expect_same "$(wc -l <out)" 4
	expect_out '^DEVICE +PID +COMMAND +USER +CID +STATE +CONNS +TX-BYTES +RX-BYTES +AGE +PATH$'
	expect_out '^ +7 +4242 +qemu +root +3 +running +5 +1\.0K +20 +1d +/run/one\.sock$'
	expect_out '^ +9 +4242 +qemu +nobody +4 +stopped +0 +0 +0 +1d +@two$'
	expect_out '^ +12 +77 +fire +root +3 +open +0 +2\.0K +3\.0M +1d +-$'
}

test_list_without_devices_is_a_heading() {
	: >devices
	with_fake list
	expect_status 0
	expect_same "$(wc -l <out)" 1
	with_fake list --json
	expect_same "$(json 'j["devices"]')" "[]"
}

test_list_without_header_has_only_devices() {
	three_devices
	with_fake list --no-header
	expect_status 0
	expect_same "$(wc -l <out)" 3
	expect_out '^ *7 +4242 +qemu +root +3 +running'
}

test_list_quiet_prints_only_numbers() {
	three_devices
	with_fake list -q
	expect_status 0
	expect_same "$(cat out)" "7
9
12"
	with_fake list --quiet cid:4
	expect_same "$(cat out)" 9
}

test_list_json_has_every_field() {
	three_devices
	with_fake list --json
	expect_status 0
	expect_same "$(json '*j["devices"][0].items(), sep="\n"')" "('device', 7)
('pid', 4242)
('command', 'qemu')
('uid', 0)
('user', 'root')
('cid', 3)
('state', 'running')
('path', '/run/one.sock')
('listens', True)
('seqpacket', True)
('connects', True)
('mapped', False)
('template', False)
('virtio_features', {'bits': '0x0', 'names': [], 'unknown': '0x0'})
('connections', 5)
('handshakes', 0)
('tx_bytes', 1000)
('rx_bytes', 20)
('tx_packets', 10)
('rx_packets', 2)
('age_ms', 90061000)"
	expect_same "$(json '[d["path"] for d in j["devices"]]')" \
		"['/run/one.sock', '@two', None]"
}

test_list_shows_a_guest_with_an_unanswered_event_as_waiting() {
	echo "1 0x07 5 0 3 0 0 0 0 0 qemu /x" >devices
	with_fake list
	expect_out '^ +1 .* waiting '
}

test_list_shows_a_device_of_a_killed_owner_as_dead() {
	echo "1 0x103 5 0 3 0 0 0 0 0 qemu /x" >devices
	with_fake list
	expect_out '^ +1 .* dead '
}

# 50000 bytes and 200 packets in an interval of at least half a second.
test_list_rates_are_differences_per_second() {
	echo "1 0x03 5 0 3 1000 1000 10 10 0 qemu /x" >devices
	{
		echo "1 0x03 5 0 3 51000 1000 210 10 0 qemu /x"
		echo "2 0x03 5 0 3 999 999 9 9 0 qemu /y"
	} >devices.2
	with_fake list --json --interval 500ms
	expect_status 0
	expect_same "$(json '20000 < j["devices"][0]["per_second"]["tx_bytes"] <= 100000')" True
	expect_same "$(json 'round(j["devices"][0]["per_second"]["tx_bytes"] / j["devices"][0]["per_second"]["tx_packets"])')" 250
	expect_same "$(json 'j["devices"][0]["per_second"]["rx_bytes"]')" 0.0
	expect_same "$(json '"per_second" in j["devices"][1]')" False
	with_fake list --interval 500ms
	expect_out '^ +1 .* [0-9.]+K/s +0/s '
	expect_out '^ +2 .* - +- '
}

test_json_replaces_invalid_utf8() {
	printf '1 0 5 0 3 0 0 0 0 0 \xffx" /run/\\\xc3\xa4\xc3\x01\xed\xa0\x80.sock\n' >devices
	with_fake list --json
	expect_same "$(json 'ascii([j["devices"][0][k] for k in ("command", "path")])')" \
		"['\\ufffdx\"', '/run/\\\\\\xe4\\ufffd\\x01\\ufffd\\ufffd\\ufffd.sock']"
}

test_list_replaces_control_characters() {
	printf '1 0 5 0 3 0 0 0 0 0 qe\033[2Jmu /run/\001.sock\n' >devices
	with_fake list
	expect_out ' qe\?\[2Jmu .* /run/\?\.sock$'
}

# U+009B means the same as ESC [; so does the byte 0x9b on a terminal without UTF-8.
test_list_and_json_replace_8_bit_controls() {
	printf '1 0 5 0 3 0 0 0 0 0 a\302\2332J\2332J /\302\237\302\240\303\244\233.sock\n' >devices
	with_fake list
	expect_out " a\\?2J\\?2J .* /\\?"$'\302\240\303\244'"\\?\\.sock\$"
	with_fake list --json
	expect_out '^ *"command": "a\\u009b2J\\ufffd2J",$'
	expect_out '^ *"path": "/\\u009f'$'\302\240\303\244''\\ufffd\.sock",$'
}

test_list_replaces_bidirectional_controls() {
	printf '1 0 5 0 3 0 0 0 0 0 a\342\200\256b /\342\201\246\342\200\252\342\200\251\342\202\254\n' >devices
	with_fake list
	expect_out " a\\?b .* /\\?\\?"$'\342\200\251\342\202\254'"\$"
}

# A user who may open the control node can see the devices of all users.
test_error_for_the_control_node_suggests_no_group() {
	with_fake "FAKE_ERROR=OPEN $(errno_of EACCES)" list
	expect_error 1 "you may not open /dev/null: use sudo; only root may open it, so that no VMM can"
}

# conns

# A device with four connections; the second one waits for its guest.
four_conns() {
	echo "7 0x3b 4242 0 3 0 0 0 0 4 qemu /run/one.sock" >devices
	cat >conns <<END
1 1073741824 80 1 3 0x00 $$ 0 0 262144 131072 5 7 61000
2 5000 49152 1 3 0x61 0 0 70000 0 262144 2048 0 1500
9 0 0 1 0 0x00 $$ 65534 0 0 0 0 0 20
30 1073741825 80 2 4 0x16 $$ 0 3 10 20 1 1 5
END
}

test_conns_shows_a_line_for_each_connection() {
	local me

	me="$$ +$(cat /proc/$$/comm)"
	four_conns
	with_fake conns
	expect_status 0
	expect_same "$(wc -l <out)" 5
	expect_out "^ +7 +1 +host +80 +1073741824 +stream +open +$me +root +5 +7 +0 +256K +128K +1min +-\$"
	expect_out "^ +7 +2 +guest +49152 +5000 +stream +open +- +- +- +2\.0K +0 +68K +0 +256K +1s +waits-guest,waits-host\$"
	expect_out "^ +7 +9 +host +0 +0 +stream +handshake +$me +nobody "
	expect_out "^ +7 +30 +host +80 +1073741825 +seqpacket +linger .* 5ms +guest-no-recv,guest-no-send,host-no-send\$"
}

test_conns_json_has_every_field() {
	four_conns
	with_fake conns --json
	expect_status 0
	expect_same "$(json '*j["connections"][0].items(), sep="\n"')" "('device', 7)
('id', 1)
('by', 'host')
('guest_port', 80)
('host_port', 1073741824)
('type', 'stream')
('state', 'open')
('pid', $$)
('command', '$(cat /proc/$$/comm)')
('uid', 0)
('user', 'root')
('tx_bytes', 5)
('rx_bytes', 7)
('tx_buffered', 0)
('tx_credit', 262144)
('rx_credit', 131072)
('age_ms', 61000)
('notes', [])"
	expect_same "$(json 'j["connections"][1]["pid"], j["connections"][1]["notes"]')" \
		"None ['waits-guest', 'waits-host']"
}

test_conns_shows_connections_of_several_calls() {
	four_conns
	with_fake FAKE_CONNS_MAX=3 conns --json
	expect_same "$(json '*(c["id"] for c in j["connections"])')" "1 2 9 30"
}

test_conns_shows_all_devices_or_one() {
	four_conns
	echo "8 0 5 0 4 0 0 0 0 0 qemu /x" >>devices
	with_fake conns --json
	expect_same "$(json '*(c["device"] for c in j["connections"])')" "7 7 7 7 8 8 8 8"
	with_fake conns --json cid:4
	expect_same "$(json '*(c["device"] for c in j["connections"])')" "8 8 8 8"
}

test_conns_filters_by_port_and_state() {
	four_conns
	with_fake conns --json --port 80
	expect_same "$(json '*(c["id"] for c in j["connections"])')" "1 30"
	with_fake conns --json --port 5000
	expect_same "$(json '*(c["id"] for c in j["connections"])')" 2
	with_fake conns --json --port 80 --state open
	expect_same "$(json '*(c["id"] for c in j["connections"])')" 1
	with_fake conns --state dead
	expect_same "$(wc -l <out)" 1
	fails 2 "--state 'closed' is unknown: give handshake, requested" conns --state closed
	fails 2 "--port '-1' is out of range" conns --port -1
}

test_device_that_is_closed_meanwhile_has_no_connections() {
	four_conns
	with_fake "FAKE_ERROR=GET_CONNS $(errno_of EIO)" conns --json
	expect_status 0
	expect_same "$(json 'j["connections"]')" "[]"
	with_fake "FAKE_ERROR=SELECT $(errno_of ENOENT)" conns
	expect_status 0
	expect_same "$(wc -l <out)" 1
}

# tells_that_7_is_gone SUBCOMMAND ARG...: the error names device 7
tells_that_7_is_gone() {
	local error

	for error in "${CALL:-GET_CONNS} $(errno_of EIO)" "SELECT $(errno_of ENOENT)"; do
		with_fake "FAKE_ERROR=$error" "$@"
		expect_status 1
		expect_same "$(cat err)" "vsock-bridge: device 7 is dead, or closed: see 'vsock-bridge list'"
	done
}

test_named_device_that_is_gone_is_an_error() {
	four_conns
	tells_that_7_is_gone conns 7
	tells_that_7_is_gone conns --json cid:3
	tells_that_7_is_gone drop --port 80 7
	CALL=DROP_CONN tells_that_7_is_gone drop --port 80 7
	CALL=DROP_CONN tells_that_7_is_gone drop 7 1
	CALL=GET_STATS tells_that_7_is_gone stats 7
	CALL=GET_STATS tells_that_7_is_gone stats --json pid:4242
}

test_failure_to_read_conns_is_an_error() {
	four_conns
	with_fake "FAKE_ERROR=GET_CONNS $(errno_of ENOMEM)" conns
	expect_status 1
	grep -q "cannot read the connections: Cannot allocate memory" err
}

# stats

# Prints kind and name of each counter of the header, in its order.
header_counters() {
	tr -d '\\\n' <"$TESTS/../../../include/uapi/linux/vsock_bridge.h" |
		grep -oE '\b(GAUGE|COUNT|END|ERROR)\([A-Z_]+,\s*[a-z_]+' |
		sed -E 's/^(\w+)\(.*\W(\w+)$/\1 \2/'
}

# ports

three_ports() {
	one_device
	printf '%s\n' '5 0 /run/log.sock' '6 1' '7 0 @name' '4294967295 2' >ports
}

test_ports_shows_a_line_for_each_entry_and_the_others() {
	three_ports
	with_fake ports
	expect_status 0
	expect_out '^DEVICE +PORT +ACTION +PATH$'
	expect_out '^ +7 +5 +connect +/run/log\.sock$'
	expect_out '^ +7 +6 +deny +-$'
	expect_out '^ +7 +7 +connect +@name$'
	expect_out '^ +7 +4294967295 +prefix +-$'
	expect_out '^ +7 +others +deny +-$'
	expect_same "$(wc -l <out)" 6
}

test_ports_json_has_every_field() {
	three_ports
	with_fake ports --json 7
	expect_status 0
	expect_same "$(json 'j["devices"][0]["ports"][0], j["devices"][0]["ports"][1]["path"], j["devices"][0]["others"]')" \
		"{'port': 5, 'action': 'connect', 'path': '/run/log.sock'} None deny"
}

test_failure_to_read_ports_is_an_error() {
	three_ports
	with_fake "FAKE_ERROR=GET_PORTS $(errno_of ENOMEM)" ports 7
	expect_status 1
	grep -q "cannot read the map of ports: Cannot allocate memory" err
}

test_stats_json_has_each_counter_of_the_header_with_its_value() {
	three_devices
	with_fake FAKE_STATS=1000 stats --json 9
	expect_status 0
	json '*(f"{v} {k}" for g in ("gauges", "counters", "ends", "errors") for k, v in j["devices"][0][g].items()), sep="\n"' |
		sort -n >found
	header_counters | awk '{ print 999 + NR, $2 }' >wanted
	expect_same "$(wc -l <found)" "$(header_counters | wc -l)"
	diff found wanted
	expect_same "$(json 'j["devices"][0]["device"]')" 9
}

# The header defines which counters are errors.
test_stats_groups_counters_as_the_header_does() {
	local kinds

	echo "1 0 5 0 3 0 0 0 0 0 qemu /x" >devices
	with_fake stats --json
	kinds=$(json '*(f"{g}:{k}" for g in ("gauges", "counters", "ends", "errors") for k in j["devices"][0][g]), sep="\n"')
	expect_same "$(header_counters | sed -e 's/^GAUGE /gauges:/' \
			-e 's/^COUNT /counters:/' -e 's/^END /ends:/' \
			-e 's/^ERROR /errors:/' | sort)" \
		"$(sort <<<"$kinds")"
}

# Counter 54 grows by 4 with each call, so the devices have 0, 4 and 8.
test_stats_shows_nonzero_errors() {
	three_devices
	with_fake "FAKE_GROWS=53 4" stats --json
	expect_same "$(json '[d["errors"]["too_many_connections"] for d in j["devices"]]')" "[0, 4, 8]"
	with_fake "FAKE_GROWS=53 4" stats
	expect_out '^device 7  /run/one\.sock$'
	expect_out '^    connections +0$'
	expect_same "$(sed -n '/^  errors$/,/^device/p' out | grep '^    ' | tr -s ' ')" \
		" none
 too_many_connections 4
 too_many_connections 8"
}

test_stats_all_shows_zero_errors() {
	three_devices
	with_fake stats --all 7
	expect_status 0
	expect_same "$(grep -cE '^    [a-z_]+ +0$' out)" "$(header_counters | wc -l)"
	with_fake stats 7
	! grep bad_src_cid out || return 1
}

test_failure_to_read_stats_is_an_error() {
	three_devices
	with_fake "FAKE_ERROR=GET_STATS $(errno_of EFAULT)" stats 7
	expect_error 1 "cannot read the counters: Bad address: see dmesg(1)"
}

# watch

# Counter 54 grows by 4 with each sample; the first sample is not shown.
test_watch_shows_rates_and_new_errors() {
	echo "1 0x03 5 0 3 1000 1000 10 10 4 qemu /x" >devices
	echo "1 0x03 5 0 3 51000 1000 210 10 6 qemu /x" >devices.2
	with_fake "FAKE_GROWS=53 4" watch --count 2 --interval 10ms
	expect_status 0
	expect_same "$(grep -cE '^20[0-9]{2}-[0-9]{2}-[0-9]{2} ' out)" 2
	expect_same "$(grep '^ *1 ' out | tr -s ' ' | cut -d ' ' -f 2-7,12-)" \
		"1 5 qemu 3 running 6 0 4 4 /x
1 5 qemu 3 running 6 0 8 4 /x"
	expect_same "$(grep '^device' out)" "device 1: too_many_connections +4, 4 in all
device 1: too_many_connections +8, 8 in all"
}

test_watch_rates_are_between_two_samples() {
	echo "1 0x03 5 0 3 0 0 0 0 4 qemu /x" >devices
	with_fake watch --count 1 --interval 1ms
	expect_out '^ +1 +5 +qemu +3 +running +4 +0/s +0/s +0/s +0/s +0 +0 +0 +/x$'
	echo "1 0x03 5 0 3 1000000 0 900 0 4 qemu /x" >devices.2
	with_fake watch --count 1 --interval 200ms
	expect_out '^ +1 .* running +4 +[1-4]\.[0-9]M/s +0/s +[1-4]\.[0-9]k/s +0/s '
}

# The second call of GET_STATS fails.
test_watch_shows_a_dash_without_statistics() {
	local errors

	# each counter is 1000 and its index; one has grown by 4
	errors=$(header_counters | awk '/^ERROR/ { sum += 999 + NR } END { print sum + 4 }')
	echo "1 0x103 5 0 3 0 0 0 0 4 qemu /x" >devices
	with_fake FAKE_STATS=1000 "FAKE_GROWS=53 4" "FAKE_ERROR=GET_STATS $(errno_of EIO) 2" \
		watch --count 2 --interval 1ms
	expect_status 0
	expect_same "$(grep '^ *1 ' out | tr -s ' ' | cut -d ' ' -f 12-)" \
		"- - - /x
1.0K $errors - /x"
	expect_same "$(grep '^device' out)" "device 1: too_many_connections +4, 1057 in all"
	with_fake "FAKE_ERROR=GET_STATS $(errno_of EIO)" watch --count 1 --interval 1ms
	expect_out '^ +1 +5 +qemu +3 +dead .* - +- +- +/x$'
}

test_watch_writes_no_escape_sequence_to_a_pipe() {
	one_device
	with_fake watch --count 2 --interval 1ms
	! grep $'\033' out || return 1
}

test_watch_clears_a_terminal() {
	one_device
	# shellcheck disable=SC2016	# perl's variables
	perl -e '
		open(M, "+<", "/dev/ptmx") or die;
		my $n = pack("i", 0);
		ioctl(M, 0x40045431, $n) or die;	# TIOCSPTLCK
		ioctl(M, 0x80045430, $n) or die;	# TIOCGPTN
		open(S, "+<", "/dev/pts/" . unpack("i", $n)) or die;
		if (!fork) { open(STDOUT, ">&S"); exec @ARGV }
		close(S);
		while (sysread(M, my $data, 4096)) { print $data }' \
		env LD_PRELOAD="$FAKE" FAKE_DEVICES="$PWD/devices" "$BINARY" watch --control /dev/null --count 2 --interval 1ms >out
	expect_same "$(grep -c $'\033\\[H\033\\[J20' out)" 2
}

test_watch_ends_when_its_reader_ends() {
	one_device
	LD_PRELOAD=$FAKE FAKE_DEVICES=$PWD/devices timeout 10 "$BINARY" watch \
		--control /dev/null --interval 1ms | head -n 1 >out
	expect_same "${PIPESTATUS[0]}" 141
}

test_watch_ends_when_its_device_is_gone() {
	one_device
	: >devices.3
	with_fake watch --interval 1ms 7
	expect_status 1
	expect_same "$(cat err)" "vsock-bridge: there is no device '7' that you may see: 'vsock-bridge list' shows the devices, and root sees those of all users"
}

test_watch_continues_without_devices() {
	: >devices
	with_fake watch --count 3 --interval 1ms
	expect_status 0
	expect_same "$(grep -c DEVICE out)" 3
}

test_watch_checks_the_range_of_count_and_interval() {
	fails 2 "--count '0' is out of range" watch --count 0
	fails 2 "--interval '0' is out of range" watch --interval 0
}

# set

one_device() { echo "7 0x3b $$ ${1:-$EUID} 3 0 0 0 0 0 qemu /run/one.sock" >devices; }

test_set_changes_only_what_is_given() {
	one_device
	with_fake set cid:3 --max-connections 77 --connect-timeout 4
	expect_status 0
	expect_same "$(cat out err)" ""
	expect_same "$(cat log)" "SET_LIMITS max_connections=77 connect_timeout_ms=4000"
}

test_set_accepts_ports_without_a_path() {
	one_device
	with_fake set 7 --port 5000=/run/log --port 1=prefix --other-ports deny
	expect_status 0
	expect_same "$(grep -v LIMITS log)" "SET_PORT 5000 action=0 path=/run/log
SET_PORT 1 action=2 path=
SET_PORT 0 action=1 path= flags=0x2 dir_fd=0"
}

test_set_accepts_a_directory_for_ports_only() {
	one_device
	exec 7<.
	with_fake set 7 --dir-fd 7 --port 1=x
	expect_status 0
	expect_same "$(grep -v LIMITS log)" "SET_PORT 1 action=0 path=x flags=0x1 dir_fd=7"
}

test_set_binds_a_new_path() {
	one_device
	with_fake set 7 --uds-path s --mode 0640
	expect_status 0
	grep -q "^SET_UDS path=s flags=0x1 mode=0640 as=$EUID:" log
	[ -S s ]
}

test_set_replaces_a_stale_socket_only_with_replace() {
	one_device
	make_stale_socket s
	with_fake set 7 --uds-path s
	expect_error 1 "s exists and is a stale socket, on which no program listens: use --replace"
	ln s kept	# or its inode number could come again
	with_fake set 7 --uds-path s --replace
	expect_status 0
	[ "$(inode s)" != "$(inode kept)" ]
}

# A guest's connections have the rights of the process that set their path.
test_set_uds_path_by_root_uses_the_rights_of_the_devices_user() {
	one_device 65534
	: >log
	chmod 666 log
	with_fake set 7 --uds-path s
	expect_status 0
	grep -q "^SET_UDS path=s flags=0 mode=0 as=65534:65534$" log
	expect_same "$(stat -c %u s)" 65534
	mkdir -m 700 folder
	with_fake set 7 --uds-path folder/s
	expect_error 1 "cannot make the socket folder/s: you may not create files there"
}

test_set_port_by_root_uses_the_rights_of_the_devices_user() {
	one_device 65534
	: >log
	chmod 666 log
	with_fake set 7 --port 1=/run/x
	expect_status 0
	grep -q "^SET_PORT 1 action=0 path=/run/x as=65534$" log
}

test_set_by_root_for_an_unknown_user_is_refused() {
	one_device 4000000
	with_fake set 7 --uds-path s
	expect_error 1 "the device's user 4000000 is not in the list of users: run as that user"
	expect_no_file log
	with_fake set 7 --max-handshakes 9
	expect_status 0
}

test_set_for_another_user_needs_root() {
	one_device 65534
	touch out err devices
	chmod 666 out err
	STATUS=0
	setpriv --reuid=1 --regid=1 --clear-groups env LD_PRELOAD="$FAKE" \
		FAKE_DEVICES="$PWD/devices" \
		"$BINARY" set --control /dev/null 7 --uds-path s >out 2>err || STATUS=$?
	expect_error 1 "cannot take the rights of the device's user nobody: Operation not permitted: run as root, or as nobody"
}

test_set_requires_a_device_and_an_option() {
	fails 2 "there is nothing to set: give an option" set 7
	fails 2 "set needs one DEVICE" set --max-connections 5
	fails 2 "--uds-path is missing" set 7 --mode 0600
	fails 2 "--max-connections '0' is out of range" set 7 --max-connections 0
	fails 2 "unknown option --fd" set 7 --fd 5
}

test_set_reports_errors_of_the_device() {
	one_device
	with_fake "FAKE_ERROR=SET_LIMITS $(errno_of EIO)" set 7 --max-connections 5
	expect_error 1 "cannot set the limits: the device is dead, its owner was killed"
	with_fake "FAKE_ERROR=SELECT $(errno_of ENOENT)" set 7 --max-connections 5
	expect_error 1 "device 7 is dead, or closed: see 'vsock-bridge list'"
}

# drop

test_drop_ends_the_named_connections() {
	four_conns
	with_fake drop cid:3 9 30
	expect_status 0
	expect_same "$(cat log)" "DROP_CONN device=7 id=9
DROP_CONN device=7 id=30"
}

test_drop_by_port_ends_all_connections_of_the_port() {
	four_conns
	with_fake drop --port 80 7
	expect_status 0
	expect_same "$(cat log)" "DROP_CONN device=7 id=1
DROP_CONN device=7 id=30"
	with_fake drop 7 --port 81
	expect_error 1 "there is no connection with port 81"
}

test_drop_continues_after_a_connection_that_has_ended() {
	four_conns
	with_fake "FAKE_ERROR=DROP_CONN $(errno_of ENOENT)" drop 7 1 2
	expect_status 1
	expect_same "$(cat err)" "vsock-bridge: there is no connection 1: it has ended, see 'vsock-bridge conns'
vsock-bridge: there is no connection 2: it has ended, see 'vsock-bridge conns'"
	with_fake "FAKE_ERROR=DROP_CONN $(errno_of ENOENT)" drop 7 --port 80
	expect_status 0
}

test_drop_requires_a_device_and_connections() {
	fails 2 "drop needs a DEVICE, and IDs or --port" drop
	fails 2 "drop needs an ID, or --port" drop 7
	fails 2 "ID 'x' is out of range or not a number" drop 7 9 x
	fails 2 "ID '0' is out of range" drop 7 0
}

# DEVICE

# chooses DEVICE NUMBERS: list with DEVICE prints the devices NUMBERS
chooses() {
	with_fake list --json "$1"
	expect_status 0
	expect_same "$(json '*(d["device"] for d in j["devices"])')" "$2"
}

test_device_is_a_number_a_pid_a_cid_or_a_path() {
	three_devices
	chooses 9 9
	chooses pid:77 12
	chooses cid:4 9
	chooses /run/one.sock 7
	chooses @two 9
}

test_device_path_may_be_another_name_or_a_link() {
	make_stale_socket here
	echo "3 0 5 0 3 0 0 0 0 0 qemu $PWD/here" >devices
	chooses here 3
	ln -s here link
	chooses ./link 3
}

# Each device has a socket of that name in its own directory.
test_relative_device_path_starts_in_the_current_directory() {
	local pid

	mkdir there
	make_stale_socket s
	(cd there && make_stale_socket s && exec sleep 60) &
	pid=$!
	eventually test -S there/s
	echo "3 0 $pid 0 3 0 0 0 0 0 qemu s" >devices
	echo "4 0 $$ 0 4 0 0 0 0 0 qemu $PWD/s" >>devices
	chooses s 4
	chooses there/s 3
	chooses "$PWD/there/s" 3
	kill "$pid"
}

test_numeric_path_is_given_with_a_dot() {
	make_stale_socket 9
	three_devices
	echo "13 0 5 0 3 0 0 0 0 0 qemu $PWD/9" >>devices
	chooses 9 9
	chooses ./9 13
}

test_unknown_device_is_an_error() {
	local device

	three_devices
	for device in 8 pid:1 cid:0 cid:x /run/none two 99999999999999999999; do
		with_fake list "$device"
		expect_error 1 "there is no device '$device' that you may see: 'vsock-bridge list' shows the devices"
	done
}

test_ambiguous_device_error_lists_the_devices() {
	three_devices
	with_fake list cid:3
	expect_error 1 "'cid:3' matches 2 devices: give the number of one: 7 (pid 4242, CID 3, /run/one.sock), 12 (pid 77, CID 3, no path)"
	with_fake list pid:4242
	expect_error 1 "'pid:4242' matches 2 devices"
}

# the control node

test_missing_control_node_is_an_error() {
	fails 1 "/dev/no-such-node does not exist" list --control /dev/no-such-node
}

test_other_node_is_not_a_control_node() {
	fails 1 "/dev/null is not the control node of vsock_bridge: use /dev/vsock-bridge-control" \
		list --control /dev/null
	fails 1 "/dev/zero is not the control node of vsock_bridge" list --control /dev/zero
}

test_module_older_than_the_tool_is_an_error() {
	with_fake "FAKE_ERROR=NEXT_DEVICE $(errno_of E2BIG)" list
	expect_error 1 "cannot list the devices: the module is older than this tool"
}

run_tests
