"""scikit-learn's callbacks, where the installed version has them: each epoch is a task that can be watched or ended.

What a callback is told is told to it by scikit-learn; here a training's events become tasks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from ..training.events import BlockDone, EpochDone, Event

try:  # from scikit-learn 1.9 on
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback import with_callbacks as _with_callbacks
except ImportError:
    _with_callbacks = None

    class CallbackSupportMixin:  # type: ignore[no-redef]  # not `object`, which may not stand before other bases
        """Nothing, in place of the mixin."""


__all__ = ["CallbackSupportMixin", "Tasks", "with_callbacks"]

_Method = TypeVar("_Method", bound=Callable[..., Any])


def with_callbacks(method: _Method) -> _Method:
    """Let callbacks clean up after a method, however it ends."""
    return method if _with_callbacks is None else cast(_Method, _with_callbacks(method))


class Tasks:
    """A callback that tells an estimator's callbacks of each epoch, and asks them whether to stop.

    Parameters
    ----------
    estimator : estimator
        The one that is trained.
    epochs : int
        How many epochs there are at most.
    X, y : array_like
        What callbacks may ask to see.
    """

    def __init__(self, estimator: Any, epochs: int, X: Any, y: Any) -> None:
        self._given = {"estimator": estimator, "X": X, "y": y}
        self._context: Any = None
        if getattr(estimator, "_skl_callbacks", None) or hasattr(estimator, "_parent_callback_ctx"):
            self._context = estimator._init_callback_context(max_subtasks=epochs)
            self._context.call_on_fit_task_begin(**self._given)
        self._epoch: Any = None

    def __call__(self, event: Event) -> bool:
        """Take up an event; return whether a callback wants the training to stop."""
        if self._context is None:
            return False
        if self._epoch is None and isinstance(event, BlockDone):  # not before: there may be no further epoch
            self._epoch = self._context.subcontext(task_name="epoch").call_on_fit_task_begin(**self._given)
        if not isinstance(event, EpochDone):
            return False
        epoch, self._epoch = self._epoch, None
        return bool(epoch.call_on_fit_task_end(**self._given, reconstruction_attributes=dict))

    def close(self) -> None:
        """Tell that the training is over."""
        if self._context is not None:
            self._context.call_on_fit_task_end(**self._given, reconstruction_attributes=dict)
