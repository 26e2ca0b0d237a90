"""`TableModel.fit` on a stream: from files and from memory, with the same weights."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.data.stream.source import TableStream
from glassnet.errors import GlassnetError

FRAME = pl.DataFrame({"a": [0.5, -1.0, 2.0, 0.1] * 60, "w": ["x", "y", "y"] * 80, "y": ["no", "yes", "no", "yes"] * 60})
QUICK = {"engine": "reference", "hidden": (6,), "members": 1, "epochs": 2}


def test_files_and_memory_give_the_same_model(tmp_path):
    for number in range(2):
        FRAME.slice(120 * number, 120).write_parquet(tmp_path / f"{number}.parquet", row_group_size=240)
    one = glassnet.TableModel.fit(str(tmp_path / "*.parquet"), "y", stream=True, holdout=0.2, **QUICK)
    two = glassnet.TableModel.fit(sorted(tmp_path.iterdir()), "y", stream=True, holdout=0.2, **QUICK)
    assert one.model.hash() == two.model.hash()
    assert one.evaluation.samples > 20
    assert any("held out" in str(remark) for remark in one.remarks)
    assert one.predict({"a": 0.5, "w": "x"}) in ("no", "yes")
    memory = glassnet.TableModel.fit(FRAME, "y", stream=True, test=FRAME, checkpoint=tmp_path / "c.ck", **QUICK)
    assert memory.evaluation.samples == len(FRAME)
    assert (tmp_path / "c.ck").exists()


def test_what_does_not_fit_together_is_refused(tmp_path):
    with pytest.raises(GlassnetError, match="stream=True"):
        glassnet.TableModel.fit(FRAME, "y", checkpoint=tmp_path / "c.ck", **QUICK)


@pytest.mark.parametrize(
    ("columns", "members"), [({"group": "g"}, 3), ({"time": "t"}, 1), ({"time": "t", "drop": "t"}, 3)]
)
def test_groups_and_time_decide_the_parts_of_a_stream(tmp_path, columns, members):
    """As in memory: whole groups, the latest rows; from files and from memory alike, and found again."""
    random = np.random.default_rng(0)
    days = random.integers(0, 300, 1200)
    frame = pl.DataFrame(
        {
            "g": [f"group {one}" for one in random.integers(0, 80, 1200)],
            "t": pl.Series([f"{2020 + day // 365}-{1 + day % 12:02}-{1 + day % 28:02}" for day in days]),
            "x": random.normal(size=1200),
            "y": random.choice(["no", "yes"], 1200),
        }
    )
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=400)
    options = {**QUICK, "members": members, "folds": members > 1, "early_stopping": 2}
    one = glassnet.TableModel.fit(tmp_path / "t.parquet", "y", stream=True, holdout=0.2, **columns, **options)
    source = TableStream(glassnet.read_table(frame), 400)
    two = glassnet.TableModel.fit(source, "y", stream=True, holdout=0.2, **columns, **options)
    assert one.model.hash() == two.model.hash()
    names = frame["g" if "group" in columns else "t"].to_numpy()
    train, test = (glassnet.load_split(one.model, str(tmp_path / "t.parquet"), part) for part in ("train", "test"))
    assert len(test) == one.evaluation.samples
    assert 0.1 < len(test) / 1200 < 0.3
    assert not np.intersect1d(names[train.row_numbers], names[test.row_numbers]).size
    if "time" in columns:
        assert names[train.row_numbers].max() < names[test.row_numbers].min()
    one.save(tmp_path / "m.safetensors")
    loaded = glassnet.load_model(tmp_path / "m.safetensors")
    assert glassnet.verify_stream(loaded, source).same
    shuffled = frame.with_columns(pl.col("g").reverse(), pl.col("t").reverse())
    assert not glassnet.verify_stream(loaded, TableStream(glassnet.read_table(shuffled), 400)).same


def test_a_stream_with_groups_and_times_that_cannot_be_split_is_refused():
    frame = FRAME.with_columns(g=pl.lit("one"), t=pl.int_range(240))
    with pytest.raises(GlassnetError, match="group and time: not together with a stream"):
        glassnet.TableModel.fit(frame, "y", stream=True, group="g", time="t", **QUICK)
    with pytest.raises(GlassnetError, match="the groups of its 240 rows are too few for validation"):
        glassnet.TableModel.fit(frame, "y", stream=True, group="g", holdout=0.2, **QUICK)
    with pytest.raises(GlassnetError, match="1 different time in 't' for 2 parts"):
        glassnet.TableModel.fit(frame.with_columns(t=1), "y", stream=True, time="t", holdout=0.2, **QUICK)
