"""The training loop: events, reproducibility, curve, and the model after divergence or interruption."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from glassnet import History, Options, fit, new_model, train
from glassnet.data.split import split
from glassnet.engines import ReferenceEngine
from glassnet.errors import DataError, DivergedError, OptionError
from glassnet.training.events import BlockDone, EpochDone, Preparing, TrainingEnded, TrainingStarted
from glassnet.training.plan import epoch_blocks, epoch_order
from support.cases import patterns
from support.covering import covering

DATA = patterns()
BLOCKS = 10
SMALL = {"hidden": (8,), "epochs": 3, "dtype": "float64", "engine": "reference", "blocks": BLOCKS}
ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])


def options(**changes) -> Options:
    return Options(**{**SMALL, **changes})


def events_of(data=DATA, **changes):
    chosen = options(**changes)
    model = new_model(data, chosen)
    return model, list(train(model, data, chosen))


def hash_of(data=DATA, **changes) -> str:
    return fit(data, options(**changes)).model.network.parameters.hash()


@ENGINES
@pytest.mark.parametrize("batch_size", [1, 5])
def test_events_come_in_order(engine, batch_size):
    _, events = events_of(engine=engine, batch_size=batch_size)
    epoch = [BlockDone] * BLOCKS + [EpochDone]
    assert [type(event) for event in events] == [Preparing, TrainingStarted, *epoch * 3, TrainingEnded]
    assert events[0].engine == events[1].engine == engine
    assert (events[1].samples, events[1].epochs) == (len(DATA), 3)
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2, 3]
    assert min(event.seconds for event in events if not isinstance(event, Preparing | BlockDone)) >= 0


@pytest.mark.parametrize(("samples", "batch_size"), [(120, 1), (120, 7), (6, 1), (6, 4), (6, 100), (1, 1), (41, 2)])
def test_the_number_of_blocks_is_as_announced(samples, batch_size):
    """A progress bar depends on it; an epoch with fewer steps than blocks has fewer blocks."""
    _, events = events_of(DATA.take(slice(0, samples)), batch_size=batch_size)
    assert sum(isinstance(event, BlockDone) for event in events) == events[1].blocks


@pytest.mark.parametrize(("samples", "batch_size"), [(120, 1), (120, 7), (6, 1), (6, 4), (6, 100), (1, 1)])
@ENGINES
def test_blocks_make_up_the_epoch(engine, samples, batch_size):
    data = DATA.take(slice(0, samples))
    _, events = events_of(data, batch_size=batch_size, engine=engine)
    blocks = [event for event in events if isinstance(event, BlockDone)]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    for number, epoch in enumerate(epochs):
        own = [block for block in blocks if number < block.progress <= number + 1]
        sizes = np.array([block.samples for block in own])
        assert sizes.sum() == samples
        assert epoch.loss == pytest.approx(np.average([block.loss for block in own], weights=sizes))
        assert epoch.accuracy == pytest.approx(np.average([block.accuracy for block in own], weights=sizes))
    progress = [block.progress for block in blocks]
    assert (np.diff(progress) > 0).all()
    assert progress[-1] == len(epochs)
    assert all(0 <= block.accuracy <= 1 for block in blocks)


def test_every_block_has_the_learning_rate_of_its_last_step():
    _, events = events_of(schedule="linear", learning_rate=0.4)
    steps = 3 * len(DATA)
    for event in events:
        if isinstance(event, BlockDone):
            last = round(event.progress * len(DATA)) - 1
            assert event.learning_rate == pytest.approx(0.4 * (1 - last / steps))
    _, events = events_of(schedule="constant", learning_rate=0.4)
    assert {event.learning_rate for event in events if isinstance(event, BlockDone)} == {0.4}


@pytest.mark.parametrize(
    ("engine", "dtype", "batch_size"), covering(["reference", "compiled"], ["float32", "float64"], [1, 7])
)
def test_equal_seeds_give_equal_bits_and_other_seeds_do_not(engine, dtype, batch_size):
    settings = {"engine": engine, "dtype": dtype, "batch_size": batch_size}
    hashes = [hash_of(**settings, seed=seed) for seed in (0, 1, 2)]
    assert len(set(hashes)) == 3
    assert [hash_of(**settings, seed=seed) for seed in (0, 1, 2)] == hashes


def test_options_change_the_result_and_callbacks_do_not():
    plain = hash_of()
    for change in ({"shuffle": False}, {"learning_rate": 0.1}, {"schedule": "constant"}, {"rule": "gradient"},
                   {"targets": "one-hot"}, {"scaling": "unit"}, {"initializer": "he"}, {"epochs": 2}):  # fmt: skip
        assert hash_of(**change) != plain, change
    seen = []
    watched = fit(DATA, options(), callbacks=[seen.append, lambda event: np.random.default_rng(1).random()])
    assert watched.model.network.parameters.hash() == plain
    assert isinstance(seen[0], Preparing)
    assert isinstance(seen[-1], TrainingEnded)


@ENGINES
def test_training_reduces_the_loss(engine):
    result = fit(DATA, options(engine=engine, epochs=10))
    assert result.history.epoch_loss[-1] < 0.5 * result.history.epoch_loss[0]
    assert result.history.epoch_accuracy[-1] > 0.95
    assert (result.model.predict(DATA.inputs) == DATA.labels).mean() > 0.95
    assert result.engine == engine


def test_both_engines_give_the_same_curve():
    slow, fast = (fit(DATA, options(engine=name)) for name in ("reference", "compiled"))
    np.testing.assert_allclose(fast.history.loss, slow.history.loss, rtol=1e-10)
    np.testing.assert_allclose(
        fast.model.network.parameters.flat, slow.model.network.parameters.flat, rtol=0, atol=1e-11
    )
    assert fast.history.accuracy == slow.history.accuracy


def test_history_contains_the_values_of_the_events():
    history = History()
    _, events = events_of()
    for event in events:
        history(event)
    blocks = [event for event in events if isinstance(event, BlockDone)]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert history.curve() == {
        name: [getattr(block, name) for block in blocks] for name in ("progress", "loss", "accuracy")
    }
    assert history.epoch == [1, 2, 3]
    assert history.epoch_loss == [epoch.loss for epoch in epochs]
    assert history.epoch_accuracy == [epoch.accuracy for epoch in epochs]
    assert fit(DATA, options()).history.curve() == history.curve()


def test_an_engine_passed_as_argument_is_used():
    class Counting(ReferenceEngine):
        calls = 0

        def run_steps(self, *arguments):
            self.calls += 1
            return super().run_steps(*arguments)

    engine = Counting()
    fit(DATA, options(engine="compiled"), engine=engine)
    assert engine.calls == 3 * BLOCKS


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # overflow in NumPy
@ENGINES
@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "relu", "output": "identity", "learning_rate": 1e5},
        {"activation": "relu", "output": "identity", "rule": "gradient", "learning_rate": 1e5},
        {"activation": "relu", "output": "identity", "learning_rate": 1e5, "dtype": "float32"},
        {"learning_rate": 1000.0},
        {"learning_rate": 1000.0, "schedule": "constant", "dtype": "float32"},
    ],
    ids=["relu notes", "relu gradient", "relu float32", "sigmoid", "sigmoid constant float32"],
)
def test_divergence_restores_the_initial_weights(engine, settings):
    chosen = options(engine=engine, **settings)
    model = new_model(DATA, chosen)
    before = model.network.parameters.flat.copy()
    with pytest.raises(DivergedError) as caught:
        list(train(model, DATA, chosen))
    assert caught.value.code == "GN030"
    for word in ("epoch 1", "initial", "smaller learning rate"):
        assert word in str(caught.value)
    assert model.network.parameters.flat.tobytes() == before.tobytes()
    assert np.isfinite(model.outputs(DATA.inputs)).all()


def test_divergence_from_weight_decay_is_explained():
    with pytest.raises(DivergedError, match="smaller weight decay or learning rate; their product"):
        fit(DATA, options(weight_decay=900.0, learning_rate=0.01, batch_size=8, epochs=200))


@pytest.mark.parametrize(
    ("stopping", "average", "epoch", "poison"),
    covering([0, 9], [0.0, 0.9], [1, 2, 3], ["nan", "inf", "-inf"]),
)
def test_later_divergence_restores_the_model_of_the_last_good_epoch(stopping, average, epoch, poison):
    """A non-finite weight in the middle of any epoch: the model equals that of training which ended before."""

    class Poisoned(ReferenceEngine):
        calls = 0

        def run_steps(self, architecture, state, *rest):
            progress = super().run_steps(architecture, state, *rest)
            self.calls += 1
            if self.calls == (epoch - 1) * BLOCKS + BLOCKS // 2:
                state.parameters.flat[5] = float(poison)
            return progress

    chosen = options(ema_decay=average, early_stopping=stopping, schedule="constant")
    validation = replace(DATA, labels=(DATA.labels + 1) % 3) if stopping else None  # the first epoch is the best
    model, restored = new_model(DATA, chosen), "initial"
    good = model.network.parameters.flat.copy()
    if epoch > 1:
        ended = fit(DATA, replace(chosen, epochs=epoch - 1), validation_data=validation)
        good, restored = ended.model.network.parameters.flat, f"after epoch {1 if stopping else epoch - 1}"
    with pytest.raises(DivergedError, match=f"in epoch {epoch}.*{restored}"):
        list(train(model, DATA, chosen, Poisoned(), validation=validation))
    assert model.network.parameters.flat.tobytes() == good.tobytes()


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.2, 1.0])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_slow_or_poor_training_is_not_divergence(rate, output):
    chosen = options(learning_rate=rate, output=output, loss="cross_entropy", rule="gradient")
    assert len(fit(DATA, chosen).history.epoch) == 3


@ENGINES
@pytest.mark.parametrize("stop", [0, 1, 7, BLOCKS, BLOCKS + 3])
def test_closing_the_loop_leaves_the_model_of_the_last_block(engine, stop):
    chosen = options(engine=engine)
    whole, hashes = new_model(DATA, chosen), []
    hashes.append(whole.network.parameters.hash())
    for event in train(whole, DATA, chosen):
        if isinstance(event, BlockDone):
            hashes.append(whole.network.parameters.hash())
    model = new_model(DATA, chosen)
    running = train(model, DATA, chosen)
    blocks = (event for event in running if isinstance(event, BlockDone | TrainingStarted))
    list(itertools.islice(blocks, stop + 1))
    running.close()
    assert model.network.parameters.hash() == hashes[stop]
    assert model.predict(DATA.inputs).shape == (len(DATA),)
    for _ in train(model, DATA, chosen):  # it can be trained again
        pass
    assert np.isfinite(model.network.parameters.flat).all()


def test_an_interrupt_during_a_block_leaves_finite_weights():
    class Interrupted(ReferenceEngine):
        calls = 0

        def run_steps(self, *arguments):
            self.calls += 1
            if self.calls == 5:
                raise KeyboardInterrupt
            return super().run_steps(*arguments)

    model = new_model(DATA, options())
    before = model.network.parameters.hash()
    with pytest.raises(KeyboardInterrupt):
        list(train(model, DATA, options(), Interrupted()))
    assert model.network.parameters.hash() != before
    assert np.isfinite(model.outputs(DATA.inputs)).all()


def test_training_starts_only_with_the_first_event():
    model = new_model(DATA, options())
    before = model.network.parameters.hash()
    running = train(model, DATA, options())
    assert model.network.parameters.hash() == before
    assert isinstance(next(running), Preparing)
    assert model.network.parameters.hash() == before


@pytest.mark.parametrize("samples", [1, 2, 1000])
def test_every_epoch_has_its_own_permutation(samples):
    orders = [epoch_order(samples, epoch, options(seed=4)) for epoch in range(5)]
    for epoch, order in enumerate(orders):
        np.testing.assert_array_equal(np.sort(order), np.arange(samples))
        np.testing.assert_array_equal(epoch_order(samples, epoch, options(seed=4)), order)
    if samples == 1000:
        others = [epoch_order(samples, 0, options(seed=5)), np.arange(1000)]
        for one, other in itertools.combinations([*orders, *others], 2):
            assert (one == other).mean() < 0.02  # one fixed point is expected
    np.testing.assert_array_equal(epoch_order(samples, 3, options(shuffle=False)), np.arange(samples))


@pytest.mark.parametrize("holdout", [0.05, 0.1, 0.5, 0.9])
def test_split_keeps_all_samples_and_depends_on_the_seed(holdout):
    numbered = patterns(120)
    numbered.inputs[:, 0] = np.arange(120)
    training, held_out = split(numbered, options(holdout=holdout))
    assert len(held_out) == round(120 * holdout)
    rows = np.concatenate([training.inputs[:, 0], held_out.inputs[:, 0]])
    np.testing.assert_array_equal(np.sort(rows), np.arange(120))
    for part in (training, held_out):
        np.testing.assert_array_equal(part.labels, numbered.labels[part.inputs[:, 0]])
    again, other = split(numbered, options(holdout=holdout)), split(numbered, options(holdout=holdout, seed=1))
    np.testing.assert_array_equal(again[1].inputs, held_out.inputs)
    assert (other[1].inputs[:, 0] != held_out.inputs[:, 0]).any()


@pytest.mark.parametrize(("samples", "holdout"), [(120, 0.001), (4, 0.1), (1, 0.5), (1, 0.9)])
def test_split_rejects_an_empty_part(samples, holdout):
    with pytest.raises(DataError, match=r"patterns.*held out") as caught:
        split(DATA.take(slice(0, samples)), options(holdout=holdout))
    assert caught.value.code == "GN010"


def test_incompatible_data_are_rejected_and_leave_the_model_unchanged():
    model = new_model(DATA, options())
    before = model.network.parameters.hash()
    for other in (patterns(features=9), patterns(classes=5)):
        with pytest.raises(DataError, match="patterns") as caught:
            list(train(model, other, options()))
        assert caught.value.code == "GN017"
    assert model.network.parameters.hash() == before


@ENGINES
@pytest.mark.parametrize(
    "changes",
    [{"hidden": (7,)}, {"activation": ("relu",)}, {"bias": True}, {"loss": "absolute_error"}, {"dtype": "float64"}],
    ids=lambda changes: next(iter(changes)),
)
def test_options_of_another_network_are_rejected(engine, changes):
    own = options(hidden=(5, 6), rule="gradient", dtype="float32", engine=engine)
    model = new_model(DATA, own)
    before = model.hash()
    with pytest.raises(OptionError, match=next(iter(changes))) as problem:
        list(train(model, DATA, replace(own, **changes)))
    assert problem.value.code == "GN022"
    assert model.hash() == before


def test_a_new_model_has_the_requested_architecture():
    nodes = {"hidden": (8, 5), "activation": ("relu", "tanh"), "output": "softmax", "bias": True, "dtype": "float32"}
    chosen = options(**nodes, loss="cross_entropy", rule="gradient", scaling="unit", targets="one-hot")
    model = new_model(DATA, chosen)
    made = model.network.architecture
    assert made.sizes == (16, 8, 5, 3)
    assert made.activations == ("relu", "tanh", "softmax")
    assert (made.bias, made.loss, made.rule) == (True, "cross_entropy", "gradient")
    assert model.network.parameters.flat.dtype == np.float32
    assert (model.scaling.name, model.targets.name, model.image_shape) == ("unit", "one-hot", (4, 4))


@ENGINES
def test_plateau_lowers_the_rate_from_the_epoch_after_its_patience(engine):
    """The learning rate is so small that no epoch improves, and without shuffling rounding cannot lower the loss. A
    rate of 0 would report only zeros."""
    _, events = events_of(
        engine=engine, schedule="plateau", learning_rate=1e-30, rate_drop=0.5, patience=2, epochs=7, shuffle=False
    )
    rates = [event.learning_rate for event in events if isinstance(event, BlockDone)]
    np.testing.assert_allclose(rates, 1e-30 * 0.5 ** np.repeat([0, 0, 0, 1, 1, 2, 2], BLOCKS), rtol=1e-12)


@ENGINES
def test_plateau_keeps_the_rate_while_the_loss_decreases(engine):
    _, events = events_of(engine=engine, schedule="plateau", epochs=5, patience=1)
    assert {event.learning_rate for event in events if isinstance(event, BlockDone)} == {0.2}


@ENGINES
@pytest.mark.parametrize("batch_size", [1, 4])
def test_the_averaged_weights_become_the_model(engine, batch_size):
    """Ten steps per epoch are ten blocks, so the average can be computed from the weights after every step."""
    data = DATA.take(slice(0, 10 * batch_size))
    chosen = options(engine=engine, batch_size=batch_size, ema_decay=0.8, optimizer="momentum", learning_rate=0.1)
    model = new_model(data, chosen)
    mean, steps = model.network.parameters.flat.copy(), 0
    for event in train(model, data, chosen):
        if isinstance(event, BlockDone):
            steps += 1
            weights = model.network.parameters.flat.copy()
            mean += max(1 - 0.8, 9 / (10 + steps)) * (weights - mean)
    assert steps == 30
    np.testing.assert_allclose(model.network.parameters.flat, mean, rtol=0, atol=1e-13)
    assert np.abs(weights - mean).max() > 1e-6


def test_the_number_of_threads_does_not_affect_the_result(small_thresholds):
    for engine in ("reference", "compiled"):
        hashes = {hash_of(engine=engine, batch_size=48, shards=3, threads=threads) for threads in (0, 1, 2, 3, 7)}
        assert len(hashes) == 1


@pytest.mark.parametrize(("samples", "blocks"), [(1, 1), (9_999, 1), (10_000, 2), (60_000, 10), (600_000, 10)])
def test_the_number_of_blocks_depends_on_the_samples_unless_given(samples, blocks):
    assert len(epoch_blocks(samples, Options())) == blocks
    assert len(epoch_blocks(samples, Options(blocks=4))) == min(4, samples)
