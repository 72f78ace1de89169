"""Payer Atlas: the reference page for every US billing code, each figure cited to its file.

``payeratlas.open()`` gives the same answers as the command line::

    import payeratlas
    from datetime import date

    code = payeratlas.open().code("64640", as_of=date(2025, 10, 15))
    code.fact("pfs.payment.nonfacility").value   # Money('240.98')
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payeratlas.apps.api import Atlas

__all__ = ["open"]


def open(store: str | Path | None = None) -> Atlas:
    """Open the data on hand: the embedded set and, over it, the user's own store.

    ``store`` is the folder of the user's store; by default the one the command line uses
    (``PAYERATLAS_STORE``, else the platform's data folder).
    """
    from payeratlas.apps.api import Atlas  # late: importing the package must stay cheap

    return Atlas.open(store)
