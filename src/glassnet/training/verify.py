"""`verify`: repeat the training of a model from its record, and compare the weights after every epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..data.dataset import Dataset, require_dataset
from ..data.fingerprint import fingerprint
from ..data.validation_split import without_validation
from ..errors import DataError, DivergedError, with_near_matches
from ..messages.message import Message
from ..messages.option_spelling import Option
from ..model.build import new_model
from ..model.decision import with_decision
from ..model.header import Receipt, joined_count
from ..model.model import Model, require_model
from ..model.network import Network
from ..model.prediction_intervals import with_residuals
from ..options.options import Options
from .callbacks import Callback, require_callbacks
from .divergence import weights_after
from .ensemble import joined_model, networks_of_folds, repeated_runs, side_by_side
from .events import EpochDone, Event
from .executor import Send, ThreadExecutor, results_in_order
from .fine_tuning import continued, require_parent
from .numerics import NUMERICS
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
Repeated = tuple[Network, Difference, int | None]


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
    remedy : Message or None
        What to do if the training has other bits on this machine because versions or the processor differ.
    validated : bool
        Whether `validation_data` chose the same again: epochs, shares of networks, temperature, decision, and errors
        for intervals. False if none were passed: then only the weights of these epochs were compared.
    """

    same: bool
    difference: Message | None
    surroundings: tuple[str, ...]
    epoch: int | None = None
    remedy: Message | None = None
    validated: bool = False

    @property
    def where(self) -> str:
        """The first difference, as text; empty if there is none."""
        return str(self.difference or "")


