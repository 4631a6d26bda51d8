/* SPDX-License-Identifier: GPL-2.0 */
/* The commands. */
#ifndef VSB_CLI_CMD_H
#define VSB_CLI_CMD_H

/* Each command takes its own name as argv[0] and returns an exit code. */
int cmd_connect(int argc, char **argv);
int cmd_conns(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_drop(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_listen(int argc, char **argv);
int cmd_ports(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_watch(int argc, char **argv);

#endif /* VSB_CLI_CMD_H */
