# SPDX-License-Identifier: GPL-2.0
# The rules that use the lab; the top-level Makefile includes this file.

VM := tools/testing/vm
KERNELS ?= 6.1 6.12 7.3

# The main job, from nothing, as a transcript.
demo:
	@$(VM)/demo

# Each kernel's build, with W=1 and sparse; any warning is a failure.
check-builds: $(KERNELS:%=check-build-%)

check-build-%:
	@$(VM)/build-module --strict $*

# TAP: FUZZ_SECONDS for the pure parts, and as many for a storm of a hostile guest,
# on FUZZ_LANE: 6.1, 6.12, 7.3, uml or uml-VARIANT. FUZZ_ARGS are those of
# device_fuzz: --seed N --round N --single.
FUZZ_SECONDS ?= 600
FUZZ_LANE ?= 6.12

fuzz:
	@$(VM)/prerequisites
	@tools/testing/fuzz/run --seconds $(FUZZ_SECONDS)
	@$(VM)/tests/fuzz --kernel $(FUZZ_LANE) --seconds $(FUZZ_SECONDS) $(FUZZ_ARGS)

# STRESS_LANE is where the stress runs: 6.12, or x86-kasan for where mistakes are
# looked for.
STRESS_LANE ?= 6.12

# TAP: a real guest behind the bridge; guests behind bridges of other options;
# live migration; snapshots; the kernel's vsock_test.
check-guest:
	@$(VM)/tests/real-guest

# TAP: how connections of a real guest end, with the bridge and with vhost-vsock;
# FIELD_DEVICE is one of bridge, vhost and vhost-device. field-table prints what the
# last runs of bridge and vhost showed.
FIELD_DEVICE ?=

check-field:
	@$(VM)/tests/field $(FIELD_DEVICE)

field-table:
	@$(VM)/field-table

check-options:
	@$(VM)/tests/options

check-vsock-test:
	@$(VM)/tests/vsock-test

check-migrate:
	@$(VM)/tests/migrate

check-snapshot:
	@$(VM)/tests/snapshot

# TAP: what the pages of Documentation/howto say, typed into a host.
check-howto:
	@$(VM)/tests/howto

check-libvirt:
	@$(VM)/tests/libvirt

check-ssh:
	@$(VM)/tests/ssh

# TAP: make install, and the Debian packages on a host; on hosts of the other
# kernels and in clean roots of Debian 12 and 13.
check-installation:
	@tools/testing/check installation

check-debian:
	@tools/testing/check debian

check-stress:
	@$(VM)/tests/stress --kernel $(STRESS_LANE)

# TAP: the kselftests, and a hostile guest, in kernels that look for mistakes; the
# last two are parts of the first. Each kernel is built once.
check-debug:
	@$(VM)/tests/debug

check-kcsan:
	@$(VM)/tests/debug x86-kcsan

check-kasan:
	@$(VM)/tests/debug x86-kasan

# TAP: the real-guest test for guests of each kernel on hosts of each kernel.
check-pairs:
	@$(VM)/tests/pairs

# TAP: kills, devices and the module itself, by the hundred; LIFETIME_LANE is where:
# 6.1, 6.12, 7.3, or uml-debug for where mistakes are looked for.
LIFETIME_LANE ?= 6.12

check-lifetime:
	@$(VM)/tests/lifetime $(LIFETIME_LANE)

# TAP: static checkers; what the memory model, and a model of a connection, say.
lint:
	@tools/testing/lint/lint

formal:
	@tools/testing/check formal

# Documentation/ as HTML, with the Sphinx of the root "lint".
htmldocs:
	@$(VM)/fetch-kselftest >/dev/null
	@$(VM)/in-root lint sh -c 'make -s -C Documentation html; status=$$?; \
		chown -R --reference=Documentation Documentation/output; exit $$status'
	@echo 'Documentation/output/html/index.html'

# TAP: everything at once, for SOAK_MINUTES, where mistakes are looked for.
SOAK_LANE ?= uml-debug
SOAK_MINUTES ?= 20

soak:
	@$(VM)/tests/soak $(SOAK_LANE) $(SOAK_MINUTES)

# All of "make check" and what is too slow for it.
check-all:
	@tools/testing/check all

# This device and its peers, side by side; LANE=icount, parallel, uml or host, or
# guest for real guests. bench-goals takes a quarter of an hour, bench an hour,
# LANE=guest less than ten minutes; uml builds its kernel first, once.
LANE ?= icount
RESULTS ?= .lab/results

bench:
	@tools/testing/bench/prerequisites
	@tools/testing/bench/bench --lane $(LANE) --out $(RESULTS)
	@tools/testing/bench/report $(RESULTS)/results.json
	@tools/testing/bench/plot $(RESULTS)/results.json $(RESULTS)

bench-goals:
	@tools/testing/bench/prerequisites
	@tools/testing/bench/bench --lane $(LANE) --what goals --out $(RESULTS)
	@tools/testing/bench/report $(RESULTS)/results.json

# The kernel's own test harness, in .lab/kselftest.
kselftest-harness:
	@$(VM)/fetch-kselftest

# Makes all that the lab needs, for those who go offline.
lab:
	@for kernel in $(KERNELS); do $(VM)/make-image $$kernel || exit; done
	@$(VM)/fetch-kselftest
	@$(VM)/fetch-vhost-device || echo 'lab: the benchmark does without it' >&2

lab-clean:
	@$(VM)/clean

.PHONY: demo check-builds check-guest check-options check-migrate \
	check-field field-table check-howto check-libvirt check-ssh check-snapshot check-vsock-test \
	check-stress check-debug check-kcsan check-kasan check-pairs \
	check-lifetime check-all check-installation check-debian fuzz soak \
	kselftest-harness lab lab-clean bench bench-goals lint formal htmldocs
