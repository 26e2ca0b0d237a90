"""What training says of rows that are not independent: groups, copies, change with time; and no false alarms."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import glassnet
from glassnet.errors import DataWarning
from glassnet.messages.message import Message
from glassnet.messages.option_spelling import Option
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.dataset import read_table
from glassnet.preprocess.tabular.leaks import mention_leak
from glassnet.preprocess.tabular.related_rows import (
    equal_rows_remarks,
    related_remarks,
    related_warnings,
)

Frame = dict[str, Any]


def remarks_on(frame: Frame, target: str = "y", **known: bool) -> list[Message]:
    table = read_table(frame)
    columns = Columns.learn(table, target)
    return related_remarks(table, columns, columns.targets_of(table)[1], **known)


def warned(frame: Frame, **known: bool) -> list[Option]:
    """The options that the warnings name."""
    return [one.values["option"] for one in related_warnings(remarks_on(frame, **known))]


def numbers(random: np.random.Generator, rows: int, columns: int = 4) -> Frame:
    return {f"x{k}": one for k, one in enumerate(random.normal(size=(columns, rows)))}


def patients(random: np.random.Generator, count: int = 60, rows: int = 12) -> Frame:
    """Four numbers for each patient, and a class that none of them tells."""
    patient = np.repeat(np.arange(count), rows)
    values = random.normal(size=(count, 4))[patient] + random.normal(0, 0.05, (count * rows, 4))
    return {
        "patient": patient,
        **{f"x{k}": one for k, one in enumerate(values.T)},
        "y": random.integers(0, 2, count)[patient],
    }


def walk(random: np.random.Generator, days: int = 2000) -> Frame:
    return {"date": np.datetime64("2019-01-01") + np.arange(days), "y": random.normal(size=days).cumsum()}


def words_for(codes: np.ndarray) -> np.ndarray:
    """Words without digits."""
    return np.array(["".join("abcdefghij"[int(digit)] for digit in f"{code:03d}") for code in codes])


def gappy(random: np.random.Generator, count: int) -> np.ndarray:
    """Identifiers of nine digits."""
    return 10**8 + random.choice(10**8, count, replace=False)


def uneven(frame: Frame) -> Frame:
    """The same without most rows of some groups."""
    first = np.unique(next(iter(frame.values())), return_index=True)[1]
    kept = np.arange(len(frame["y"]))
    kept = kept[((kept - np.repeat(first, 20)) % 20 < 3) | (kept // 20 % 2 == 0)]
    return {name: values[kept] for name, values in frame.items()}


def renamed(frame: Frame, name: str, change: Callable[[np.ndarray], np.ndarray] = lambda codes: codes) -> Frame:
    return {(name if one == "patient" else one): change(v) if one == "patient" else v for one, v in frame.items()}


GROUPS = {
    "patients": patients,
    "words": lambda random: renamed(patients(random), "subject", words_for),
    "another name": lambda random: renamed(patients(random), "who"),
    "words of another name": lambda random: renamed(patients(random, 200, 5), "plot", words_for),
    "numbers with gaps": lambda random: renamed(patients(random), "x17", lambda codes: gappy(random, 60)[codes]),
    "words of a usual name": lambda random: uneven(renamed(patients(random, 60, 20), "machine", words_for)),
    "numbers to predict": lambda random: (
        patients(random) | {"y": random.normal(size=60).repeat(12) + random.normal(0, 0.1, 720)}
    ),
    "numbers to predict of records": lambda random: renamed(
        patients(random) | {"y": random.normal(size=60).repeat(12)},
        "record",
        lambda codes: gappy(random, 60)[codes] * 2,
    ),
    "many rows": lambda random: patients(random, 40, 100),
    "in random order": lambda random: (lambda frame, order: {k: v[order] for k, v in frame.items()})(
        patients(random), random.permutation(720)
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_rows_of_one_patient_are_groups(name):
    frame = GROUPS[name](np.random.default_rng(0))
    assert warned(frame) == [Option("group", next(iter(frame)))]
    assert warned(frame, grouped=True) == []


def test_persons_that_only_the_target_tells_apart_are_groups():
    """A name such as `store` is that of a category, whose values new rows have too."""
    random = np.random.default_rng(1)
    code = np.repeat(np.arange(60), 10)
    frame = numbers(random, 600) | {"y": random.normal(size=60)[code] + random.normal(0, 0.3, 600)}
    assert warned({"subject_id": code, **frame}) == [Option("group", "subject_id")]
    assert warned({"store": code, **frame}) == []
    assert warned({"Occupation": words_for(code), **frame}) == []


@pytest.mark.parametrize("name", ["mrn", "Record_No", "caseID", "rat"])
def test_usual_names_of_groups(name):
    """Identifiers in equal steps, which under other names are the levels of an experiment."""
    frame = patients(np.random.default_rng(10), 40, 10)
    assert warned(renamed(frame, name, lambda codes: 10 * codes)) == [Option("group", name)]


def test_levels_of_an_experiment_are_no_groups():
    """A reading tells the level, and the target goes up and down with it."""
    random = np.random.default_rng(11)
    level = np.arange(900) % 15
    frame = numbers(random, 900, 2) | {"level": 10 * level + 10, "reading": level / 15 + random.normal(0, 0.01, 900)}
    assert warned(frame | {"y": 3 * np.sin(level * 1.3) + random.normal(0, 0.3, 900)}) == []
    for other in ("showcase", "rate", "samples_per_unit", "hospital", "store", "school", "city"):
        assert warned(renamed(patients(random, 40, 10), other, lambda codes: 10 * codes)) == []


def test_copies_are_a_warning_and_other_equal_rows_a_remark():
    """Random labels are known only from copies; labels that the inputs tell are known without."""
    random = np.random.default_rng(2)
    inputs, order = random.normal(size=(100, 4)).repeat(6, axis=0), random.permutation(600)
    chance = random.integers(0, 2, 100).repeat(6)
    told = (inputs[:, 0] > 0).astype(np.int64)
    for labels, is_warning in ((chance, True), (told, False)):
        frame = {f"x{k}": one for k, one in enumerate(inputs[order].T)} | {"y": labels[order]}
        for found in (remarks_on(frame), equal_rows_remarks(inputs[order], labels[order])):
            assert len(found) == 1
            assert bool(related_warnings(found)) == is_warning
            assert found[0].values["share"] == 1
        assert remarks_on(frame, grouped=True) == []
    assert related_warnings(equal_rows_remarks(inputs, random.normal(size=(100, 1)).repeat(6, axis=0)))


def test_equal_rows_of_few_values_are_no_copies():
    """All 16 rows of four booleans, whose parity only equal rows tell; categories as columns of 0 and 1."""
    random = np.random.default_rng(3)
    inputs = random.integers(0, 2, (800, 4))
    assert equal_rows_remarks(inputs, inputs.sum(axis=1) % 2) == []
    first, second = random.integers(0, 6, (2, 800))
    inputs = np.column_stack([np.eye(6)[first], np.eye(6)[second]])
    assert equal_rows_remarks(inputs, random.normal(size=(6, 6))[first, second][:, None]) == []
    inputs = np.column_stack([np.eye(6)[first], second > 2, random.integers(0, 2, 800)])
    assert equal_rows_remarks(inputs, random.normal(size=(6, 6))[first, second // 3][:, None]) == []


def test_a_random_walk_changes_with_time():
    random = np.random.default_rng(4)
    frame = walk(random)
    counted = {"week": np.arange(2000) // 7, "x": random.normal(size=2000), "y": frame["y"]}
    for one, name in ((frame, "date"), (frame | numbers(random, 2000, 3), "date"), (counted, "week")):
        assert warned(one) == [Option("time", name)]
        assert warned(one, timed=True) == []
    order = random.permutation(2000)
    written = np.array([int(str(one).replace("-", "")) for one in frame["date"]])
    for dates, found in ((frame["date"], True), (written, True), (np.arange(2000), False)):
        shuffled = {"date": dates[order], "y": frame["y"][order], **numbers(random, 2000, 1)}
        assert warned(shuffled) == [Option("time", "date")] * found


def test_seasons_are_no_change():
    random = np.random.default_rng(5)
    date = np.datetime64("2018-01-01") + np.arange(2000)
    day = np.arange(2000) % 365.25
    frame = {"date": date, **numbers(random, 2000, 1), "y": 10 * np.sin(day / 58.1) + random.normal(size=2000)}
    assert warned(frame) == []


@pytest.mark.parametrize("classes", [True, False])
def test_sorted_rows_are_neither_groups_nor_in_time(classes):
    random = np.random.default_rng(6)
    y = np.sort(random.integers(0, 4, 600) if classes else random.normal(size=600))
    shift = y[:, None] * random.normal(size=4)
    values = (random.normal(size=(600, 4)) + shift).T
    frame = {"Unnamed: 0": np.arange(600), **{f"x{k}": one for k, one in enumerate(values)}, "y": y}
    assert remarks_on(frame) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_independent_rows_are_not_related(seed):
    """Whatever their columns are called: categories, identifiers in even groups, dates."""
    random, rows = np.random.default_rng(seed), 120 if seed % 2 else 900
    frame = numbers(random, rows)
    city = random.integers(0, 20, rows)
    score = frame["x0"] + frame["x1"] * frame["x2"] + random.normal(size=20)[city] + random.normal(0, 0.5, rows)
    frame |= {
        "city": words_for(city),
        "patient": random.permutation(rows) // 6,
        "who": random.permutation(rows) % 20,
        "reference": gappy(random, rows)[random.permutation(rows) // 6],
        "batch": random.permutation(rows) // 8,
        "date": np.datetime64("2019-01-01") + np.sort(random.integers(0, 1500, rows)),
        "born": np.datetime64("1950-01-01") + random.integers(0, 15000, rows),
        "y": score if seed > 1 else (score > 0).astype(np.int64),
    }
    assert remarks_on(frame) == []


def test_the_judgement_is_the_same_on_any_number_of_threads():
    frame = patients(np.random.default_rng(7)) | {"date": np.datetime64("2019-01-01") + np.arange(720)}
    with threadpool_limits(1):
        one = remarks_on(frame)
    assert [str(remark) for remark in remarks_on(frame)] == [str(remark) for remark in one] != []


def test_every_door_says_it_once(tmp_path):
    random = np.random.default_rng(8)
    frame = patients(random)
    inputs = {name: values for name, values in frame.items() if name != "y"}
    doors: dict[str, Callable[[], Any]] = {
        "group='patient'": lambda: glassnet.TableModel.fit(frame, "y", epochs=1, members=1),
        "'patient'": lambda: glassnet.fit(glassnet.load_table(frame, "y"), epochs=1, members=1),
    }
    pandas = pytest.importorskip("pandas")
    copies = random.normal(size=(50, 3)).repeat(4, axis=0)
    labels = random.integers(0, 2, 50).repeat(4)
    estimator = glassnet.NetworkClassifier(max_iter=1, early_stopping=False)
    doors |= {
        "pass groups": lambda: estimator.fit(pandas.DataFrame(inputs), frame["y"]),
        "remove the copies": lambda: estimator.fit(copies, labels),
        "together with groups": lambda: glassnet.fit(copies, labels, epochs=1, members=1),
    }
    for part, door in doors.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            door()
        about = [str(one.message) for one in caught if isinstance(one.message, DataWarning)]
        assert len(about) == 1, part
        assert part in about[0]


def test_a_column_of_groups_is_not_also_said_to_contain_the_answer():
    frame = patients(np.random.default_rng(9))
    assert [one.values["name"] for one in Columns.learn(read_table(frame), "y").remarks if mention_leak([one])] == [
        "patient"
    ]
    with pytest.warns(DataWarning):
        remarks = glassnet.load_table(frame, "y").columns.remarks
    assert related_warnings(remarks)
    assert not mention_leak(remarks)
    known = glassnet.load_table(frame | {"answer": frame["y"]}, "y", drop="patient").columns.remarks
    assert mention_leak(known), "of another column"
