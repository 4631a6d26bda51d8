# SPDX-License-Identifier: GPL-2.0
# The rules make install, make uninstall and make deb; the top-level Makefile
# includes this file.
#
#   PREFIX     where the command and what belongs to it goes (/usr/local)
#   DESTDIR    a folder in place of /, to build a package
#   DKMSFLAGS  for dkms install: -k KERNEL, for another one than that which runs
#
# All but the source of the module goes below PREFIX; udev and systemd read
# /usr/local/lib, too. The source is where DKMS looks for it.

PREFIX		?= /usr/local
DESTDIR		?=
override DESTDIR := $(if $(DESTDIR),$(abspath $(DESTDIR)))
INSTALL		?= install

MODULE		:= vsock_bridge/$(VERSION)
TO		= $(DESTDIR)$(PREFIX)
SOURCE		= $(DESTDIR)/usr/src/vsock_bridge-$(VERSION)
SCRIPTS		:= $(notdir $(wildcard tools/tracing/*.bt))
SHARE		= $(TO)/share/vsock-bridge

install: install-command install-module

install-command:
	$(MAKE) -C tools/vsock-bridge install DESTDIR='$(DESTDIR)' prefix='$(PREFIX)'
	$(INSTALL) -d '$(TO)/include/linux'
	$(INSTALL) -m 644 include/uapi/linux/vsock_bridge.h '$(TO)/include/linux'
	$(INSTALL) -d '$(SHARE)'
	$(INSTALL) -m 755 $(SCRIPTS:%=tools/tracing/%) '$(SHARE)'

# What was installed of the same version before is built again.
install-module: dkms-is-there dkms-remove
	$(INSTALL) -d '$(TO)/lib/udev/rules.d' '$(TO)/lib/modules-load.d' '$(SOURCE)'
	$(INSTALL) -m 644 tools/packaging/60-vsock-bridge.rules '$(TO)/lib/udev/rules.d'
	$(INSTALL) -m 644 tools/packaging/modules-load.conf '$(TO)/lib/modules-load.d/vsock-bridge.conf'
	tools/packaging/module-files | while read -r file; do \
		$(INSTALL) -D -m 644 "$$file" '$(SOURCE)'/"$$file" || exit; \
	done
	$(if $(DESTDIR),,dkms install '$(MODULE)' $(DKMSFLAGS))

uninstall: uninstall-module uninstall-command

uninstall-command:
	$(MAKE) -C tools/vsock-bridge uninstall DESTDIR='$(DESTDIR)' prefix='$(PREFIX)'
	$(RM) '$(TO)/include/linux/vsock_bridge.h'
	$(RM) $(SCRIPTS:%='$(SHARE)/%')
	[ ! -d '$(SHARE)' ] || rmdir '$(SHARE)'

uninstall-module: dkms-remove
	$(RM) '$(TO)/lib/udev/rules.d/60-vsock-bridge.rules'
	$(RM) '$(TO)/lib/modules-load.d/vsock-bridge.conf'
	$(RM) -r '$(SOURCE)'

# With a DESTDIR nothing is registered with DKMS: the package does that at its installation.
dkms-is-there:
	@[ -n '$(DESTDIR)' ] || command -v dkms >/dev/null || { \
		echo 'DKMS, which keeps the module built, is not here: install the' \
			'package dkms, or only the rest: make install-command' >&2; \
		exit 1; }

dkms-remove:
	@[ -n '$(DESTDIR)' ] || [ -z "$$(dkms status '$(MODULE)' 2>/dev/null)" ] || \
		dkms remove '$(MODULE)' --all

# The Debian packages; they are left in DEB.
DEB		?= build/deb

deb:
	tools/packaging/build-deb '$(DEB)'

.PHONY: install install-command install-module uninstall uninstall-command \
	uninstall-module dkms-is-there dkms-remove deb
