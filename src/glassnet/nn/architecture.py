"""The architecture of a network: layers, activations, loss and rule, checked for consistency."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import Any

from ..errors import OptionError, require_choice
from ..messages.option_spelling import Option
from .activations import ACTIVATIONS, name_and_parameter, spelled
from .losses import LOSSES, OutputLoss, loss_parameter, output_loss
from .parameters import Layout

RULES = ("notes", "gradient")
_NOTES, _GRADIENT = Option("rule", "notes"), Option("rule", "gradient")


@dataclass(frozen=True)
class Architecture:
    """The architecture of a network, without its weights.

    Parameters
    ----------
    sizes : tuple of int
        Nodes per layer, inputs first: ``(784, 200, 10)``.
    activations : tuple of str
        One name per layer after the inputs; see ``activations.ACTIVATIONS``. A parameter is written after it, unless it
        is the default: ``leaky_relu(0.2)``.
    bias : bool
        Whether nodes have a bias; those of the notes do not.
    loss : str
        See ``losses.LOSSES``.
    rule : str
        ``"notes"`` or ``"gradient"``: how the error is propagated back.
    loss_parameter : float, optional
        Parameter of the loss, if it has one. The defaults are in ``losses.LOSSES``.

    Raises
    ------
    OptionError
        GN021 for an invalid value, GN022 for an invalid combination of values.

    Examples
    --------
    >>> import glassnet
    >>> glassnet.Architecture((784, 200, 10), ("sigmoid", "sigmoid")).layout.shapes
    {'layer1.weight': (200, 784), 'layer2.weight': (10, 200)}
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    bias: bool = False
    loss: str = "squared_error"
    rule: str = "gradient"
    loss_parameter: float | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "sizes", tuple(map(index, self.sizes)))  # also accepts NumPy integers
        except TypeError:
            template = "sizes {sizes}: expected whole numbers, one per layer."
            raise OptionError("GN021", template, sizes=self.sizes) from None
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            template = "sizes {sizes}: expected two or more layers with at least one node each."
            raise OptionError("GN021", template, sizes=self.sizes)
        if len(self.activations) != len(self.sizes) - 1:
            template = "{count} activations for {layers} layers: expected one per layer."
            raise OptionError("GN022", template, count=len(self.activations), layers=len(self.sizes) - 1)
        activations = tuple(spelled(*name_and_parameter(name)) for name in self.activations)
        object.__setattr__(self, "activations", activations)
        require_choice("loss", self.loss, LOSSES)
        require_choice("rule", self.rule, RULES)
        for name in self.activations[:-1]:
            if not ACTIVATIONS[name].hidden:
                template = "{name} in a hidden layer: allowed only for the outputs. Use relu or sigmoid."
                raise OptionError("GN022", template, name=name)
        if self.rule == "notes" and self.loss != "squared_error":
            facts: dict[str, Any] = {"rule": _NOTES, "loss": Option("loss", self.loss), "other": _GRADIENT}
            facts["expected"] = Option("loss", "squared_error")
            template = "{rule} with {loss}: expected {expected}. Use {other} for other losses."
            if self.activations[-1] not in (outputs := tuple(LOSSES[self.loss].forms)):
                template = "{rule} with {loss}: expected {expected}. For this loss use {other} and {output}."
                facts["output"] = Option("output", outputs[0])
            raise OptionError("GN022", template, **facts)
        if self.rule == "notes" and self.activations[-1] == "softmax":
            template = "{rule} with softmax outputs: expected an elementwise activation. Use {other} for softmax."
            raise OptionError("GN022", template, rule=_NOTES, other=_GRADIENT)
        output_loss(self.loss, self.activations[-1], self.loss_parameter)
        object.__setattr__(self, "loss_parameter", loss_parameter(self.loss, self.loss_parameter))

    @property
    def short(self) -> str:
        """Sizes and activations on one line: ``784-200-10 sigmoid``."""
        different = dict.fromkeys(self.activations)
        names = self.activations if len(different) > 1 else tuple(different)
        return f"{'-'.join(map(str, self.sizes))} {'/'.join(names)}"

    @property
    def layout(self) -> Layout:
        """Names and shapes of the parameters."""
        return Layout(self.sizes, self.bias)

    @property
    def output_loss(self) -> OutputLoss:
        """The loss for this network's output activation."""
        return output_loss(self.loss, self.activations[-1], self.loss_parameter)
