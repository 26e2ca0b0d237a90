"""The trials of a search in its folder: Optuna chooses the options of the next one, and a journal records them all.

The journal is the file of Optuna's `JournalStorage`: every line is written before the search continues, so that a
search whose process is killed loses only the trials that were running. The next search in the folder repeats those with
their options. The sampler's seed is that of the search and the number of the trial, so that one worker tries the same
options whether it was interrupted or not.
"""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any

from ...errors import FileError, ModelFileError, require_packages
from ...io.writing import require_folder
from ...messages.message import Listing, Message
from ...messages.option_spelling import Option, choice_text
from ...nn.random import Purpose, generator
from ...runtime.file_lock import file_lock
from .space import Dimension

if TYPE_CHECKING:
    import optuna

JOURNAL = "journal.jsonl"
_LOCK = ".lock"
_NAME = "search"
_STARTUP = 10
"""Trials with random options before the sampler learns from them, the first one included."""
_BEFORE_PRUNING = 5
"""Complete trials that others are compared with before one is pruned."""

_MOST_CHANGES = 5
"""Settings that the message names when those of a search differ."""

COMPLETE, PRUNED, DIVERGED, FAILED, RUNNING = "complete", "pruned", "diverged", "failed", "running"


def require_optuna() -> None:
    """Raise OptionError GN092 if the package optuna cannot be imported."""
    require_packages(Message("a search"), "search", "optuna")


@dataclass(frozen=True)
class Trial:
    """A trial of a search."""

    number: Annotated[int, "from 0; trial 0 has the recipe's own options"]
    state: Annotated[
        str,
        "`complete`; `pruned` if it ended early, because its score was worse than the median of the others at the same "
        "point; `diverged`; `failed` if the memory was not enough; `running` if it had not ended",
    ]
    options: Annotated[dict[str, Any], "the value of each option that was varied"]
    score: Annotated[
        float | None, "the metric; of a trial that ended early, the last one; null if it diverged or failed"
    ]
    scores: Annotated[
        tuple[float, ...],
        "after each epoch; with cross-validation those of the first fold, then the score of the folds so far",
    ] = ()
    epochs: Annotated[int, "epochs of the longest fold"] = 0
    seconds: Annotated[float, "time of the training"] = 0.0
    models: Annotated[tuple[str, ...], "the model files in the folder, one per fold"] = ()


