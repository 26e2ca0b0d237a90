"""Model files: safetensors with a JSON header, checksummed, written beside and renamed.

Any safetensors library reads the weights; `docs/reference/file-format.md` describes the rest. The checksum covers every
byte of the file, so that damage anywhere is an error and never a different answer. Nothing here reads a pickle.
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
from ..errors import FileError, GlassnetError, ModelFileError
from ..io.writing import replacing, require_suffix
from ..nn.network_class import Network
from ..nn.parameters import Parameters
from ..preprocess import Columns, Scaling, Targets, TrainingRange
from .header import require_header
from .model import Model, require_model

FORMAT = 1
"""Version of the file format; raised when an older glassnet could misread a newer file."""

TRAINING = "training."
"""How the names of tensors begin that a checkpoint has besides a model's; see `checkpoint`."""

Tensors = dict[str, NDArray[Any]]

_UNSIGNED = "0" * 64
# How the checksum stands in the file: JSON within the JSON of the safetensors header, hence the backslashes. Keys are
# sorted, so it comes before anything a user can write.
_PLACE = re.compile(rb'\\"checksum\\": \\"([0-9a-f]{64})\\"')
_LARGEST_HEADER = 100_000_000  # the limit safetensors itself sets
_LONGEST = 300  # characters of a message about what a file holds


def save_model(model: Model, path: str | Path, overwrite: bool = True) -> None:
    """Write a model; an existing file is replaced at the last moment, whole.

    Parameters
    ----------
    model : Model
    path : path
        ``.safetensors`` is the usual suffix.
    overwrite : bool
        False to refuse where there is a file already.

    Raises
    ------
    FileError
        GN001 to GN004 when the file cannot be written, GN007 when there is one and `overwrite` is False; what was there
        before stays.
    OptionError
        GN021 for a suffix that promises another format, such as ``.h5`` or ``.pkl``.
    DataError
        GN076 for what is no model, as where model and path are swapped.
    ModelFileError
        GN046 for a model that `load_model` would refuse: with weights that are NaN or infinite, for instance.
    """
    require_model(model)
    header, tensors = header_of(model), tensors_of(model)
    try:
        require_header(_plain(json.dumps(header)), tensors, _prefix)
    except (GlassnetError, ValueError) as problem:
        raise ModelFileError("GN046", f"{path}: not written, because load_model would reject it ({problem}).") from None
    write(path, header, tensors, overwrite)


def load_model(path: str | Path) -> Model:
    """Read a model; from a checkpoint, the model that training would have given if it had ended there.

    Raises
    ------
    FileError
        GN001 to GN003 when the file cannot be read.
    ModelFileError
        GN040 when it is not a glassnet model, GN041 when it is damaged, GN042 when it is from a newer version.
    """
    header, tensors = read(path)
    with damage(path):
        return model_from(header, tensors)


def header_of(model: Model) -> dict[str, Any]:
    """Return what a file says of a model besides its numbers."""
    return {
        "members": len(model.members),
        "architecture": asdict(model.network.architecture),
        "scaling": model.scaling.to_dict(),
        "targets": model.targets.to_dict(),
        "image_shape": model.image_shape,
        "class_names": model.class_names,
        "temperature": model.temperature,
        # An older glassnet finds the digits of a picture where no other reading is named, and does not know this one.
        "reading": "" if model.reading == HANDWRITING else model.reading,
        **({"handwriting": True} if model.reading == HANDWRITING else {}),
        **({"white": model.white} if model.white else {}),
        **({"deskews": True} if model.deskews else {}),
        **({"layout": asdict(model.layout)} if model.layout != SampleLayout() else {}),
        **({"training_range": model.training_range.to_dict()} if model.training_range else {}),
        "columns": model.columns.to_dict() if model.columns else None,
        "receipt": model.receipt,
    }


def tensors_of(model: Model) -> Tensors:
    """Return the numbers of a model by their names in a file: views, not copies."""
    return {
        f"{_prefix(number)}{name}": view
        for number, member in enumerate(model.members)
        for name, view in member.parameters.views.items()
    }


def require_model_name(path: str | Path) -> None:
    """Refuse a name that promises another format than a model file's; see `files.require_suffix`."""
    require_suffix(path, ".safetensors")


def write(path: str | Path, header: dict[str, Any], tensors: Tensors, overwrite: bool = True) -> None:
    """Write tensors and a header of plain values, signed; an existing file is replaced at the last moment, whole.

    Raises
    ------
    FileError, OptionError
        As `save_model`.
    """
    require_model_name(path)
    text = json.dumps({**header, "format": FORMAT, "checksum": _UNSIGNED}, ensure_ascii=True, sort_keys=True)
    whole = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    content = _signed(tensors_to(whole, {"glassnet": text}))
    with replacing(path, overwrite=overwrite) as file:
        file.write(content)


