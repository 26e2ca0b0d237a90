"""Empties and then removes victim.txt (truncate, O_TRUNC on a read-only open, ftruncate, fallocate, unlink); effect: victim.txt is empty or gone."""

import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


victim = "@OUTSIDE@/victim.txt"
attempt(lambda: os.truncate(victim, 0))
attempt(lambda: os.close(os.open(victim, os.O_RDONLY | os.O_TRUNC)))
attempt(lambda: os.ftruncate(os.open(victim, os.O_WRONLY), 3))
attempt(lambda: os.posix_fallocate(os.open(victim, os.O_WRONLY), 0, 4096))
attempt(lambda: os.unlink(victim))

print("tried")
