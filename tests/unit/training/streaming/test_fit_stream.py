"""Training on a stream: the same bits from files and from memory, whatever the threads; every row once an epoch."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest

from glassnet import Options, load_model, read_table, save_model
from glassnet.data.stream.opening import open_stream
from glassnet.data.stream.source import StreamSource, TableStream
from glassnet.engines.reference import ReferenceEngine
from glassnet.errors import OptionError
from glassnet.training.events import EpochDone
from glassnet.training.streaming import encoding
from glassnet.training.streaming.fit import StreamFit, fit_stream, verify_stream
from glassnet.training.streaming.runs import StreamRuns
from glassnet.training.streaming.survey import SAMPLE_BYTES, rows_in_memory, surveyed

GROUP, ROWS = 130, 500

SMALL = {"hidden": (6,), "epochs": 2, "batch_size": 20, "engine": "reference", "members": 1, "early_stopping": 0}
TASKS = {
    "kind": {},
    "value": {"targets": "values", "output": "identity", "loss": "squared_error"},
    ("label", "other"): {"targets": "multilabel", "output": "sigmoid"},
}


def options(**changes: object) -> Options:
    """Options of recipe table for a small network."""
    return Options.recipe("table", **{**SMALL, **changes})


def stream(frame: pl.DataFrame, sizes: int = GROUP) -> TableStream:
    """The table in memory, in row groups."""
    return TableStream(read_table(frame), sizes)


def train(source: StreamSource, chosen: Options, target: object = "kind", **more: object) -> StreamFit:
    """Train on the inputs a, b and word."""
    drop = [name for name in source.names if name not in ("a", "b", "word") and name != target and name not in target]
    return fit_stream(source, target, chosen, drop=drop, **more)


def hash_of(*args: object, **more: object) -> str:
    """The hash of the model of `train`."""
    return train(*args, **more).fit.model.hash()


@pytest.mark.parametrize(("members", "plain"), [(1, False), (2, True)])
def test_files_and_memory_give_the_same_bits(frame, tmp_path, members, plain):
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=GROUP)
    frame.write_ipc(tmp_path / "t.arrow", record_batch_size=GROUP)
    chosen = options(members=members, folds=members > 1, plain_inputs=plain, early_stopping=2)
    first = hash_of(open_stream(str(tmp_path / "t.parquet")), chosen)
    assert first == hash_of(open_stream(str(tmp_path / "t.arrow")), chosen, cache=0)
    assert first == hash_of(stream(frame), chosen)
    frame.write_csv(tmp_path / "t.csv")
    text = open_stream(str(tmp_path / "t.csv"))
    sizes = [group.rows for group in text.groups]
    assert hash_of(text, chosen) == hash_of(TableStream(read_table(frame), sizes), chosen)


@pytest.mark.parametrize(
    ("engine", "target"),
    [("compiled", "kind"), ("compiled", "value"), ("reference", ("label", "other"))],
)
def test_threads_reading_ahead_and_the_cache_change_nothing(frame, target, engine):
    frame = frame.with_columns(other=1 - pl.col("label"))
    chosen = options(engine=engine, **TASKS[target], members=2, folds=True, early_stopping=1)
    want = hash_of(stream(frame), chosen, target, cache=0)
    alone = Options(**{**chosen.to_dict(), "threads": 1})
    assert want == hash_of(stream(frame), alone, target, ahead=0)
    assert want == hash_of(stream(frame), chosen, target, ahead=3, cache=0)


def test_the_compiled_encoder_changes_nothing(frame, monkeypatch):
    want = hash_of(stream(frame), options(), cache=0)
    monkeypatch.setattr(encoding, "WORTH_COMPILING", 0)
    assert want == hash_of(stream(frame), options(), cache=0)
    assert want == hash_of(stream(frame), options())


def test_the_engines_agree(frame):
    losses = [train(stream(frame), options(engine=one)).fit.history.epoch_loss for one in ("reference", "compiled")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_single_samples_train_on_a_stream(frame):
    notes = Options(hidden=(6,), epochs=2, scaling="unit", input_max=1.0, targets="one-hot")
    fitted = train(stream(frame), Options(**{**notes.to_dict(), "engine": "compiled"}))
    slow = train(stream(frame), Options(**{**notes.to_dict(), "engine": "reference"}))
    assert fitted.fit.history.epoch_loss == pytest.approx(slow.fit.history.epoch_loss, rel=1e-4)


class _Recording(ReferenceEngine):
    """Records the first input of every sample of every block."""

    def __init__(self) -> None:
        self.seen: list[list[float]] = []

    def run_steps(self, architecture, state, prepared, block):
        self.seen.append(prepared.samples.rows[block.order, 0].tolist())
        assert len(block.learning_rates) == -(-len(block.order) // block.batch_size)
        return super().run_steps(architecture, state, prepared, block)


def test_every_training_row_is_used_once_an_epoch(frame):
    frame = frame.with_columns(a=np.arange(ROWS) / ROWS)  # different values, to recognise the rows
    engine = _Recording()
    fitted = train(stream(frame), options(epochs=2), engine=engine)
    ends = np.cumsum([len(one) for one in engine.seen])
    rows = [value for one in engine.seen for value in one]
    first, second = rows[: fitted.training_rows], rows[fitted.training_rows :]
    assert fitted.training_rows in ends
    assert sorted(first) == sorted(second)
    assert max(Counter(first).values()) == 1
    assert first != second
    assert all(len(one) % 20 == 0 for one in engine.seen[: len(engine.seen) // 2 - 1])
    assert len(first) + len(fitted.test) == frame["kind"].count()


def test_members_leave_out_their_own_folds(frame):
    fitted = train(stream(frame), options(members=3, folds=True, early_stopping=2))
    receipt = fitted.fit.model.receipt
    assert receipt["data"]["samples"] + len(fitted.test) == frame["kind"].count()
    assert receipt["options"]["skip_zeros"] is False
    assert receipt["data"]["stream"]["window"] == fitted.window == 128
    assert len(receipt["trails"]) == 3
    assert fitted.fit.model.temperature != 1


def test_networks_without_intervals_leave_out_the_same_folds(frame):
    plain, both = (
        train(stream(frame), options(members=2, folds=True, early_stopping=9, plain_inputs=plain))
        for plain in (True, False)
    )
    assert plain.fit.model.receipt["trails"][:2] == both.fit.model.receipt["trails"]
    chosen = options(members=2, folds=True, plain_inputs=True, **TASKS["value"])
    survey, chosen = surveyed(stream(frame), "value", chosen)
    runs = StreamRuns(survey, chosen, ReferenceEngine())
    of_folds = [runs.run(number).validation.row_numbers.tolist() for number in range(4)]
    assert of_folds[:2] == of_folds[2:] != of_folds[:1] * 2
    assert [runs.run(number).blocks.count for number in range(4)] == [*map(survey.training_rows, (0, 1))] * 2


def test_a_callback_ends_all_members_with_the_epoch(frame):
    fitted = train(stream(frame), options(members=3, folds=True, epochs=9, early_stopping=9), callbacks=[_ends(2)])
    assert {len(one.epoch) for one in (fitted.fit.history, *fitted.fit.member_histories)} == {2}


def _ends(epoch: int):
    return lambda event: isinstance(event, EpochDone) and event.epoch == epoch


@pytest.mark.parametrize(("changes", "words"), [({"scaling": "features"}, "scaling"), ({"batch_size": 200}, "128")])
def test_what_needs_all_rows_is_refused(frame, changes, words):
    with pytest.raises(OptionError, match=words) as caught:
        train(stream(frame), options(**changes))
    assert caught.value.code == "GN022"


def test_an_engine_that_cannot_go_on_with_other_rows_is_refused(frame):
    class Own:
        name = "own"

    with pytest.raises(OptionError, match="own"):
        train(stream(frame), options(), engine=Own())


def test_an_ensemble_has_no_checkpoint(frame, tmp_path):
    with pytest.raises(OptionError, match="members"):
        train(stream(frame), options(members=2), checkpoint=tmp_path / "c.checkpoint")


@pytest.mark.parametrize(("members", "plain"), [(1, False), (2, True)])
def test_verify_repeats_the_training(frame, tmp_path, members, plain):
    chosen = options(members=members, folds=members > 1, plain_inputs=plain, early_stopping=1, epochs=3)
    fitted = train(stream(frame), chosen)
    save_model(fitted.fit.model, tmp_path / "m.safetensors")
    model = load_model(tmp_path / "m.safetensors")
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=GROUP)
    assert verify_stream(model, open_stream(str(tmp_path / "t.parquet"))).same
    frame.write_csv(tmp_path / "t.csv")
    text = TableStream(read_table(str(tmp_path / "t.csv")), GROUP)
    assert verify_stream(model, text).same
    other = frame.with_columns(a=pl.col("a") + 1)
    assert "not the training data" in verify_stream(model, stream(other)).where
    assert "not the training data" in verify_stream(model, stream(frame, GROUP + 1)).where
    model.receipt["trails"][-1][1] = "0" * 64
    found = verify_stream(model, stream(frame))
    assert (found.same, found.epoch) == (False, 1)


def test_long_text_leaves_fewer_rows_in_memory_whatever_the_kind_of_file(tmp_path):
    frame = pl.DataFrame({"number": [1 / 3] * 2000, "text": ["x" * 8000] * 2000})
    frame.write_csv(tmp_path / "d.csv")
    frame.write_parquet(tmp_path / "d.parquet")
    sources = [open_stream(tmp_path / "d.csv"), open_stream(tmp_path / "d.parquet"), TableStream(read_table(frame))]
    assert {rows_in_memory(source, 100_000) for source in sources} == {SAMPLE_BYTES // (16 + 8000 - 64)}
    assert rows_in_memory(TableStream(read_table(frame.drop("text"))), 100_000) == 100_000


def test_a_member_that_differs_from_the_start_does_not_hold_up_the_others(frame):
    model = train(stream(frame), options(members=3, folds=True, early_stopping=1)).fit.model
    model.receipt["trails"][1][0] = "0" * 64
    found = verify_stream(model, stream(frame))
    assert (found.same, found.epoch) == (False, 0)
    assert "member 2" in found.where


def test_rare_words_by_their_target_are_learned_and_verified_in_a_stream():
    random = np.random.default_rng(0)
    words, x = random.integers(0, 500, 2000), random.normal(size=2000)
    right = random.normal(0, 1.5, 500)[words] + 0.7 * x + random.normal(0, 0.5, 2000) > 0
    table = pl.DataFrame({"word": [f"w{word}" for word in words], "a": x, "kind": np.where(right, "yes", "no")})
    chosen = options(hidden=(8,), epochs=2)
    model = train(stream(table), chosen).fit.model
    assert len(model.columns.layout.means) == 1
    assert verify_stream(model, stream(table)).same
    assert hash_of(stream(table, GROUP), chosen, cache=0) == model.hash()
