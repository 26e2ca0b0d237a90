"""Tables with row names, as R's ``write.table`` writes them."""

from __future__ import annotations

import pytest

import glassnet
from glassnet.data.tables.relabel import write_relabelled_table
from glassnet.errors import GlassnetError
from support.cli import run

pytestmark = pytest.mark.usefixtures("without_cross_validation")

FAST = ("--hidden", "4", "--epochs", "1", "--cv", "2")
R_TABLES = {
    "csv": ("size,letter,kind", ","),
    "plain": ("size letter kind", " "),
    "quoted": ('"size" "letter" "kind"', " "),
    "tabs": ("size\tletter\tkind", "\t"),
}


@pytest.mark.parametrize(
    ("form", "named"),
    [("plain", "counted"), ("quoted", "words"), ("tabs", "counted")],
)
def test_every_command_reads_tables_written_by_r(folder, form, named):
    header, separator = R_TABLES[form]
    quote = '"' * ('"' in header)
    rows = []
    for k in range(60):
        name = str(2 * k + 1) if named == "counted" else f"Mazda{k}"
        values = [
            f"{quote}{name}{quote}",
            str(k % 7 + 0.5),
            f"{quote}{'abc'[k % 3]}{quote}",
            f"{quote}{'ny'[k % 2]}{quote}",
        ]
        rows.append(separator.join(values))
    (folder / "r.txt").write_text("\n".join([header, *rows, ""]))
    (folder / "same.csv").write_text(
        "size,letter,kind\n" + "".join(f"{k % 7 + 0.5},{'abc'[k % 3]},{'ny'[k % 2]}\n" for k in range(60))
    )
    found = run("doctor", "r.txt", "--target", "kind", "--fix", "fixed.csv", "--json").json()
    assert (found["samples"], found["features"], found["fixed"]["done"]) == (60, 2, ["GD05"])
    hashes = set()
    for name in ("r.txt", "same.csv", "fixed.csv"):
        done = run(
            "train",
            name,
            "--target",
            "kind",
            "--members",
            "1",
            "--hidden",
            "4",
            "--epochs",
            "2",
            "--no-plot",
            "--json",
            "--out",
            f"{name}.safetensors",
        )
        assert ("as R writes them" in done.err) == (name == "r.txt")
        hashes.add(done.json()["hash"])
    assert len(hashes) == 1
    for command in ("test", "query"):
        answers = []
        for name in ("r.txt", "same.csv"):
            answers.append(run(command, "same.csv.safetensors", name, "--json").out.replace(name, ""))
        assert answers[0] == answers[1]
    assert run("labels", "r.txt", "--target", "kind", *FAST, "--json").json()["samples"] == 60


def test_a_copy_with_other_labels_keeps_row_names(folder):
    (folder / "r.csv").write_text("size,kind\n" + "".join(f"car{k},{k % 7},{'ny'[k % 2]}\n" for k in range(9)))
    copy = write_relabelled_table(folder / "r.csv", folder / "copy.csv", {0: "y", 2: None}, "kind")
    assert copy.read_text().splitlines()[:3] == ["size,kind", "car0,0,y", "car1,1,y"]


@pytest.mark.parametrize("first", ["3.5", "7", "3 May 2021", "$5", "x"])
def test_an_extra_first_value_that_is_not_a_row_name_is_rejected(folder, first):
    """If the first values are not row names, the row has a wrong width."""
    (folder / "odd.csv").write_text(
        "a,b\n" + "".join(f"{first if k == 5 else k},{k % 7},{'ny'[k % 2]}\n" for k in range(9))
    )
    with pytest.raises(GlassnetError, match="line 2: 3 values, expected 2"):
        glassnet.read_table(folder / "odd.csv")


def test_a_row_of_another_width_in_a_table_with_row_names_is_named(folder):
    rows = "".join(f"{k},{k % 7},{'ny'[k % 2]}\n" for k in range(12_000))  # after the rows that are examined first
    (folder / "r.csv").write_text(f"size,kind\n{rows}12000,5\n")
    with pytest.raises(GlassnetError, match="line 12002: 2 values, expected 3, a row name and 2 more") as caught:
        glassnet.read_table(folder / "r.csv")
    assert caught.value.code == "GN012"