class Study:
    """The trials of a search in a `locked` folder, and the choice of the next options; for several threads.

    `base` has the values of the options of the space in trial 0, which has the recipe's own. `identity` are plain
    values that describe the search: another one in the same folder raises ModelFileError GN044, and a damaged journal
    GN041. `epochs` are those of a trial; none is pruned in the first quarter of them.
    """

    def __init__(
        self,
        folder: Path,
        space: Sequence[Dimension],
        base: dict[str, Any],
        identity: dict[str, Any],
        *,
        seed: int,
        higher_is_better: bool,
        epochs: int,
    ) -> None:
        import optuna
        from optuna.storages.journal import JournalFileBackend

        self._optuna, self._folder, self._base, self._seed, self._lock = optuna, folder, base, seed, threading.RLock()
        self._space = {one.name: one for one in space}
        self._running: dict[int, optuna.trial.Trial] = {}
        # Only this process writes, and a stale lock file would delay it.
        no_lock: Any = SimpleNamespace(acquire=lambda: True, release=lambda: None)
        with _quiet():
            try:
                backend = JournalFileBackend(str(folder / JOURNAL), no_lock)
                self._study = optuna.create_study(
                    storage=optuna.storages.JournalStorage(backend),
                    study_name=_NAME,
                    direction="maximize" if higher_is_better else "minimize",
                    pruner=optuna.pruners.MedianPruner(_BEFORE_PRUNING, max(1, epochs // 4)),
                    load_if_exists=True,
                )
            except (ValueError, KeyError, TypeError, AssertionError, AttributeError):
                template = "{file}: damaged, so this search cannot be continued. Choose another folder with {out}."
                raise ModelFileError("GN041", template, file=folder / JOURNAL, out=Option("out")) from None
            self._require_own(json.loads(json.dumps(identity)))
            if not self._study.get_trials(deepcopy=False):
                self._study.enqueue_trial({name: one.nearest(base[name]) for name, one in self._space.items()})
            self._again = [one._trial_id for one in self._frozen(optuna.trial.TrialState.RUNNING)]

    def _require_own(self, identity: dict[str, Any]) -> None:
        """Store what the search is of; raise ModelFileError GN044 if the folder has another one."""
        stored = self._study.user_attrs.get("identity")
        if stored is None:
            self._study.set_user_attr("identity", identity)
            return
        differing = [key for key, value in identity.items() if key in stored and stored[key] != value]
        if not differing:
            return
        template = (
            "{folder}: the search in this folder has other settings ({names}). Use its settings, or choose another "
            "folder with {out}."
        )
        if "data" in differing:
            template = (
                "{folder}: the search in this folder has other data. Use its data, or choose another folder with {out}."
            )
        elif "names" in differing:
            template = (
                "{folder}: the search in this folder has other words or names in its columns or classes. Use its data, "
                "or choose another folder with {out}."
            )
        changes = [text for key in differing for text in _changes(key, stored[key], identity[key])]
        values = {"folder": self._folder, "out": Option("out"), "names": Listing(changes, _MOST_CHANGES)}
        raise ModelFileError("GN044", template, **values)

    def _frozen(self, *states: optuna.trial.TrialState) -> list[optuna.trial.FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=states or None)

    def ask(self) -> tuple[int, dict[str, Any]]:
        """Return the number and the options of the next trial; those that a former search left unfinished are first."""
        optuna = self._optuna
        with self._lock, _quiet():
            if self._again:
                trial_id = self._again.pop(0)
                number = next(one.number for one in self._frozen() if one._trial_id == trial_id)
                self._study.sampler = self._sampler(number)
                trial = optuna.trial.Trial(self._study, trial_id)
            else:
                waiting = self._frozen(optuna.trial.TrialState.WAITING)
                self._study.sampler = self._sampler(len(self._frozen()) - len(waiting))
                trial = self._study.ask()
            sampled = {name: _suggested(trial, one) for name, one in self._space.items()}
            self._running[trial.number] = trial
        return trial.number, self._options(trial.number, sampled)

    def _sampler(self, number: int) -> optuna.samplers.BaseSampler:
        seed = int(generator(self._seed, Purpose.SEARCH, number + 1).integers(2**31))
        return self._optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP, seed=seed, multivariate=True, constant_liar=True
        )

    def _options(self, number: int, sampled: Mapping[str, Any]) -> dict[str, Any]:
        if number == 0:  # for the sampler, its values were moved into the ranges
            return dict(self._base)
        return {name: one.value(sampled[name]) for name, one in self._space.items() if name in sampled}

    def report(self, number: int, step: int, score: float) -> bool:
        """Record a score of a running trial; return whether it is worse than the median at this step."""
        with self._lock, _quiet():
            trial = self._running[number]
            if step not in self._frozen()[number].intermediate_values:  # else it is repeated
                trial.report(score, step)
            return number > 0 and trial.should_prune()

    def tell(self, number: int, state: str, score: float | None, **facts: Any) -> Trial:
        """Record the end of a trial; `facts` are fields of `Trial`."""
        of, complete = self._optuna.trial.TrialState, state == COMPLETE
        with self._lock, _quiet():
            trial = self._running.pop(number)
            trial.set_user_attr("facts", {"state": state, "score": score, **facts})
            self._study.tell(trial, score if complete else None, of.COMPLETE if complete else of.PRUNED)
        return self.trials()[number]

    def trials(self) -> list[Trial]:
        """Return all trials by their numbers."""
        with self._lock, _quiet():
            return [self._record(one) for one in self._frozen()]

    def _record(self, frozen: optuna.trial.FrozenTrial) -> Trial:
        facts, options = frozen.user_attrs.get("facts", {}), self._options(frozen.number, frozen.params)
        scores = tuple(value for _, value in sorted(frozen.intermediate_values.items()))
        if not frozen.state.is_finished() or not facts:
            return Trial(frozen.number, RUNNING, options, None, scores)
        facts = {**facts, "models": tuple(facts.get("models", ()))}
        return Trial(number=frozen.number, options=options, scores=scores, **facts)


def _changes(key: str, before: Any, now: Any) -> list[str]:
    """Return the differences of two values of an identity as texts such as ``epochs 12 → 13``."""
    if isinstance(now, dict):
        return [
            text
            for name in now
            if before.get(name) != now[name]
            for text in _changes(name, before.get(name), now[name])
        ]
    if key == "space":
        return [f"space {' '.join(before)} → {' '.join(now)}"]
    return [f"{key} {choice_text(before)} → {choice_text(now)}"]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder of a search, made if it is missing, and repair its journal.

    For a folder with other files, or in which another search is running, raise FileError GN007.
    """
    require_folder(folder)
    journal = folder / JOURNAL
    if folder.is_dir() and not journal.exists() and any(one.name != _LOCK for one in folder.iterdir()):
        template = "{folder}: a folder with other files. Choose another folder with {out}."
        raise FileError("GN007", template, folder=folder, out=Option("out"))
    folder.mkdir(exist_ok=True)

    def refuse() -> None:
        template = "{folder}: another search is running in this folder. Wait for it, or choose another."
        raise FileError("GN007", template, folder=folder)

    with file_lock(folder / _LOCK, refuse):
        _cut_last_line(journal)
        yield


def _cut_last_line(journal: Path) -> None:
    """Remove a last line that was not written completely, because the process was killed."""
    if not journal.exists():
        return
    with open(journal, "r+b") as file:
        content = file.read()
        if not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)


def _suggested(trial: optuna.Trial, one: Dimension) -> Any:
    if one.choices:
        return trial.suggest_categorical(one.name, one.labels)
    assert one.low is not None
    assert one.high is not None
    if one.whole:
        return trial.suggest_int(one.name, int(one.low), int(one.high), log=one.log)
    return trial.suggest_float(one.name, one.low, one.high, log=one.log)


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out Optuna's messages, and its warnings that an argument is experimental."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
