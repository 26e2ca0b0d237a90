"""The number of active threads of a pool: fewer while other processes use the cores.

In every step all threads wait for the last one. If a busy process shares a core with one of them, that thread is off
the core half of the time and the others wait; one thread fewer, each with its own core, can be faster. The result does
not depend on the number of threads, so the best number is measured during training, from part to part of the blocks.
"""

from __future__ import annotations

CROWDED = 0.8
"""Fraction of its time on a core below which a thread shares one. Waiting threads spin, so otherwise it is nearly 1."""

SHORTEST, LONGEST = 0.002, 0.2
"""Seconds of the shortest part to measure, as waking a thread takes a fraction of a millisecond; and of the longest."""

FIRST_PAUSE, LONGEST_PAUSE = 2, 16
"""Parts between two trials of another number of threads; doubled after each trial."""


class PoolSize:
    """The number of threads, chosen from the measured times of parts.

    Attributes
    ----------
    size : int
        Number of threads for the next part, 1 to `most`.
    """

    def __init__(self, most: int) -> None:
        self.size = self._most = most
        self._seconds: dict[int, float] = {}
        self._start_over()

    def _start_over(self) -> None:
        self._left, self._pause = 1, FIRST_PAUSE  # a single crowded part may be chance

    @property
    def seconds(self) -> float:
        """The shortest measured time of a step; 0 before the first measurement."""
        return min(self._seconds.values(), default=0.0)

    def learn(self, steps: int, seconds: float, shares: list[float]) -> None:
        """Choose the number of threads for the next part from the time of this one.

        Parameters
        ----------
        steps : int
        seconds : float
            Total time of all steps.
        shares : list of float
            For each thread, the fraction of its time that it was on a core, 0 to 1.
        """
        if seconds < SHORTEST or steps == 0:
            return
        crowded = sum(share < CROWDED for share in shares)
        self._seconds[self.size] = seconds / steps
        if self.size == self._most and not crowded:
            self._seconds = {self.size: seconds / steps}
            self._start_over()
        elif self._left > 0:
            # While a single thread shares its core, every core is in use: more threads would wait for each other.
            self._left -= self.size > 1 or not crowded
            self.size = min(self._seconds, key=self._seconds.__getitem__)
        else:
            self.size = max(1, self.size - crowded) if crowded else min(self.size + 1, self._most)
            self._left, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
