"""How pages and clients read the options in a message."""

from __future__ import annotations

import pytest

from glassnet.errors import OptionError
from glassnet.messages.message import Message
from glassnet.messages.option_spelling import Option
from glassnet.serve.rendering import FIELDS, for_client, on_page
from glassnet.serve.studio.session import Session
from glassnet.words.studio import STUDIO_WORDS


@pytest.mark.parametrize(
    ("option", "client", "english", "chinese"),
    [
        (Option("target"), "target", "“Column to predict”", "“要预测的列”"),
        (Option("target", "age"), "target=age", "“Column to predict” = age", "“要预测的列” = age"),
        (Option("learning_rate", 0.1), "learning_rate=0.1", "“Learning rate” = 0.1", "“学习率” = 0.1"),
        (Option("hidden", (20, 10)), "hidden=[20, 10]", "“Hidden nodes” = [20, 10]", "“隐藏节点数” = [20, 10]"),
        (Option("strict", True), "strict=true", "“strict” = true", "“strict” = true"),
    ],
)
def test_an_option_is_a_key_or_a_field(option, client, english, chinese):
    message = Message("{option}", option=option)
    assert for_client(message, "en") == for_client(message, "zh") == client
    assert on_page(message, "en") == english
    assert on_page(message, "zh") == chinese


def test_every_label_is_a_word_of_the_studio():
    assert set(FIELDS.values()) <= set(STUDIO_WORDS)


def test_a_message_of_a_page_has_no_path_of_the_session():
    session = Session()
    try:
        file = session.new_file("rows.csv", "data")
        problem = OptionError("GN021", "{path}: its suffix means none of the forms {forms}. Pass {to}.",
                              path=file, forms="c", to=Option("to"))  # fmt: skip
        assert session.text(problem, "en").startswith("rows.csv: ")
        assert session.text(problem, "zh").startswith("rows.csv：")
    finally:
        session.close()
