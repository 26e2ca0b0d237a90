"""For every test: helpers as ``from support.… import …``, and hypothesis without clocks or chance."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from glassnet.errors import GlassnetError

sys.path.insert(0, str(Path(__file__).parent))
from support import kernels
from support.cli import OF_THE_READER
from support.messages import english_left
from support.process import settings_of_the_process

# Words are compared with the English ones, whatever language the person reads who runs the tests.
for name in [name for name in os.environ if name.startswith(OF_THE_READER)]:
    del os.environ[name]

# Tests send Ctrl-C to their own process; one that was started in the background by a shell would ignore it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Timing never decides a test, and a run that passed passes again: examples are drawn from the test's own name.
settings.register_profile("glassnet", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("glassnet")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell a worker, which other workers begin beside, whether loops have to be compiled."""
    node.workerinput["none_are_kept"] = kernels.none_are_kept()


@pytest.fixture(scope="session", autouse=True)
def compiled_once(request, tmp_path_factory):
    """What is not in the cache yet, one worker compiles and the others load."""
    told = getattr(request.config, "workerinput", {})
    if told.get("none_are_kept"):
        folder, number = tmp_path_factory.getbasetemp().parent, int(told["workerid"].removeprefix("gw"))
        kernels.make_together(folder, number, told["workercount"])


@pytest.fixture
def small_thresholds(monkeypatch):
    """Teams of threads also for so little work that one thread would do it alone, as for most tests' trainings."""
    from glassnet.engines.compiled import minibatch
    from glassnet.engines.threads import pool

    for module, name in ((pool, "WORTH_THREADS"), (minibatch, "LEAST_WORK"), (minibatch, "LEAST_SPARSE_WORK")):
        monkeypatch.setattr(module, name, 1)


@pytest.fixture(autouse=True)
def nothing_is_left_for_the_next_test():
    """Fail a test that changes the process and does not take it back, as `monkeypatch` does."""
    before = settings_of_the_process()
    yield
    after = settings_of_the_process()
    assert {name: value for name, value in after.items() if value != before[name]} == {}, before


@pytest.fixture(autouse=True)
def errors_are_translated_in_full():
    """Fail a test in which glassnet raises an error that has English words left in Chinese."""
    messages = []
    plain = GlassnetError.__init__

    def remembered(self, code, message):
        raised_in = sys._getframe(1).f_globals.get("__name__", "")
        if raised_in.startswith("glassnet.") and not raised_in.startswith("glassnet.estimators"):  # for Python alone
            messages.append(message)
        plain(self, code, message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GlassnetError, "__init__", remembered)
        yield
    assert [message for message in messages if english_left(message)] == []


@pytest.fixture
def waiting_goes_on():
    """A call that sends Ctrl-C, whose handler lets what waits wait on, as that of polars does once it is loaded."""
    main = threading.get_ident()
    signal.siginterrupt(signal.SIGINT, False)
    yield lambda: signal.pthread_kill(main, signal.SIGINT)
    signal.siginterrupt(signal.SIGINT, True)
