"""The native reader of hospitals' JSON files, where ``payeratlas-kernel`` is installed.

It gives the rows of ``formats.hospital_json``, number for number, and refuses where that refuses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from payeratlas.formats.hospital_account import HospitalAccount, account_of
from payeratlas.formats.hospital_json import HELD
from payeratlas.formats.tic_kernel import BATCH_ROWS, ArrowRows, available, run

__all__ = ["ArrowRows", "available", "read"]


def read(
    chunks: Iterable[bytes],
    emit: Callable[[str, ArrowRows], None],
    *,
    batch_rows: int = BATCH_ROWS,
    level: str = "",
    held: int = HELD,
) -> HospitalAccount:
    """Read a hospital's file as ``formats.hospital_json.read`` does; ``emit(table, rows)`` gets
    batches.

    ``level`` forces one way of scanning (``avx2``, ``neon``, ``plain``); the best one otherwise.
    Raises JsonError, and ImportError where the native reader is not installed.
    """
    import payeratlas_kernel  # late: it may not be there

    found = run(payeratlas_kernel.parse_hospital, chunks, emit, batch_rows, level, held)
    return account_of("json", found["bytes"], Counter(found["counts"]))
