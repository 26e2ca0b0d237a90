"""Waits with its writes until after its end (atexit, finalizers, a thread that waits for the main thread), when rules may be gone; effect: @OUTSIDE@/late_write_*.txt appears."""

import atexit
import sys
import threading
import weakref


def write(tag, opener=open):
    try:
        opener("@OUTSIDE@/late_write_%s.txt" % tag, "w").close()
    except Exception:
        pass


class Thing:
    def __del__(self, write=write, opener=open):
        write("del", opener)


def wait():
    threading.main_thread().join(2)
    write("thread")


atexit.register(write, "atexit")
thing = Thing()
thing.me = thing
weakref.finalize(Thing, write, "finalize")
sys.late_write = Thing()
threading.Thread(target=wait).start()

print("tried")
