"""References to named tuples, so that kernels take and pass a pointer instead of hundreds of numbers.

Numba reads a tuple as a whole for each of its fields: of a tuple of twenty arrays, LLVM then moves two hundred numbers
one by one, and all but a few moves are deleted again. That was a third of the time of compilation. A field of a
reference is read where it is; a field that is a tuple is a reference as well.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, imputils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np import numpy_support

_cgutils: Any = cgutils
_imputils: Any = imputils
_models: Any = models
_native_value: Any = NativeValue
_numpy_support: Any = numpy_support
_typeof: Any = numba.typeof
_types: Any = types
_unbox: Any = unbox
_lower_getattr_generic: Any = lower_getattr_generic


class Reference(_types.Type):  # type: ignore[misc]
    """The type of a reference to a named tuple."""

    def __init__(self, target: Any) -> None:
        self.target = target
        super().__init__(f"Reference({target})")


class ByReference:
    """A named tuple that a kernel takes by reference: a copy of the places of its arrays, and of its numbers."""

    def __init__(self, value: Any) -> None:
        self.value = value  # keeps the arrays alive
        self.kind = Reference(_typeof(value))
        self._memory = np.zeros(1, _layout_of(self.kind.target))
        self._memory[0] = _content_of(value)
        self.address = self._memory.ctypes.data


def _layout_of(kind: Any) -> np.dtype[Any]:
    """Return how Numba stores a value of a type."""
    if isinstance(kind, _types.Array):
        return np.dtype((np.int64, 5 + 2 * kind.ndim))
    if isinstance(kind, _types.BaseTuple):
        return np.dtype([(f"f{place}", _layout_of(one)) for place, one in enumerate(kind)], align=True)
    layout: np.dtype[Any] = _numpy_support.as_dtype(kind)
    return layout


def _content_of(value: Any) -> Any:
    """Return a value in the form of `_layout_of`: of arrays owner, parent, numbers, size, place, shape, strides."""
    if isinstance(value, np.ndarray):
        return (0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
    return tuple(map(_content_of, value)) if isinstance(value, tuple) else value


@typeof_impl.register(ByReference)
def _type_of(value: ByReference, context: Any) -> Any:
    return value.kind


@_unbox(Reference)  # type: ignore[untyped-decorator]
def _from_python(kind: Any, value: Any, c: Any) -> Any:
    pointer = c.context.get_value_type(kind)
    assert c.context.get_abi_sizeof(pointer.pointee) == _layout_of(kind.target).itemsize
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(number)
    c.pyapi.decref(number)
    return _native_value(c.builder.inttoptr(address, pointer))


@register_model(Reference)
class _Model(_models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, manager[kind.target].get_value_type().as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):
    key = Reference

    def generic_resolve(self, kind: Any, name: str) -> Any:  # type: ignore[override]
        if name not in kind.target.fields:
            return None
        found = kind.target[kind.target.fields.index(name)]
        return Reference(found) if isinstance(found, _types.BaseNamedTuple) else found


@_lower_getattr_generic(Reference)  # type: ignore[untyped-decorator]
def _field(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    index = kind.target.fields.index(name)
    place = builder.gep(value, [ir.Constant(ir.IntType(32), at) for at in (0, index)], inbounds=True)
    if isinstance(kind.target[index], _types.BaseNamedTuple):
        return place
    return _imputils.impl_ret_borrowed(context, builder, kind.target[index], builder.load(place))


def _reference(context: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        place = _cgutils.alloca_once(builder, given[0].type)
        builder.store(given[0], place)
        return place

    return Reference(value)(value), code


def _value_of(context: Any, reference: Any) -> Any:
    return reference.target(reference), lambda context, builder, signature, given: builder.load(given[0])


reference: Any = intrinsic(_reference)
"""``reference(value)`` refers to a named tuple; it is valid in the kernel that calls this, until the next call."""

value_of: Any = intrinsic(_value_of)
"""``value_of(reference)`` is the tuple itself, for inner loops: LLVM knows of its fields that no loop changes them."""
