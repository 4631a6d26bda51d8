# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of an installation share: what apt has to do, what DKMS says,
# and which files are there.

BEFORE=/var/lib/vsock-bridge-before

install_quietly() {
	DEBIAN_FRONTEND=noninteractive INITRD=No apt-get -qq -y \
		--no-install-recommends -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 \
		install "$@"
}

purge_quietly() {
	DEBIAN_FRONTEND=noninteractive dpkg --purge "$@"
}

# built_for VERSION KERNEL: DKMS says so, and the module is in its place and says
# that it is of that version.
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

# All files but those that apt, dpkg and others write as they go, and DKMS's key,
# which it makes once for all modules. Folders may be the lab's.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp \
		-o -path /run -o -path /payload -o -path /var/cache -o -path /var/log \
		-o -path /var/lib/apt -o -path /var/lib/dpkg \
		-o -path '/var/lib/dkms/mok.*' -o -path "$BEFORE" -o -path /lab-main \) \
		-prune -o ! -type d -print | LC_ALL=C sort
}

# as_before: no file is there, or gone, that was not before; no package, no tree
# of DKMS, nothing that modprobe finds.
as_before() {
	diff "$BEFORE" <(files) || return
	! dkms status vsock_bridge | grep . || return
	! dpkg-query -W 'vsock-bridge*' 2>/dev/null | grep . || return
	! grep -rl vsock_bridge /lib/modules/*/modules.dep || return
	! compgen -G '/usr/src/vsock_bridge*' && ! compgen -G '/var/lib/dkms/vsock_bridge*'
}
