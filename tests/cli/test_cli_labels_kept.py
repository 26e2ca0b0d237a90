"""``glassnet labels --fix``: everything except changed labels is copied byte for byte."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.data.tables.relabel import write_relabelled_table
from support.cli import run, snapshot
from support.samples import digits, npz, png

IMAGES, LABELS = digits(100).inputs.reshape(-1, 28, 28), digits(100).labels
ROWS = [f"{k}.50,{'xyz'[k % 3]},{('no', 'yes')[k % 2]}" for k in range(6)]
COUNTED = [f"{k + 1},{row}" for k, row in enumerate(ROWS)]
ABOVE = {
    "comments": "# from the survey\n# of 2020\n\nsize,kind,answer\n",
    "a mark": "\ufeffsize,kind,answer\n",
    "a separator": "sep=,\nsize,kind,answer\n",
    "a column without a name": ",kind,answer\n",
    "quoted names": '"size","kind","answer"\n',
}


def relabelled(folder, text: str, changes: dict[int, str | None]) -> str:
    (folder / "t.csv").write_bytes(text.encode())
    (folder / "u.csv").unlink(missing_ok=True)
    write_relabelled_table(folder / "t.csv", folder / "u.csv", changes, "answer")
    return (folder / "u.csv").read_bytes().decode()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_lines_above_a_table_are_kept(folder, above, ends):
    text = (above + "\n".join(ROWS)).replace("\n", ends)
    changed = text.replace("2.50,z,no", "2.50,z,yes").replace(f"3.50,x,yes{ends}", "")
    assert relabelled(folder, text, {2: "yes", 3: None}) == changed


@pytest.mark.parametrize("separator", [",", " ", "\t"])
def test_row_names_without_a_header_are_kept(folder, separator):
    text = "\n".join(["size,kind,answer", *COUNTED, ""]).replace(",", separator)
    changed = text.replace(separator.join(("1.50", "y", "yes")), separator.join(("1.50", "y", "no")))
    assert relabelled(folder, text, {1: "no"}) == changed


def test_trailing_separators_are_kept(folder):
    text = "size,kind,answer\n" + "".join(f"{row},\n" for row in ROWS)
    assert relabelled(folder, text, {1: "no"}) == text.replace("1.50,y,yes", "1.50,y,no")


fields = st.text("ab ,;\"'\n0", max_size=6)
"""Fields with separators, quotation marks and line ends."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(fields, st.booleans(), st.sampled_from(["no", "yes, often"])), min_size=4, max_size=8),
    st.data(),
)
def test_only_changed_labels_differ_in_the_copy(folder, rows, data):
    def written(value: str, quoted: bool) -> str:
        special = quoted or value != value.strip() or any(sign in value for sign in ',;"\n')
        return '"{}"'.format(value.replace('"', '""')) if special else value

    lines = [f"{k}.5,{written(text, quoted)}," for k, (text, quoted, _) in enumerate(rows)]
    changes = data.draw(st.dictionaries(st.integers(0, len(rows) - 1), st.sampled_from(["no", "yes, often", None])))
    answers = [answer for _, _, answer in rows]
    copy = relabelled(folder, table(lines, answers), changes)
    kept = [k for k in range(len(rows)) if changes.get(k, "") is not None]
    # Quoted values remain quoted.
    found = {
        k: f'"{changes[k]}"' if k in changes and "," in answers[k] else written_answer(changes.get(k, answers[k]))
        for k in kept
    }
    assert copy == "size,kind,answer\n" + "".join(f"{lines[k]}{found[k]}\n" for k in kept)


def written_answer(answer: str) -> str:
    return f'"{answer}"' if "," in answer else answer


def table(lines: list[str], answers: list[str]) -> str:
    whole = [f"{line}{written_answer(answer)}\n" for line, answer in zip(lines, answers, strict=True)]
    return "size,kind,answer\n" + "".join(whole)


@pytest.mark.parametrize("name", ["My\u00a0Pets", "two\nlines"])
def test_a_folder_can_have_any_name(folder, name):
    for k in range(10):
        path = folder / name / "train" / ("cats" if k < 5 else "dogs") / f"{k}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(IMAGES[k]))
    (folder / name / "train" / "dogs" / "again.png").write_bytes(png(IMAGES[9]))
    (folder / "r.csv").write_text("0,dogs\n")
    before = snapshot(folder / name / "train")
    run("labels", name, "--fix", "r.csv", "--to", "better").fine()
    after = snapshot(folder / "better")
    assert after.pop("dogs/cats-0.png") == before.pop("cats/0.png")
    assert after == before
    assert run("doctor", name, "--fix", "mended").code in (0, 1)
    assert len(snapshot(folder / "mended")) == 11


def test_an_archive_keeps_its_other_contents(folder):
    """Labels of type bytes keep their type; other Python objects are copied without unpickling."""
    words = np.array([b"cat", b"dog"])[LABELS % 2]
    (folder / "a.npz").write_bytes(npz(x=IMAGES, y=words, more=np.array([{"by": "me"}, None], object)))
    (folder / "r.csv").write_text(f"row,new\n3,{'dog' if words[3] == b'cat' else 'cat'}\n5,drop\n")
    run("labels", "a.npz", "--fix", "r.csv", "--to", "b.npz").fine()
    with np.load("b.npz") as archive:
        wanted = words.copy()
        wanted[3] = b"dog" if words[3] == b"cat" else b"cat"
        np.testing.assert_array_equal(archive["y"], np.delete(wanted, 5))
        np.testing.assert_array_equal(archive["x"], np.delete(IMAGES, 5, axis=0))
    with zipfile.ZipFile("a.npz") as old, zipfile.ZipFile("b.npz") as new:
        assert old.namelist() == new.namelist()
        assert old.read("more.npy") == new.read("more.npy")


def test_an_archive_with_other_damage_is_rejected(folder):
    content = bytearray(npz(x=IMAGES, y=LABELS, more=np.arange(1000)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo("more.npy").header_offset
    content[place + 300] ^= 255
    (folder / "a.npz").write_bytes(content)
    (folder / "r.csv").write_text("row,new\n5,drop\n")
    before = snapshot(folder)
    run("labels", "a.npz", "--fix", "r.csv", "--to", "b.npz").refused("GN019", "a.npz")
    assert snapshot(folder) == before
