# SPDX-License-Identifier: GPL-2.0
# What people type. The kernel's build system reads Kbuild instead.

VERSION := $(shell cat VERSION)
KDIR ?= /lib/modules/$(shell uname -r)/build

help:
	@echo 'vsock_bridge $(VERSION)'
	@echo
	@echo '  make demo       the main job, shown in a virtual machine'
	@echo '  make check      all tests but the slow ones'
	@echo '                  SUITES="unit cli" for some of them'
	@echo '  make check-all  those too: guests and hosts of every kernel'
	@echo
	@echo '  make fuzz       twenty minutes of fuzzing; FUZZ_SECONDS=N for 2 N'
	@echo '  make soak       twenty minutes of everything at once, on a debug kernel'
	@echo '  make lint       all static checkers, and the proofs: make formal'
	@echo
	@echo '  make bench      this device and its peers, measured side by side'
	@echo '                  LANE=parallel, uml or host, for other places than'
	@echo '                  icount; guest: real guests. bench --help says more'
	@echo '  make bench-goals  only what the goals are about: a quarter of an hour'
	@echo
	@echo '  make htmldocs   Documentation/ as pages for a browser'
	@echo
	@echo '  make module     vsock_bridge.ko for KDIR ($(KDIR))'
	@echo '  make tools      the command vsock-bridge'
	@echo '  make all        both'
	@echo '  make clean      remove what these have built'
	@echo '  make install    the command, and the module by DKMS; make uninstall'
	@echo '                  removes them. PREFIX=/usr/local, DESTDIR='
	@echo '  make deb        Debian packages of both, in build/deb'
	@echo
	@echo '  make lab        make all roots and images of the tests beforehand'
	@echo '  make lab-clean  remove them'
	@echo
	@echo 'demo, check, fuzz, soak, lint, bench, htmldocs and lab need root (or sudo), and'
	@echo 'install what they need; install and uninstall need root.'

all: module tools

module:
	@test -d '$(KDIR)' || { \
		echo 'No kernel headers in $(KDIR): install linux-headers-$(shell uname -r), or set KDIR' >&2; \
		exit 1; }
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

tools:
	$(MAKE) -C tools/vsock-bridge

clean:
	@if test -d '$(KDIR)'; then \
		$(MAKE) -C '$(KDIR)' M='$(CURDIR)' clean; \
	else \
		echo 'No kernel headers in $(KDIR): the module is left as it is' >&2; \
	fi
	$(MAKE) -C tools/vsock-bridge clean
	$(MAKE) -C Documentation clean

# Every test there is. It ends with "N passed, N failed, N skipped".
check:
	@tools/testing/check $(SUITES)

.PHONY: help all module tools clean check

include tools/packaging/install.mk
include tools/testing/vm/lab.mk
