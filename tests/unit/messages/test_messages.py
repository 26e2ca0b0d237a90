"""Messages: every template has its Chinese, renders in both languages, and shows the user's own names unchanged."""

from __future__ import annotations

import ast
import pickle
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from string import Formatter
from types import ModuleType

import click
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import words as catalogues
from glassnet.errors import CODES, DataError
from glassnet.messages import catalogue
from glassnet.messages.catalogue import FILE, chinese_of
from glassnet.messages.formats import number_text
from glassnet.messages.message import Command, Listing, Message, Place, Sentences
from glassnet.messages.option_spelling import Option, as_flag
from support.messages import ERRORS, calls, modules, needs_chinese, placeholders, template_of, templates
from support.sources import walk
from support.web import in_node

ENTRIES = {
    (context, english): chinese
    for context, texts in {"": catalogue.catalogue(), **catalogue._of_contexts()}.items()
    for english, chinese in texts.items()
}
HAN = re.compile("[\u4e00-\u9fff]")
SAME_IN_BOTH: set[str] = set()
"""Keys of words that are the same in Chinese."""
WHOLE = set("dbxoc")
"""Types of numbers in a placeholder's format that are whole."""


def value_for(spec: str) -> object:
    """A value that a placeholder with this format accepts."""
    return 1234 if spec[-1:] in WHOLE or "," in spec else 0.5 if spec and spec[-1:] in "efg%" else "NAME"


def filled_in(template: str) -> Message:
    """The message of a template with a value for each placeholder."""
    return Message(
        template, **{name: value_for(spec or "") for _, name, spec, _ in Formatter().parse(template) if name}
    )


def test_every_template_in_the_code_has_its_chinese():
    lacking = {text: file for text, file in templates().items() if needs_chinese(text) and chinese_of(text) is None}
    assert lacking == {}
    assert [code for code, meaning in CODES.items() if chinese_of(meaning) is None] == []


def test_every_word_of_a_door_has_its_chinese():
    """The catalogues of keyed words, for results, pages, plots and reports."""
    words = {
        (module.name, key): text
        for module in walk_packages(catalogues.__path__, f"{catalogues.__name__}.")
        for name, texts in vars(import_module(module.name)).items()
        if name.endswith("WORDS") and isinstance(texts, dict)
        for key, text in texts.items()
    }
    assert len(words) > 1000
    lacking = {at for at, text in words.items() if needs_chinese(text) and chinese_of(text, at[1]) is None}
    assert {key for _, key in lacking} <= SAME_IN_BOTH


def test_no_message_is_built_before_it_is_raised():
    """A template is a literal, or a name for one: an f-string would be a finished sentence."""
    built = [
        f"{file}:{call.lineno}"
        for file, tree in modules().items()
        for called, call in calls(tree)
        if isinstance(template_of(called, call), ast.JoinedStr | ast.BinOp)
    ]
    assert built == []


def test_every_entry_of_the_catalogue_is_used():
    texts = {
        node.value
        for tree in modules().values()
        for node in walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    of_click = "".join(
        Path(module.__file__ or "").read_text(encoding="utf-8")
        for module in vars(click).values()
        if isinstance(module, ModuleType)
    )
    unused = []
    for context, english in ENTRIES:
        if context in ("help", "title", "data"):
            continue  # tests of the command line compare the help; titles and the bundled data have their own tests
        used = english in of_click if context == "click" else english in texts
        if not used:
            unused.append((context, english))
    assert unused == []


def test_translations_are_chinese_with_the_placeholders_of_the_english():
    for (_, english), chinese in ENTRIES.items():
        assert set(placeholders(chinese)) <= set(placeholders(english)), english
        words = set(re.findall("[a-z]{3,}", chinese))
        if HAN.search(english):
            continue  # the name of the other language
        assert re.search("[\u3000-\u9fff\uff00-\uffef]", chinese) or words <= set(re.findall("[a-z]+", english)), (
            english
        )


def test_every_template_renders_in_both_languages():
    for template in {*templates(), *(english for context, english in ENTRIES if context != "help")}:
        if "{" not in template or not all(name.isidentifier() for name in placeholders(template)):
            continue  # text without values, which may have braces
        message = filled_in(template)
        for language in ("en", "zh"):
            text = message.text(language)
            assert not re.search(r"\{\w*[^}]*\}", text.replace("{data}", "")), text


@given(st.sampled_from(sorted(english for context, english in ENTRIES if not context)), st.data())
def test_a_users_own_names_are_never_translated(template, data):
    """Whatever they are called: "rows", "the table", or a whole sentence of the catalogue."""
    names = st.sampled_from(sorted(text for context, text in ENTRIES if "{" not in text and context != "data"))
    fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name]
    values = {name: data.draw(names) if value_for(spec) == "NAME" else value_for(spec) for name, spec in fields}
    text = Message(template, **values).text("zh")
    for name in set(placeholders(chinese_of(template) or template)):
        value = values[name]
        assert not isinstance(value, str) or value in text or repr(value)[1:-1] in text


