"""``glassnet doctor`` on tables with dates, missing values and unclosed quotes, and on colour images."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet.doctor.registry import KINDS
from support.cli import doctor, run
from support.damaged import damages
from support.samples import npz, png

pytestmark = pytest.mark.usefixtures("without_cross_validation")

HARMLESS = {code for code, kind in KINDS.items() if kind.severity == "remark"}
PEOPLE = "id,name,age,port,survived\n" + "".join(
    f'{k + 1},"Doe, {k}",{20 + 1.5 * k},{"SCQ"[k * k % 3]},{"yn"[k * 7 % 5 < 2]}\n' for k in range(60)
)


def codes(*arguments: object) -> list[str]:
    return [finding["code"] for finding in doctor(*arguments)["findings"]]


def test_dates_are_reported_and_omitted_from_the_copy_as_in_training(folder):
    lines = PEOPLE.splitlines()
    rows = [f"{line},{1 + k % 12}.1.2020,20{10 + k // 12}-{1 + k % 12}-01" for k, line in enumerate(lines[1:])]
    (folder / "people.csv").write_text("\n".join([f"{lines[0]},joined,born", *rows]) + "\n")
    found = doctor("people.csv", "--target", "survived", "--fix", "copy.csv")
    dates = next(finding for finding in found["findings"] if finding["code"] == "GD14")
    assert (dates["columns"], dates["severity"]) == (["joined"], "remark")
    assert "'1.1.2020'" in dates["found"]
    assert found["fixed"]["left"] == []
    quick = ("--epochs", "1", "--engine", "reference", "--no-plot")
    trained = run("train", "people.csv", "--target", "survived", *quick).fine()
    assert "column 'joined' not used: dates" in trained.err
    assert "column 'born': dates, used as year, month, weekday and days since 2010-01-01" in trained.err
    assert (folder / "copy.csv").read_text().splitlines()[0] == "survived,age,port,born"
    run("train", "copy.csv", "--target", "survived", *quick).fine()


@pytest.mark.parametrize(("target", "gap"), [("port", ""), ("age", ""), ("age", "unknown")])
def test_rows_without_a_target_are_a_remark_and_skipped_in_training(folder, target, gap):
    column = PEOPLE.partition("\n")[0].split(",").index(target) + 1  # the names contain a comma
    lines = [line.split(",") for line in PEOPLE.splitlines()]
    for row in (5, 9, 30):
        lines[row][column] = gap
    (folder / "people.csv").write_text("".join(",".join(line) + "\n" for line in lines))
    found = doctor("people.csv", "--target", target, "--fix", "copy.csv")
    skipped = next(one for one in found["findings"] if one["code"] == "GD19")
    assert (skipped["lines"], skipped["columns"], skipped["severity"]) == ([6, 10, 31], [target], "remark")
    assert "GD10" not in {one["code"] for one in found["findings"]}
    assert found["samples"] == 57
    quick = ("--epochs", "1", "--engine", "reference", "--no-plot", "--set", "holdout=0.5")
    trained = run("train", "people.csv", "--target", target, *quick).fine()
    assert f"without a target ('{target}') skipped" in trained.err


def test_a_table_of_only_a_short_row_is_an_error_as_in_training(folder):
    (folder / "t.csv").write_text("a,b,c\n1,2\n")
    assert run("train", "t.csv", "--target", "c").refused("GN012", "line 2")
    outcome = run("doctor", "t.csv")
    assert (outcome.code, "GD01" in outcome.out, "--fix" in outcome.out) == (1, True, False)


def test_the_target_column_is_found_whatever_it_contains(folder):
    """Without values, after an empty column, or if only the given name shows that line 1 is a header."""
    rows = [(k % 7, "", k * k % 5, "ny"[k % 3 == 0]) for k in range(40)]
    text = "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)
    (folder / "empty.csv").write_text("a,b,c,y\n" + text)
    for target in ("y", "4"):
        found = doctor("empty.csv", "--target", target)
        assert (found["classes"].keys(), found["features"]) == ({"n", "y"}, 2)
    unknown = doctor("empty.csv", "--target", "b")["findings"]
    assert "40 of 40 rows with missing values in b" in next(one["found"] for one in unknown if one["code"] == "GD10")
    (folder / "header.csv").write_text("0,,1.5,y\n" + text)
    assert doctor("header.csv", "--target", "y")["classes"].keys() == {"n", "y"}


def test_targets_that_are_too_large_are_reported(folder):
    (folder / "h.csv").write_text("rooms,price\n" + "".join(f"{k % 7},{k + 0.5}\n" for k in range(40)) + "3,1e308\n")
    found = doctor("h.csv", "--target", "price", "--fix", "copy.csv")
    assert [finding["lines"] for finding in found["findings"] if finding["code"] == "GD10"] == [[42]]
    text = next(finding["found"] for finding in found["findings"] if finding["code"] == "GD10")
    assert text == "1 of 41 rows with infinite or too large values in price"
    (folder / "g.csv").write_text((folder / "h.csv").read_text() + "3,\n")
    text = next(one["found"] for one in doctor("g.csv", "--target", "price")["findings"] if one["code"] == "GD10")
    assert text == "1 of 41 rows with infinite or too large values in price"
    assert (found["rows"], found["samples"]) == (41, 40)
    first, *_ = run("doctor", "h.csv", "--target", "price").out.splitlines()
    assert first == "h.csv: 41 rows; after repair 40 samples of 1 value"


@pytest.mark.parametrize(("place", "value"), [(0, '"5'), (2, '"y'), (1, '"c')])
def test_an_unclosed_quotation_mark_affects_only_its_row(place, value, folder):
    rows = [[str(k % 7), f'"{"abc"[k % 3]}"', "ny"[k % 2]] for k in range(40)]
    rows[5][place] = value
    (folder / "open.csv").write_text("a,b,y\n" + "".join(",".join(row) + "\n" for row in rows))
    found = doctor("open.csv", "--target", "y", "--fix", "copy.csv")
    broken = next(finding for finding in found["findings"] if finding["code"] == "GD01")
    assert (broken["lines"], found["samples"]) == ([7], 39)
    assert ("quotation mark" in broken["found"]) == (place > 0)
    assert found["fixed"]["done"] == ["GD01"]
    assert len((folder / "copy.csv").read_text().splitlines()) == 40


def test_a_quoted_value_on_two_lines_is_valid(folder):
    rows = "".join(f'{k % 7},"a\nb",{"ny"[k % 2]}\n' for k in range(40))
    (folder / "two.csv").write_text("a,b,y\n" + rows + '2,"c\nd",y,3\n')
    found = doctor("two.csv", "--target", "y")
    broken = next(finding for finding in found["findings"] if finding["code"] == "GD01")
    assert (found["samples"], broken["lines"]) == (40, [82])
    assert "quotation mark" not in broken["found"]


def test_the_proposed_command_has_the_flags_that_were_given(folder):
    rows = [f"{k % 3},{k % 17},{k % 5},0\n" for k in range(60)]
    (folder / "given.csv").write_text("".join(rows) + "1,2\n")
    given = ("--target", "1", "--input-max", "16.5", "--classes", "3", "--set", "targets=one-hot", "--set", "colour=no")
    last = run("doctor", "given.csv", *given).out.splitlines()[-1]
    assert last == f"next      glassnet doctor given.csv {' '.join(given)} --fix given-fixed.csv"
    again = run("doctor", "given.csv", "--recipe", "quick").out.splitlines()[-1]
    assert "given.csv --recipe quick --fix" in again


def test_a_column_of_lists_prints_no_warnings(folder):
    (folder / "n.ndjson").write_text(
        "".join(f'{{"a": [{k}, 2], "b": {k % 5}, "y": "{"ny"[k % 2]}"}}\n' for k in range(40))
    )
    outcome = run("doctor", "n.ndjson", "--target", "y")
    assert outcome.err == ""


def test_the_next_command_keeps_the_given_options(folder):
    (folder / "people.csv").write_text(PEOPLE)
    last = run("doctor", "people.csv", "--target", "survived").out.splitlines()[-1]
    assert last == "next      glassnet doctor people.csv --target survived --fix people-fixed.csv"


def coloured(folder, sizes=(12,)) -> dict[str, bytes]:
    """Red and green patches of the same grey value on white, in one folder per colour."""
    files = {}
    for k in range(30):
        name, tone = (("red", (190, 20, 20)), ("green", (20, 106, 20)))[k % 2]
        pixels = np.full((sizes[k % len(sizes)], sizes[k % len(sizes)], 3), 255, np.uint8)
        pixels[k % 5 : k % 5 + 3, k // 5 : k // 5 + 4] = tone
        files[f"{name}/{k}.png"] = png(pixels)
    for name, content in files.items():
        (folder / "shapes" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "shapes" / name).write_bytes(content)
    return files


def test_images_are_examined_in_colour_on_request(folder):
    coloured(folder)
    grey = doctor("shapes")
    remark = next(finding for finding in grey["findings"] if finding["code"] == "GD62")
    assert (remark["count"], remark["command"]) == (30, "glassnet doctor shapes --set colour=yes")
    assert (grey["features"], grey["channels"]) == (144, 1)
    colour = doctor("shapes", "--set", "colour=yes", "--fix", "shapes.npz")
    assert (colour["features"], colour["channels"], colour["image_shape"]) == (432, 3, [12, 12])
    assert {finding["code"] for finding in colour["findings"]} - HARMLESS == set(), "no ink, so nothing is inverted"
    read = glassnet.load_data("shapes", colour=True)
    kept = glassnet.load_data("shapes.npz")
    assert (kept.features, kept.image_shape) == (432, (12, 12))
    np.testing.assert_array_equal(kept.inputs, read.inputs)


def test_images_that_differ_only_in_colour_are_not_copies(folder):
    for name, tone in (("red", (190, 20, 20)), ("green", (20, 107, 20))):
        for k in range(20):
            pixels = np.full((12, 12, 3), 255, np.uint8)
            pixels[k % 5 : k % 5 + 4, k // 5 : k // 5 + 4] = tone
            (folder / "shapes" / name).mkdir(parents=True, exist_ok=True)
            (folder / "shapes" / name / f"{k}.png").write_bytes(png(pixels))
    assert "GD40" in codes("shapes")
    assert doctor("shapes", "--set", "colour=yes")["healthy"]


def test_bright_and_dark_classes_are_not_a_leak(folder):
    """Each pixel separates a bright class from a dark one, but that is the content to be trained on."""
    rng = np.random.default_rng(0)
    for name, low in (("cats", 100), ("dogs", 20)):
        (folder / "pets" / name).mkdir(parents=True)
        for k in range(20):
            (folder / "pets" / name / f"{k}.png").write_bytes(png(rng.integers(low, low + 75, (16, 16), np.uint8)))
    assert {"GD42", "GD27"} & set(codes("pets")) == set()
    for k in range(20):  # a stamp in the corner is a leak
        (folder / "pets" / "cats" / f"{k}.png").unlink()
        pixels = rng.integers(20, 95, (16, 16), np.uint8)
        pixels[0, :3] = 255
        (folder / "pets" / "cats" / f"{k}.png").write_bytes(png(pixels))
    assert "GD42" in codes("pets")


def test_a_column_of_groups_stays_in_the_copy_and_is_named_for_training(folder):
    (folder / "p.csv").write_text(next(one for one in damages() if one.code == "GD53").text)
    found = doctor("p.csv", "--target", "label", "--fix", "copy.csv")
    by_code = {finding["code"]: finding for finding in found["findings"]}
    assert by_code["GD53"]["command"] == "glassnet train p.csv --target label --group patient"
    assert "GD42" not in by_code
    assert glassnet.read_table(folder / "copy.csv").names == ("label", "patient", "x", "z")


def test_colour_images_of_different_sizes(folder):
    files = coloured(folder, (12, 12, 16))
    (folder / "shapes" / "red" / "text.png").write_bytes(b"text")
    found = doctor("shapes", "--set", "colour=yes", "--size", "8", "--fix", "mended")
    assert [finding["code"] for finding in found["findings"] if finding["severity"] == "error"] == ["GD60"]
    assert (found["features"], found["fixed"]["done"]) == (192, ["GD60"])
    assert {p.relative_to(folder / "mended").as_posix() for p in (folder / "mended").rglob("*.png")} == set(files)
    assert "GD61" in codes("shapes", "--set", "colour=yes")


def test_an_archive_of_colour_images(folder):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 3), np.uint8)
    pixels[:, :2], pixels[:, -2:], pixels[:, :, :2], pixels[:, :, -2:] = 250, 250, 250, 250
    (folder / "c.npz").write_bytes(npz(x=pixels, y=np.arange(60) % 3))
    found = doctor("c.npz", "--fix", "copy.npz")
    assert (found["image_shape"], found["channels"], found["healthy"]) == ([8, 8], 3, True)
    np.testing.assert_array_equal(np.load("copy.npz")["x"], pixels)


@pytest.mark.parametrize(
    ("odd", "separator", "quote"),
    [("behind", ",", '"'), ("behind", ";", ""), ("before", ",", ""), ("before", ";", '"')],
)
def test_a_header_may_lack_the_extra_separator_of_the_rows(folder, odd, separator, quote):
    """Only the data rows end with a separator, or begin with a row number, as R writes them."""
    rows = [[str(k % 7), f"{quote}{'abc'[k % 3]}{quote}", "ny"[k % 2]] for k in range(40)]
    names, clean = ["number", "letter", "kind"], [separator.join(row) for row in rows]
    odd_rows = [f"{row}{separator}" if odd == "behind" else f"{k + 1}{separator}{row}" for k, row in enumerate(clean)]
    (folder / "odd.csv").write_text("\n".join([separator.join(names), *odd_rows, ""]))
    found = doctor("odd.csv", "--target", "kind", "--fix", "copy.csv")
    assert (found["samples"], found["features"], found["classes"]) == (40, 2, {"n": 20, "y": 20})
    assert found["fixed"]["done"] == ["GD47" if odd == "behind" else "GD05"]
    assert "the unnamed column" in found["findings"][0]["found"]
    table = glassnet.read_table(folder / "copy.csv")
    assert list(table.names) == names
    assert table.frame["letter"].to_list() == [row[1].strip('"') for row in rows]


@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "quoted"])
@pytest.mark.parametrize("above", ["Sales of 2023\n", "# by us; 2023\n# till 3\n"])
def test_only_the_lines_above_a_table_are_removed(folder, above, quote):
    rows = "".join(f"{k % 7},5;{quote}{'abc'[k % 3]}{quote};{'ny'[k % 2]}\n" for k in range(40))
    (folder / "above.csv").write_text(f"{above}size;letter;kind\n{rows}")
    found = doctor("above.csv", "--target", "kind", "--fix", "copy.csv")
    assert (found["samples"], found["features"]) == (40, 2)
    broken = next(finding for finding in found["findings"] if finding["code"] == "GD01")
    assert broken["lines"] == list(range(1, above.count("\n") + 1))
    assert glassnet.read_table(folder / "copy.csv").column("size").numbers.tolist() == [k % 7 + 0.5 for k in range(40)]


def test_amounts_are_not_identifiers_and_duplicate_names_stay_distinct(folder):
    rows = "".join(f"{k},{k % 10}{k % 7} €;{'abc'[k % 3]};{k % 5};{'ny'[k % 2]}\n" for k in range(40))
    (folder / "sums.csv").write_text(f"sum;place;place;kind\n{rows}", encoding="utf-8")
    found = doctor("sums.csv", "--target", "kind", "--fix", "copy.csv")
    assert not {"GD05", "GD11"} & {finding["code"] for finding in found["findings"]}
    [twice] = [finding for finding in found["findings"] if finding["code"] == "GD15"]
    assert (twice["columns"], twice["found"]) == (["place"], "place: shared by 2 columns")
    table = glassnet.read_table(folder / "copy.csv")
    assert table.names == ("sum", "place", "place.2", "kind")
    assert table.column("sum").numbers[:3].tolist() == [0.0, 1.11, 2.22]


@pytest.mark.parametrize("kind", ["ndjson", "parquet"])
def test_lists_and_records_are_reported_and_omitted_from_the_copy(folder, kind):
    frame = pl.DataFrame({
        "size": [k % 7 + 0.5 for k in range(40)],
        "place": [{"east": k, "north": [k, 2]} for k in range(40)],
        "sizes": [[1, k] for k in range(40)],
        "kind": ["ny"[k % 2] for k in range(40)],
    })  # fmt: skip
    getattr(frame, f"write_{kind}")(folder / f"t.{kind}")
    found = doctor(f"t.{kind}", "--target", "kind", "--fix", "copy.csv")
    [one] = [finding for finding in found["findings"] if finding["code"] == "GD18"]
    assert (one["columns"], one["severity"]) == (["place", "sizes"], "error")
    assert glassnet.read_table(folder / "copy.csv").names == ("size", "kind")
    run("train", f"t.{kind}", "--target", "kind").refused("GN061", "place", "--drop")


def test_the_verdict_includes_the_test_data(folder):
    for name in ("a.csv", "b.csv"):
        rows = "".join(f"{k % 13 / 7},{k % 11},{'ab'[k % 2]}\n" for k in range(100))
        (folder / name).write_text(f"{name[0]},z,y\n{rows}".replace("b,z", "a,z"))
    last = run("doctor", "a.csv", "--target", "y", "--test", "b.csv").out.splitlines()
    assert any(line.startswith("a.csv, b.csv: ") for line in last)


def test_a_copy_repeats_no_finding(folder):
    """What a repair leaves was printed already; only what it made visible is printed after it."""
    ports = ["A", "B"] * 30 + ["C"] + [""] * 2
    rows = [f"{k % 23},{k * k % 41},{port}" for k, port in enumerate(ports)]
    (folder / "ships.csv").write_text("\n".join(["load,crew,port", *rows]) + "\n")
    (folder / "old.py").write_text("print(xrange(4))\nopen('/nowhere/at/all.csv')\n")
    for language in ("en", "zh"):
        for words in (("ships.csv", "--target", "port"), ("old.py",)):
            copy = f"copy-{language}.{words[0].split('.')[1]}"
            outcome = run("doctor", *words, "--fix", copy, "--language", language)
            assert outcome.code == 1, "something is left"
            before, _, after = outcome.out.partition(copy)
            heads = [re.findall(r"^\S+ +(G[DS]\d\d) ", text, re.M) for text in (before, after)]
            assert len(heads[0]) > 1
            assert heads[1] == []
