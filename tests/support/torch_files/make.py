"""Write the ONNX files in this folder by `torch.onnx.export`, with torch's own answers in ``answers.json``.

``python make.py`` in an environment with torch and onnxscript; they were made with torch 2.13.0. Only the stack traces
in the metadata, which name folders of the machine, are removed.
"""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import torch
from torch import nn
from torch.onnx import export

HERE = Path(__file__).parent


def normalised() -> nn.BatchNorm1d:
    """Return a batch normalisation with statistics, as after training."""
    made = nn.BatchNorm1d(16)
    with torch.no_grad():
        made.running_mean.normal_()
        made.running_var.uniform_(0.5, 2)
        made.weight.uniform_(0.5, 2)
        made.bias.normal_()
    return made


class Scaled(nn.Module):
    """Inputs that are standardised in the network, and a view as in older programs."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.last = nn.Linear(20, 16), nn.Linear(16, 1)
        self.register_buffer("mean", torch.linspace(-2, 2, 20))
        self.register_buffer("deviation", torch.linspace(1, 3, 20))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x.view(x.size(0), -1) - self.mean) / self.deviation
        return self.last(torch.relu(self.hidden(x))).squeeze(-1)


class Residual(nn.Module):
    """A layer around which its input goes too."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(20, 20), nn.Linear(20, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(x + torch.relu(self.first(x)))


def dense(*between: nn.Module, end: tuple[nn.Module, ...] = ()) -> nn.Sequential:
    return nn.Sequential(nn.Linear(20, 16), *between, nn.Linear(16, 3), *end)


ANY = ({0: torch.export.Dim("batch")},)
NETWORKS = {
    "images": (nn.Sequential(nn.Flatten(), *dense(nn.ReLU())), (2, 1, 4, 5), {}),
    "any_batch": (dense(nn.Sigmoid(), end=(nn.Softmax(dim=1),)), (2, 20), {"dynamic_shapes": ANY}),
    "normalised": (dense(normalised(), nn.Tanh(), nn.Dropout(0.3), end=(nn.LogSoftmax(-1),)), (3, 20), {}),
    "gelu": (dense(nn.GELU(approximate="tanh")), (2, 20), {"dynamic_shapes": ANY}),
    "silu": (dense(nn.SiLU(), nn.Linear(16, 16), nn.LeakyReLU()), (2, 20), {}),
    "scaled": (Scaled(), (2, 4, 5), {"dynamic_shapes": ANY}),
    "one_file": (dense(nn.ReLU(), end=(nn.Sigmoid(),)), (2, 20), {"external_data": False}),
    "older": (dense(normalised(), nn.ReLU()), (2, 20), {"dynamo": False}),
    "exact_gelu": (dense(nn.GELU()), (2, 20), {}),
    "elu": (dense(nn.ELU()), (2, 20), {"dynamo": False}),
    "convolution": (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(12, 3)), (2, 1, 4, 5), {}),
    "residual": (Residual(), (2, 20), {}),
    "half": (dense(nn.ReLU()).half(), (2, 20), {}),
    "training": (dense(nn.Dropout(0.3)), (2, 20), {}),
}


def main() -> None:
    answers = {}
    for name, (network, shape, given) in NETWORKS.items():
        network.train(name == "training")
        kind = next(network.parameters()).dtype
        rows = torch.linspace(-2, 2, shape[0] * 20).reshape(shape).to(kind)
        path = HERE / f"{name}.onnx"
        export(network, (rows,), path, **{"dynamo": True, "verbose": False, **given})
        proto = onnx.load(path, load_external_data=False)
        for node in proto.graph.node:
            del node.metadata_props[:]
        path.write_bytes(proto.SerializeToString())
        if (data := Path(f"{path}.data")).exists() and not data.stat().st_size:
            data.unlink()  # of a network whose weights are all small
        with torch.no_grad():
            answers[name] = {"rows": rows.tolist(), "outputs": network(rows).tolist()}
    (HERE / "answers.json").write_text(json.dumps(answers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
