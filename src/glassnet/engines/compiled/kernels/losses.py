"""Losses of one sample and the deltas of its outputs, each loss a kernel of its own.

The loops are those of `nn/losses.py`. `plan.plan_of` chooses the kernel that a network needs; the others are not
compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ....nn.losses import form_of
from ....runtime.jit import kernel, kernel_of, outer_kernel
from .activations import first_largest, flush
from .calls import call_for_number
from .common import SampleTargets


@kernel
def weigh(weight: Any, loss: float, error: Any, delta: Any) -> float:
    """Multiply error and delta of the outputs by a sample weight, in place; return the weighted loss."""
    for k in range(delta.shape[0]):
        error[k] *= weight
        delta[k] *= weight
    weighted: float = loss * weight
    return weighted


@outer_kernel
def sum_losses(entry: Any, parameter: float, z: Any, a: Any, targets: SampleTargets, scratch: Any) -> tuple[float, int]:
    """Return the loss of samples, added up in their order, and the correct predictions.

    `z` and `a`, (n, outputs), are the sums and outputs, `entry` is that of `loss_kernel`, and `scratch` is (2,
    outputs).
    """
    total, correct = 0.0, 0
    for i in range(z.shape[0]):
        target = targets.rows[targets.labels[i]]
        loss = call_for_number(entry, (parameter, z[i], a[i], target, scratch[0], scratch[1]))
        total += loss * targets.weights[i] if targets.weights.shape[0] > 0 else loss
        correct += first_largest(a[i]) == first_largest(target)
    return total, correct


@cache
def loss_kernel(loss: str, output: str) -> Any:
    """Return the kernel ``(parameter, z, a, target, error, delta)`` that returns the loss of one sample.

    `z`, `a` and `target` are (outputs,). `error` is filled with ``a − t``, and `delta` with the gradient: see
    `nn.losses.Form`.
    """
    form = form_of(loss, output)
    loop, of_sums = kernel_of(form.loop), form.of_sums

    def loss_of_sample(parameter: float, z: Any, a: Any, target: Any, error: Any, delta: Any) -> float:
        for k in range(a.shape[0]):
            error[k] = a[k] - target[k]
            delta[k] = error[k]
        value: float = loop(parameter, z, a, target, delta)
        if of_sums:
            flush(delta)
        return value

    loss_of_sample.__name__ = loss_of_sample.__qualname__ = f"{loss}_of_{output}"
    return kernel(loss_of_sample)
