"""Notices of compilation, in Python and on the command line."""

from __future__ import annotations

import io
import logging
import multiprocessing
import re
import sys
import threading
import typing

import numpy as np
import pytest
from numba import typeof

from glassnet.engines.compiled import kernels
from glassnet.messages import progress
from glassnet.preprocess.augment.kernels import distort_rows
from glassnet.runtime import compile_notice
from glassnet.runtime.compile_notice import LOOPS, CompileNotice, announce_wait, announced, is_compiling, shown_by
from glassnet.runtime.threads import in_context

KERNELS = {name: getattr(kernels, name, distort_rows) for name in LOOPS}


def answer_rows(numbers, flat, raw):
    """A function with the name of a loop."""


TYPES = [typeof(np.zeros(2, np.int64)), typeof(np.zeros(2)), typeof(np.zeros((2, 2), np.uint8))]


@pytest.fixture
def shown():
    """The notices that are shown."""
    found = []
    with shown_by(found.append):
        yield found


@pytest.mark.parametrize("name", LOOPS)
def test_every_loop_is_a_kernel_with_the_named_arguments(name):
    function = KERNELS[name].py_func
    assert function.__name__ == name
    for path in (LOOPS[name].weights, LOOPS[name].inputs):
        owner = function
        for field in filter(None, path.split(".")):
            owner = typing.get_type_hints(owner)[field]


def test_compilation_is_announced_with_its_types_and_time(shown):
    for cached in (True, False):
        with announced(answer_rows, TYPES, cached):
            assert is_compiling()
        assert not is_compiling()
    assert [(one.event, one.weights, one.inputs) for one in shown] == 2 * [
        ("begins", "float64", "uint8"),
        ("ends", "", ""),
    ]
    assert [one.seconds is None for one in shown] == [True, False] * 2
    assert (shown[0].cached, shown[2].cached) == (True, False)


def test_kernels_compiled_for_another_and_small_ones_are_not_announced(shown):
    with announced(answer_rows, TYPES, False):
        with announced(answer_rows, TYPES, False):
            announce_wait(answer_rows)
        assert is_compiling()
    assert [one.event for one in shown] == ["begins", "ends"]
    with announced(test_every_loop_is_a_kernel_with_the_named_arguments, [], False):
        pass
    announce_wait(test_every_loop_is_a_kernel_with_the_named_arguments)
    assert len(shown) == 2


def test_a_failed_compilation_ends(shown):
    with pytest.raises(ZeroDivisionError), announced(answer_rows, TYPES, False):
        raise ZeroDivisionError
    assert not is_compiling()
    assert [one.event for one in shown] == ["begins"]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("cached", [True, False])
def test_a_notice_says_what_is_compiled_and_for_how_long(loop, cached):
    weights = "float32" if LOOPS[loop].weights else ""
    begins = CompileNotice("begins", loop, weights, "uint8", cached=cached)
    english, chinese = begins.text("en"), begins.text("zh")
    for language, text in (("en", english), ("zh", chinese)):
        assert LOOPS[loop].purpose.text(language) in text
        assert ("uint8" in text, weights in text) == (True, True)
        assert re.findall(r"\d+", text) == re.findall(r"\d+", f"{weights} uint8"), "machines differ in the time"
    assert ("once" in english, "一次" in chinese) == (cached, cached)
    assert str(LOOPS[loop].purpose) in CompileNotice("waits", loop).text("en")
    assert "7.3 s" in CompileNotice("ends", loop, seconds=7.31).text("en")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def unhandled(monkeypatch):
    """A logger without handlers, as in a script that does not set up logging."""
    logger = logging.Logger("glassnet", logging.INFO)
    monkeypatch.setattr(compile_notice, "LOGGER", logger)
    monkeypatch.setattr(progress, "LOGGER", logger)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    return logger


ENDS = CompileNotice("ends", "answer_rows", seconds=7.3)


def printed(monkeypatch, notice, stream) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    compile_notice.show_in_python(notice)
    return stream.getvalue()


def test_a_terminal_or_a_notebook_shows_a_line_in_the_readers_language(unhandled, monkeypatch):
    assert printed(monkeypatch, ENDS, Terminal()) == "glassnet: compiled in 7.3 s\n"
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert printed(monkeypatch, ENDS, io.StringIO()) == "glassnet: 编译完成，用时 7.3 秒\n"


