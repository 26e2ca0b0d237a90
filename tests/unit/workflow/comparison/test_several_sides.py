"""Three and more sides: verdicts against the first, the ranking, and the same result for any number of workers."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

import glassnet
from glassnet.data.dataset import Dataset
from glassnet.errors import GlassnetError
from glassnet.options.options import Options
from glassnet.training.executor import ThreadExecutor
from glassnet.workflow.comparison.paired import fewest_pairs, judge
from glassnet.workflow.comparison.result import LETTERS
from glassnet.workflow.comparison.trial import SideEvent

SMALL = {"hidden": (6,), "epochs": 3, "engine": "reference", "batch_size": 10}
SLOW = ("quick", {"learning_rate": 1e-6})
CLEAR = {"epochs": 6, "learning_rate": 0.2, "initializer": "small", "metric": "log_loss"}
"""The slow sides stay at the loss of equal probabilities, for every seed."""
SIDES = ("quick", SLOW, ("quick", {"learning_rate": 1e-7}))


@pytest.fixture(scope="module")
def arrays():
    X = np.random.default_rng(3).uniform(-1, 1, (150, 3))
    return X, np.where(X[:, 0] > X[:, 1], "up", "down")


def compare(*sides, **more):
    return glassnet.compare(*sides, **{**SMALL, **more})


def plain(happened):
    """What happened, without times."""
    if not isinstance(happened, SideEvent):
        return happened
    event = {name: value for name, value in asdict(happened.event).items() if name != "seconds"}
    return (happened.side, happened.seed, happened.score, type(happened.event).__name__, event)


@pytest.mark.parametrize("stop", [None, 2], ids=["to the end", "ended by a callback"])
def test_workers_change_neither_result_nor_events(arrays, stop):
    runs = []
    for workers in (1, 3):
        seen = []

        def follow(happened, seen=seen):
            seen.append(plain(happened))
            return isinstance(happened, SideEvent) and (happened.side, happened.seed) == ("b", stop)

        with ThreadExecutor(workers) as executor:
            result = compare(*SIDES, data=arrays, executor=executor, callbacks=[follow], **CLEAR)
        runs.append((result.to_dict(), seen))
    assert runs[0] == runs[1]
    assert runs[0][0]["interrupted"] == (stop is not None)
    assert runs[0][0]["stopped_early"] == (stop is None)


def test_each_other_side_is_judged_against_the_first_at_its_share_of_the_level(arrays):
    result = compare(*SIDES, data=arrays, epochs=6, learning_rate=0.2, stop_early=False, seeds=8)
    assert [(one.side, one.verdict, one.pairs) for one in result.versus] == [("b", "worse", 8), ("c", "worse", 8)]
    shared = result.validation_samples / result.samples
    for number, one in enumerate(result.versus, 1):
        differences = [pair.scores[number] - pair.a for pair in result.pairs]
        found = judge(differences, 8, shared=shared, stop_early=False, comparisons=2)
        assert (one.p_value, one.mean, one.interval) == (found.p_value, found.mean, found.interval)
        wider, usual = (high - low for low, high in (one.interval, judge(differences, 8, shared=shared).interval))
        assert wider > usual
    assert result.ranking[0].side == "a"
    assert result.ranking[0].mean == pytest.approx(np.mean([pair.a for pair in result.pairs]))
    assert all(0 <= one.interval[0] <= one.mean <= one.interval[1] <= 1 for one in result.ranking)
    written = json.loads(json.dumps(result.to_dict()))
    assert written == result.to_dict()
    assert written["versus"]["b"]["verdict"] == written["verdict"] == result.verdict
    assert set(written["curves"]) == set(written["pairs"][0]) - {"seed", "difference"} == set("abc")
    assert repr(result).startswith("Comparison(accuracy A ")


def test_it_ends_early_only_when_every_verdict_is_clear(arrays):
    result = compare(SIDES[0], SLOW, ("quick", {"learning_rate": 0.19}), data=arrays, **CLEAR)
    assert (len(result.pairs), result.stopped_early, result.planned) == (9, False, 9)
    assert (result.versus[0].verdict, result.versus[1].verdict) == ("worse", "no difference seen")
    assert result.versus[0].pairs == fewest_pairs(2), "its verdict was clear before"


@pytest.mark.filterwarnings("ignore:.* trainings every prediction is:UserWarning")
def test_sides_and_data_in_every_form_are_the_same(arrays, tmp_path):
    X, y = arrays
    by_options = glassnet.compare(
        *(Options.recipe("quick", **SMALL, learning_rate=rate) for rate in (0.08, 0.02)), data=X, y=y, seeds=6
    )
    by_recipe = compare("quick", ["quick", {"learning_rate": 0.02}], data=Dataset.from_arrays(X, y), seeds=6)
    assert by_options.to_dict() == by_recipe.to_dict()
    frame = {"x": X[:, 0], "y": X[:, 1], "kind": y}
    sides = ("table", ("table", {"dropout": (0.0,)}))
    table = compare(*sides, data=frame, target="kind", members=1, seeds=6)
    again = compare(*sides, data=glassnet.load_table(frame, "kind"), members=1, seeds=6)
    assert table.to_dict() == again.to_dict()
    (tmp_path / "rows.csv").write_text(
        "x,y,kind\n" + "".join(f"{a},{b},{k}\n" for (a, b, _), k in zip(X, y, strict=True))
    )
    of_file = compare(*sides, data=tmp_path / "rows.csv", target="kind", members=1, seeds=6)
    assert of_file.samples + of_file.validation_samples == 135, "without the test rows"


@pytest.mark.parametrize(
    ("sides", "more", "code", "fragment"),
    [
        (("quick", "notes") * 5, {}, "GN021", "10 sides: expected 2 to 8"),
        (("quick", "notes", "quick"), {}, "GN022", "A and C have the same options"),
        (("quick", "quick"), {}, "GN022", "Give B another learning rate"),
        (("quick", "quik"), {}, "GN021", "'quik'"),
        (("quick", 3), {}, "GN021", "compare: int, expected a recipe, Options"),
        (("quick", "notes", np.zeros((3, 2))), {}, "GN021", "^compare: ndarray, .* Pass data by its name"),
        (("quick", ("notes", {"rat": 1})), {}, "GN021", "learning_rate"),
        (("quick", "notes"), {"epoch": 1}, "GN021", "epochs"),
        (("quick", Options()), {}, "GN021", "in addition to options"),
        (("quick", "notes"), {"seeds": 1}, "GN021", "^seeds=1"),
        (("quick", "notes"), {"metric": "acc"}, "GN021", "accuracy"),
        (("quick", "notes"), {"metric": "rmse"}, "GN022", "^metric='rmse'"),
        (("quick", "notes"), {"data": np.zeros((3, 2))}, "GN021", "Pass y with an array"),
        (("quick", "notes"), {"data": "rows.csv", "y": [1]}, "GN021", "only for arrays"),
        (("quick", "notes"), {"target": "kind"}, "GN021", "both are what to predict"),
        (("quick", "notes"), {"data": "rows.csv", "task": "classes"}, "GN021", "^task"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_compared_is_refused_in_words_of_python(arrays, sides, more, code, fragment):
    given = {} if "data" in more else dict(zip(("data", "y"), arrays, strict=True))
    with pytest.raises(GlassnetError, match=fragment) as caught:
        compare(*sides, **given, **more, callbacks=[lambda event: pytest.fail("training has begun")])
    assert caught.value.code == code
    assert "--" not in str(caught.value)


def test_too_few_seeds_are_said_before_training(arrays):
    with pytest.warns(UserWarning, match="6 seeds cannot give a verdict, whatever their results: 7 or more can"):
        result = compare(*SIDES, data=arrays, seeds=6)
    assert {one.verdict for one in result.versus} == {"no difference seen"}
    assert len(LETTERS) == 8
