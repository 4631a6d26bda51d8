# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the tests of an installation: apt, DKMS, and the installed files.

BEFORE=/var/lib/vsock-bridge-before

install_quietly() {
	DEBIAN_FRONTEND=noninteractive INITRD=No apt-get -qq -y \
		--no-install-recommends -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 \
		install "$@"
}

purge_quietly() {
	DEBIAN_FRONTEND=noninteractive dpkg --purge "$@"
}

# built_for VERSION KERNEL: DKMS has installed the module for this kernel, and the
# module has this version.
built_for() {
	local module

	dkms status vsock_bridge |
		grep -xF "vsock_bridge/$1, $2, $(uname -m): installed" || return
	module=$(find "/lib/modules/$2/updates" -name 'vsock_bridge.ko*')
	[ -n "$module" ] && [ "$(modinfo -F version "$module")" = "$1" ]
}

only_version() {
	built_for "$@" || return
	! dkms status vsock_bridge | grep -vF "vsock_bridge/$1," || return
	[ "$(echo /usr/src/vsock_bridge-*)" = "/usr/src/vsock_bridge-$1" ]
}

# Prints all files, except those that apt, dpkg and other programs write during an
# installation, and the key that DKMS creates once for all modules. It leaves out
# directories, because the lab makes some.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp \
		-o -path /run -o -path /payload -o -path /var/cache -o -path /var/log \
		-o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path '/var/lib/dkms/mok.*' -o -path "$BEFORE" -o -path /lab-main \) \
		-prune -o ! -type d -print | LC_ALL=C sort
}

# as_before: the files are the same as in BEFORE, and there is no package, no DKMS tree
# and no module that modprobe finds.
as_before() {
	diff "$BEFORE" <(files) || return
	! dkms status vsock_bridge | grep . || return
	! dpkg-query -W 'vsock-bridge*' 2>/dev/null | grep . || return
	! grep -rl vsock_bridge /lib/modules/*/modules.dep || return
	! compgen -G '/usr/src/vsock_bridge*' && ! compgen -G '/var/lib/dkms/vsock_bridge*'
}
