"""Training runs that are interrupted with Ctrl-C at a chosen block, and their checkpoints."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from glassnet import CheckpointPolicy, Options, fit
from glassnet.model import file
from glassnet.training.events import BlockDone
from support.cases import patterns

DATA = patterns()
BLOCKS = 10
"""Blocks per epoch."""


def options(**changes) -> Options:
    """Options of a small training run."""
    return Options(**{"hidden": (6,), "epochs": 3, "engine": "reference", "blocks": BLOCKS, **changes})


class Stopping:
    """A callback that sends this process Ctrl-C at a block, counted from 1 over all epochs."""

    def __init__(self, block: int) -> None:
        self.blocks = block

    def __call__(self, event) -> None:
        if isinstance(event, BlockDone):
            self.blocks -= 1
            if not self.blocks:
                signal.raise_signal(signal.SIGINT)


def stopped(path, block, chosen, data=DATA, **more):
    """Interrupt training after that many blocks; its checkpoint remains."""
    with pytest.raises(KeyboardInterrupt, match="Resume with `glassnet train --resume"):
        fit(data, chosen, callbacks=[Stopping(block)], checkpoint=CheckpointPolicy(path, "1h", **more))


def changed(path, change) -> None:
    """Change a checkpoint's header and sign it again."""
    header, tensors = file.read(path)
    change(header, tensors)
    Path(path).write_bytes(file.file_bytes(header, tensors))
