"""One picture on which glassnet fails does not cost the answers for the others."""

from __future__ import annotations

import pytest

from glassnet.errors import GlassnetError
from glassnet.model.file import shipped_model
from glassnet.workflow import read_job
from glassnet.workflow.predict_job import query_model
from glassnet.workflow.read_job import read_photos
from support.photos import single

PROBLEMS = {"GN086": IndexError("index 3 is out of bounds"), "GN032": MemoryError()}


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_failure_on_one_picture_is_the_error_of_that_picture(tmp_path, monkeypatch, code):
    photos = []
    for seed, name in enumerate(("a.png", "b.png", "c.png")):
        (tmp_path / name).write_bytes(single("clean", seed + 1, hand=True).content)
        photos.append(str(tmp_path / name))
    read = read_job.read_photo
    calls = []

    def failing(*given):
        calls.append(given)
        if len(calls) % 3 == 2:
            raise PROBLEMS[code]
        return read(*given)

    monkeypatch.setattr(read_job, "read_photo", failing)
    results = list(read_photos(shipped_model(), photos))
    assert [one.error and one.error.code for one in results] == [None, code, None]
    assert [one.reading and one.reading.text for one in results] == ["1", None, "3"]
    answers = query_model(shipped_model(), photos)
    assert [one.error and one.error.code for one in answers] == [None, code, None]
    calls.append(None)
    with pytest.raises(GlassnetError) as caught:
        list(read_photos(shipped_model(), photos[1:2]))
    assert caught.value.code == code
    assert caught.value.__cause__ is PROBLEMS[code]
