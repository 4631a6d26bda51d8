# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions of both proofs, which run in the root "lint" and print TAP.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../tap.sh"

# enter_root "$0" "$@": continues as a process of that root.
enter_root() {
	need_root "${@:2}"
	"$VM_DIR/make-root" lint >/dev/null || exit
	"$VM_DIR/fetch-kselftest" >/dev/null || exit
	exec "$VM_DIR/in-root" lint env VSB_INSIDE=1 "$(realpath "$1")" "${@:2}"
}
