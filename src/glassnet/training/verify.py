"""`verify`: repeat the training of a model from its record, and compare the weights after every epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..data.dataset import Dataset, require_dataset
from ..data.validation_split import without_validation
from ..errors import DivergedError, with_near_matches
from ..messages.message import Message
from ..model.build import new_model
from ..model.header import Receipt, joined_count
from ..model.model import Model, require_model
from ..model.network import Network
from ..options.options import Options
from .callbacks import Callback, require_callbacks
from .divergence import weights_after
from .ensemble import networks_of_folds, repeated_runs, side_by_side
from .events import EpochDone, Event
from .executor import Send, ThreadExecutor, results_in_order
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
from .run import Runs

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
        The data passed to `fit`, with their groups and times, including those held out for early stopping; of a trial
        of a search, also the training samples of the search.
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
    every, receipt = require_callbacks(callbacks), model.receipt
    options, engine = verifiable_options(receipt), engine_of(receipt)
    require_parent(model, init_model)
    if difference := damage_of(model, options):
        return differing(receipt, difference)
    for name, array, what in (("group", data.groups, Message("groups")), ("time", data.times, Message("times"))):
        if (name in receipt["data"]) != (array is not None):
            template = "{source} is not the training data: only one of the two has {what}"
            return differing(receipt, Message(template, source=data.source, what=what))
    data, scaling = without_validation(receipt["data"], in_form_of(model, data)), model.scaling
    same_form = data.image_shape == model.image_shape and (scaling.by_feature or data.maximum == scaling.maximum)
    given = GivenData(data)
    if not same_form or given.fingerprint != receipt["data"]["fingerprint"]:
        return differing(receipt, Message(OTHER_DATA, source=data.source))
    training = training_split_of(receipt, data)
    made = new_model(training, options) if init_model is None else continued(init_model, training, options)
    if made.scaling != model.scaling:
        return differing(receipt, Message("the scaling of the inputs in the file does not match the data"))
    if made.targets != model.targets:
        return differing(receipt, Message("the scaling of the targets in the file does not match the data"))
    return retrained(model, repeated_runs(receipt, data, engine, given, init_model), every)


def differing(receipt: Receipt, difference: Message, epoch: int | None = None) -> Verification:
    """Return the verification of a model with a difference."""
    return Verification(False, difference, tuple(differences(receipt, surroundings())), epoch)


def damage_of(model: Model, options: Options) -> Message | None:
    """Return what in a file does not match its training record; None if nothing is known to."""
    hidden = tuple(joined_count(model.receipt) * nodes for nodes in options.hidden)
    if model.hash() != model.receipt["hash"]:
        return Message("the weights in the file do not match its training record")
    if hidden != model.network.architecture.sizes[1:-1]:  # before a network of any size is allocated
        return Message("the network in the file does not match its training record")
    return None


def retrained(model: Model, runs: Runs, callbacks: Sequence[Callback]) -> Verification:
    """Train the runs of a model's record again, and compare the weights after every epoch.

    Members are trained one after the other, or all at once where they wait for the same windows of a stream; then the
    callbacks receive the first one's events.
    """
    receipt, options = model.receipt, runs.options
    final_difference = Message("the moving average of the weights") if options.ema_decay else NO_EPOCH
    # The last epoch that matters of each member is, with early stopping, the one whose weights it has.
    last = receipt.get("kept") or [len(hashes) - 1 for hashes in receipt["trails"]]
    trails = [hashes[: 1 + kept] for hashes, kept in zip(receipt["trails"], last, strict=True)]
    networks: list[Network] = []
    for number, (network, (where, epoch)) in enumerate(_retrained_members(runs, trails, callbacks)):
        networks.append(network)
        if not (where or options.folds) and not _same(network, model.members[number]):
            where = final_difference
        if where:
            of_member = Message("member {number}: {where}", number=number + 1, where=where)
            return differing(receipt, of_member if options.members > 1 else where, epoch)
    if options.folds:
        joined = side_by_side(networks_of_folds(networks, options, receipt.get("plain_share")))
        if not _same(joined, model.network):
            return differing(receipt, final_difference)
    return Verification(True, None, tuple(differences(receipt, surroundings())))


def _retrained_members(
    runs: Runs, trails: Sequence[list[str]], callbacks: Sequence[Callback]
) -> Iterator[tuple[Network, Difference]]:
    """Yield the results of `_retrained_member`, one after the other, or of all members once all have ended."""
    if not runs.at_once:
        for number, hashes in enumerate(trails):
            yield _retrained_member(runs, number, hashes, callbacks, lambda event: False)
        return
    with runs, ThreadExecutor(len(trails)) as runner:
        heard: list[Sequence[Callback]] = [callbacks, *[()] * (len(trails) - 1)]
        tasks = [
            runner.submit(_retrained_member, runs, number, hashes, heard[number])
            for number, hashes in enumerate(trails)
        ]
        try:
            found = [*results_in_order(tasks)]
        finally:
            runs.close()
            runner.cancel(tasks)
    yield from found


def _retrained_member(
    runs: Runs, number: int, hashes: list[str], callbacks: Sequence[Callback], send: Send
) -> tuple[Network, Difference]:
    """Train a member's run until its weights differ from the hashes: those at the start, and after each epoch.

    Return its network, and the first difference.
    """
    run = replace(runs.run(number), validation=None)

    def unless_cancelled(event: Event) -> None:
        send(None)
        for callback in callbacks:  # whose results are ignored
            callback(event)

    def compare(event: Event) -> bool:
        return isinstance(event, EpochDone) and (event.hash != hashes[event.epoch] or event.epoch == len(hashes) - 1)

    network = run.model.network
    try:
        if network.parameters.hash() != hashes[0]:
            return network, (weights_after(0), 0)
        run.train([unless_cancelled, compare])
    except DivergedError as problem:
        epoch = problem.good_epochs + 1
        return network, (Message("the weights after epoch {epoch}, where training diverges", epoch=epoch), epoch)
    finally:
        runs.leave(number)
    for epoch, (now, then) in enumerate(zip(run.history.weight_hashes, hashes, strict=False)):
        if now != then:
            return network, (weights_after(epoch), epoch)
    return network, (None, None)


def _same(one: Network, other: Network) -> bool:
    return one.parameters.hash() == other.parameters.hash()
