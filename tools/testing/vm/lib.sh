# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts of the lab share. Source it; it needs bash.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(cd "$VM_DIR/../../.." && pwd)
LAB=$PROJECT/.lab
MAIN_KERNEL=6.12
# shellcheck disable=SC2034	# used by the scripts that source this file
readonly VM_DIR PROJECT LAB MAIN_KERNEL

say() { printf 'lab: %s\n' "$*" >&2; }
die() { printf 'lab: %s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Roots, mounts and chroots need root. git accepts the invoking user's
# checkout under sudo, because sudo says whose it is.
need_root() {
	[ "$EUID" -eq 0 ] && return
	command -v sudo >/dev/null || die "run this as root, or install sudo"
	exec sudo --preserve-env=VSB_MIRROR,http_proxy,https_proxy,no_proxy,CI \
		-- "$0" "$@"
}

need_kernel() {
	[ -f "$VM_DIR/kernels/$1.conf" ] && return
	die "unknown kernel '$1'; known:$(known_kernels)"
}

# Those that can be booted; others are roots to work in.
known_kernels() {
	grep -l linux-image "$VM_DIR"/kernels/*.conf |
		sed 's|.*/\(.*\)\.conf$| \1|' | tr -d '\n'
}

# What a machine gets so that it can run the scripts of inside/ and tests/: below
# /payload, they are where they are in tools/testing.
# shellcheck disable=SC2034	# used by the scripts that source this file
SCRIPTS=(
	--add "$VM_DIR/inside=vm/inside" --add "$VM_DIR/tests=vm/tests"
	--add "$PROJECT/tools/testing/tap.sh" --add "$PROJECT/tools/testing/poll.sh"
)

# head_of FILE: the lines of its head that begin with "#@", without that
head_of() { sed -n '/^[^#]/q; /^$/q; s/^#@ //p' "$1"; }

# run_on KERNEL ARGUMENT...: run-uml for uml and uml-VARIANT, else run-host
run_on() {
	local kernel=$1
	shift
	case $kernel in
	uml) "$VM_DIR/run-uml" "$@" ;;
	uml-*) "$VM_DIR/run-uml" --variant "${kernel#uml-}" "$@" ;;
	*) "$VM_DIR/run-host" --kernel "$kernel" "$@" ;;
	esac
}

root_of() { printf '%s/root/%s\n' "$LAB" "$1"; }

# A root holds exactly one kernel, so its module folder names the release.
release_of() {
	local -a found=("$(root_of "$1")"/lib/modules/*)

	[ -d "${found[0]}" ] || die "no kernel in the $1 root"
	printf '%s\n' "${found[0]##*/}"
}

# Several users of one checkout may ask for the same thing at the same time:
# the first makes it, the others wait and find it made.
with_lock() {
	local name=$1
	shift
	mkdir -p "$LAB/lock"
	(
		flock 9
		"$@" 9>&-
	) 9>"$LAB/lock/$name"
}

# fresh TARGET KEY: is TARGET there, made by the recipe that KEY stands for?
fresh() { [ -e "$1" ] && [ "$(cat "$1.stamp" 2>/dev/null)" = "$2" ]; }

key_of() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# The machine's own mirror is the nearest one, and on closed networks the only
# one. VSB_MIRROR overrides it.
mirror() {
	local uri

	uri=${VSB_MIRROR:-$(apt-get indextargets \
		--format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' \
		2>/dev/null | sed -n 's/^Debian Debian //p' | sed -n 1p)}
	uri=${uri:-http://deb.debian.org/debian}
	printf '%s\n' "${uri%/}"
}
