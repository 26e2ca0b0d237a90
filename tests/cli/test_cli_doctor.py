"""``glassnet doctor`` on data: every kind of damage is found, repaired copies are healthy, originals are unchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet.doctor.registry import KINDS
from support.cli import doctor, run, snapshot
from support.damaged import COUNT, damages, labels, rows_of, text
from support.samples import digits, digits_csv, npz, png

DAMAGES = damages()
OPTIONS_AND_PAIRS = {
    "GD08",
    "GD13",
    "GD43",
    "GD44",
    "GD36",
    "GD50",
    "GD51",
    "GD52",
    "GD60",
    "GD61",
    "GD62",
    "GD63",
    "GD14",
    "GD15",
    "GD16",
    "GD17",
    "GD18",
    "GD19",
    "GD46",
    "GD47",
    "GD48",
    "GD49",
}
"""Codes with their own tests below, because they need options, test data or a table with text."""
EXACT = {"GD02", "GD03", "GD04", "GD05", "GD06", "GD09", "GD12", "GD20", "GD21", "GD22", "GD24", "GD25"}
"""Codes of damage whose repair restores the data exactly; sixteen levels are no longer the 256 of the original."""
HARMLESS = {code for code, kind in KINDS.items() if kind.severity == "remark"}


def codes(outcome) -> list[str]:
    return [finding["code"] for finding in outcome.json()["findings"]]


def test_every_kind_of_finding_in_data_has_a_test():
    tested = {damage.code for damage in DAMAGES} | OPTIONS_AND_PAIRS
    assert tested == {code for code in KINDS if code.startswith("GD")}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name.replace(" ", "-"))
def test_only_the_damage_is_found_and_it_is_repaired_in_a_copy(damage, folder):
    (folder / "rows.csv").write_text(damage.text)
    before = snapshot(folder)
    fixed = run("doctor", "rows.csv", "--fix", "copy.csv", "--json")
    assert fixed.err == ""
    found = fixed.json()
    seen = {finding["code"] for finding in found["findings"]}
    assert damage.code in seen
    assert seen - {damage.code, *damage.others} - HARMLESS == set(), "a finding without a fault"
    kind = next(finding for finding in found["findings"] if finding["code"] == damage.code)
    assert kind["severity"] == KINDS[damage.code].severity
    assert all(kind[key] for key in ("found", "fix", "meaning"))
    assert snapshot(folder).items() >= before.items()
    again = run("doctor", "copy.csv", "--json")
    assert fixed.code == again.code == (0 if damage.repairable else 1)
    left = {finding["code"] for finding in again.json()["findings"]}
    assert damage.repairable or damage.code in left
    if damage.repairable and damage.code not in ("GD12", "GD29"):
        assert damage.code in ("GD27", "GD45") or damage.code not in left
        assert glassnet.load_data("copy.csv").image_shape == (28, 28)
    if damage.code in EXACT and damage.name != "sixteen levels":
        copy, original = glassnet.load_data("copy.csv"), digits(COUNT)
        np.testing.assert_array_equal(copy.labels, original.labels)
        np.testing.assert_array_equal(copy.inputs, original.inputs)


def test_findings_give_rows_and_lines(folder):
    damaged = text([["label", *(f"p{k}" for k in range(784))], *rows_of()]).splitlines()
    damaged[5] = damaged[5].replace(",0,", ",x,", 1)
    damaged[9] += ",1"
    (folder / "rows.csv").write_text("\n".join(damaged))
    found = {finding["code"]: finding for finding in doctor("rows.csv")["findings"]}
    assert (found["GD11"]["rows"], found["GD11"]["lines"]) == ([4], [6])
    assert (found["GD01"]["rows"], found["GD01"]["lines"]) == ([8], [10])
    assert found["GD11"]["count"] == found["GD01"]["count"] == 1


def test_healthy_digits_have_only_a_note(folder):
    (folder / "rows.csv").write_text(text(rows_of()))
    outcome = run("doctor", "rows.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith("rows.csv: 1 remark\n")


def test_the_bundled_digits_are_clean_with_their_test_part():
    found = doctor("mnist")
    assert found["healthy"]
    assert [finding["code"] for finding in found["findings"]] == ["GD27"]
    assert found["findings"][0]["count"] == 67
    assert found["samples"] == 60_000


def test_training_and_test_data_are_compared(folder):
    train, test = digits_csv(100), digits_csv(30, start=90)
    (folder / "train.csv").write_text(train)
    (folder / "test.csv").write_text(test)
    found = doctor("train.csv", "--test", "test.csv", "--fix", "copy.csv")  # rows that train accepts remain
    across = {finding["code"]: finding for finding in found["findings"]}
    assert (across["GD51"]["count"], across["GD51"]["rows"]) == (10, list(range(90, 95)))
    assert [one["code"] for one in found["fixed"]["left"] if one["severity"] != "remark"] == ["GD51"]
    assert len(glassnet.load_data("copy.csv")) == 100
    (folder / "few.csv").write_text("\n".join(line for line in test.split("\n") if not line.startswith("7")))
    assert "GD52" in {finding["code"] for finding in doctor("train.csv", "--test", "few.csv")["findings"]}
    (folder / "strange.csv").write_text("12" + digits_csv(3, start=120)[1:])
    assert "GD33" in {finding["code"] for finding in doctor("train.csv", "--test", "strange.csv")["findings"]}
    narrow = [",".join(line.split(",")[:-1]) for line in test.splitlines()]
    (folder / "narrow.csv").write_text("\n".join(narrow))
    assert "GD50" in {finding["code"] for finding in doctor("train.csv", "--test", "narrow.csv")["findings"]}


def test_common_rows_are_found_in_test_data_of_another_scale(folder):
    (folder / "train.csv").write_text(digits_csv(100))
    scaled = digits(100)
    lines = [
        [str(label), *(f"{v / 255:.6g}" for v in row)] for label, row in zip(scaled.labels, scaled.inputs, strict=True)
    ]
    (folder / "test.csv").write_text(text(lines[95:]))
    found = doctor("train.csv", "--test", "test.csv")["findings"]
    assert {("GD20", "test.csv"), ("GD51", "train.csv")} <= {(one["code"], one["source"]) for one in found}


def test_targets_that_a_sigmoid_cannot_reach_are_found(folder):
    (folder / "rows.csv").write_text(digits_csv(100))
    assert "GD36" in codes(run("doctor", "rows.csv", "--set", "targets=one-hot", "--json"))
    cross = ("--set", "targets=one-hot", "--loss", "cross_entropy")
    assert "GD36" not in codes(run("doctor", "rows.csv", *cross, "--json"))


PEOPLE = "id,name,age,port,survived\n" + "".join(
    f'{k + 1},"Doe, {k}",{20 + 1.5 * k},{"SCQ"[k * k % 3]},{"yn"[k * 7 % 5 < 2]}\n' for k in range(60)
)


def test_a_copy_of_a_table_keeps_its_text(folder):
    (folder / "people.csv").write_text(PEOPLE.replace(",23.0,", ",old,").replace(",S,", ",,", 1))
    found = doctor("people.csv", "--target", "survived", "--fix", "copy.csv")
    by_code = {finding["code"]: finding for finding in found["findings"]}
    assert by_code["GD05"]["columns"] == ["id", "name"]
    assert {"GD46", "GD13"} <= set(by_code)
    assert found["classes"].keys() == {"y", "n"}
    lines = (folder / "copy.csv").read_text().splitlines()
    assert lines[0] == "age,port,survived"
    assert lines[1] == "20.0,,n"
    assert len(lines) == 61
    assert run("doctor", "copy.csv", "--target", "survived").code == 0


MISSING_WORDS = ["-", ".", "unknown", "missing", "None"]


@pytest.mark.parametrize(("words", "code"), [(MISSING_WORDS, "GD46"), (["oak", "elm", "ash", "fir"], "GD48")])
def test_words_in_a_column_of_numbers_mean_the_same_to_the_doctor_and_to_training(folder, words, code):
    """Words for missing values may be of any number of kinds; other words make it a column of words, also with inf."""
    values = [*words, *words, "inf", *(f"{k * 37 % 400 + 0.25 * (k % 3)}" for k in range(390))]
    rows = "".join(f"{value},{k % 20 + 0.5},{'ny'[k % 2]}\n" for k, value in enumerate(values))
    (folder / "t.csv").write_text("x,other,answer\n" + rows)
    found = {one["code"]: one for one in doctor("t.csv", "--target", "answer")["findings"]}
    assert {"GD46", "GD48"} & set(found) == {code}
    assert found[code]["columns"] == ["x"]
    assert found[code]["count"] == 2 * len(words) + (code == "GD46")
    assert ("x" in glassnet.load_table("t.csv", "answer").feature_names) == (code == "GD46")


def test_an_empty_column_of_a_table_is_a_remark(folder):
    (folder / "t.csv").write_text("x,z,y\n" + "".join(f"{k * 37 % 400},,{'ny'[k % 2]}\n" for k in range(60)))
    outcome = run("doctor", "t.csv", "--target", "y", "--json")
    assert (outcome.code, codes(outcome)) == (0, ["GD47"])


def test_the_guessed_label_is_reported_and_can_be_set(folder):
    (folder / "people.csv").write_text(PEOPLE)
    assert "GD08" in codes(run("doctor", "people.csv", "--json"))
    assert "GD08" not in codes(run("doctor", "people.csv", "--target", "5", "--json"))
    run("doctor", "people.csv", "--target", "Survived").refused("GN060", "'Survived'", "id, name, age")


def test_a_regression_target_is_not_treated_as_classes(folder):
    rows = "".join(f"{k % 7},{k * k % 83},{k * 1.25 + k % 3}\n" for k in range(80))
    (folder / "houses.csv").write_text("rooms,age,price\n" + rows)
    found = doctor("houses.csv", "--target", "price")
    assert (found["findings"], found["classes"], found["healthy"]) == ([], None, True)


def test_archives_with_faults_are_examined(folder):
    data = digits(100)
    values = data.inputs.reshape(-1, 28, 28).astype(float)
    values[3, 4, 5] = np.nan
    (folder / "rows.npz").write_bytes(npz(x=values, y=data.labels + 1))
    found = doctor("rows.npz", "--fix", "copy.npz")
    assert {"GD10", "GD31"} <= {finding["code"] for finding in found["findings"]}
    copy = glassnet.load_data("copy.npz")
    assert (len(copy), copy.image_shape, copy.classes) == (99, (28, 28), 10)


@pytest.mark.parametrize("case", ["original", "test", "other", "suffix", "folder", "words to npz"])
def test_a_copy_overwrites_no_other_file(case, folder):
    (folder / "rows.csv").write_text(PEOPLE if case == "words to npz" else labels(lambda y: y + 1))
    (folder / "letter.csv").write_text("dear reader")
    out = {"original": "rows.csv", "test": "./rows.csv", "other": "letter.csv", "suffix": "copy.parquet"}
    before = snapshot(folder)
    if case == "folder":
        run("doctor", "rows.csv", "--fix", "gone/copy.csv").refused("GN001", "gone")
    else:
        run("doctor", "rows.csv", "--fix", out.get(case, "copy.npz")).refused("GN022", "--fix")
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("gone.csv", None, "GN001"),
        ("empty.csv", b"", "GN010"),
        ("names.csv", b"age,place,income\n", "GN010"),
        ("prose.csv", b"Dear reader,\nthis is\na letter\nnot a table at all\n", "GN011"),
        ("noise.csv", bytes(range(256)) * 20, "GN005"),
        ("broken.npz", b"PK\x03\x04 broken", "GN019"),
    ],
)
def test_files_without_data_are_rejected(name, content, code, folder):
    if content is not None:
        (folder / name).write_bytes(content)
    run("doctor", name).refused(code, name)


ODD = [b"a,b\n1\n2\n3\n", b",,,\n,,,\n,,,\n", b"1,2\n3,4\n", b"x;y\n" * 30, b"\xff\xff,\xfe\n1,2\n" * 9]


@pytest.mark.parametrize("content", ODD)
def test_odd_tables_give_findings_or_one_error_line(content, folder):
    (folder / "odd.csv").write_bytes(content)
    outcome = run("doctor", "odd.csv", "--fix", "copy.csv")
    assert outcome.code in (0, 1, 2)
    assert "Traceback" not in outcome.err


def test_different_digits_are_not_reported_as_copies(monkeypatch):
    """Also for float64 values whose low bits are 0, and if all fingerprints collide."""
    from glassnet.doctor.data import repeats
    from glassnet.doctor.data.raw import RawData

    pixels = digits(3_000).inputs
    for values in (pixels, pixels.astype(float), pixels / 255, pixels[:, :783]):
        table = RawData("rows", values, {}, ("",) * values.shape[1], False, np.arange(len(values)))
        assert len(np.unique(repeats.fingerprints(table))) == len(values)
    monkeypatch.setattr(repeats, "fingerprints", lambda table: np.zeros(len(table), np.uint64))
    table = table.take(np.array([0, 1, 1, 0, 2]))
    assert repeats.first_equal(table).tolist()[:3] == [0, 1, 2]


@pytest.mark.parametrize("kind", ["parquet", "ipc", "ndjson"])
def test_files_of_typed_columns_are_read(kind, folder):
    import polars

    frame = polars.read_csv(PEOPLE.encode()).with_columns(polars.lit("x").alias("ship"))
    getattr(frame, f"write_{kind}")("people.any")
    found = doctor("people.any", "--target", "survived", "--fix", "copy.csv")
    assert {"GD05", "GD29"} == {finding["code"] for finding in found["findings"]}
    assert (folder / "copy.csv").read_text().startswith("survived,age,port\nn,20.0,S\n")
    (folder / "broken.any").write_bytes((folder / "people.any").read_bytes()[:-60])
    run("doctor", "broken.any").refused("GN006", "broken.any")


def test_rows_of_a_coarse_table_may_be_equal(folder):
    rows = "".join(f"{'ab'[k % 2]},{k * k % 3},{'yn'[k * k * k % 7 > 3]}\n" for k in range(90))
    (folder / "coarse.csv").write_text(f"port,rooms,label\n{rows}")
    found = doctor("coarse.csv", "--fix", "copy.csv")
    assert ([finding["code"] for finding in found["findings"]], found["healthy"]) == (["GD08", "GD44"], True)
    assert len((folder / "copy.csv").read_text().splitlines()) == 91


def test_rows_equal_by_chance_are_not_reported_as_copies(folder):
    """With one decimal, one or two pairs are equal by chance, but not twenty."""
    rng = np.random.default_rng(2)
    rows = [f"{a:.1f},{b:.1f},{c:.1f},{'xy'[k // 100]}\n" for k, (a, b, c) in enumerate(rng.normal(5, 0.4, (200, 3)))]
    assert 1 <= len(rows) - len(set(rows)) <= 8
    (folder / "flowers.csv").write_text("long,wide,high,kind\n" + "".join(rows))
    found = doctor("flowers.csv", "--target", "kind")
    assert ([finding["code"] for finding in found["findings"]], found["healthy"]) == (["GD44", "GD45"], True)
    (folder / "copied.csv").write_text("long,wide,high,kind\n" + "".join(rows + rows[:20]))
    assert "GD41" in [finding["code"] for finding in doctor("copied.csv", "--target", "kind")["findings"]]


def test_equal_rows_of_whole_numbers_that_depend_on_each_other_are_not_reported_as_copies(folder):
    """As in letter recognition: 12 columns of 0 to 15, from four hidden factors."""
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(3000, 4)) @ rng.normal(size=(4, 12))
    rows = [",".join(map(str, row)) for row in np.clip(np.round(factors + 7), 0, 15).astype(int)]
    lines = [f"{row},{'xyz'[k % 3]}\n" for k, row in enumerate(rows)]
    header = ",".join([*(f"c{k}" for k in range(12)), "kind"]) + "\n"
    assert 2500 < len(set(rows)) < 2980
    (folder / "whole.csv").write_text(header + "".join(lines))
    codes = [finding["code"] for finding in doctor("whole.csv", "--target", "kind")["findings"]]
    assert "GD44" in codes
    assert "GD41" not in codes
    (folder / "copied.csv").write_text(header + "".join(lines + lines[:400]))
    assert "GD41" in [finding["code"] for finding in doctor("copied.csv", "--target", "kind")["findings"]]


def test_a_condition_that_each_row_was_repeated_under_does_not_hide_copies(folder):
    rng = np.random.default_rng(4)
    mixes = rng.normal(size=(80, 4))
    lines = [
        ",".join([*(f"{value:.3f}" for value in mix), str(day), f"{rng.normal():.2f}"])
        for mix in mixes
        for day in (3, 7, 28)
    ]
    (folder / "repeats.csv").write_text("\n".join(["a,b,c,d,day,strength", *lines, *lines[:9]]) + "\n")
    assert "GD41" in [finding["code"] for finding in doctor("repeats.csv", "--target", "strength")["findings"]]


def test_sorted_rows_are_a_finding_for_a_recipe_without_shuffling(folder):
    (folder / "sorted.csv").write_text(next(damage.text for damage in DAMAGES if damage.name == "sorted"))
    found = doctor("sorted.csv", "--recipe", "notes-code", "--fix", "copy.csv")
    assert "GD43" in [finding["code"] for finding in found["findings"]]
    assert doctor("copy.csv", "--recipe", "notes-code")["healthy"]


def test_a_single_class_and_blank_pixels_are_not_one_hot_columns(folder):
    lines = digits_csv(300).splitlines(keepends=True)
    (folder / "ones.csv").write_text("".join(line for line in lines if line.startswith("1,")))
    found = doctor("ones.csv")
    assert [finding["code"] for finding in found["findings"] if finding["severity"] == "error"] == ["GD34"]


def test_images_of_a_folder_are_not_reported_as_sorted(folder):
    for place in range(40):
        target = folder / "shapes" / "ab"[place // 20]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{place}.png").write_bytes(png(digits(40).inputs[place].reshape(28, 28)))
    assert doctor("shapes")["healthy"]


def test_a_folder_of_images_with_every_fault(folder):
    """Unreadable files, another size, a copy, and an image in two classes; all readable files are copied."""
    drawn = [png(row.reshape(28, 28)) for row in digits(12).inputs]
    files = {f"{'二é'[k % 2]}/{k}.png": drawn[k] for k in range(8)}
    files |= {"é/cut.png": drawn[8][:90], "é/text.png": b"text", "二/copy.png": drawn[0], "é/torn.png": drawn[2]}
    files["二/small.png"] = png(np.eye(9, dtype=np.uint8) * 255)
    for name, content in files.items():
        (folder / "shapes" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "shapes" / name).write_bytes(content)
    found = doctor("shapes", "--fix", "repairable")
    seen = {finding["code"]: finding for finding in found["findings"]}
    assert found["classes"] == {"二": 6, "é": 5}
    assert seen["GD60"]["files"] == ["é/cut.png", "é/text.png"]
    assert (seen["GD61"]["files"], seen["GD61"]["command"]) == (["二/small.png"], "glassnet train shapes --size 28x28")
    assert set(seen["GD40"]["files"]) == {"二/2.png", "é/torn.png"}
    assert seen["GD41"]["files"] == ["二/copy.png"]
    assert found["fixed"]["done"] == ["GD60"]
    assert [finding["code"] for finding in found["fixed"]["left"]] == ["GD61", "GD40", "GD41", "GD27"]
    kept = {path.relative_to(folder / "repairable").as_posix() for path in (folder / "repairable").rglob("*.png")}
    assert kept == set(files) - {"é/cut.png", "é/text.png"}
    assert all((folder / "repairable" / name).read_bytes() == files[name] for name in kept)
    run("doctor", "shapes", "--fix", "repairable").refused("GN022", "repairable")


def test_text_labels_in_an_archive_are_found(folder):
    pixels = np.repeat(digits(30).inputs, [2, *[1] * 29], axis=0)
    (folder / "words.npz").write_bytes(npz(x=pixels, y=np.array(["cat", "二"])[np.arange(31) % 2]))
    found = doctor("words.npz", "--fix", "copy.npz")
    assert {"GD40"} == {finding["code"] for finding in found["findings"]} - HARMLESS
    assert glassnet.load_data("copy.npz").class_names == ("cat", "二")


@pytest.mark.parametrize("quoted", [False, True])
def test_a_copy_of_text_in_windows_1252_keeps_its_words(tmp_path, monkeypatch, quoted):
    monkeypatch.chdir(tmp_path)
    lines = ["größe,stadt,y", *(f"{k}.5,{('Köln', 'Ulm', 'Bonn')[k % 3]},{k % 2}" for k in range(30)), "1,2"]
    text = "\n".join(lines).replace("Köln", '"Köln"' if quoted else "Köln")
    (tmp_path / "rows.csv").write_bytes(text.encode("cp1252"))
    run("doctor", "rows.csv", "--target", "y", "--fix", "copy.csv")
    copy = (tmp_path / "copy.csv").read_text(encoding="utf-8")
    assert copy.startswith("größe,stadt,y\n")
    assert "Köln" in copy
    assert "\ufffd" not in copy


@pytest.mark.parametrize(
    ("column", "usable"),
    [
        (lambda k: f"text {k}", False),
        (lambda k: f"text {k % 9}", True),
        (lambda k: "same", False),
        (lambda k: f"{k} kg", True),
        (lambda k: f"2024-03-{1 + k % 30:02}", True),
        (lambda k: 1.5 * k * k, True),
    ],
)
def test_a_table_without_usable_columns_is_an_error_as_in_training(tmp_path, monkeypatch, column, usable):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(
        "x,y\n" + "".join(f"{column(k)},{'no' if k % 3 else 'yes'}\n" for k in range(80)), encoding="utf-8"
    )
    found = {finding["code"] for finding in run("doctor", "t.csv", "--target", "y", "--json").json()["findings"]}
    assert ("GD49" in found) != usable
    if not usable:
        run("train", "t.csv", "--target", "y", "--no-plot").refused("GN062")