def read(path: str | Path) -> tuple[dict[str, Any], Tensors]:
    """Return the header and the tensors of a file that is whole and of a known format.

    Raises
    ------
    FileError, ModelFileError
        As `load_model`.
    """
    content = _read(path)
    metadata = _metadata(path, content)
    try:
        header: dict[str, Any] = _plain(metadata["glassnet"])
        version = header["format"]
    except RecursionError:
        raise _damaged(path, "its header is nested too deeply") from None
    except (KeyError, TypeError, ValueError):
        raise ModelFileError("GN040", f"{path}: a safetensors file, but not a glassnet model.") from None
    if isinstance(version, int) and version > FORMAT:
        raise ModelFileError("GN042", f"{path}: file format {version}, expected {FORMAT} or lower. Update glassnet.")
    if version != FORMAT or not _PLACE.search(content) or _signed(_with_checksum(content, _UNSIGNED)) != content:
        raise _damaged(path, "its checksum does not match")
    with damage(path):
        return header, tensors_from(content)


@contextlib.contextmanager
def damage(path: str | Path) -> Iterator[None]:
    """Call it damage when what a file holds does not fit together."""
    try:
        yield
    except (SafetensorError, GlassnetError, LookupError, TypeError, ValueError) as problem:
        raise _damaged(path, brief(problem)) from None


def brief(problem: Exception) -> str:
    """Return what a problem says, cut short: it may name what stands in a file, of any length."""
    return f"{str(problem)[:_LONGEST]}{'…' * (len(str(problem)) > _LONGEST)}"


def shipped_model(name: str = "reader") -> Model:
    """Read a model that comes with glassnet; ``scripts/make_reader.py`` made them.

    Parameters
    ----------
    name : {"reader", "gate"}
        The reader of handwritten digits; or the gate, which tells digits (class 1) from anything else (class 0).

    Raises
    ------
    FileError
        GN001 when this installation lacks it.
    """
    return load_model(Path(__file__).parents[1] / "handwriting" / f"{name}.safetensors")


def model_from(header: dict[str, Any], tensors: Tensors) -> Model:
    """Put a model together from `read`'s result; tensors of a training are passed over.

    Raises
    ------
    ValueError, OptionError
        As `schema.require_header`.
    """
    tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith(TRAINING)}
    architecture = require_header(header, tensors, _prefix)
    members = []
    for number in range(header["members"]):
        parameters = Parameters(architecture.layout, dtype=next(iter(tensors.values())).dtype)
        parameters.assign({name: tensors[f"{_prefix(number)}{name}"] for name in architecture.layout.shapes})
        members.append(Network.of(architecture, parameters))
    shape, columns, seen = header["image_shape"], header.get("columns"), header.get("training_range")
    return Model(
        members[0],
        Scaling.from_dict(header["scaling"]),
        Targets.from_dict(header["targets"]),
        (shape[0], shape[1]) if shape else None,
        header["receipt"],
        tuple(members[1:]),
        tuple(header.get("class_names", ())),
        float(header.get("temperature", 1.0)),
        Columns.from_dict(columns) if columns else None,
        HANDWRITING if header.get("handwriting") else header.get("reading", ""),
        header.get("white", 0),
        header.get("deskews", False),
        TrainingRange.from_dict(seen) if seen else None,
        SampleLayout(**header.get("layout", {})),
    )


def _prefix(member: int) -> str:
    """Return what stands before the names of a member's tensors; nothing for the first, or only, network."""
    return f"member{member + 1}." if member else ""


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise FileError("GN001", f"{path}: no such model file. Train one with `glassnet train`.") from None
    except IsADirectoryError:
        raise FileError("GN002", f"{path}: a folder, expected a model file.") from None
    except OSError as problem:
        raise FileError("GN003", f"{path}: cannot be read ({problem.strerror}).") from None


def _metadata(path: str | Path, content: bytes) -> dict[str, str]:
    """Return the text entries of a safetensors header: 8 bytes of length, then JSON."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or content[8:9] != b"{" or length > _LARGEST_HEADER:
        raise ModelFileError("GN040", f"{path}: not a model file (expected safetensors).")
    try:
        metadata = _plain(content[8 : 8 + length]).get("__metadata__", {})
    except (ValueError, AttributeError, RecursionError):
        raise _damaged(path, "its header is unreadable") from None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _damaged(path, "its header is unreadable")
    return metadata


def _plain(text: str | bytes) -> Any:
    """Return a value of JSON; ValueError where a key stands twice in an object, of which readers take either."""
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("its header has a duplicate key")
    return found


def _damaged(path: str | Path, why: str) -> ModelFileError:
    return ModelFileError("GN041", f"{path}: the file is damaged ({why}). Restore a copy, or train again.")


def _with_checksum(content: bytes, checksum: str) -> bytes:
    return _PLACE.sub(lambda found: found[0].replace(found[1], checksum.encode()), content, count=1)


def _signed(unsigned: bytes) -> bytes:
    """Put the SHA-256 of the file, as it is with 64 zeros in its place, into the file."""
    return _with_checksum(unsigned, hashlib.sha256(unsigned).hexdigest())
