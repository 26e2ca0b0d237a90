"""Sends a signal to each other thread of its process so that Python code runs there: a thread older than the rules (Landlock and seccomp hold per thread) is free; effect: @OUTSIDE@/thread_hop*.txt appears."""

import ctypes
import os
import signal
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
time.sleep(0.2)


@ctypes.CFUNCTYPE(None, ctypes.c_int)
def there(number):
    name = b"@OUTSIDE@/thread_hop_%d.txt" % threading.get_native_id()
    fd = libc.open(name, 0o101, 0o644)
    if fd >= 0:
        libc.close(fd)


libc.signal.restype = ctypes.c_void_p
libc.signal(int(signal.SIGUSR1), there)
for tid in map(int, os.listdir("/proc/self/task")):
    if tid != threading.get_native_id():
        libc.syscall(234, os.getpid(), tid, int(signal.SIGUSR1))
        time.sleep(0.1)
time.sleep(0.2)

print("tried")
