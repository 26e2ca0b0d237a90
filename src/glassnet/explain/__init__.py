"""Explanations of networks; the training code contains no hooks for them.

`trace` recomputes one training step in full, `replay` any step of a finished training run; `why` explains an answer,
`contributions` many answers as arrays.
`backquery` and `dream` find inputs typical of a class; `examine_nodes`, `examine_node` and
`hidden_space` examine hidden layers; `find_suspects` ranks labels that may be wrong or ambiguous.
"""

from .backquery import backquery, dream
from .contributions import Contributions, contributions
from .counterfactual import Flip
from .hidden import HiddenSpace, hidden_space
from .label_errors import Suspects, find_suspects
from .node import HiddenNode, examine_node
from .nodes import LayerOfNodes, examine_nodes
from .replay import Replay, replay
from .step import LayerStep, Trace, trace, worked_example
from .why import Nearest, Neighbours, Why, why

__all__ = [
    "Contributions",
    "Flip",
    "HiddenNode",
    "HiddenSpace",
    "LayerOfNodes",
    "LayerStep",
    "Nearest",
    "Neighbours",
    "Replay",
    "Suspects",
    "Trace",
    "Why",
    "backquery",
    "contributions",
    "dream",
    "examine_node",
    "examine_nodes",
    "find_suspects",
    "hidden_space",
    "replay",
    "trace",
    "why",
    "worked_example",
]
