"""Write the options, and the estimators' parameters, as arguments that editors and type checkers can read.

    python scripts/make_signatures.py

Options are declared in ``options/options.py``, parameters in ``estimators/parameters.py``. The files written here
repeat their names, types and defaults. ``make docs`` runs this script, and ``tests/architecture/test_types.py``
compares the files.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from glassnet.estimators.classifier import NetworkClassifier
from glassnet.estimators.parameters import Declared
from glassnet.estimators.regressor import NetworkRegressor
from glassnet.options.options import TYPES

PACKAGE = Path(__file__).parents[1] / "src" / "glassnet"
MARK = "written by ``scripts/make_signatures.py``; do not edit."
OF_TABLE_FIT = ("engine",)
"""Options that `glassnet.fit` has as parameters of another type."""
OF_FIT = ("holdout",)
"""Options that `TableModel.fit` has as parameters of another type."""
OF_TRAINING = ("metric",)
"""Options that searches and comparisons have as parameters of their own."""

ESTIMATOR_HINTS = {
    "loss": "str | Loss",
    "random_state": "int | RandomState | None",
    "n_jobs": "int | None",
    "early_stopping": 'bool | Literal["auto"]',
    "class_weight": 'Mapping[Any, float] | Literal["balanced"] | None',
}
"""Parameters of estimators with another type than that of the option or the default."""


def files() -> dict[Path, str]:
    """Return the path and the text of each file."""
    return {
        PACKAGE / "options" / "keywords.py": options_file(),
        PACKAGE / "estimators" / "signatures.py": estimators_file(),
    }


def hint(option: str) -> str:
    """Return the type of an option as an argument: one value may stand for a sequence of one."""
    if option == "class_weight":  # a mapping is written as the words of the command line
        return "str | Mapping[Any, float]"
    kind = TYPES[option]
    items = get_args(kind)
    return f"{items[0].__name__} | Sequence[{items[0].__name__}]" if items else kind.__name__


def options_file() -> str:
    """Return typed dictionaries of the options, for ``**options: Unpack[…]``."""
    shared = [f"    {name}: {hint(name)}" for name in TYPES if name not in (*OF_FIT, *OF_TABLE_FIT, *OF_TRAINING)]
    return "\n".join(
        [
            f'"""The types of options as arguments; {MARK}"""',
            "",
            "from collections.abc import Mapping, Sequence",
            "from typing import Any, TypedDict",
            "",
            "",
            "class _Options(TypedDict, total=False):",
            *shared,
            "",
            "",
            "class TrainingOptions(_Options, total=False):",
            '    """All options but those that `fit` or `TableModel.fit` has as parameters of another type."""',
            "",
            *(f"    {name}: {hint(name)}" for name in OF_TRAINING),
            "",
            "",
            "class FitOptions(TrainingOptions, total=False):",
            '    """Options of `glassnet.fit`, whose `engine` may be an object."""',
            "",
            *(f"    {name}: {hint(name)}" for name in OF_FIT),
            "",
            "",
            "class TableFitOptions(TrainingOptions, total=False):",
            '    """Options of `TableModel.fit`, whose `holdout` may be None."""',
            "",
            *(f"    {name}: {hint(name)}" for name in OF_TABLE_FIT),
            "",
            "",
            "class AllOptions(FitOptions, TableFitOptions, total=False):",
            '    """All options."""',
            "",
            "",
            "class JudgedOptions(_Options, total=False):",
            '    """Options of searches and comparisons, which have a `metric` of their own."""',
            "",
            *(f"    {name}: {hint(name)}" for name in (*OF_FIT, *OF_TABLE_FIT)),
            "",
        ]
    )


def parameter_hint(parameter: Declared) -> str:
    """Return the type of a parameter of an estimator."""
    if parameter.name in ESTIMATOR_HINTS:
        return ESTIMATOR_HINTS[parameter.name]
    kind = hint(parameter.option) if parameter.option else type(parameter.default).__name__
    return f'{kind} | Literal["auto"]' if parameter.default == "auto" and kind != "str" else kind


def estimators_file() -> str:
    """Return classes with the constructors of both estimators."""
    lines = [
        f'"""The constructors of the estimators; {MARK}"""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Mapping, Sequence",
        "from typing import Any, Literal",
        "",
        "from numpy.random import RandomState",
        "",
        "from ..engines.custom_loss import Loss",
        "from ..errors import with_near_matches",
        "from .parameters import MEANT",
        "",
    ]
    for estimator in (NetworkClassifier, NetworkRegressor):
        first, *others = (
            f"        {one.name}: {parameter_hint(one)} = {one.default!r},".replace("'", '"')
            for one in estimator.parameters
        )
        lines += [
            "",
            f"class {estimator.__name__.removeprefix('Network')}Parameters:",
            f'    """The parameters of `{estimator.__name__}`."""',
            "",
            f'    @with_near_matches("{estimator.__name__}", MEANT)',
            "    def __init__(",
            "        self,",
            first,
            "        *,",
            *others,
            "    ) -> None:",
            *(f"        self.{one.name} = {one.name}" for one in estimator.parameters),
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
