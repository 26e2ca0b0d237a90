"""Jobs and their parameters: the fields of a dataclass, each declared with its `Spec`.

From them derive the flags of the command line, the forms of the studio, the schemas of requests, the commands to take
away, and the reference pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from ..messages.catalogue import translated
from ..messages.option_spelling import WITHOUT_FLAG, Option, flag_words
from .spec import Spec, fitting

_Job = TypeVar("_Job")
_SCHEMA_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


@dataclass(frozen=True)
class Parameter:
    """A declared field."""

    name: str
    spec: Spec
    default: Any  # `dataclasses.MISSING` for one that must be given
    item: Any  # bool, int, float or str: the type of a value, or of each of several
    several: bool  # whether it takes several values, as a tuple

    @property
    def word(self) -> str:
        """The word of its flag, without the dashes."""
        return self.spec.word(self.name)

    def described(self, language: str) -> dict[str, Any]:
        """Return what a form shows of it, as JSON has it, with its help in a language."""
        spec = self.spec
        default = list(self.default) if isinstance(self.default, tuple) else self.default
        return {
            "name": self.name,
            "title": spec.title_of(self.name, language),
            "flag": f"--{self.word}",
            "kind": self.item.__name__,
            "several": self.several,
            "choices": list(spec.choices),
            "low": spec.low,
            "high": spec.high,
            "form": spec.form,
            "default": None if default is MISSING else default,
            "help": translated(spec.help, language, "help"),
            "needs": None if spec.needs is None else asdict(spec.needs),
            "common": spec.common,
        }

    def schema(self) -> dict[str, Any]:
        """Return its JSON schema, with its help in English."""
        spec = self.spec
        found: dict[str, Any] = {"type": _SCHEMA_TYPES[self.item]}
        found |= {"enum": list(spec.choices)} if spec.choices else {}
        found |= {} if spec.low is None else {"minimum": spec.low}
        found |= {} if spec.high is None else {"maximum": spec.high}
        found = {"type": "array", "items": found} if self.several else found
        return {**found, "description": f"{spec.help[0].upper()}{spec.help[1:]}."}

    def checked(self, value: Any) -> Any:
        """Return a value in the parameter's own type; OptionError GN021 for one that is not allowed."""
        kind = tuple[self.item, ...] if self.several else self.item  # type: ignore[name-defined]
        return fitting(self.spec, Option(self.name), value, kind)


def changes(*names: str, recipe: str | None = None) -> Any:
    """Declare the field of a job with changes to the options of a recipe, ``{}`` by default.

    It takes the options with these names, without names all. The help shows the values of `recipe` as defaults.
    """
    return field(default_factory=dict, metadata={"options": names, "recipe": recipe})


def parameters(job: type) -> dict[str, Parameter]:
    """Return the declared parameters of a job by name; those of a field that is such a dataclass are among them."""
    if job not in _DECLARED:
        _DECLARED[job] = _declared(job)
    return _DECLARED[job]


_DECLARED: dict[type, dict[str, Parameter]] = {}


def _declared(job: type) -> dict[str, Parameter]:
    hints, found = get_type_hints(job), dict[str, Parameter]()
    for one in fields(job):
        kind = hints[one.name]
        if is_dataclass(kind) and "spec" not in one.metadata:
            found |= parameters(kind)  # type: ignore[arg-type]
        elif "spec" in one.metadata:
            plain = [part for part in get_args(kind) or (kind,) if part not in (NoneType, ...)]
            several = get_args(kind)[1:] == (...,)
            found[one.name] = Parameter(one.name, one.metadata["spec"], one.default, plain[0], several)
    WITHOUT_FLAG.update(name for name, one in found.items() if one.spec.rare)
    return found


def options_of_job(job: type) -> tuple[str, tuple[str, ...], str | None] | None:
    """Return the field for changes to options, the options' names (empty for all) and the recipe; None without one."""
    for one in fields(job):
        if "options" in one.metadata:
            return one.name, one.metadata["options"], one.metadata["recipe"]
    return None


def job_from(job: type[_Job], given: Mapping[str, Any]) -> _Job:
    """Return a job with the values that were given, by the names of its parameters; others are ignored."""
    hints, made = get_type_hints(job), {}
    for one in fields(job):  # type: ignore[arg-type]
        kind = hints[one.name]
        if one.name in given:
            made[one.name] = given[one.name]
        elif is_dataclass(kind) and "spec" not in one.metadata:
            made[one.name] = job_from(kind, given)  # type: ignore[arg-type]
    return job(**made)


def require_declared(job: Any) -> None:
    """Raise OptionError GN021 if a declared parameter of a job has a value that is not allowed."""
    own = parameters(type(job))
    for name, value in differing(job).items():
        if value is not None:
            own[name].checked(value)


def command_words(job: Any, *leave_out: str) -> list[str]:
    """Return the words that give a command what differs from a job's defaults, also its options, not quoted."""
    own, found = parameters(type(job)), list[str]()
    for name, value in differing(job).items():
        if name not in leave_out and not own[name].spec.argument:
            found += flag_words(Option(name, value, not own[name].spec.rare), own[name].word)
    if held := options_of_job(type(job)):
        found += [word for name, value in getattr(job, held[0]).items() for word in flag_words(Option(name, value))]
    return found


def differing(job: Any) -> dict[str, Any]:
    """Return the declared parameters of a job that differ from their defaults."""
    found = {}
    for one in fields(job):
        value = getattr(job, one.name)
        if "spec" in one.metadata:
            if one.default is MISSING or value != one.default:
                found[one.name] = value
        elif is_dataclass(value):
            found |= differing(value)
    return found
