# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The differences between the vsock devices of a real guest: how a device starts, and
# through which sockets host programs reach the guest. DEVICE is one of
#
#   bridge        vsock-bridge, with AF_UNIX sockets at UDS
#   vhost         the kernel's vhost-vsock, with AF_VSOCK sockets on the host
#   vhost-device  rust-vmm's vhost-device-vsock, a host program with the same sockets as
#                 the bridge

device_loads() {
	case $DEVICE in
	bridge) load_module ;;
	vhost) modprobe vhost_vsock ;;
	vhost-device) vhost-device-vsock --version ;;
	esac
}

# A vhost-user device needs guest memory in a file. Without the device, QEMU exits.
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

# device_boots START-GUEST-ARGUMENT...: boots a guest with the device
device_boots() {
	case $DEVICE in
	bridge) start-guest --bridge "$UDS" "$@" ;;
	vhost) start-guest --vhost "$@" ;;
	vhost-device) vhost_device_boots "$@" ;;
	esac
}

# device_has KIND...: is the device one of them?
device_has() { [[ " $* " == *" $DEVICE "* ]]; }

# How many bytes the device accepts from a guest program while the host program reads
# nothing: the window, and with the bridge also the capacity of an AF_UNIX socket.
device_takes() {
	case $DEVICE in
	bridge) echo $((262144 + 1048576)) ;;
	vhost) echo 262144 ;;
	vhost-device) echo 65536 ;;
	esac
}

# The addresses, for the program peer: of a listener for the guest's connections to a
# port, and of a port in the guest.
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

# The listener's address for socat.
relay_listener() {
	case $DEVICE in
	bridge | vhost-device) echo "UNIX-LISTEN:${UDS}_$1" ;;
	vhost) echo "VSOCK-LISTEN:$1" ;;
	esac
}

# short_client PORT TEXT: sends TEXT and closes without reading
short_client() {
	case $DEVICE in
	bridge | vhost-device) printf 'CONNECT %s\n%s' "$@" |
		timeout "$LIMIT" socat -u - "UNIX-CONNECT:$UDS" ;;
	vhost) printf '%s' "$2" |
		timeout "$LIMIT" socat -u - "VSOCK-CONNECT:3:$1" ;;
	esac
}