def test_elsewhere_and_where_the_log_is_shown_nothing_is_printed(unhandled, monkeypatch):
    assert printed(monkeypatch, ENDS, io.StringIO()) == ""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    unhandled.addHandler(handler)
    assert printed(monkeypatch, ENDS, Terminal()) == ""
    assert [(one.levelname, one.getMessage()) for one in records] == [("INFO", "compiled in 7.3 s")]
    monkeypatch.setattr(sys, "stderr", None)
    compile_notice.show_in_python(ENDS)


def test_worker_processes_do_not_say_that_they_wait(unhandled, monkeypatch):
    waits = CompileNotice("waits", "answer_rows")
    assert "another process" in printed(monkeypatch, waits, Terminal())
    monkeypatch.setattr(multiprocessing.process, "parent_process", lambda: object())
    assert printed(monkeypatch, waits, Terminal()) == ""
    assert printed(monkeypatch, ENDS, Terminal()) != ""


def test_a_closed_stream_does_not_stop_the_compilation(unhandled, monkeypatch):
    stream = Terminal()
    stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(ValueError, match="closed"):
        stream.isatty() and stream.write("")
    compile_notice.show_in_python(ENDS)


def test_kernels_prepared_together_are_announced_as_one_loop(shown):
    with compile_notice.preparing("train_batches", "float32", "uint8"):
        announce_wait(answer_rows)
        announce_wait(answer_rows)
        for _ in range(3):
            with announced(answer_rows, TYPES, True), announced(answer_rows, TYPES, True):
                assert is_compiling()
    assert [(one.event, one.loop, one.inputs) for one in shown] == [
        ("waits", "train_batches", ""),
        ("begins", "train_batches", "uint8"),
        ("ends", "train_batches", ""),
    ]


def on_other_thread(work):
    thread = threading.Thread(target=in_context(work))
    thread.start()
    thread.join()


def compile_batches():
    with compile_notice.preparing("train_batches", "float32", "uint8"), announced(answer_rows, TYPES, True):
        announce_wait(answer_rows)


def test_threads_that_prepare_the_same_loop_announce_it_once(shown):
    with compile_notice.preparing("train_batches", "float32", "uint8"):
        on_other_thread(compile_batches)
        with announced(answer_rows, TYPES, True):
            on_other_thread(compile_batches)
    assert [one.event for one in shown] == ["begins", "ends"]
    compile_batches()
    assert [one.event for one in shown] == 2 * ["begins", "ends"]


def test_what_a_thread_compiles_belongs_to_its_own_preparation(shown):
    with compile_notice.preparing("train_samples", "float64", "uint8"):
        on_other_thread(compile_batches)
        with announced(test_a_failed_compilation_ends, [], False):  # a depth of this thread
            on_other_thread(compile_batches)
    assert [(one.event, one.loop) for one in shown] == [
        ("begins", "train_batches"),
        ("ends", "train_batches"),
        ("begins", "train_samples"),
        ("begins", "train_batches"),
        ("ends", "train_batches"),
        ("ends", "train_samples"),
    ]


def test_preparing_counts_as_compiling_because_it_loads_kernels():
    with compile_notice.preparing("train_batches", "float32", "uint8"):
        assert is_compiling()
    assert not is_compiling()


def test_a_forked_process_announces_what_threads_of_its_parent_were_compiling(shown, monkeypatch):
    lock = compile_notice._lock
    monkeypatch.setattr(compile_notice, "_lock", lock)
    with compile_notice.preparing("train_batches", "float32", "uint8"), announced(answer_rows, TYPES, False):
        with lock:
            compile_notice._forget_other_threads()
            assert not is_compiling()
            on_other_thread(compile_batches)
        monkeypatch.setattr(compile_notice, "_active", 2)
    assert [one.event for one in shown] == ["begins", "begins", "ends", "ends"]


def test_nothing_is_announced_if_nothing_is_compiled(shown):
    with compile_notice.preparing("train_batches", "float32", "uint8"):
        pass
    assert shown == []


def test_calls_at_the_same_time_do_not_share_who_shows_their_notices(shown):
    """As when a page of the studio predicts while a network is trained."""
    both = threading.Barrier(2)

    def call(found):
        with shown_by(found.append):
            both.wait(60)
            with announced(answer_rows, TYPES, True):
                both.wait(60)

    own, other = [], []
    threads = [threading.Thread(target=in_context(lambda found=found: call(found))) for found in (own, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.event for one in own] == [one.event for one in other] == ["begins", "ends"]
    assert shown == []
