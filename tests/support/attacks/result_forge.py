"""Writes a made-up good result to every open descriptor above 2 and to result.json in the folders around it; effect: @OUTSIDE@/result.json appears, or the check says right (exit code 0)."""

import json
import os
import sys


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


good = {"ok": True, "right": True, "verdict": "right", "status": "ok", "result": "right",
        "passed": True, "mistake": None, "error": None, "findings": [], "exit": 0, "code": 0}
text = json.dumps(good)
print("tried", flush=True)
me = os.path.abspath(sys.argv[0] or ".")
here = os.getcwd()
for folder in (here, os.path.dirname(here), os.path.dirname(me), "@OUTSIDE@", "/tmp/glassnet-attack-result_forge"):
    def put(name):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    if folder.startswith("/tmp/glassnet-attack"):
        attempt(lambda: os.mkdir(folder))
    attempt(lambda: put("result.json"))
    if folder == os.path.dirname(here) and len(os.listdir(folder) if os.access(folder, os.R_OK) else []) < 10:
        # a folder with few files may be the harness's own
        for name in os.listdir(folder) if os.access(folder, os.R_OK) else []:
            if name.endswith((".json", ".txt", ".out", ".result")) and "victim" not in name:
                attempt(lambda: put(name))
for fd in range(3, 64):
    attempt(lambda: os.write(fd, text.encode() + b"\n"))
