"""How many threads of a pool work: fewer while a neighbour wants the cores too.

In every step all threads wait for the last. Beside a busy process the thread that shares a core with it is away half of
the time, and the others rest meanwhile; one thread less, each with a core of its own, can be faster. What is computed
does not depend on how many there are, so that can be found out on the way, from one block of steps to the next.
"""

from __future__ import annotations

CROWDED = 0.9
"""Threads that had less of their time on a core have neighbours: without any they spin while they wait."""

SHORTEST = 0.002
"""Seconds of a block from which anything can be learnt: waking a thread takes some part of a millisecond."""

FIRST_PAUSE, LONGEST_PAUSE = 4, 64
"""Blocks from one trial of another size to the next: twice as many each time."""


class PoolSize:
    """The number of threads, learnt from what blocks took.

    Attributes
    ----------
    size : int
        Threads for the next block, 1 to `most`.
    """

    def __init__(self, most: int) -> None:
        self.size = self._most = most
        self._start_over()

    def _start_over(self) -> None:
        self._seconds: dict[int, float] = {}
        self._left, self._pause = 1, FIRST_PAUSE  # one crowded block alone may be chance

    def learn(self, steps: int, seconds: float, share: float) -> None:
        """Choose the size for the next block from what this one took.

        Parameters
        ----------
        steps : int
        seconds : float
            Of all steps together.
        share : float
            How much of that time the threads were on a core, 0 to 1.
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
