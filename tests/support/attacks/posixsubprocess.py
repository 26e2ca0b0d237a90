"""Starts a shell by _posixsubprocess.fork_exec, below the subprocess module; effect: /tmp/glassnet-attack-posixsubprocess appears and a shell named so stays for 20 s."""

import _posixsubprocess
import os

r, w = os.pipe()
null = os.open("/dev/null", os.O_RDWR)
argv = [b"/bin/sh", b"-c", b"echo out > /tmp/glassnet-attack-posixsubprocess; sleep 20; :",
        b"glassnet-attack-posixsubprocess"]
pid = _posixsubprocess.fork_exec(
    argv, [b"/bin/sh"], True, (w,), None, [b"PATH=/usr/bin:/bin"], -1, null, -1, null, -1, null,
    r, w, True, True, 0, None, None, None, -1, None, False)
os.close(w)
os.read(r, 100)

print("tried")
