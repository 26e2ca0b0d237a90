"""Support for scikit-learn's callbacks, if the installed version has them: each epoch is a subtask of `fit`.

Training events are translated into tasks here; scikit-learn calls the callbacks.
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

    class CallbackSupportMixin:  # type: ignore[no-redef]  # `object` cannot precede other base classes
        """An empty replacement for the mixin."""


__all__ = ["CallbackSupportMixin", "Tasks", "with_callbacks"]

_Method = TypeVar("_Method", bound=Callable[..., Any])


def with_callbacks(method: _Method) -> _Method:
    """Decorate a method so that callbacks are torn down when it ends or raises."""
    return method if _with_callbacks is None else cast(_Method, _with_callbacks(method))


class Tasks:
    """A callback that reports each epoch to an estimator's scikit-learn callbacks and stops when one of them wants to.

    `epochs` is their maximum number; `X` and `y` are the training data, which callbacks may request.
    """

    def __init__(self, estimator: Any, epochs: int, X: Any, y: Any) -> None:
        self._given = {"estimator": estimator, "X": X, "y": y}
        self._context: Any = None
        if getattr(estimator, "_skl_callbacks", None) or hasattr(estimator, "_parent_callback_ctx"):
            self._context = estimator._init_callback_context(max_subtasks=epochs)
            self._context.call_on_fit_task_begin(**self._given)
        self._epoch: Any = None

    def __call__(self, event: Event) -> bool:
        """Handle an event; return whether a callback wants training to stop."""
        if self._context is None:
            return False
        if self._epoch is None and isinstance(event, BlockDone):  # not earlier, because there may be no further epoch
            self._epoch = self._context.subcontext(task_name="epoch").call_on_fit_task_begin(**self._given)
        if not isinstance(event, EpochDone):
            return False
        epoch, self._epoch = self._epoch, None
        return bool(epoch.call_on_fit_task_end(**self._given, reconstruction_attributes=dict))

    def close(self) -> None:
        """Report the end of training."""
        if self._context is not None:
            self._context.call_on_fit_task_end(**self._given, reconstruction_attributes=dict)
