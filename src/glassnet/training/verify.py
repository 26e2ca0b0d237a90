"""`verify`: repeat the training of a model from its record, and compare the weights after every epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..data.dataset import Dataset, require_dataset
from ..data.validation_split import without_validation
from ..errors import DivergedError, with_near_matches
from ..messages.message import Message
from ..model.build import new_model
from ..model.model import Model, require_model
from ..model.network import Network
from ..options.options import Options
from .callbacks import Callback, require_callbacks
from .divergence import weights_after
from .ensemble import repeated_run, side_by_side
from .events import EpochDone, Event
from .fine_tuning import continued, require_parent
from .receipt import (
    GivenData,
    differences,
    engine_of,
    in_form_of,
    surroundings,
    training_split_of,
    verifiable_options,
)
from .run import Run

NO_EPOCH = Message("the weights in the file, which match no epoch")
OTHER_DATA = "{source} is not the training data"
Difference = tuple[Message | None, int | None]
"""The first difference of a run from its record, and the epoch after which it is, if any."""


@dataclass(frozen=True)
class Verification:
    """Result of `verify`.

    Parameters
    ----------
    same : bool
        Whether training produced the same bits.
    difference : Message or None
        The first difference.
    surroundings : tuple of str
        Differences of versions and processor from the training record, as text.
    epoch : int or None
        Epoch after which the weights first differ, 0 for the initial weights; None if those of no epoch do.
    """

    same: bool
    difference: Message | None
    surroundings: tuple[str, ...]
    epoch: int | None = None

    @property
    def where(self) -> str:
        """The first difference, as text; empty if there is none."""
        return str(self.difference or "")


@with_near_matches("verify")
def verify(
    model: Model, data: Dataset, callbacks: Iterable[Callback] = (), *, init_model: Model | None = None
) -> Verification:
    """Repeat the training of a model from its record, and compare the weights after every epoch.

    Parameters
    ----------
    model : Model
        From `fit` or from a file, with its training record.
    data : Dataset
        The data passed to `fit`, including those held out for early stopping; of a trial of a search, also the training
        samples of the search.
    callbacks : iterable of callable
        As for `fit`, except that their return values are ignored.
    init_model : Model, optional
        The model passed to `fit` as `init_model`, if there was one; its own training is not repeated.

    Returns
    -------
    Verification

    Raises
    ------
    DataError
        GN017, with the reason, when the training record is incomplete, a custom loss was used, or `init_model` is
        missing or another model; GN065 and GN076 when `data` is not a `Dataset` or `model` not a `Model`.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> data = glassnet.Dataset.from_arrays(X, y)
    >>> glassnet.verify(glassnet.fit(data, engine="reference").model, data).same
    True
    """
    require_model(model)
    if init_model is not None:
        require_model(init_model, "init_model")
    require_dataset("data", data)
    every, receipt = [without_result(one) for one in require_callbacks(callbacks)], model.receipt
    options, engine = verifiable_options(receipt), engine_of(receipt)
    require_parent(model, init_model)
    changed = tuple(differences(receipt, surroundings()))

    def differs(where: Message, epoch: int | None = None) -> Verification:
        return Verification(False, where, changed, epoch)

    if model.hash() != receipt["hash"]:
        return differs(Message("the weights in the file do not match its training record"))
    data, scaling = without_validation(receipt["data"], in_form_of(model, data)), model.scaling
    same_form = data.image_shape == model.image_shape and (scaling.by_feature or data.maximum == scaling.maximum)
    given = GivenData(data)
    if not same_form or given.fingerprint != receipt["data"]["fingerprint"]:
        return differs(Message(OTHER_DATA, source=data.source))
    hidden = tuple(options.members * nodes for nodes in options.hidden) if options.folds else options.hidden
    if hidden != model.network.architecture.sizes[1:-1]:  # before a network of any size is allocated
        return differs(Message("the network in the file does not match its training record"))
    training = training_split_of(receipt, data)
    made = new_model(training, options) if init_model is None else continued(init_model, training, options)
    if made.scaling != model.scaling:
        return differs(Message("the scaling of the inputs in the file does not match the data"))
    if made.targets != model.targets:
        return differs(Message("the scaling of the targets in the file does not match the data"))
    final_difference = Message("the moving average of the weights") if options.ema_decay else NO_EPOCH
    networks: list[Network] = []
    for number, hashes in enumerate(receipt["trails"]):
        run = repeated_run(receipt, data, engine, given, number, init_model)
        until = receipt["kept"][number] if receipt.get("kept") else len(hashes) - 1
        where, epoch = first_difference(run, hashes[: until + 1], every)
        networks.append(run.model.network)
        if not (where or options.folds) and not _same(networks[-1], model.members[number]):
            where = final_difference
        if where:
            return differs(of_member(options, number, where), epoch)
    if options.folds and not _same(side_by_side(networks), model.network):
        return differs(final_difference)
    return Verification(True, None, changed)


def of_member(options: Options, number: int, where: Message) -> Message:
    """Return a difference with the number of its member, if there are several."""
    return Message("member {number}: {where}", number=number + 1, where=where) if options.members > 1 else where


def _same(one: Network, other: Network) -> bool:
    return one.parameters.hash() == other.parameters.hash()


def without_result(callback: Callback) -> Callback:
    """Return a callback that never ends training."""

    def call(event: Event) -> None:
        callback(event)

    return call


def first_difference(run: Run, hashes: list[str], callbacks: list[Callback]) -> Difference:
    """Train a run; return the first difference of its weights from the hashes.

    Parameters
    ----------
    run : Run
        Before its first step.
    hashes : list of str
        Hashes of the initial weights, and of those after each epoch.
    callbacks : list of callable
    """
    if run.model.network.parameters.hash() != hashes[0]:
        return weights_after(0), 0

    def compare(event: Event) -> bool:
        return isinstance(event, EpochDone) and (event.hash != hashes[event.epoch] or event.epoch == len(hashes) - 1)

    try:
        run.train([*callbacks, compare])
    except DivergedError as problem:
        epoch = problem.good_epochs + 1
        return Message("the weights after epoch {epoch}, where training diverges", epoch=epoch), epoch
    for epoch, (now, then) in enumerate(zip(run.history.weight_hashes, hashes, strict=False)):
        if now != then:
            return weights_after(epoch), epoch
    return None, None
