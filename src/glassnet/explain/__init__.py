"""Explanations of a network from outside: nothing in the core knows that it is watched.

`trace` recomputes one training step in full, `replay` any step of a finished run; `why` explains an answer.
`backquery`, `dream` and `typical_rows` find inputs that the network takes for a class; `examine_nodes` and
`hidden_space` look at hidden layers; `find_suspects` ranks labels that are wrong or ambiguous.
"""

from .backquery import backquery, dream
from .backquery_table import TypicalRow, typical_rows
from .counterfactual import Flip
from .hidden import HiddenSpace, hidden_space
from .label_errors import Suspects, find_suspects
from .nodes import LayerOfNodes, examine_nodes
from .replay import Replay, replay
from .step import LayerStep, Trace, trace, worked_example
from .why import Nearest, Neighbours, Why, why

__all__ = [
    "Flip",
    "HiddenSpace",
    "LayerOfNodes",
    "LayerStep",
    "Nearest",
    "Neighbours",
    "Replay",
    "Suspects",
    "Trace",
    "TypicalRow",
    "Why",
    "backquery",
    "dream",
    "examine_nodes",
    "find_suspects",
    "hidden_space",
    "replay",
    "trace",
    "typical_rows",
    "why",
    "worked_example",
]
