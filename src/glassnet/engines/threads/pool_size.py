"""The number of active threads of a pool: fewer while other processes use the cores.

In every step all threads wait for the last one. If a busy process shares a core with one of them, that thread is off
the core half of the time and the others wait; one thread fewer, each with its own core, can be faster. The result does
not depend on the number of threads, so the best number is measured during training, from block to block.
"""

from __future__ import annotations

CROWDED = 0.9
"""Fraction of time on a core below which cores count as shared. Waiting threads spin, so otherwise it is nearly 1."""

SHORTEST = 0.002
"""Seconds of the shortest block to measure: waking a thread takes a fraction of a millisecond."""

FIRST_PAUSE, LONGEST_PAUSE = 4, 64
"""Blocks between two trials of another number of threads; doubled after each trial."""


class PoolSize:
    """The number of threads, chosen from the measured times of blocks.

    Attributes
    ----------
    size : int
        Number of threads for the next block, 1 to `most`.
    """

    def __init__(self, most: int) -> None:
        self.size = self._most = most
        self._start_over()

    def _start_over(self) -> None:
        self._seconds: dict[int, float] = {}
        self._left, self._pause = 1, FIRST_PAUSE  # a single crowded block may be chance

    def learn(self, steps: int, seconds: float, share: float) -> None:
        """Choose the number of threads for the next block from the time of this one.

        Parameters
        ----------
        steps : int
        seconds : float
            Total time of all steps.
        share : float
            Fraction of that time that the threads were on a core, 0 to 1.
        """
        if seconds < SHORTEST or steps == 0:
            return
        crowded = share < CROWDED
        self._seconds[self.size] = seconds / steps
        if self.size == self._most and not crowded:
            self._start_over()
        elif self._left > 0:
            self._left -= 1
            self.size = min(self._seconds, key=self._seconds.__getitem__)
        else:
            self.size = self.size - 1 if crowded and self.size > 1 else min(self.size + 1, self._most)
            self._left, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
