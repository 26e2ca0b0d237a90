"""PyTorch on the CPU: tensors in memory, no DataLoader, fused optimizer, denormals flushed to zero.

``more={"compile": True}`` compiles forward pass and loss with ``torch.compile``, which needs a C++ compiler.
``more={"bfloat16": True}`` trains in float32 and predicts in bfloat16, which processors with AMX multiply in tiles.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import glassnet
from peers import MOMENTUM, RATE, SMOOTHING, Plan, batches, recipe, scaled, start


def make(data: glassnet.Dataset, plan: Plan) -> TorchNet:
    return TorchNet(data, plan)


class TorchNet:
    def __init__(self, data: glassnet.Dataset, plan: Plan) -> None:
        torch.set_num_threads(plan.threads)
        torch.set_flush_denormal(True)
        self._plan, self._rate = plan, plan.rate or RATE
        self._compiled = bool(plan.more.get("compile"))
        self._bfloat16 = bool(plan.more.get("bfloat16"))
        if self._bfloat16 and not torch.cpu._is_amx_tile_supported():
            raise ImportError("bfloat16 is measured on processors with AMX alone")
        form = "torch.compile of forward pass and loss" if self._compiled else "eager"
        form += "; predictions in bfloat16" if self._bfloat16 else ""
        self.settings = {**recipe(plan, self._rate), "form": f"{form}; SGD(fused=True); no DataLoader"}
        self._random = np.random.default_rng(plan.seed)
        self._inputs, self._labels = torch.from_numpy(scaled(data.inputs)), torch.from_numpy(data.labels)
        self._net = nn.Sequential(nn.Linear(784, plan.hidden), nn.ReLU(), nn.Linear(plan.hidden, 10))
        with torch.no_grad():
            for parameter, first in zip(self._net.parameters(), start(plan.hidden, plan.seed), strict=True):
                parameter.copy_(torch.from_numpy(first.T))
        self._optimizer = torch.optim.SGD(
            self._net.parameters(), self._rate, momentum=MOMENTUM, nesterov=True, fused=True
        )
        loss = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
        self._loss: Any = lambda inputs, labels: loss(self._net(inputs), labels)
        if self._compiled:
            self._loss = torch.compile(self._loss)
        self._predicting: nn.Module = self._net
        self._step, self._total = 0, len(data) // plan.batch * plan.epochs

    def compile(self) -> None:
        self._loss(self._inputs[: self._plan.batch], self._labels[: self._plan.batch]).backward()
        self._optimizer.zero_grad(set_to_none=True)

    def epoch(self) -> None:
        group, optimizer = self._optimizer.param_groups[0], self._optimizer
        for rows in torch.from_numpy(batches(self._random, len(self._labels), self._plan.batch)):
            group["lr"] = self._rate * max(1 - self._step / self._total, 0)
            optimizer.zero_grad(set_to_none=True)
            self._loss(self._inputs[rows], self._labels[rows]).backward()
            optimizer.step()
            self._step += 1
        if self._bfloat16:
            self._predicting = copy.deepcopy(self._net).bfloat16()

    def ready(self, rows: NDArray[np.uint8]) -> Tensor:
        inputs = torch.from_numpy(scaled(rows))
        return inputs.bfloat16() if self._bfloat16 else inputs

    @torch.inference_mode()
    def predict(self, ready: Tensor) -> NDArray[Any]:
        return self._predicting(ready).argmax(1).numpy()
