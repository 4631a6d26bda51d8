#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cli_doctor_test.sh [BINARY]: tests of doctor with made-up systems in a folder. Needs
# root, gzip, perl and python3.
#
#@ suite cli
# shellcheck disable=SC2317	# the tests are called by name
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

RELEASE=$(uname -r)
VERSION=$(cat "$TESTS/../../../VERSION")

# healthy: makes a system without problems at ./root.
healthy() {
	mkdir -p root/sys/module/vsock_bridge root/dev root/boot root/proc/1/fd \
		"root/lib/modules/$RELEASE"
	echo "$VERSION" >root/sys/module/vsock_bridge/version
	mknod root/dev/vsock-bridge c 1 3
	mknod root/dev/vsock-bridge-control c 1 3
	mknod root/dev/kvm c 1 3
	chgrp users root/dev/*
	chmod 660 root/dev/*
	printf '%s\n' CONFIG_MODULES=y CONFIG_UNIX=y CONFIG_EVENTFD=y \
		CONFIG_VHOST=m >"root/boot/config-$RELEASE"
	: >"root/lib/modules/$RELEASE/modules.dep"
}

# ill CHECK VERDICT TEXT: doctor's line of CHECK has VERDICT and TEXT
ill() {
	run doctor --root root
	[ "$2" != problem ] || expect_status 1
	[ "$2" = problem ] || expect_status 0
	grep -qE "^$2 +$1 +.*" out || { cat out; return 1; }
	grep -E "^$2 +$1 " out | grep -qF -e "$3" || { echo "no '$3':"; cat out; return 1; }
}

test_doctor_finds_nothing_wrong_in_a_healthy_system() {
	healthy
	works doctor --root root
	expect_same "$(cut -c 1-22 out | sed 's/ *$//')" "ok       kernel
ok       options
ok       module
ok       signature
ok       node
ok       control
ok       kvm
ok       vhost-vsock
ok       holders"
	expect_out "^ok +kernel +Linux $RELEASE\$"
	expect_out "^ok +module +vsock_bridge $VERSION is loaded\$"
	expect_out '^ok +node +you may open /dev/vsock-bridge \(0660 root:users\)$'
}

test_doctor_names_options_that_the_kernel_lacks() {
	healthy
	sed -i 's/CONFIG_VHOST=m/CONFIG_VHOST_IOTLB=m/; s/CONFIG_UNIX=y/CONFIG_UNIX_DIAG=y/' \
		"root/boot/config-$RELEASE"
	ill options problem "the kernel lacks CONFIG_UNIX, CONFIG_VHOST (root/boot/config-$RELEASE): boot a kernel that has them"
}

test_doctor_reads_config_gz_first() {
	healthy
	sed '/EVENTFD/d' "root/boot/config-$RELEASE" | gzip >root/proc/config.gz
	ill options problem "the kernel lacks CONFIG_EVENTFD (root/proc/config.gz)"
}

test_doctor_uses_other_files_if_config_gz_is_unreadable() {
	healthy
	echo "not packed" >root/proc/config.gz
	works doctor --root root
	expect_out "^ok +options +.* \\(root/boot/config-$RELEASE\\)\$"
}

test_doctor_notes_unknown_kernel_options() {
	healthy
	rm "root/boot/config-$RELEASE"
	ill options note "the options of this kernel are not known: if the module does not build, check"
	cp /dev/null "root/lib/modules/$RELEASE/config"
	echo CONFIG_MODULES=y >"root/lib/modules/$RELEASE/config"
	ill options problem "(root/lib/modules/$RELEASE/config)"
}

test_doctor_distinguishes_not_loaded_from_not_installed() {
	healthy
	rm -r root/sys/module/vsock_bridge
	ill module problem "vsock_bridge is not installed for Linux $RELEASE: install linux-headers-$RELEASE"
	echo "updates/dkms/vsock_bridge.ko.xz: kernel/drivers/vhost/vhost_iotlb.ko.xz" \
		>"root/lib/modules/$RELEASE/modules.dep"
	ill module problem "vsock_bridge is installed, but not loaded: modprobe vsock_bridge"
	echo "a.ko: updates/vsock_bridge.ko" >"root/lib/modules/$RELEASE/modules.dep"
	ill module problem "vsock_bridge is not installed"
}

test_doctor_notes_a_module_of_another_release() {
	healthy
	echo 0.0.9 >root/sys/module/vsock_bridge/version
	ill module note "vsock_bridge 0.0.9 is loaded, and this tool is $VERSION: install the same release of both"
}

secure_boot() {
	mkdir -p root/sys/firmware/efi/efivars
	printf '\6\0\0\0%b' "$1" >root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
}

test_doctor_reports_whether_modules_need_a_signature() {
	healthy
	secure_boot '\01'
	ill signature ok "Secure Boot is on, but vsock_bridge is loaded"
	rm -r root/sys/module/vsock_bridge
	run doctor --root root
	expect_out '^note +signature +Secure Boot is on: a module loads only if it is signed .*: .* mokutil --import /var/lib/dkms/mok.pub'
	secure_boot '\00'
	run doctor --root root
	expect_out '^ok +signature +modules need no signature$'
	mkdir -p root/sys/kernel/security root/sys/module/module/parameters
	echo 'none [integrity] confidentiality' >root/sys/kernel/security/lockdown
	run doctor --root root
	expect_out '^note +signature +the kernel is locked down:'
	echo '[none] integrity confidentiality' >root/sys/kernel/security/lockdown
	echo Y >root/sys/module/module/parameters/sig_enforce
	run doctor --root root
	expect_out '^note +signature +module.sig_enforce is set:'
}

test_doctor_explains_a_missing_node() {
	healthy
	rm root/dev/vsock-bridge
	ill node problem "there is no /dev/vsock-bridge: udev has not created it, or this container does not have it: udevadm trigger"
	rm -r root/sys/module/vsock_bridge
	ill node problem "there is no /dev/vsock-bridge: the module is not loaded: modprobe vsock_bridge"
}

test_doctor_explains_a_file_in_place_of_the_node() {
	healthy
	rm root/dev/vsock-bridge
	: >root/dev/vsock-bridge
	ill node problem "/dev/vsock-bridge is not a device node: rm /dev/vsock-bridge"
}

test_doctor_names_who_may_open_the_node() {
	healthy
	run_as_nobody doctor --root root
	expect_status 1
	expect_out '^problem +node +you may not open /dev/vsock-bridge \(0660 root:users\): run as root, or join group users \(adduser nobody users\) and log in again$'
	expect_out '^note +control +you may not open /dev/vsock-bridge-control '
	expect_out '^note +kvm +you may not open /dev/kvm '
	chgrp root root/dev/vsock-bridge*
	chmod 600 root/dev/vsock-bridge*
	run_as_nobody doctor --root root
	expect_out '^note +control +you may not open /dev/vsock-bridge-control \(0600 root:root\): use sudo; '
	expect_out '^problem +node +you may not open /dev/vsock-bridge \(0600 root:root\): run as root, or let a group in by a udev rule: KERNEL=="vsock-bridge", GROUP="kvm", MODE="0660"$'
	chmod 666 root/dev/*
	run_as_nobody doctor --root root
	expect_status 0
}

test_doctor_without_control_node_or_kvm_finds_no_problem() {
	healthy
	rm root/dev/vsock-bridge-control root/dev/kvm
	ill control note "there is no /dev/vsock-bridge-control"
	ill kvm note "there is no /dev/kvm: virtual machines run without KVM, many times slower: modprobe kvm_intel or kvm_amd"
}

test_doctor_notes_a_loaded_vhost_vsock() {
	healthy
	mkdir root/sys/module/vhost_vsock
	ill vhost-vsock ok "vhost_vsock is also loaded: a VMM without vhostfd= opens /dev/vhost-vsock"
}

test_doctor_counts_processes_that_have_the_node_open() {
	healthy
	mkdir -p root/proc/$$/fd root/proc/2/fd
	ln -s /dev/vsock-bridge root/proc/$$/fd/3
	ln -s /dev/vsock-bridge root/proc/$$/fd/4
	ln -s /dev/null root/proc/2/fd/3
	ill holders ok "1 process has /dev/vsock-bridge open: $$ ($(cat /proc/$$/comm))"
	ln -s /dev/vsock-bridge root/proc/2/fd/4
	ill holders ok "2 processes have /dev/vsock-bridge open: "
}

test_doctor_checks_whether_a_path_is_usable() {
	local long

	healthy
	long=$(printf '%097d' 0)
	make_stale_socket stale
	: >file
	mkdir -m 555 closed
	export -f works expect_out run expect_status
	with_listener "$PWD/live" SOCK_STREAM 0 bash -ec '
		run doctor --root root ./free @name stale live file "$1" no/s' sh "$long"
	expect_out '^ok +path +\./free is free$'
	expect_out '^ok +path +@name fits$'
	expect_out '^note +path +stale is a socket on which no program listens: start with --replace, or rm stale$'
	expect_out '^note +path +live is in use: for another virtual machine use another path'
	expect_out '^problem +path +file exists and is not a socket: move it away'
	expect_out "^problem +path +$long is 97 bytes, 1 more than leave room for the guest's ports: use a shorter path"
	expect_out '^problem +path +no/s: there is no no: mkdir -p no$'
	run_as_nobody doctor --root root closed/s
	expect_out '^problem +path +closed/s: you cannot make files in closed \(Permission denied\): use a directory that you can write to$'
}

test_doctor_json_is_one_document_with_the_same_findings() {
	healthy
	rm root/dev/kvm root/dev/vsock-bridge
	run doctor --json --root root ./x
	expect_status 1
	python3 -c '
import json
j = json.load(open("out"))
print(j["problem"], *(c["check"] + "=" + c["verdict"] for c in j["checks"]))
print(*(sorted(c) for c in j["checks"][:1]))
print([c["remedy"] for c in j["checks"]][:1])' >found
	expect_same "$(cat found)" "True kernel=ok options=ok module=ok signature=ok node=problem control=ok kvm=note vhost-vsock=ok holders=ok path=ok
['check', 'remedy', 'text', 'verdict']
[None]"
}

test_doctor_changes_nothing() {
	healthy
	find root -printf '%p %m %T@ %s\n' | sort >before
	run doctor --root root "$PWD/root/s"
	find root -printf '%p %m %T@ %s\n' | sort >after
	cmp before after
}

run_tests
