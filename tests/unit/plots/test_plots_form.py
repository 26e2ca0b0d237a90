"""All plots have the same form: optional axes, two languages, no global state, and letters that a font has."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from glassnet import Dataset, Options, evaluate, fit, plots
from glassnet.errors import OptionError, ShapeError
from glassnet.explain.hidden import hidden_space
from glassnet.explain.step import trace
from glassnet.explain.why import Neighbours, why
from glassnet.handwriting.reader import read_photo
from glassnet.messages.formats import shortened, width_of
from glassnet.messages.languages import LANGUAGES
from glassnet.model.evaluate import reliability
from glassnet.model.file import shipped_model
from glassnet.plots import fonts
from glassnet.plots.fonts import replace_missing_glyphs
from glassnet.plots.palette import BLUE, CLASS_COLOURS, MISTAKES, VERMILION, class_style
from glassnet.words.plots import WORDS, words_in
from support.cli import environment
from support.messages import in_both
from support.photos import single
from support.samples import digits, small_model
from support.sources import PACKAGE

COMPARISON = {
    "metric": "accuracy",
    "pairs": [{"seed": 0, "a": 0.8, "b": 0.9}, {"seed": 1, "a": 0.7, "b": 0.95}],
    "curves": {
        "a": [{"epochs": [1, 2], "validation_score": [0.5, 0.8]}, {"epochs": [1], "validation_score": [0.7]}],
        "b": [{"epochs": [1, 2, 3], "validation_score": [0.6, 0.8, 0.9]}] * 2,
    },
}
SEARCH = {
    "metric": "accuracy",
    "higher_is_better": True,
    "space": {
        "hidden": {"choices": [[50], [100, 50], [128, 128, 128]]},
        "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    },
    "trials": [
        {
            "number": number,
            "state": state,
            "score": score,
            "options": {"hidden": [100, 50], "learning_rate": rate},
        }
        for number, state, score, rate in (
            (0, "complete", 0.9, 0.0),
            (1, "pruned", 0.5, 0.002),
            (2, "complete", 0.95, 0.1),
            (3, "diverged", None, 0.1),
        )
    ],
    "best": {"number": 2},
}
HISTORY = {"progress": [0.5, 1.0], "loss": [0.4, 0.2], "accuracy": [0.6, 0.9]}
NAMES = ["猫", "dog", "$x_1$"]


@pytest.fixture(scope="module")
def drawings():
    """Return name -> number of panels, and a function that draws the plot."""
    model = small_model()
    rng = np.random.default_rng(6)
    data = Dataset(rng.integers(0, 256, (12, 16)).astype(np.uint8), np.arange(12) % 3, 3, (4, 4), "rows")
    reading = read_photo(shipped_model(), single("squared", 3).opened())
    confusion = evaluate(model, data).confusion
    found = why(model, data.inputs[4], Neighbours(model, data))
    calls = {
        "augmentation": (1, data.inputs, Options(rotate=10.0, zoom=0.1)),
        "comparison": (1, COMPARISON),
        "confusion": (1, confusion, NAMES),
        "curve": (2, HISTORY),
        "digits": (1, data.inputs, data.labels, (data.labels + 1) % 3),
        "hidden": (1, hidden_space(model, data), NAMES),
        "reading": (1, reading),
        "reliability": (2, reliability(model, data)),
        "search": (3, SEARCH),
        "stages": (5, reading),
        "step": (11, trace(model, data.take(slice(0, 1)))),
        "weights": (5, model.network.parameters.weights[0]),
        "why": (8, found, (4, 4), NAMES),
    }
    return {
        name: (count, lambda name=name, given=given, **more: getattr(plots, f"draw_{name}")(*given, **more))
        for name, (count, *given) in calls.items()
    }


PICTURES = sorted(name.removeprefix("draw_") for name in plots.__all__ if name.startswith("draw_"))


def panels(drawn) -> list:
    return drawn if isinstance(drawn, list) else [drawn]


def texts(drawn) -> list[str]:
    return [text.get_text() for axes in panels(drawn) for text in axes.findobj(Text) if text.get_text()]


def render(drawn) -> None:
    """Draw without a file; a letter without a glyph is a warning, and warnings are errors here."""
    FigureCanvasAgg(panels(drawn)[0].figure).draw()


def require_inside(drawn) -> None:
    """Check that nothing is cut off a new figure; a letter without a glyph is an error here too."""
    figure = panels(drawn)[0].figure
    FigureCanvasAgg(figure)
    box = figure.get_tightbbox()  # in inches
    assert min(box.x0, box.y0) > -0.02
    assert box.x1 < figure.get_figwidth() + 0.02
    assert box.y1 < figure.get_figheight() + 0.02


def test_every_plot_is_tested(drawings):
    assert sorted(drawings) == PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_every_plot_has_the_common_parameters_and_documents_them(name):
    function = getattr(plots, f"draw_{name}")
    defaults = {key: one.default for key, one in inspect.signature(function).parameters.items()}
    assert (defaults["axes"], defaults["language"]) == (None, "en")
    for section in ("Parameters", "Returns", "Raises"):
        assert f"{section}\n{'-' * len(section)}\n" in inspect.getdoc(function)
    documented = set(re.findall(r"^(\w+(?:, \w+)*) : ", inspect.getdoc(function), re.MULTILINE))
    assert set(defaults) <= {one for names in documented for one in names.split(", ")}


@pytest.mark.parametrize("curves", [[], [{"epochs": [1, 2], "validation_score": [0.5]}]])
def test_a_comparison_needs_a_score_for_every_epoch(curves):
    with pytest.raises(ShapeError, match="curves of b"):
        plots.draw_comparison(COMPARISON | {"curves": COMPARISON["curves"] | {"b": curves}})


def test_a_search_needs_a_trial_with_a_score():
    with pytest.raises(ShapeError, match="trials"):
        plots.draw_search(SEARCH | {"trials": SEARCH["trials"][3:]})


def test_a_search_shows_the_recipe_s_own_value_that_is_none_of_the_choices():
    space = {"hidden": {"choices": [[7], [8]]}}
    trials = [{**SEARCH["trials"][0], "options": {"hidden": [9]}, "number": 0}]
    drawn = plots.draw_search(SEARCH | {"trials": trials, "space": space, "best": {"number": 0}})
    assert [one.get_text() for one in drawn[1].get_xticklabels()] == ["7", "8", "9"]


@pytest.mark.parametrize("sides", [3, 8])
def test_a_comparison_of_several_sides_has_a_label_for_each_and_none_above_another(sides):
    letters = "abcdefgh"[:sides]
    curve = {"epochs": [1, 2], "validation_score": [0.5, 0.8]}
    pairs = [{"seed": 0, **{side: 0.8 + 1e-4 * k for k, side in enumerate(letters)}}]
    drawn = plots.draw_comparison(COMPARISON | {"pairs": pairs, "curves": {side: [curve] for side in letters}})
    require_inside(drawn)
    labels = [text for text in drawn.texts if "%" in text.get_text()]
    assert sorted(text.get_text()[0] for text in labels) == sorted(letters.upper())
    boxes = sorted(text.get_window_extent().y0 for text in labels)
    assert min(np.diff(boxes)) > 0.9 * labels[0].get_window_extent().height
    styles = {(line.get_color(), line.get_linestyle()) for line in drawn.lines if line.get_linewidth() > 1.7}
    assert len(styles) == sides


@pytest.mark.parametrize("name", PICTURES)
def test_the_axes_passed_in_are_drawn_on_and_returned(name, drawings):
    count, draw = drawings[name]
    figure = Figure(figsize=(9, 7))
    given = figure.subplots(1, count) if count > 1 else figure.subplots()
    drawn = draw(axes=given)
    assert all(one is other for one, other in zip(panels(drawn), np.ravel([given]), strict=True))
    assert isinstance(drawn, list) == (count > 1)
    assert figure.axes == panels(drawn), "nothing may be drawn elsewhere"
    render(drawn)
    if count > 1:
        with pytest.raises(ShapeError, match=f"expected {count}"):
            draw(axes=list(given)[:-1])


@pytest.mark.parametrize("name", PICTURES)
def test_both_languages_have_all_glyphs_and_the_same_content(name, drawings):
    _, draw = drawings[name]
    before, had_pyplot = dict(mpl.rcParams), "matplotlib.pyplot" in sys.modules
    english, chinese = (draw(language=language) for language in LANGUAGES)
    for drawn in (english, chinese):
        require_inside(drawn)
    shown = "".join(texts(chinese))
    assert name == "reading" or any(
        letter in shown for pair in in_both(WORDS).values() for letter in pair[1] if letter > "⺀"
    )
    assert not any(letter > "⺀" for letter in "".join(texts(english)).replace("猫", ""))
    for one, other in zip(panels(english), panels(chinese), strict=True):
        if name != "digits":  # here longer words need more room
            assert [image.get_array().tolist() for image in one.images] == [
                i.get_array().tolist() for i in other.images
            ]
            assert one.get_xlim() == other.get_xlim()
    assert dict(mpl.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == had_pyplot
    with pytest.raises(OptionError, match="'fr': expected one of en, zh"):
        draw(language="fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_below_digits_are_legible_and_do_not_overlap(language):
    data = digits(20)
    names = [f"第 {label} 类：a kind with a long name" for label in range(10)]
    axes = plots.draw_digits(
        data.inputs, [names[k] for k in data.labels], [names[k // 2] for k in data.labels], language=language
    )
    FigureCanvasAgg(axes.figure).draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert min(text.get_fontsize() for text in axes.texts) >= 5
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_names_of_overlapping_classes_do_not_overlap():
    rng = np.random.default_rng(3)
    data = Dataset(rng.integers(0, 256, (300, 16)).astype(np.uint8), np.arange(300) % 50, 50, (4, 4), "rows")
    model = fit(data, Options(hidden=(6,), epochs=1, engine="reference")).model
    axes = plots.draw_hidden(hidden_space(model, data), [f"class {label}" for label in range(50)])
    FigureCanvasAgg(axes.figure).draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert 1 <= len(boxes) < 50
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


class TestWords:
    def test_every_word_is_used(self):
        sources = [path for path in PACKAGE.rglob("*.py") if path.name != "words.py"]
        text = "\n".join(path.read_text(encoding="utf-8") for path in [*sources, *PACKAGE.rglob("*.html")])
        used = {*re.findall(r"[\"'](\w+)[\"']", text)}
        assert set(WORDS) - used == set()

    def test_every_letter_is_in_the_bundled_fonts(self):
        letters_used = {letter for pair in in_both(WORDS).values() for letter in "".join(pair) if not letter.isspace()}
        bundled = fonts._code_points_of(fonts.SHIPPED) | fonts._code_points_of(fonts.FAMILY)
        assert {letter for letter in letters_used if ord(letter) not in bundled} == set()

    def test_words_are_filled_in(self):
        assert words_in("zh")("read_as", answer=7) == "预测 7"


class TestLetters:
    def test_common_chinese_needs_no_installed_font(self, monkeypatch):
        monkeypatch.setattr(fonts, "INSTALLED", ())
        fonts._family_with_glyph.cache_clear()
        assert replace_missing_glyphs(["猫", "衬衫", "naïve", "Ω", "two\nlines"]) == [
            "猫",
            "衬衫",
            "naïve",
            "Ω",
            "two lines",
        ]

    def test_a_letter_without_a_glyph_is_written_as_its_code_point(self, monkeypatch):
        monkeypatch.setattr(fonts, "INSTALLED", ())
        fonts._family_with_glyph.cache_clear()
        with pytest.warns(UserWarning, match="no installed font has 龘"):
            assert replace_missing_glyphs(["龘", "a"]) == ["U+9F98", "a"]
        fonts._family_with_glyph.cache_clear()

    def test_a_font_chosen_by_the_user_stays_first(self):
        [axes] = plots.new_axes()
        axes.set_title("标题 a", fontfamily="DejaVu Serif")
        fonts.set_fonts(axes)
        assert axes.title.get_fontfamily() == ["DejaVu Serif", fonts.FAMILY]

    def test_widths_count_chinese_letters_twice(self):
        assert [width_of("abc"), width_of("猫a")] == [3, 3]
        assert shortened("衬衫和裤子", 7) == "衬衫和…"
        assert shortened("shirt", 5) == "shirt"


def seen_by_deuteranopes(colour: str) -> np.ndarray:
    """Return the CIELAB values of a colour as seen without green cones (Viénot, Brettel and Mollon 1999)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    without = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    linear = np.clip(np.linalg.solve(cones, without @ cones @ linear), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


class TestPalette:
    def test_class_colours_are_distinguishable_without_green_cones(self):
        seen = [seen_by_deuteranopes(colour) for colour in CLASS_COLOURS]
        differences = {(i, j): np.linalg.norm(seen[i] - seen[j]) for i in range(len(seen)) for j in range(i)}
        assert min(differences.values()) > 12, "a difference of 2.3 is just noticeable"
        assert np.linalg.norm(seen_by_deuteranopes("#ff0000") - seen_by_deuteranopes("#8f7a00")) < 12, (
            "red and olive must not pass"
        )
        assert np.linalg.norm(seen_by_deuteranopes(BLUE) - seen_by_deuteranopes(VERMILION)) > 60

    def test_classes_differ_in_colour_and_mark(self):
        assert len({class_style(label) for label in range(77)}) == 77
        assert len({class_style(label)[1] for label in range(10)}) == 10

    def test_the_colours_of_mistakes_become_darker(self):
        lightness = [seen_by_deuteranopes(colour)[0] for colour in MISTAKES]
        assert lightness[0] > lightness[1] + 15 > lightness[2] + 30


def test_the_bundled_font_is_found_on_the_first_lookup():
    """In a separate process: glyphs are cached, so an early lookup would have cached an empty font."""
    program = "from glassnet.plots import fonts; assert ord('猫') in fonts._code_points_of(fonts.FAMILY)"
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_comparison_says_what_its_sides_and_marks_are():
    drawn = plots.draw_comparison(COMPARISON | {"recipes": {"a": "notes", "b": "quick, rate 0.1"}})
    assert drawn.get_title(loc="left").endswith("A: notes     B: quick, rate 0.1")
    assert "first member" in drawn.get_xlabel()
