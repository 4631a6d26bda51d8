# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What build-uml and build-x86 share: a kernel from fetch-linux's source and
# fragments of a configuration, in a folder of its own. Source it after lib.sh
# and call build_kernel. It uses, of the script:
#
#   KIND    the folder of the fragments, and that below .lab
#   WHAT    what is built, in words
#   IMAGE   the kernel, in the build tree
#   MAKE    arguments for every make
#   BASE    options and files of merge_config.sh that come before the fragments
#   NEEDS   Debian packages

SOURCE=$LAB/uml/source

make_kernel() {
	make -s -C "$SOURCE" O="$1" "${MAKE[@]}" -j "$(nproc)" "${@:2}"
}

# What the fragments ask for last, one option a line.
wanted() {
	awk '/^CONFIG_/ { split($0, word, "="); last[word[1]] = $0 }
	     /^# CONFIG_.* is not set$/ { last[$2] = $0 }
	     END { for (name in last) print last[name] }' "$@"
}

# check_config CONFIG FRAGMENT...: an option whose needs are not met, or that the
# kernel does not know, is dropped without a word.
check_config() {
	local config=$1 line missing=
	shift
	while read -r line; do
		case $line in
		'#'*) line=${line#\# } && line=${line%% *}
		      ! grep -q "^$line=" "$config" || missing+=" no $line," ;;
		*) grep -qxF "$line" "$config" || missing+=" $line," ;;
		esac
	done < <(wanted "$@")
	[ -z "$missing" ] || die "not in $config:${missing%,}"
}

configure() {
	local build=$1
	shift
	(cd "$SOURCE" && env "${MAKE[@]}" scripts/kconfig/merge_config.sh -Q \
		-O "$build" "${BASE[@]}" "$@")
	check_config "$build/.config" "$@"
}

# A module is built from headers, scripts and Module.symvers; vmlinux is linux
# under another name.
remove_objects() {
	find "$1" -path "$1/scripts" -prune -o \
		\( -name '*.[oa]' -o -name '*.ko' -o -name 'vmlinux*' \) \
		-type f -exec rm -f {} +
}

# Not in a folder to be renamed: the tree knows its own path, and so does its
# key.
build_variant() {
	local variant=$1 target=$LAB/$KIND/$1

	rm -rf "$target"
	mkdir -p "$target/build"
	configure "$target/build" "$VM_DIR/$KIND/common.config" \
		"$VM_DIR/$KIND/$variant.config"
	make_kernel "$target/build" "${IMAGE##*/}" modules
	make_kernel "$target/build" INSTALL_MOD_PATH="$target/root" \
		modules_install
	cp "$target/build/$IMAGE" "$target/linux"
	remove_objects "$target/build"
}

build_once() {
	local variant=$1 key target=$LAB/$KIND/$1 log=$LAB/log/$KIND-$1

	key=$(echo "$target" | key_of - "$0" "$VM_DIR/kernel.sh" \
		"$SOURCE.stamp" "$VM_DIR/$KIND/common.config" \
		"$VM_DIR/$KIND/$variant.config")
	if ! fresh "$target" "$key"; then
		say "building the $variant $WHAT (once; five minutes or more)"
		rm -f "$target.stamp"
		mkdir -p "$LAB/log" "$LAB/$KIND"
		"$0" --build "$variant" >"$log" 2>&1 || {
			tail -n 40 "$log" >&2
			die "building the $variant kernel failed (log: $log)"
		}
		echo "$key" >"$target.stamp"
	fi
	printf '%s\n' "$target"
}

# build_kernel [--build] VARIANT: in a process of its own, so that a command that
# fails ends it wherever it is.
build_kernel() {
	local variant

	if [ "$1" = --build ]; then
		build_variant "$2"
		return
	fi
	[ $# -eq 1 ] || die "usage: ${0##*/} VARIANT"
	variant=$1
	if [ "$variant" = common ] || [ ! -f "$VM_DIR/$KIND/$variant.config" ]; then
		die "there is no $KIND/$variant.config"
	fi
	need_root "$@"
	"$VM_DIR/prerequisites" "${NEEDS[@]}"
	"$VM_DIR/fetch-linux" >/dev/null
	with_lock "$KIND-$variant" build_once "$variant"
}
