"""Model files: safetensors with a JSON header and a checksum, written to a temporary file and renamed.

Any safetensors library reads the weights; `docs/reference/file-format.md` describes the rest. The checksum covers every
byte of the file, so any damage is an error and never a different prediction. No pickle is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as tensors_from
from safetensors.numpy import save as tensors_to

from ..data.dataset import HANDWRITING, SampleLayout
from ..errors import FileError, GlassnetError, ModelFileError, with_near_matches
from ..io.opening import require_path
from ..io.writing import replacing, require_suffix
from ..messages.message import Command, Message
from ..nn.parameters import Parameters
from ..preprocess import Columns, Scaling, Targets, TrainingRange
from .header import in_present_names, require_header
from .model import Model, require_model
from .network import Network
from .residuals import Residuals

FORMAT = 1
"""Version of the file format; increased when an older glassnet could misread a newer file."""

TRAINING = "training."
"""Prefix of the additional tensors of a checkpoint, see `training.checkpoint`."""

Tensors = dict[str, NDArray[Any]]

_UNSIGNED = "0" * 64
# The checksum in the file: JSON within the JSON of the safetensors header, hence the backslashes. Keys are sorted, so
# it precedes all text from users.
_PLACE = re.compile(rb'\\"checksum\\": \\"([0-9a-f]{64})\\"')
_LARGEST_HEADER = 100_000_000  # the limit of safetensors
_LONGEST = 300  # characters of a message about the content of a file


@with_near_matches("save_model")
def save_model(model: Model, path: str | Path, overwrite: bool = True) -> None:
    """Write a model; an existing file is replaced atomically.

    Parameters
    ----------
    model : Model
    path : path
        ``.safetensors`` is the usual suffix.
    overwrite : bool
        False to raise if the file exists.

    Raises
    ------
    FileError
        GN001 to GN004 when the file cannot be written, GN007 when it exists and `overwrite` is False; an existing file
        is then unchanged.
    OptionError
        GN021 for the suffix of another format, such as ``.h5`` or ``.pkl``.
    DataError
        GN076 when `model` is not a `Model`, for example if model and path are swapped.
    ModelFileError
        GN046 for a model that `load_model` would reject, for example with weights that are NaN or infinite.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> glassnet.save_model(glassnet.fit(X, y).model, "xor.safetensors", overwrite=False)
    """
    require_model(model)
    require_path("path", path)
    header, tensors = header_of(model), tensors_of(model)
    try:
        require_header(_plain(json.dumps(header)), tensors, _prefix)
    except (GlassnetError, ValueError) as problem:
        template = "{path}: not written, because load_model would reject it: {problem}"
        raise ModelFileError("GN046", template, path=path, problem=brief(problem)) from None
    require_model_name(path)
    with replacing(path, overwrite=overwrite) as file:
        file.write(file_bytes(header, tensors))


@with_near_matches("load_model")
def load_model(path: str | Path) -> Model:
    """Read a model; from a checkpoint, the model that training would have produced if it had ended there.

    Raises
    ------
    FileError
        GN001 to GN003 when the file cannot be read.
    ModelFileError
        GN040 when the file is not a glassnet model, GN041 when it is damaged, GN042 when its format is newer.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> model = glassnet.fit(X, y).model
    >>> glassnet.save_model(model, "xor.safetensors")
    >>> glassnet.load_model("xor.safetensors").hash() == model.hash()
    True
    """
    require_path("path", path)
    header, tensors = read(path)
    with damage(path):
        return model_from(header, tensors)


def header_of(model: Model) -> dict[str, Any]:
    """Return the header of a model's file: everything except the weights."""
    # An older glassnet refuses unknown keys of a layout, so `bounded` is only written where it matters.
    layout = {name: value for name, value in asdict(model.layout).items() if name != "bounded" or not value}
    return {
        "members": len(model.members),
        "architecture": asdict(model.network.architecture),
        "scaling": model.scaling.to_dict(),
        "targets": model.targets.to_dict(),
        "image_shape": model.image_shape,
        "class_names": model.class_names,
        "temperature": model.temperature,
        # An older glassnet does not know this reading, and locates the digits of an image if none is named.
        "reading": "" if model.reading == HANDWRITING else model.reading,
        **({"handwriting": True} if model.reading == HANDWRITING else {}),
        **({"white": model.white} if model.white else {}),
        **({"deskews": True} if model.deskews else {}),
        **({"layout": layout} if model.layout != SampleLayout() else {}),
        **({"class_type": model.class_type} if model.class_type else {}),
        **({"training_range": model.training_range.to_dict()} if model.training_range else {}),
        **({"residuals": asdict(model.residuals)} if model.residuals else {}),
        "columns": model.columns.to_dict() if model.columns else None,
        "receipt": model.receipt,
    }


def tensors_of(model: Model) -> Tensors:
    """Return the weights of a model by their names in a file: views, not copies."""
    return {
        f"{_prefix(number)}{name}": view
        for number, member in enumerate(model.members)
        for name, view in member.parameters.views.items()
    }


def require_model_name(path: str | Path) -> None:
    """Raise for a file name with the suffix of another format; see `io.writing.require_suffix`."""
    require_suffix(path, ".safetensors")


def file_bytes(header: dict[str, Any], tensors: Tensors) -> bytes:
    """Return a file of tensors and a header of plain values, with a checksum."""
    text = json.dumps({**header, "format": FORMAT, "checksum": _UNSIGNED}, ensure_ascii=True, sort_keys=True)
    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return _signed(tensors_to(whole, {"glassnet": text}))


