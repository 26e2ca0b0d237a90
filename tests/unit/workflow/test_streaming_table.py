"""`TableModel.fit` on a stream: from files and from memory, with the same weights."""

from __future__ import annotations

import polars as pl
import pytest

import glassnet
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
