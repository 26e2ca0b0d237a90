"""What is fixed before a training run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...messages.languages import LANGUAGES
from ...model.header import record_of, text
from ...options.recipes import RECORDED_AS
from ..parameters import TableOptions


@dataclass(frozen=True)
class Plan:
    """What is fixed before a training run, in addition to its options.

    A checkpoint stores it as its note, under these names, so that a resumed run ends like an uninterrupted one.
    """

    source: str
    test: str | None
    out: str
    recipe: str
    pictures: bool
    wishes: TableOptions
    language: str = "en"
    force: bool = False
    wanted: str = ""
    """The preferred model file, if that already existed; else empty."""
    epochs_named: bool = False
    start: str = ""
    """The file of the model that is trained further; empty for a new network."""
    add: tuple[str, ...] = ()
    """The sources of the added samples, each as often as its samples count."""
    stratified: bool = True
    """Whether held-out rows are stratified by class; false for checkpoints of version 0.2 and before."""
    stream: bool = False
    parts: tuple[str, ...] = ()
    validation_data: str | None = None

    @classmethod
    def from_note(cls, note: dict[str, Any]) -> Plan:
        """Return the plan stored in a checkpoint; ValueError if it is not valid."""
        record_of(cls, wishes=record_of(TableOptions), language=text(LANGUAGES))(note, "note")
        table: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in note["wishes"].items()}
        return cls(
            **{
                **note,
                "recipe": RECORDED_AS.get(note["recipe"], note["recipe"]),
                "wishes": TableOptions(**table),
                "add": tuple(note.get("add", ())),
                "parts": tuple(note.get("parts", ())),
                "stratified": note.get("stratified", False),
            }
        )
