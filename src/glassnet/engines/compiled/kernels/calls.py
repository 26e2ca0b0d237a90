"""Calls between kernels by address, so that a kernel is compiled once and only if the options need it.

Numba copies a kernel into every kernel that calls it, and compiles all copies. With every activation, loss and
optimizer in it, the loop over batches took half a minute to compile, and one training run uses a small part of it. Here
the caller gets the address of a compiled kernel at run time: the options decide which kernels are compiled at all, and
each is compiled once for each type of numbers, whatever the other options are. A call costs some nanoseconds, so only
whole loops are called this way, never the body of a loop.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

_typeof: Any = numba.typeof
_cgutils: Any = cgutils
_types: Any = types

NONE = np.zeros(2, np.int64)
"""The entry of a kernel that is not needed."""


def entry_of(kernel: Any, *examples: Any) -> NDArray[np.int64]:
    """Compile or load a kernel for the types of example arguments; return its entry for `call` or `call_for_number`.

    The entry, of shape (2,), is the kernel's address, valid in this process, and a hash of its types.
    """
    arguments = tuple(_typeof(example) for example in examples)
    kernel.compile(arguments)
    compiled = kernel.overloads[arguments]
    address = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
    return np.array([address, _hash_of(compiled.signature.return_type, arguments)], np.int64)


def _hash_of(result: Any, arguments: tuple[Any, ...]) -> int:
    digest = hashlib.sha256(repr((result, arguments)).encode()).digest()
    return int.from_bytes(digest[:8], "little", signed=True)


def _calling(result: Any) -> Any:
    """Return an intrinsic that calls a kernel with a tuple of arguments; `result` is the type that it returns.

    The types of the call are compared with those of the entry: otherwise a mistake would overwrite memory.
    """

    def typing(context: Any, entry: Any, arguments: Any) -> Any:
        given = tuple(arguments.types)
        expected = ir.Constant(ir.IntType(64), _hash_of(result, given))

        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, values[0]).data
            address, types_of_kernel = (builder.load(_cgutils.gep(builder, data, place)) for place in range(2))
            with _cgutils.if_unlikely(builder, builder.icmp_signed("!=", types_of_kernel, expected)):
                context.call_conv.return_user_exc(builder, TypeError, ("a kernel is called with other types",))
            function = context.call_conv.get_function_type(result, given)
            pointer = builder.inttoptr(address, function.as_pointer())
            each = [builder.extract_value(values[1], place) for place in range(len(given))]
            status, returned = context.call_conv.call_function(builder, pointer, result, given, each)
            with _cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return returned

        return result(entry, arguments), code

    return intrinsic(typing)


call: Any = _calling(_types.none)
"""``call(entry, arguments)`` calls a kernel that returns nothing with a tuple of arguments."""

call_for_progress: Any = _calling(_types.Tuple([types.float64, types.int64]))
"""Like `call`, for kernels that return a float64 and an int64."""

call_for_number: Any = _calling(_types.float64)
"""Like `call`, for kernels that return a float64."""
