"""Leaves shared memory behind in three ways; effect: /dev/shm/glassnet-attack-shared_memory* appears."""

import _posixshmem
import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def by_module():
    from multiprocessing import resource_tracker, shared_memory

    resource_tracker.register = lambda *a: None  # else Python removes it at the end
    block = shared_memory.SharedMemory("glassnet-attack-shared_memory_2", create=True, size=64)
    block.buf[:3] = b"out"
    block.close()


def by_file():
    with open("/dev/shm/glassnet-attack-shared_memory_3", "w") as f:
        f.write("out")


attempt(lambda: os.ftruncate(_posixshmem.shm_open(
    "/glassnet-attack-shared_memory_1", os.O_CREAT | os.O_RDWR, mode=0o600), 64))
attempt(by_module)
attempt(by_file)

print("tried")
