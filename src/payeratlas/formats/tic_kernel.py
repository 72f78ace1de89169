"""The native reader of payer price files, where it is installed.

It is the distribution ``payeratlas-kernel``, built from ``kernel/`` where a C++ compiler is. It
gives the rows of ``formats.tic``, number for number, and refuses where that refuses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple
from importlib.util import find_spec
from typing import Any

from payeratlas.formats.tic_account import TicAccount, account_of
from payeratlas.formats.tic_json import JsonError
from payeratlas.formats.tic_values import LIMITS, TicLimits

BATCH_ROWS = 1 << 17


def available() -> bool:
    """Whether the native reader can be used here."""
    return find_spec("payeratlas_kernel") is not None


class ArrowRows:
    """Rows of one table as they cross the Arrow C interface; whatever takes Arrow takes them."""

    def __init__(self, capsules: tuple[object, object]) -> None:
        self._capsules = capsules

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The schema and array capsules; they can be taken once."""
        return self._capsules


def read(
    chunks: Iterable[bytes],
    emit: Callable[[str, ArrowRows], None],
    codes: Collection[str] | None = None,
    *,
    batch_rows: int = BATCH_ROWS,
    level: str = "",
    limits: TicLimits = LIMITS,
) -> TicAccount:
    """Read a payer's file as ``formats.tic.read`` does; ``emit(table, rows)`` gets batches.

    ``level`` forces one way of scanning (``avx2``, ``neon``, ``plain``); the best one otherwise.
    Raises JsonError, and ImportError where the native reader is not installed.
    """
    import payeratlas_kernel  # late: it may not be there

    found = run(
        payeratlas_kernel.parse,
        chunks,
        emit,
        None if codes is None else sorted(codes),
        batch_rows,
        level,
        list(astuple(limits)),
    )
    return account_of(found["kind"], found["bytes"], Counter(found["counts"]))


def run(
    parse: Callable[..., dict[str, Any]],
    chunks: Iterable[bytes],
    emit: Callable[[str, ArrowRows], None],
    *options: object,
) -> dict[str, Any]:
    """What a function of the native reader says of the chunks. Raises JsonError where it refuses
    them."""
    left = iter(chunks)

    def more() -> bytes:
        return next((chunk for chunk in left if chunk), b"")

    found = parse(more, lambda table, capsules: emit(table, ArrowRows(capsules)), *options)
    if "reason" in found:
        raise JsonError.at(found["reason"], found["offset"], found["pointer"], found["context"])
    return found