@with_near_matches("verify")
def verify(
    model: Model,
    data: Dataset,
    callbacks: Iterable[Callback] = (),
    *,
    init_model: Model | None = None,
    validation_data: Dataset | None = None,
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
    validation_data : Dataset, optional
        The data passed to `fit` as `validation_data`: all epochs are repeated, and whether they choose the same one.

    Returns
    -------
    Verification

    Raises
    ------
    DataError
        GN017, with the reason, when the training record is incomplete, a custom loss was used, `init_model` is missing
        or another model, or the training had no validation data; GN065 and GN076 when `data` is not a `Dataset` or
        `model` not a `Model`.

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
    if validation_data is not None:
        validation_data = require_own_validation(model, validation_data)
    validation = None if validation_data is None else GivenData(validation_data)
    if not same_form or given.fingerprint != receipt["data"]["fingerprint"]:
        return differing(receipt, Message(OTHER_DATA, source=data.source))
    if (other := other_validation(receipt, validation_data)) is not None:
        return differing(receipt, other)
    training = training_split_of(receipt, data)
    made = new_model(training, options) if init_model is None else continued(init_model, training, options)
    if made.scaling != model.scaling:
        return differing(receipt, Message("the scaling of the inputs in the file does not match the data"))
    if made.targets != replace(model.targets, decision=()):  # which, like the temperature, held-out rows decide later
        return differing(receipt, Message("the scaling of the targets in the file does not match the data"))
    return retrained(model, repeated_runs(receipt, data, engine, given, init_model, validation), every)


def other_validation(receipt: Receipt, data: Dataset | None) -> Message | None:
    """Return the difference of validation data that are not those of a training; None for the same ones, and none.

    Records of earlier versions do not name them: DataError GN017.
    """
    if data is None:
        return None
    if "validation_data" not in receipt["data"]:
        template = "{source}: the training record, of an earlier version, does not name its validation data. Omit them."
        raise DataError("GN017", template, source=data.source)
    if fingerprint(data) == receipt["data"]["validation_data"].get("fingerprint"):
        return None
    return Message("{source} is not the validation data of the training", source=data.source)


def require_own_validation(model: Model, data: Dataset) -> Dataset:
    """Return validation data in the form of the training; DataError GN017 if there were none."""
    require_dataset("validation_data", data)
    if not model.receipt.get("own_validation"):
        template = "{source}: the training had no validation data, but held some out. Omit them."
        raise DataError("GN017", template, source=data.source)
    return in_form_of(model, data)


def differing(receipt: Receipt, difference: Message, epoch: int | None = None) -> Verification:
    """Return the verification of a model with a difference."""
    changes, remedy = tuple(differences(receipt, surroundings())), None
    if changes and receipt.get("numerics") == NUMERICS and receipt["engine"] != "portable":
        template = "the last bits of engine {engine} depend on them; those of {portable} do not: train again with it"
        remedy = Message(template, engine=receipt["engine"], portable=Option("engine", "portable"))
    return Verification(False, difference, changes, epoch, remedy)


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
    receipt, options, validation = model.receipt, runs.options, runs.validation
    validated = runs.given_validation is not None
    final_difference = Message("the moving average of the weights") if options.ema_decay else NO_EPOCH
    # The last epoch that matters of each member is, with early stopping, the one whose weights it has.
    # Validation data choose among all of them.
    kept, trails = receipt.get("kept"), receipt["trails"]
    if kept and not validated:
        trails = [hashes[: 1 + epoch] for hashes, epoch in zip(trails, kept, strict=True)]
    networks: list[Network] = []
    for number, (network, (where, epoch), best) in enumerate(_retrained_members(runs, trails, callbacks)):
        networks.append(runs.with_all_inputs(number, network))
        if validated and kept and not where and best != kept[number]:
            where = Message("the validation data choose epoch {best}, not {kept}", best=best, kept=kept[number])
        if not (where or options.folds) and not _same(network, model.members[number]):
            where = final_difference
        if where:
            of_member = Message("member {number}: {where}", number=number + 1, where=where)
            return differing(receipt, of_member if options.members > 1 else where, epoch)
    if options.folds:
        joined = side_by_side(networks_of_folds(networks, options, receipt.get("plain_share")))
        if not _same(joined, model.network):
            return differing(receipt, final_difference)
    if validated and validation is not None and (other := _not_chosen(model, networks, runs, validation)) is not None:
        return differing(receipt, other)
    return Verification(True, None, tuple(differences(receipt, surroundings())), validated=validated)


def _not_chosen(model: Model, networks: Sequence[Network], runs: Runs, validation: Dataset) -> Message | None:
    """Return what in a file, beside its weights, is not what validation data choose; None if all is."""
    options = runs.options
    if runs.by_folds:
        alone = replace(model, network=networks[0], others=(), temperature=1.0, residuals=None)
        joined, share = joined_model(alone, networks, [], runs)
        if share != model.receipt.get("plain_share"):
            return Message("the share of networks without intervals in the file does not match the validation data")
        if joined.temperature != model.temperature:
            return Message("the temperature in the file does not match the validation data")
    made = with_decision(with_residuals(model, [validation]), options, [validation])
    if made.targets != model.targets:
        return Message("the decision in the file does not match the validation data")
    if model.residuals not in (None, made.residuals):  # earlier versions had none
        return Message("the errors for prediction intervals in the file do not match the validation data")
    return None


def _retrained_members(runs: Runs, trails: Sequence[list[str]], callbacks: Sequence[Callback]) -> Iterator[Repeated]:
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
) -> Repeated:
    """Train a member's run until its weights differ from the hashes: those at the start, and after each epoch.

    Return its network, the first difference, and with validation data the epoch that they choose.
    """
    run = runs.run(number)
    if runs.given_validation is None:
        run = replace(run, validation=None)

    def unless_cancelled(event: Event) -> None:
        send(None)
        for callback in callbacks:  # whose results are ignored
            callback(event)

    def compare(event: Event) -> bool:
        return isinstance(event, EpochDone) and (event.hash != hashes[event.epoch] or event.epoch == len(hashes) - 1)

    network = run.model.network
    try:
        if network.parameters.hash() != hashes[0]:
            return network, (weights_after(0), 0), None
        run.train([unless_cancelled, compare])
    except DivergedError as problem:
        epoch = problem.good_epochs + 1
        return network, (Message("the weights after epoch {epoch}, where training diverges", epoch=epoch), epoch), None
    finally:
        runs.leave(number)
    for epoch, (now, then) in enumerate(zip(run.history.weight_hashes, hashes, strict=False)):
        if now != then:
            return network, (weights_after(epoch), epoch), None
    return network, (None, None), run.state.chosen_epoch(run.options)


def _same(one: Network, other: Network) -> bool:
    return one.parameters.hash() == other.parameters.hash()
