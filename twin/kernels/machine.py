"""What the machine can do and Python has no word for: memory called in early, and numbers two threads share.

Without a compiler there is one thread, for which the plain Python of each is enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import COMPILED, inlined

if COMPILED:
    from llvmlite import ir
    from numba import config, types
    from numba.core import cgutils
    from numba.extending import intrinsic

I64 = NDArray[np.int64]


def _place(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    held = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.gep(held.data, [context.cast(builder, args[1], signature.args[1], types.intp)])


def _ask(_: Any, array: Any, index: Any, byte: Any) -> Any:
    def _generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        tools: Any = cgutils
        place = _place(context, builder, signature, args)
        offset = context.cast(builder, args[2], signature.args[2], types.intp)
        address, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        form = ir.FunctionType(ir.VoidType(), [address, number, number, number])
        ask = tools.get_or_insert_function(builder.module, form, "llvm.prefetch.p0i8")
        to_write, soon, data = number(1), number(3), number(1)
        builder.call(ask, [builder.gep(builder.bitcast(place, address), [offset]), to_write, soon, data])
        return context.get_dummy_value()

    return types.void(array, index, byte), _generate


def _read(_: Any, numbers: Any, index: Any) -> Any:
    def _generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_place(context, builder, signature, args), "acquire", 8)

    return types.int64(numbers, index), _generate


def _write(_: Any, numbers: Any, index: Any, value: Any) -> Any:
    def _generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number = context.cast(builder, args[2], signature.args[2], types.int64)
        builder.store_atomic(number, _place(context, builder, signature, args), "release", 8)
        return context.get_dummy_value()

    return types.void(numbers, index, value), _generate


def _swap(_: Any, numbers: Any, index: Any, old: Any, new: Any) -> Any:
    def _generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        before, after = (context.cast(builder, args[k], signature.args[k], types.int64) for k in (2, 3))
        place = _place(context, builder, signature, args)
        return builder.extract_value(builder.cmpxchg(place, before, after, "acq_rel", "acquire"), 1)

    return types.boolean(numbers, index, old, new), _generate


def _rest(_: Any) -> Any:
    def _generate(context: Any, builder: Any, *_: Any) -> Any:
        tools: Any = cgutils
        form = ir.FunctionType(ir.IntType(32), [])
        builder.call(tools.get_or_insert_function(builder.module, form, "sched_yield"), [])
        return context.get_dummy_value()

    return types.void(), _generate


def _plain_swap(numbers: I64, index: int, old: int, new: int) -> bool:
    found = bool(numbers[index] == old)
    if found:
        numbers[index] = new
    return found


_config: Any = config if COMPILED else None
_plain = _config is None or bool(_config.DISABLE_JIT)
_ask_machine: Any = (lambda *_: None) if _plain else intrinsic(_ask)
_read_machine: Any = (lambda numbers, index: numbers[index]) if _plain else intrinsic(_read)
_write_machine: Any = (lambda numbers, index, value: numbers.__setitem__(index, value)) if _plain else intrinsic(_write)
_swap_machine: Any = _plain_swap if _plain else intrinsic(_swap)
_rest_machine: Any = (lambda: None) if _plain else intrinsic(_rest)


@inlined
def prefetch(array: NDArray[Any], index: int, byte: int) -> None:
    """Ask for the cache line of a byte of an element that will be touched soon, counted flat; changes nothing."""
    _ask_machine(array, index, byte)


@inlined
def read_shared(numbers: I64, index: int) -> int:
    """Return a number another thread may write; what that thread wrote before it is seen too."""
    return int(_read_machine(numbers, index))


@inlined
def write_shared(numbers: I64, index: int, value: int) -> None:
    """Write a number another thread may read, after everything written before."""
    _write_machine(numbers, index, value)


@inlined
def swap_shared(numbers: I64, index: int, old: int, new: int) -> bool:
    """Replace a number if it is the old one, as one act; return whether it was."""
    return bool(_swap_machine(numbers, index, old, new))


@inlined
def let_others_run() -> None:
    """Leave the core to another thread that wants it."""
    _rest_machine()
