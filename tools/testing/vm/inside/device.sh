# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What differs between the vsock devices that a real guest can have: how they
# start, and where host programs meet the guest. DEVICE is one of
#
#   bridge        vsock-bridge, with AF_UNIX sockets at UDS
#   vhost         the kernel's vhost-vsock, with AF_VSOCK sockets on the host
#   vhost-device  rust-vmm's vhost-device-vsock, a program of the host; its sockets
#                 are as the bridge's

device_loads() {
	case $DEVICE in
	bridge) load_module ;;
	vhost) modprobe vhost_vsock ;;
	vhost-device) vhost-device-vsock --version ;;
	esac
}

# A vhost-user device has the guest's memory from a file, and QEMU ends without it.
# shellcheck disable=SC2016	# start-guest expands the line
vhost_device_boots() {
	local line=/run/vhost-device.line socket=/run/vhost-device.socket

	vhost-device-vsock --guest-cid 3 --socket "$socket" --uds-path "$UDS" \
		>/run/vhost-device.log 2>&1 &
	poll 10 test -S "$socket" || return
	echo 'qemu-system-x86_64 "${VM[@]}"' \
		'-object memory-backend-memfd,id=memory,size=512M,share=on' \
		'-machine q35,memory-backend=memory' \
		"-chardev socket,id=vsock,path=$socket" \
		'-device vhost-user-vsock-pci,chardev=vsock' >"$line"
	start-guest --line "$line" "$@"
}

# device_boots START-GUEST-ARGUMENT...
device_boots() {
	case $DEVICE in
	bridge) start-guest --bridge "$UDS" "$@" ;;
	vhost) start-guest --vhost "$@" ;;
	vhost-device) vhost_device_boots "$@" ;;
	esac
}

# device_has KIND...: is the device one of them?
device_has() { [[ " $* " == *" $DEVICE "* ]]; }

# How many bytes it takes from a guest's program before the host's has read any: a
# window, and for the bridge what an AF_UNIX socket holds.
device_takes() {
	case $DEVICE in
	bridge) echo $((262144 + 1048576)) ;;
	vhost) echo 262144 ;;
	vhost-device) echo 65536 ;;
	esac
}

# Where a peer on the host listens for the guest's port, or reaches it.
host_listener() {
	case $DEVICE in
	bridge | vhost-device) echo "unix-listen:${UDS}_$1" ;;
	vhost) echo "vsock-listen:$1" ;;
	esac
}

guest_port() {
	case $DEVICE in
	bridge | vhost-device) echo "bridge:$UDS:$1" ;;
	vhost) echo "vsock:3:$1" ;;
	esac
}

# The same for socat.
relay_listener() {
	case $DEVICE in
	bridge | vhost-device) echo "UNIX-LISTEN:${UDS}_$1" ;;
	vhost) echo "VSOCK-LISTEN:$1" ;;
	esac
}

# short_client PORT TEXT: sends TEXT, and closes without having read
short_client() {
	case $DEVICE in
	bridge | vhost-device) printf 'CONNECT %s\n%s' "$@" |
		timeout "$LIMIT" socat -u - "UNIX-CONNECT:$UDS" ;;
	vhost) printf '%s' "$2" |
		timeout "$LIMIT" socat -u - "VSOCK-CONNECT:3:$1" ;;
	esac
}
