"""Raises its own hard limits, and changes the limits and the nice value of the parent; effect: PROOF-limits_raise is printed, the parent's nice value is one more or its soft RLIMIT_CORE is 7141."""

import os
import resource


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def done(what):
    print("PROOF" + "-limits_raise", what, flush=True)


NO = resource.RLIM_INFINITY
for name in dir(resource):
    if not name.startswith("RLIMIT_"):
        continue
    kind = getattr(resource, name)

    def own():
        hard = resource.getrlimit(kind)[1]
        if hard != NO:
            want = hard + 1 if name == "RLIMIT_NOFILE" else NO
            resource.setrlimit(kind, (want, want))
            if resource.getrlimit(kind)[1] != hard:
                done(name)

    attempt(own)


def parents(pid):
    hard = resource.prlimit(pid, resource.RLIMIT_CORE)[1]
    resource.prlimit(pid, resource.RLIMIT_CORE, (7141 if hard == NO or hard > 7141 else hard, hard))
    done("parent's limit")


def nice(pid):
    os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid) + 1)
    done("parent's nice value")


attempt(lambda: parents(int("@PARENT@")))
attempt(lambda: nice(int("@PARENT@")))

print("tried")