def test_translators_tools_read_the_same_catalogue():
    pofile = pytest.importorskip("babel.messages.pofile")
    with FILE.open("rb") as file:
        read = pofile.read_po(file)
    theirs = {(one.context or "", one.id): one.string for one in read if one.id and one.string}
    assert theirs == ENTRIES
    assert not read.obsolete


def finished_sentences(tree: ast.AST) -> list[ast.expr]:
    """The expressions ``str(problem)`` and ``problem.args`` of our errors, and what renders a message."""
    found: list[ast.expr] = []
    for node in walk(tree):
        if (
            isinstance(node, ast.ExceptHandler)
            and node.name
            and ERRORS & set(re.findall(r"\w+", ast.dump(node.type or node)))
        ):
            found += [
                one
                for one in ast.walk(node)
                if (isinstance(one, ast.Call) and ast.unparse(one) == f"str({node.name})")
                or (isinstance(one, ast.Attribute) and ast.unparse(one) == f"{node.name}.args")
            ]
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".message.text", "rendered")):
            found.append(node)
    return found


def takes_apart(node: ast.AST, sentences: list[ast.expr]) -> bool:
    """Whether a node gives a finished sentence to ``re``, or to a method that looks into text or changes it."""
    if isinstance(node, ast.Compare):
        return any(isinstance(one, ast.In | ast.NotIn) for one in node.ops) and bool({*node.comparators} & {*sentences})
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.value in sentences:
        return True
    return ast.unparse(node.func).startswith("re.") and bool({*node.args} & {*sentences})


def test_no_finished_sentence_is_taken_apart():
    wrong = []
    for file, tree in modules().items():
        if sentences := finished_sentences(tree):
            wrong += [f"{file}:{node.lineno}" for node in walk(tree) if takes_apart(node, sentences)]
    assert wrong == []
    bad = ast.parse("try:\n    f()\nexcept DataError as problem:\n    g(str(problem).replace('a', 'b'))")
    sentences = finished_sentences(bad)
    assert any(takes_apart(node, sentences) for node in ast.walk(bad))


def test_the_values_look_as_the_door_and_the_language_want():
    message = Message(
        "{place}: omit {rate} or {drop}. {more} See '{command}'.",
        place=Place("a.csv", line=3, column="age"),
        rate=Option("learning_rate", 0.1),
        drop=Option("drop", ("a", "b c")),
        more=Sentences(Message("Columns: {names}.", names=Listing("abc", most=2)), None),
        command=Command("doctor", "my data.csv", Option("fix", "OUT.csv")),
    )
    assert str(message) == (
        "a.csv, line 3, column 'age': omit learning_rate=0.1 or drop=['a', 'b c']. Columns: a, b, …. "
        "See 'glassnet doctor 'my data.csv' --fix OUT.csv'."
    )
    typed = message.text(door=as_flag)
    assert "omit --learning-rate 0.1 or --drop a --drop 'b c'." in typed
    assert str(message.values["place"].text("zh")) == "a.csv，文件第 3 行，列 'age'"


@given(st.text(max_size=40))
def test_an_error_carries_its_message_to_other_processes(name):
    error = DataError("GN010", "{source}: no samples, expected at least one.", source=name)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.template, again.values) == (
        str(error),
        "GN010",
        "{source}: no samples, expected at least one.",
        {"source": name},
    )
    assert not re.search("[\0-\x1f]", str(error))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (23.456789, "23.4568"),
        (999_999.4, "999999"),
        (999_999.5, "1000000"),
        (1e9 + 5.15, "1000000005"),
        (-12_345_678.9, "-12345679"),
        (3e-7, "3e-07"),
        (1e15, "1e+15"),
        (2.0, "2"),
    ],
)
def test_numbers_keep_the_digits_before_the_point(value, text):
    assert number_text(value) == text
    assert Message("{value:g}", value=value).text() == text
    assert Message("{value:g} and {value:.2f}", value=value).text() == f"{text} and {value:.2f}"


def test_pages_write_numbers_as_python_does(tmp_path):
    random = np.random.default_rng(4)
    values = (random.normal(size=400) * 10.0 ** random.integers(-3, 14, 400)).tolist()
    texts = in_node(tmp_path, "return given.map(format.short)", values)
    numbers = [float(text.replace("−", "-")) for text in texts]  # JavaScript writes powers of ten in its own form
    assert numbers == [float(number_text(value)) for value in values]
