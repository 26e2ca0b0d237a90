"""Leaves a daemon behind by a double fork, or by fork with its own session; effect: a process named glassnet-attack (comm) stays for 20 s and writes /tmp/glassnet-attack-daemon_fork."""

import os
import signal
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def daemon():
    if os.fork():
        return
    try:
        os.setsid()
        if os.fork() == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            os.closerange(3, 256)
            signal.alarm(20)
            attempt(lambda: open("/proc/self/comm", "w").write("glassnet-attack"))
            attempt(lambda: open("/tmp/glassnet-attack-daemon_fork", "w").close())
            time.sleep(20)
    finally:
        os._exit(0)


attempt(daemon)

print("tried")