def read(path: str | Path) -> tuple[dict[str, Any], Tensors]:
    """Return the header and the tensors of an undamaged file of a known format."""
    content = _read(path)
    metadata = _metadata(path, content)
    try:
        header: dict[str, Any] = _plain(metadata["glassnet"])
        version = header["format"]
    except RecursionError:
        raise _damaged(path, Message("The header is nested too deeply.")) from None
    except (KeyError, TypeError, ValueError):
        raise ModelFileError("GN040", "{path}: a safetensors file, but not a glassnet model.", path=path) from None
    if isinstance(version, int) and version > FORMAT:
        template = "{path}: file format {version}, expected {known} or lower. Update glassnet."
        raise ModelFileError("GN042", template, path=path, version=version, known=FORMAT)
    if version != FORMAT or not _PLACE.search(content) or _signed(_with_checksum(content, _UNSIGNED)) != content:
        raise _damaged(path, Message("The checksum does not match."))
    with damage(path):
        return header, tensors_from(content)


@contextlib.contextmanager
def damage(path: str | Path) -> Iterator[None]:
    """Convert errors from inconsistent content of a file to ModelFileError GN041."""
    try:
        yield
    except (SafetensorError, GlassnetError, LookupError, TypeError, ValueError) as problem:
        raise _damaged(path, brief(problem)) from None


def brief(problem: Exception) -> GlassnetError | Message:
    """Return what an exception says, a sentence; shortened, since it may quote text of any length from a file."""
    text = str(problem) or type(problem).__name__
    if isinstance(problem, GlassnetError) and len(text) <= _LONGEST:
        return problem
    return Message("{text}", text=f"{text[:_LONGEST]}{'…' if len(text) > _LONGEST else '.'}")


def shipped_model(name: str = "reader") -> Model:
    """Read a model that is bundled with glassnet; ``scripts/make_reader.py`` made them.

    Parameters
    ----------
    name : {"reader", "gate"}
        The reader classifies handwritten digits; the gate separates digits (class 1) from anything else (class 0).

    Examples
    --------
    >>> import glassnet
    >>> glassnet.shipped_model().classes
    10
    """
    return load_model(shipped_path(name))


def shipped_path(name: str = "reader") -> Path:
    """Return the file of a model that is bundled with glassnet."""
    return Path(__file__).parents[1] / "handwriting" / f"{name}.safetensors"


def model_from(header: dict[str, Any], tensors: Tensors) -> Model:
    """Make a model from the result of `read`; the tensors of a checkpoint are ignored."""
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith(TRAINING)}
    architecture = require_header(header, tensors, _prefix)
    members = []
    for number in range(header["members"]):
        parameters = Parameters(architecture.layout, dtype=next(iter(tensors.values())).dtype)
        parameters.assign({name: tensors[f"{_prefix(number)}{name}"] for name in architecture.layout.shapes})
        members.append(Network.of(architecture, parameters))
    shape, columns, seen = header["image_shape"], header.get("columns"), header.get("training_range")
    residuals = header.get("residuals")
    return Model(
        network=members[0],
        scaling=Scaling.from_dict(header["scaling"]),
        targets=Targets.from_dict(header["targets"]),
        image_shape=(shape[0], shape[1]) if shape else None,
        receipt=in_present_names(header["receipt"]),
        others=tuple(members[1:]),
        class_names=tuple(header.get("class_names", ())),
        temperature=float(header.get("temperature", 1.0)),
        columns=Columns.from_dict(columns) if columns else None,
        reading=HANDWRITING if header.get("handwriting") else header.get("reading", ""),
        white=header.get("white", 0),
        deskews=header.get("deskews", False),
        training_range=TrainingRange.from_dict(seen) if seen else None,
        layout=SampleLayout(**header.get("layout", {})),
        class_type=header.get("class_type", ""),
        residuals=Residuals.from_dict(residuals) if residuals else None,
    )


def _prefix(member: int) -> str:
    """Return the prefix of the names of a member's tensors; empty for the first network."""
    return f"member{member + 1}." if member else ""


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        template, command = "{path}: no such model file. Train one with `{command}`.", Command("train")
        raise FileError("GN001", template, path=path, command=command) from None
    except IsADirectoryError:
        raise FileError("GN002", "{path}: a folder, expected a model file.", path=path) from None
    except OSError as problem:
        raise FileError("GN003", "{path}: cannot be read ({reason}).", path=path, reason=problem.strerror) from None


def _metadata(path: str | Path, content: bytes) -> dict[str, str]:
    """Return the text entries of a safetensors header: 8 bytes of length, then JSON."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or content[8:9] != b"{" or length > _LARGEST_HEADER:
        raise ModelFileError("GN040", "{path}: not a model file (expected safetensors).", path=path)
    try:
        metadata = _plain(content[8 : 8 + length]).get("__metadata__", {})
    except (ValueError, AttributeError, RecursionError):
        raise _damaged(path, Message("The header is unreadable.")) from None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _damaged(path, Message("The header is unreadable."))
    return metadata


def _plain(text: str | bytes) -> Any:
    """Parse JSON; raise ValueError for duplicate keys in an object, which parsers resolve differently."""
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ModelFileError("GN041", "The header has a duplicate key.")
    return found


def _damaged(path: str | Path, problem: Message | GlassnetError) -> ModelFileError:
    template = "{path}: the file is damaged. {problem} Restore a copy, or train again."
    return ModelFileError("GN041", template, path=path, problem=problem)


def _with_checksum(content: bytes, checksum: str) -> bytes:
    return _PLACE.sub(lambda found: found[0].replace(found[1], checksum.encode()), content, count=1)


def _signed(unsigned: bytes) -> bytes:
    """Insert the SHA-256 of the file, computed with 64 zeros in its place."""
    return _with_checksum(unsigned, hashlib.sha256(unsigned).hexdigest())
