"""The number of active threads of a pool: fewer while other processes use the cores.

In every step all threads wait for the last one. If a busy process shares a core with one of them, that thread is off
the core half of the time and the others wait; one thread fewer, each with its own core, can be faster. The result does
not depend on the number of threads, so the best number is measured during training, from part to part of the blocks.
"""

from __future__ import annotations

CROWDED = 0.8
"""Fraction of its time on a core below which a thread shares one. Waiting threads spin, so otherwise it is nearly 1."""

SHORTEST, LONGEST = 0.002, 0.2
"""Seconds of the shortest measurement (waking a thread takes a tenth of it), and of the longest part."""

SPREADING = 0.05
"""Seconds of crowded measurements at the beginning, and after as many others, in which all threads stay: a system may
wake two threads on one core while another core is idle, and needs some hundredths of a second to spread them."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 3.2
"""Seconds between two trials of another number of threads, which take milliseconds; doubled after each trial."""


class PoolSize:
    """The number of threads, chosen from the measured times of parts.

    `size` is the number of threads for the next part, 1 to `most`; `steps` the largest number of its steps, so that it
    ends soon enough to be measured; `step_seconds` the time that a step takes if all threads are on a core, at most,
    and 0 before the first measurement.
    """

    def __init__(self, most: int) -> None:
        self.size = self._most = most
        self.steps, self.step_seconds = 1 << 60, 0.0
        self._seconds: dict[int, float] = {}
        self._left, self._pause = SPREADING, FIRST_PAUSE
        self._credit = SPREADING  # seconds of crowded measurements that are not yet taken for contention
        self._measure_anew()

    def _measure_anew(self) -> None:
        self._steps, self._total, self._on_core = 0, 0.0, [0.0] * self.size

    def learn(self, steps: int, seconds: float, shares: list[float]) -> None:
        """Choose the number of threads for the next part from the time of this one.

        `seconds` is the time of all steps; `shares` are, for each thread, the fraction of its time that it was on a
        core.
        """
        if steps == 0 or seconds == 0:
            return
        each = seconds / steps
        self.steps = max(1, int(LONGEST / each))
        self.step_seconds = min(self.step_seconds or each, each * min(shares))
        self._steps += steps
        self._total += seconds
        self._on_core = [before + share * seconds for before, share in zip(self._on_core, shares, strict=True)]
        if self._total >= SHORTEST:  # parts of a crowded pool can be much shorter
            self._choose(sum(on_core < CROWDED * self._total for on_core in self._on_core))
            self._measure_anew()

    def _choose(self, crowded: int) -> None:
        """Choose the number of threads at the end of a measurement in which some threads shared a core."""
        self._seconds[self.size] = seconds = self._total / self._steps
        if self.size == self._most and not crowded:
            self._seconds = {self.size: seconds}
            self._credit = min(SPREADING, max(0.0, self._credit) + self._total)
            self._left = max(SHORTEST, self._credit)  # a single crowded measurement may be chance
            self._pause = max(FIRST_PAUSE, self._pause - self._total)
        elif self.size == 1 and crowded:
            pass  # every core is in use: more threads would wait for each other
        elif self._left > 0:
            self._left -= self._total
            self._credit -= self._total
            self.size = min(self._seconds, key=self._seconds.__getitem__)
        else:
            self.size = max(1, self.size - crowded) if crowded else min(self.size + 1, self._most)
            self._left, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
