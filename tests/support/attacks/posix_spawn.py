"""Starts a shell by os.posix_spawn, subprocess, os.system and os.popen; effect: /tmp/glassnet-attack-posix_spawn* appears and a shell named so stays for 20 s."""

import os
import subprocess
import sys


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


script = "echo out > /tmp/$0; sleep 20; :"
null = [(os.POSIX_SPAWN_OPEN, n, "/dev/null", os.O_RDWR, 0) for n in range(3)]
attempt(lambda: os.posix_spawn("/bin/sh", ["sh", "-c", script, "glassnet-attack-posix_spawn"],
                               {"PATH": "/usr/bin:/bin"}, file_actions=null))
attempt(lambda: subprocess.Popen(["/bin/sh", "-c", "echo out > /tmp/$0", "glassnet-attack-posix_spawn_2"],
                                 stdin=-3, stdout=-3, stderr=-3))
attempt(lambda: os.system("echo out > /tmp/glassnet-attack-posix_spawn_3"))
attempt(lambda: os.popen("echo out > /tmp/glassnet-attack-posix_spawn_4").close())
attempt(lambda: subprocess.run([sys.executable, "-I", "-c", "open('/tmp/glassnet-attack-posix_spawn_5', 'w')"], timeout=5))

print("tried")
