"""What a network is, without its numbers: layers, activations, loss and rule, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index

from ..errors import OptionError, require_choice
from .activations import ACTIVATIONS, OUTPUTS_ONLY
from .losses import LOSSES, OutputLoss, loss_parameter, output_loss
from .parameters import Layout

RULES = ("notes", "gradient")


@dataclass(frozen=True)
class Architecture:
    """What a network is, without its numbers.

    Parameters
    ----------
    sizes : tuple of int
        Nodes a layer, inputs first: ``(784, 200, 10)``.
    activations : tuple of str
        One name a layer after the inputs; see ``activations.ACTIVATIONS``.
    bias : bool
        Whether nodes have a bias; the notes' have none.
    loss : str
        See ``losses.LOSSES``.
    rule : str
        ``"notes"`` or ``"gradient"``: how the error is sent back.
    loss_parameter : float, optional
        Parameter of the loss, where it has one: see ``losses.LOSS_PARAMETERS``, whose defaults are used if not given.

    Raises
    ------
    OptionError
        GN021 for a value that is not allowed, GN022 for values that do not fit together.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    bias: bool = False
    loss: str = "squared_error"
    rule: str = "gradient"
    loss_parameter: float | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "sizes", tuple(map(index, self.sizes)))  # NumPy's whole numbers too
        except TypeError:
            raise OptionError("GN021", f"sizes {self.sizes}: expected whole numbers, one a layer.") from None
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise OptionError("GN021", f"sizes {self.sizes}: expected two or more layers of at least one node.")
        if len(self.activations) != len(self.sizes) - 1:
            raise OptionError(
                "GN022",
                f"{len(self.activations)} activations for {len(self.sizes) - 1} layers of nodes: expected one a layer.",
            )
        for name in self.activations:
            require_choice("activation", name, ACTIVATIONS)
        require_choice("loss", self.loss, LOSSES)
        require_choice("rule", self.rule, RULES)
        for name in self.activations[:-1]:
            if name in OUTPUTS_ONLY:
                raise OptionError(
                    "GN022", f"{name} in a hidden layer: it belongs to the outputs; use relu or sigmoid below."
                )
        if self.rule == "notes" and self.loss != "squared_error":
            raise OptionError(
                "GN022",
                f"rule notes with loss {self.loss}: the notes' rule is made for squared_error; use rule gradient.",
            )
        if self.rule == "notes" and self.activations[-1] == "softmax":
            raise OptionError(
                "GN022", "rule notes with softmax outputs: it needs each node's own derivative; use rule gradient."
            )
        output_loss(self.loss, self.activations[-1], self.loss_parameter)
        object.__setattr__(self, "loss_parameter", loss_parameter(self.loss, self.loss_parameter))

    @property
    def layout(self) -> Layout:
        """Names and shapes of the parameters."""
        return Layout(self.sizes, self.bias)

    @property
    def output_loss(self) -> OutputLoss:
        """The loss, as it is for this network's outputs."""
        return output_loss(self.loss, self.activations[-1], self.loss_parameter)
