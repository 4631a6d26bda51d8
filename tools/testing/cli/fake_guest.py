#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""fake_guest.py PATH: a device and its guest, for one connection of a host program
to PATH or PATH_seqpacket. The port decides what the guest does:

  7   answers OK, echoes, and sends "N bytes" after EOF
  8   refuses
  9   never answers
  10  answers with something other than OK
  11  answers OK, sends "hello" at once, shuts down its sending side, and writes what
      it receives to the file "received"
  12  answers OK and closes with unread bytes, so that the program gets a reset
  13  answers OK, shuts down its receiving side, and sends "hello"
  14  answers OK and sends a megabyte
  15  closes in the middle of its answer
"""
import os
import select
import socket
import sys


def serve(path, kind):
    server = socket.socket(socket.AF_UNIX, kind)
    if path.startswith("@"):
        path = "\0" + path[1:]
    server.bind(path)
    server.listen(1)
    return server


def first_line(client, kind):
    if kind == socket.SOCK_SEQPACKET:
        return client.recv(64)
    line = b""
    while not line.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            break
        line += byte
    return line


def echo(client):
    count = 0
    while data := client.recv(300000):
        count += len(data)
        client.sendall(data)
    client.sendall(b"%d bytes" % count)


def keep(client):
    client.sendall(b"OK 1073741824\nhello\n")
    client.shutdown(socket.SHUT_WR)
    with open("received.part", "wb") as out:
        while data := client.recv(65536):
            out.write(data)
    os.rename("received.part", "received")


def answer(client, port):
    if port == 8:
        return
    if port == 9:
        client.recv(1)
    elif port == 10:
        client.sendall(b"SSH-2.0-x\n")
    elif port == 11:
        keep(client)
    elif port == 15:
        client.sendall(b"OK 1")
    else:
        client.sendall(b"OK 1073741824\n")
        after_ok(client, port)


def after_ok(client, port):
    if port == 7:
        echo(client)
    elif port == 12:
        select.select([client], [], [], 10)
    elif port == 13:
        client.shutdown(socket.SHUT_RD)
        client.recv(1)
        client.sendall(b"hello\n")
    elif port == 14:
        client.sendall(b"0123456789abcdef" * 65536)


def main():
    path = sys.argv[1]
    kinds = {serve(path, socket.SOCK_STREAM): socket.SOCK_STREAM,
             serve(path + "_seqpacket", socket.SOCK_SEQPACKET):
             socket.SOCK_SEQPACKET}
    print("ready", flush=True)
    ready = select.select(list(kinds), [], [], 20)[0]
    client = ready[0].accept()[0]
    line = first_line(client, kinds[ready[0]])
    print(line, flush=True)
    answer(client, int(line.split()[1]))


main()
