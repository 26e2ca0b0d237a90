"""Comparing two sides: what is shared, what is scored, how it ends, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from glassnet.data import load
from glassnet.data.split import split
from glassnet.errors import DivergedError, GlassnetError, InterruptedWorkError, OptionError
from glassnet.options.options import Options
from glassnet.training.events import BlockDone, EpochDone, TrainingStarted
from glassnet.training.executor import ThreadExecutor
from glassnet.training.run import Runs
from glassnet.workflow.compare_job import CompareJob, Pair, Side, SideEvent, compare
from glassnet.workflow.comparison import trial
from glassnet.workflow.comparison.paired import FEWEST, judge
from glassnet.workflow.parameters import TableOptions
from support.notices import saying

SMALL = {"hidden": (6,), "epochs": 2, "engine": "reference", "batch_size": 10}
WORSE = {"learning_rate": 1e-6}
KIND, PRICE, SPORTS = (
    {"table": TableOptions(target=target, drop=drop), "source": "rows.csv"}
    for target, drop in ((("kind",), ("price",)), (("price",), ("kind",)), (("high", "low"), ("kind", "price")))
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    rng = np.random.default_rng(1)
    lines = ["x,y,kind,price,high,low"]
    for x, y in rng.normal(size=(150, 2)).round(3).tolist():
        kind = "up" if x + y > 0 else "down"
        lines.append(f"{x},{y},{kind},{10 * x - y:.2f},{int(x > 0.5)},{int(y < 0)}")
    path = tmp_path_factory.mktemp("compare") / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def folder(rows, monkeypatch):
    monkeypatch.chdir(rows.parent)


def job(a=None, b=None, recipe="quick", **more):
    options = SMALL | more.pop("options", {})
    return CompareJob(Side(recipe, a or {}), Side(recipe, b or {}), **{**KIND, "options": options, "seeds": 6, **more})


@pytest.mark.parametrize(
    ("data", "metric", "higher"),
    [(KIND, "accuracy", True), (PRICE, "rmse", False), (SPORTS, "accuracy", True)],
    ids=["classes", "numbers", "labels"],
)
def test_a_side_that_hardly_learns_is_worse_and_the_other_better(folder, data, metric, higher):
    better, worse = {"learning_rate": 0.05, "epochs": 8}, WORSE
    one = compare(job(better, worse, **data))
    other = compare(job(worse, better, **data))
    assert (one.metric, one.higher_is_better) == (metric, higher)
    assert (one.verdict, other.verdict) == ("worse", "better")
    assert [pair.difference for pair in one.pairs] == [-pair.difference for pair in other.pairs]
    assert (one.mean < 0) == higher
    assert one.options_that_differ == {
        "learning_rate": {"a": 0.05, "b": 1e-6},
        "epochs": {"a": 8, "b": 2},
    }


def test_two_targets_in_their_own_units_are_compared_by_r2(folder):
    table = TableOptions(target=("price", "x"), task="numbers", drop=("kind",))
    assert compare(job(b=WORSE, table=table, seeds=2)).metric == "r2"


def test_the_result_is_plain_and_agrees_with_itself(folder):
    result = compare(job(b={"hidden": (4,)}, options={"epochs": 3}))
    plain = json.loads(json.dumps(result.to_dict()))
    assert plain == result.to_dict()
    assert plain["seeds"] == [0, 1, 2, 3, 4, 5]
    assert [pair["difference"] for pair in plain["pairs"]] == [pair["b"] - pair["a"] for pair in plain["pairs"]]
    for side in ("a", "b"):
        for pair, curve in zip(plain["pairs"], plain["curves"][side], strict=True):
            assert curve["seed"] == pair["seed"]
            assert curve["epochs"] == [1, 2, 3]
            assert curve["validation_score"][-1] == pair[side], "the last epoch is the trained network"
            assert len(curve["loss"]) == len(curve["validation_loss"]) == 3
            assert len(curve["progress"]) == len(curve["running_loss"])
    assert plain["samples"] + plain["validation_samples"] == 135, "a tenth of 150 is for the test"
    shared = plain["validation_samples"] / plain["samples"]
    verdict = judge([pair.difference for pair in result.pairs], 6, shared=shared)
    assert (result.mean, result.interval, result.p_value) == (verdict.mean, verdict.interval, verdict.p_value)


def test_both_sides_have_the_same_samples_order_and_start_and_no_test_data(folder, monkeypatch):
    given, tested, starts = [], [], []
    fit, evaluate = trial.fit_watched, trial.evaluate

    def spy_on_fit(data, options, *more, **named):
        given.append((data, options))
        return fit(data, options, *more, **named)

    def spy_on_evaluate(model, data):
        tested.append(data)
        return evaluate(model, data)

    def keep_start(happened):
        if isinstance(happened, SideEvent) and isinstance(happened.event, TrainingStarted):
            starts.append(happened.event.hash)

    monkeypatch.setattr(trial, "fit_watched", spy_on_fit)
    monkeypatch.setattr(trial, "evaluate", spy_on_evaluate)
    result = compare(job(b={"learning_rate": 0.01}, seeds=3), callbacks=[keep_start], executor=ThreadExecutor(1))
    assert result.same_start
    assert starts[::2] == starts[1::2]
    assert len(set(starts)) == 3
    parts = [set(data.row_numbers.tolist()) for data, _ in given]
    assert parts[::2] == parts[1::2]
    assert parts[0] != parts[2], "each seed holds out other samples"
    assert [options.seed for _, options in given] == [0, 0, 1, 1, 2, 2]
    scored = [set(data.row_numbers.tolist()) for data in tested]
    used = set().union(*parts, *scored)
    assert len(used) == 135
    assert all(not part & other for part, other in zip(parts[:2], scored[:2], strict=True))


def test_the_samples_that_train_would_test_on_are_not_used(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    pixels = np.column_stack([np.arange(80) % 4, rng.integers(0, 256, (80, 16))])
    source = str(tmp_path / "rows.csv")
    np.savetxt(source, pixels, "%d", ",")
    seen, original = set(), trial.fraction_for

    def spy(data):
        seen.update(data.row_numbers.tolist())
        return original(data)

    monkeypatch.setattr(trial, "fraction_for", spy)
    compare(CompareJob(Side("notes"), Side("quick"), source, seeds=2))
    training, test = split(load(source), Options())
    assert seen == set(training.row_numbers.tolist())
    assert not seen & set(test.row_numbers.tolist())


def test_seeds_of_ensembles_have_no_member_in_common_and_the_start_may_differ(folder):
    notices = []
    result = compare(
        job(b={"members": 3}, recipe="table", seeds=3, options={"folds": False, "members": 1, "early_stopping": 0}),
        notify=notices.append,
    )
    assert [pair.seed for pair in result.pairs] == [0, 3, 6]
    assert result.same_start
    different = compare(job(b={"hidden": (5,)}, seeds=2), notify=notices.append)
    assert not different.same_start
    assert len(saying(notices, "cannot give a verdict")) == 2
    assert len(saying(notices, "do not start from the same weights")) == 1


def test_early_stopping_does_not_choose_its_epoch_by_the_validation_samples(folder, monkeypatch):
    """The scored samples are not among those of which early stopping holds out a part."""
    runs, tested = [], []
    run, evaluate = Runs.run, trial.evaluate

    def spy_on_run(*given, **named):
        runs.append(run(*given, **named))
        return runs[-1]

    def spy_on_evaluate(model, data):
        tested.append(data)
        return evaluate(model, data)

    monkeypatch.setattr(Runs, "run", spy_on_run)
    monkeypatch.setattr(trial, "evaluate", spy_on_evaluate)
    result = compare(job({"early_stopping": 1, "epochs": 30}, {"epochs": 30}, seeds=2), executor=ThreadExecutor(1))
    scored = set(tested[0].row_numbers.tolist())
    assert runs[0].validation is not None
    assert not scored & set(runs[0].validation.row_numbers.tolist())
    assert not scored & set(runs[0].data.row_numbers.tolist())
    assert runs[1].validation is None
    curve = result.curves["a"][0]
    assert result.pairs[0].a in curve.validation_score


def test_callbacks_see_every_epoch_with_its_score_and_can_stop(folder):
    seen = []
    compare(job(b=WORSE, seeds=2), callbacks=[seen.append])
    epochs = [one for one in seen if isinstance(one, SideEvent) and isinstance(one.event, EpochDone)]
    assert [(one.seed, one.side, one.event.epoch) for one in epochs] == [
        (seed, side, epoch) for seed in (0, 1) for side in "ab" for epoch in (1, 2)
    ]
    assert all(one.score == one.event.validation_accuracy for one in epochs)
    assert sum(isinstance(one, Pair) for one in seen) == 2

    def stop_in_the_second_seed(happened):
        return isinstance(happened, SideEvent) and happened.seed == 1 and isinstance(happened.event, BlockDone)

    result = compare(job(b=WORSE), callbacks=[stop_in_the_second_seed])
    assert (len(result.pairs), result.interrupted, result.stopped_early) == (1, True, False)
    assert {len(lines) for lines in result.curves.values()} == {1}
    assert (result.verdict, result.interval) == ("no difference seen", None)
    with pytest.raises(InterruptedWorkError, match="before the first seed"):
        compare(job(b=WORSE), callbacks=[lambda happened: True])


def test_a_clear_comparison_ends_early_unless_all_seeds_are_wanted(folder):
    better = {"learning_rate": 0.05, "epochs": 8}
    early = compare(job(WORSE, better, seeds=9, **PRICE))
    assert early.verdict == "better"
    assert (len(early.pairs), early.stopped_early, early.planned) == (FEWEST, True, 9)
    every = compare(job(WORSE, better, seeds=7, stop_early=False, **PRICE))
    assert (len(every.pairs), every.stopped_early) == (7, False)
    assert every.pairs[:FEWEST] == early.pairs


def test_options_without_effect_on_the_result_make_no_difference(folder):
    result = compare(job(b={"threads": 1}))
    assert {pair.difference for pair in result.pairs} == {0}
    assert (result.verdict, result.detectable, result.p_value) == ("no difference seen", None, 1)


@pytest.mark.parametrize(
    ("change", "code", "fragment"),
    [
        ({}, "GN022", "same options"),
        ({"b": {"seed": 4}}, "GN022", "seed"),
        ({"b": {"holdout": 0.3}}, "GN022", "holdout"),
        ({"b": WORSE, "metric": "r2"}, "GN022", "accuracy"),
        ({"b": {"loss": "squared_error"}, "metric": "loss"}, "GN022", "different losses"),
        ({"b": WORSE, "seeds": 1}, "GN021", "2 to 20"),
        ({"b": WORSE, "seeds": 21}, "GN021", "2 to 20"),
        ({"b": WORSE, "metric": "acuracy"}, "GN021", "accuracy"),
        ({"b": {"learning_rat": 1}}, "GN021", "learning_rate"),
        ({"b": WORSE, "recipe": "quik"}, "GN021", "quick"),
        ({"b": WORSE, "source": "missing.csv"}, "GN001", "missing.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_compared_is_refused_before_training(folder, change, code, fragment):
    def never(event):
        raise AssertionError("training has begun")

    with pytest.raises(GlassnetError, match=fragment) as caught:
        compare(job(**change), callbacks=[never])
    assert caught.value.code == code


def test_a_loss_that_both_sides_share_can_be_the_metric(folder):
    result = compare(job(b=WORSE, metric="loss", seeds=2))
    assert not result.higher_is_better
    assert result.pairs[0].a == result.curves["a"][0].validation_loss[-1]


def test_a_side_that_diverges_is_named(folder):
    with pytest.raises(DivergedError, match=r"^B, seed 0: "):
        compare(job(b={"learning_rate": 1e6, "output": "identity", "loss": "squared_error"}))


def test_too_few_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("x,kind\n1,a\n2,b\n3,a\n")
    with pytest.raises(GlassnetError) as caught:
        compare(job(b=WORSE, table=TableOptions(target=("kind",))))
    assert caught.value.code == "GN010"


def test_a_table_option_without_a_target_is_refused():
    with pytest.raises(OptionError, match="target"):
        CompareJob(Side(), Side(), table=TableOptions(decimal="comma"))


def test_images_can_be_compared_at_two_sizes(tmp_path):
    rng = np.random.default_rng(4)
    for label in ("dark", "light"):
        (tmp_path / label).mkdir()
        for number in range(20):
            pixels = rng.integers(0, 120, (12, 12)) + 100 * (label == "light")
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / label / f"{number}.png")
    sides = Side("quick", {"size": "8"}), Side("quick", {"size": "12"})
    result = compare(CompareJob(*sides, str(tmp_path), SMALL, seeds=2))
    assert result.options_that_differ == {"size": {"a": "8", "b": "12"}}
    assert not result.same_start
    assert len(result.pairs) == 2
