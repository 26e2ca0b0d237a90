"""Starts up to 49 processes that live for 2 s, then 50 threads that live for 1 s; effect: PROOF-fork_bomb and their number are printed, /tmp/glassnet-attack-fork_bomb appears, processes named glassnet-attack (comm) are left for 2 s."""

import os
import signal
import threading
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


made = 0
for i in range(49):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        try:
            signal.alarm(3)
            null = os.open("/dev/null", os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            attempt(lambda: open("/proc/self/comm", "w").write("glassnet-attack"))
            attempt(lambda: open("/tmp/glassnet-attack-fork_bomb", "w").close())
            time.sleep(2)
        finally:
            os._exit(0)
    made += 1
if made:
    print("PROOF" + "-fork_bomb", made, flush=True)
attempt(lambda: [threading.Thread(target=time.sleep, args=(1,), daemon=True).start() for i in range(50)])

print("tried")
