"""The functions that run programs, in a process of a system that has neither Landlock nor seccomp."""

from glassnet.learn.calling import call_each  # noqa: F401
from glassnet.learn.program.run import examine  # noqa: F401
from glassnet.runtime import system

system.NAME = "freebsd"
