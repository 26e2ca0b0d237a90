"""What the service counts, for its metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper limits of the buckets of `Counters.seconds`."""


@dataclass
class Counters:
    """Counts since the start. Only the event loop changes them, but for the reloads.

    Attributes
    ----------
    requests : Counter
        (route, model, status) -> answers; the route is its path with parameters in braces, empty for an unknown path,
        and the model is empty where none was named.
    rows : Counter
        Model -> rows answered.
    seconds : dict of str to list of int
        Route -> answers in each bucket of `SECONDS`, and a last one for slower answers.
    total_seconds : dict of str to float
        Route -> sum of the seconds.
    reloads : Counter
        (model, whether it succeeded) -> changed files.
    in_progress, waiting : int
        Requests now in progress, and those of them that wait for a thread.
    """

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[int]] = field(default_factory=dict)
    total_seconds: dict[str, float] = field(default_factory=dict)
    reloads: Counter[tuple[str, bool]] = field(default_factory=Counter)
    in_progress: int = 0
    waiting: int = 0

    def count(self, route: str, model: str, status: int, rows: int, seconds: float) -> None:
        """Count an answer."""
        self.requests[route, model, status] += 1
        if rows:
            self.rows[model] += rows
        buckets = self.seconds.get(route)
        if buckets is None:
            buckets = self.seconds[route] = [0] * (len(SECONDS) + 1)
        buckets[bisect_left(SECONDS, seconds)] += 1
        self.total_seconds[route] = self.total_seconds.get(route, 0.0) + seconds
