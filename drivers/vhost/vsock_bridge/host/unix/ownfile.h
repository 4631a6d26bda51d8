/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket file of a device that the template named: it is removed with the
 * device.
 */
#ifndef VSB_OWNFILE_H
#define VSB_OWNFILE_H

struct cred;
struct path;
struct vsb_ownfile;

int vsb_ownfile_init_module(void);
void vsb_ownfile_exit_module(void);

struct vsb_ownfile *vsb_ownfile_new(const struct path *path,
				    const struct cred *cred);
void vsb_ownfile_remove(struct vsb_ownfile *file);

#endif /* VSB_OWNFILE_H */
