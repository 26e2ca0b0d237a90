"""Binds Unix sockets at paths outside and connects to an abstract one; effect: @OUTSIDE@/unix_socket or /tmp/glassnet-attack-unix_socket appears, or a connection to the abstract name "glassnet-attack-@PORT@"."""

import os
import socket


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def bind(path):
    # a path of more than 107 bytes is too long: go by the descriptor of the folder
    if len(path) > 100:
        path = "/proc/self/fd/%d/%s" % (os.open(os.path.dirname(path), os.O_PATH), os.path.basename(path))
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen()


attempt(lambda: bind("@OUTSIDE@/unix_socket"))
attempt(lambda: bind("/tmp/glassnet-attack-unix_socket"))
attempt(lambda: socket.socket(socket.AF_UNIX).connect("\0glassnet-attack-@PORT@"))
attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", "\0glassnet-attack-@PORT@"))

print("tried")
