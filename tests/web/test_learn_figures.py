"""The figures of the course in a real browser: their numbers are right and follow a key; closed, they leave nothing."""

from __future__ import annotations

import json
import re

from glassnet.explain.small_network import SMALL_NETWORKS
from glassnet.words.studio import STUDIO_WORDS
from support.sources import ROOT

FIGURES = [
    *("neuron", "signals", "error", "descent", "chain", "update", "saturation"),
    *("weights", "program", "mnist", "handwriting", "softmax"),
]
"""As the chapters name them."""
BROKEN = {
    "neuron": {"weights": "large"},
    "signals": {"activation": "identity"},
    "error": {"weights": "mixed"},
    "descent": {"rate": 1.05},
    "chain": {"slope": "forgotten"},
    "update": {"rate": 5},
    "saturation": {"input": 0},
    "weights": {"start": "constant"},
    "program": {"order": "swapped"},
    "handwriting": {"place": "corner"},
    "softmax": {"slope": "twice"},
}
"""The experiments of the chapters that break something."""

OPEN = """
  const { FIGURES } = await import("/static/rooms/learn/figures.js");
  const { translator } = await import("/static/shared/format.js");
  const t = translator(() => given.words);
  const parameters = [{ offset: 0, shape: [2, 784] }, { offset: 1568, shape: [10, 2] }];
  const model = { parameters, scaling: { factor: 0.99 / 255, offset: 0.01 } };
  const weights = Float32Array.from({ length: 1588 }, (_, i) => Math.sin(i));
  const studio = { refresh: async () => ({ models: [{ id: "notes" }] }), error: (problem) => { throw problem; },
    api: { get: async () => model, bytes: async () => weights.buffer } };
  globalThis.opened = given.figures.map(([name, params]) => {
    const el = document.createElement("figure");
    document.body.append(el);
    el.id = name + (Object.keys(params).length ? "-broken" : "");
    return [el, FIGURES[name](el, { t, lang: "en", params, studio })];
  });
  await new Promise((done) => setTimeout(done));
  return Object.keys(FIGURES);
"""
BEGIN = """(el) => {
  const range = el.querySelector("input[type=range]");
  (range ?? el.querySelector(".segmented button:not([aria-pressed=true])")).focus();
  el.shown = () => el.innerHTML.replaceAll(' class=""', "");
  el.first = el.shown();
  return range ? (range.value === range.min ? "ArrowRight" : "ArrowLeft") : "Enter";
}"""
"""Puts the focus on the first control of a figure, and returns the key that changes it."""
END = """(el) => {
  const after = el.shown();
  [...el.querySelectorAll("button")].find((one) => one.textContent === "Reset").click();
  return [after !== el.first, el.shown() === el.first];
}"""
"""Whether the key has changed what is shown, and "Reset" undone it."""
FORMULAS = """() => Object.fromEntries(opened.map(([el]) => [el.id, el.querySelector(".figure-formula").innerText]))"""
CLOSE = "() => opened.filter(([el, close]) => { close(); return el.childNodes.length; }).length"
STEP = """() => document.querySelector("#descent-broken button.primary").click()"""


def test_figures_follow_a_key_and_compute_what_python_computes(page, run_module):
    figures = [[name, {}] for name in FIGURES] + [list(one) for one in BROKEN.items()]
    words = {key: text for key, text in STUDIO_WORDS.items() if key.startswith(("learn_", "draw_"))}
    assert run_module(OPEN, {"words": words, "figures": figures}) == FIGURES
    shown = page.content()
    assert [one for one in ("NaN", "learn_", "undefined", "Infinity") if one in shown] == []
    formulas = page.evaluate(FORMULAS)
    assert [name for name in BROKEN if formulas[name] and formulas[name] == formulas[f"{name}-broken"]] == []
    for name in FIGURES:
        el = page.query_selector(f"#{name}")
        page.keyboard.press(el.evaluate(BEGIN))
        assert el.evaluate(END) == [True, True], name
    assert "= 0.42\n" in formulas["error"]
    assert "= 0.88\n" in formulas["error"]
    outputs = SMALL_NETWORKS["3-4-2"].trace().layers[-1].activations[0]
    label = page.get_attribute("#signals svg", "aria-label")
    assert re.findall(r"0\.\d+", label) == [f"{one:.3g}" for one in outputs]
    page.evaluate(STEP)
    errors = [
        float(re.search(r"E = ([\d.]+)", one["descent-broken"])[1]) for one in (formulas, page.evaluate(FORMULAS))
    ]
    assert errors[1] > errors[0]
    assert page.evaluate(CLOSE) == 0


def test_the_program_and_the_curves_are_those_of_their_sources():
    figures = ROOT / "src/glassnet/serve/studio/static/rooms/learn/figures"
    program = (ROOT / "examples/notes_program.py").read_text("utf-8")
    lines = re.findall(r'^  \["\w+", "([^"]+)", "', (figures / "program.js").read_text("utf-8"), re.M)
    assert len(lines) == 13
    assert [one for one in lines if f"        {one}" not in program] == []
    result = json.loads((ROOT / "benchmarks/results/learn_mnist.json").read_text("utf-8"))["result"]
    shown = (figures / "mnist.js").read_text("utf-8")
    assert [one for one in [result["seen"], *result["accuracy"].values()] if str(one) not in shown] == []
