"""Set up all tests: the import path of `support`, reproducible hypothesis examples, and shared fixtures."""

from __future__ import annotations

import compileall
import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from glassnet.errors import GlassnetError, OptionError
from glassnet.runtime.numba_availability import numba_problem

sys.path.insert(0, str(Path(__file__).parent))
from support import kernels, rewriting, schedule
from support.cli import USER_PREFERENCES
from support.messages import untranslated
from support.process import process_settings
from support.samples import keep_bundled
from support.sources import PACKAGE

# Tests compare English texts, whatever the language settings of the user who runs them.
for name in [name for name in os.environ if name.startswith(USER_PREFERENCES)]:
    del os.environ[name]
os.environ["GLASSNET_PROGRESS"] = "off"  # on a slow machine there would be lines about what takes long

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # for the tests that run ONNX Runtime themselves

# Tests send Ctrl-C to their own process; a background job of a shell would ignore it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

keep_bundled()

# No test depends on timing, and examples are reproducible: they derive from the name of the test.
settings.register_profile("glassnet", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("glassnet")


def pytest_configure(config):
    """Compile the package to byte code once: a hundred processes that tests start would each do it, and write none."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PACKAGE, quiet=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Skip what needs Numba where there is none, if the error says so; that a module is missing still fails."""
    try:
        return (yield)
    except OptionError as error:
        if error.code == "GN092" and numba_problem():
            pytest.skip(str(error))
        raise


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Share the rewriting of assertions among the workers."""
    if given := getattr(session.config, "workerinput", None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "dont_write_bytecode", False)
            rewriting.import_share(session.config, int(given["workerid"].removeprefix("gw")), given["workercount"])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a worker whole files."""
    return schedule.Files(config, log)


def pytest_itemcollected(item):
    """Mark what `make quick` leaves out."""
    if schedule.is_heavy(item.path):
        item.add_marker(pytest.mark.heavy)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes longest."""
    schedule.sort(items)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell each worker whether kernels must be compiled, before any worker starts compiling."""
    node.workerinput["must_be_compiled"] = kernels.must_be_compiled()


@pytest.fixture(scope="session", autouse=True)
def compiled_first(request):
    """Compile all kernels that are not cached, so that no test takes the time of others."""
    worker = getattr(request.config, "workerinput", {})
    if worker.get("must_be_compiled"):
        kernels.compile_together(int(worker["workerid"].removeprefix("gw")), worker["workercount"])


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk():
    """Let `os.fsync` only check its argument: it takes 6 ms for each of thousands of files that no power failure meets.

    Tests that make it fail show that it is called; tests with processes of their own wait for it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def own_place_for_sessions(tmp_path_factory):
    """Let the studios of the tests have their folders apart from those of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def small_thresholds(monkeypatch):
    """Use thread pools for little work too, which one thread would otherwise do alone."""
    from glassnet.engines.compiled import minibatch, pool

    for module, name in ((pool, "WORTH_THREADS"), (minibatch, "LEAST_WORK"), (minibatch, "LEAST_SPARSE_WORK")):
        monkeypatch.setattr(module, name, 1)


@pytest.fixture
def without_cross_validation(monkeypatch):
    """Do not cross-validate small tables after training, which takes five times as long as training them."""
    monkeypatch.setattr("glassnet.workflow.training.result._MOST_WORK", 0)


@pytest.fixture(autouse=True)
def process_settings_are_restored():
    """Fail a test that changes settings of the process without restoring them; `monkeypatch` restores them."""
    before = process_settings()
    yield
    after = process_settings()
    assert {name: value for name, value in after.items() if value != before[name]} == {}, before


@pytest.fixture(autouse=True)
def errors_are_translated():
    """Fail a test in which glassnet raises an error with a template that has no Chinese."""
    raised = []
    original = GlassnetError.__init__

    def recording(self, code, template, /, **values):
        original(self, code, template, **values)
        if sys._getframe(1).f_globals.get("__name__", "").startswith("glassnet."):
            raised.append(self.message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GlassnetError, "__init__", recording)
        yield
    assert {template for message in raised for template in untranslated(message)} == set()


@pytest.fixture
def restarting_ctrl_c():
    """A function that sends Ctrl-C with a handler that restarts interrupted system calls, as polars installs one."""
    main = threading.get_ident()
    signal.siginterrupt(signal.SIGINT, False)
    yield lambda: signal.pthread_kill(main, signal.SIGINT)
    signal.siginterrupt(signal.SIGINT, True)
