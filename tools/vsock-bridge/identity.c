// SPDX-License-Identifier: GPL-2.0
/* The user and groups of this process. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "identity.h"

int identity_become(__u32 uid)
{
	const struct passwd *user;

	if (uid == geteuid())
		return 0;
	user = getpwuid(uid);
	if (!user) {
		diag("the device's user %u is not in the list of users: run as that user (setpriv --reuid=%u --regid=GROUP --clear-groups vsock-bridge ...)",
		     uid, uid);
		return -1;
	}
	if (!initgroups(user->pw_name, user->pw_gid) &&
	    !setresgid(user->pw_gid, user->pw_gid, user->pw_gid) &&
	    !setresuid(uid, uid, uid))
		return 0;
	diag("cannot take the rights of the device's user %s: %s: run as root, or as %s",
	     user->pw_name, strerror(errno), user->pw_name);
	return -1;
}
