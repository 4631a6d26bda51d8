// SPDX-License-Identifier: GPL-2.0
/* The checks of doctor. */
#include "checks.h"

const struct check checks[] = {
	{ "kernel", check_kernel },
	{ "options", check_options },
	{ "module", check_module },
	{ "signature", check_signature },
	{ "node", check_node },
	{ "control", check_control },
	{ "kvm", check_kvm },
	{ "vhost-vsock", check_vhost },
	{ "holders", check_holders },
	{}
};
