"""Measure what a page costs that follows a training run: speed with one client reading events, against without.

Alternating runs in one process, on the studio's own server and worker thread; the client reads in its own process, as
a browser does. The seconds are those of the training steps.

    python benchmarks/studio.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time

import machine
from glassnet.serve.studio import listening, server_of
from glassnet.serve.studio.session import Session

RUNS = 9
RECIPES = {"quick": {"epochs": 6}, "notes": {"epochs": 2}}
CLIENT = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("GET", "/api/events", headers={"Cookie": sys.argv[2]})
answer = connection.getresponse()
print("open", flush=True)
while answer.readline():
    pass
"""


def main() -> None:
    session, sock = Session(), listening(0)
    server = server_of(session, sock, "token")
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    try:
        result = {name: measure(session, sock.getsockname()[1], name, given) for name, given in RECIPES.items()}
    finally:
        server.should_exit = True
        thread.join()
    print(result)
    machine.write("studio", result)


def measure(session: Session, port: int, recipe: str, options: dict[str, int]) -> dict[str, float]:
    train(session, recipe, options)  # kernels
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for run in range(RUNS):
        for watched in (False, True) if run % 2 else (True, False):
            client = None
            if watched:
                words = [sys.executable, "-c", CLIENT, str(port), f"glassnet-{port}=token"]
                client = subprocess.Popen(words, stdout=subprocess.PIPE)
                client.stdout.readline()
            seconds[watched].append(train(session, recipe, options))
            if client:
                client.kill()
                client.wait()
    alone, read = (statistics.median(seconds[watched]) for watched in (False, True))
    pairs = [b / a - 1 for a, b in zip(seconds[False], seconds[True], strict=True)]
    return {"alone_s": alone, "read_s": read, "loss": 1 - alone / read, "median_of_pairs": statistics.median(pairs)}


def train(session: Session, recipe: str, options: dict[str, int]) -> float:
    """Train as the room does, and return the seconds of the steps."""
    from glassnet.serve.studio.train import train as start

    given = {"data": "mnist", "recipe": recipe, "options": options, "language": "en"}
    job = session.jobs.get(start(session, given)["job"])
    while not job.ended:
        time.sleep(0.01)
    assert job.state == "done", job.error
    return float(job.result["seconds"]["train"])


if __name__ == "__main__":
    main()
