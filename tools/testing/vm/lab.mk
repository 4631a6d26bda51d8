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
	@$(VM)/run-test --kernel $(FUZZ_LANE) fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_ARGS)

# TAP: one suite of tools/testing/check: check-guest, check-debug, ... STRESS_LANE and
# LIFETIME_LANE are the kernels of these two: 6.1, 6.12, 7.3 or a debug kernel.
STRESS_LANE ?= 6.12
LIFETIME_LANE ?= 6.12

check-%:
	@tools/testing/check $*

check-stress:
	@tools/testing/check stress@$(STRESS_LANE)

check-lifetime:
	@tools/testing/check lifetime@$(LIFETIME_LANE)

# Parts of check-debug; each kernel is built once.
check-kcsan:
	@tools/testing/check debug@x86-kcsan

check-kasan:
	@tools/testing/check debug@x86-kasan

# TAP: how connections of a real guest end, with the bridge and with vhost-vsock;
# FIELD_DEVICE is one of bridge, vhost and vhost-device. field-table prints what the
# last runs of bridge and vhost showed.
FIELD_DEVICE ?=

check-field:
	@$(VM)/run-test field $(FIELD_DEVICE)

field-table:
	@$(VM)/field-table

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
	@$(VM)/run-test --kernel $(SOAK_LANE) soak --seconds $$(($(SOAK_MINUTES) * 60))

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

# Makes all that the lab needs, so that the tests run without a network.
lab:
	@for kernel in $(KERNELS); do $(VM)/make-image $$kernel || exit; done
	@$(VM)/fetch-kselftest
	@$(VM)/fetch-vhost-device || echo 'lab: the benchmark does without it' >&2

lab-clean:
	@$(VM)/clean

.PHONY: demo check-builds check-stress check-lifetime check-kcsan check-kasan \
	check-field field-table check-all fuzz soak kselftest-harness lab lab-clean \
	bench bench-goals lint formal htmldocs
