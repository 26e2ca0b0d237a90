"""Connects by ordinary and by odd kinds of sockets (plain, urllib, asyncio, MPTCP, TCP fast open, IPv4 in IPv6); effect: a connection to port @PORT@."""

import asyncio
import socket
import urllib.request


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


here = ("127.0.0.1", int("@PORT@"))


def mptcp():
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    s.settimeout(1)
    s.connect(here)


def fast_open():
    s = socket.socket()
    s.settimeout(1)
    s.sendto(b"fast", socket.MSG_FASTOPEN, here)


def mapped():
    s = socket.socket(socket.AF_INET6)
    s.settimeout(1)
    s.connect(("::ffff:127.0.0.1", here[1]))


attempt(lambda: socket.create_connection(here, 1).sendall(b"plain"))
attempt(mptcp)
attempt(fast_open)
attempt(mapped)
attempt(lambda: asyncio.run(asyncio.wait_for(asyncio.open_connection(*here), 1)))
attempt(lambda: urllib.request.urlopen("http://%s:%d/" % here, timeout=1))

print("tried")
