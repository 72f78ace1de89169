"""The first sheet of an xlsx workbook to records, read in a child process under limits.

The workbook reader can end its own process on a hostile file (it asks for memory in proportion to
the printed cell range), so it never runs in ours: the child has a ceiling on memory and on time.
Numbers come back as a person reads them: 99213, not 99213.0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from payeratlas.formats.archive import zip_members
from payeratlas.model.errors import FileError

_CHILD = Path(__file__).with_name("_sheet_child.py")
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What the child may use: bytes of address space, seconds, and bytes of cell text."""

    memory: int = 1 << 30
    seconds: float = 60.0
    text: int = 256 << 20


SHEET_LIMITS = SheetLimits()


def is_workbook(data: bytes, where: str) -> bool:
    """Whether a zip archive is an xlsx workbook."""
    return _WORKBOOK in zip_members(data, where=where)


def sheet_records(
    data: bytes, *, where: str, limits: SheetLimits = SHEET_LIMITS
) -> Iterator[tuple[int, list[str]]]:
    """(row number, cell texts) of the first sheet, from row 1 and column A.

    Raises FileError where the workbook cannot be read within the limits, or is none.
    """
    if not is_workbook(data, where):
        raise FileError(
            "this zip archive is not an xlsx workbook.",
            where=where,
            cure="use the publisher's xlsx or csv file.",
        )
    command = [sys.executable, "-P", str(_CHILD), str(limits.memory), str(limits.text)]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileError(
            f"reading the workbook took more than {limits.seconds:g} seconds and was stopped.",
            where=where,
            cure="use the publisher's csv file of the same table.",
        ) from error
    if child.returncode != 0:
        last = child.stderr.decode("utf-8", errors="replace").strip().splitlines()[-1:]
        detail = (
            f"the reader was stopped by signal {-child.returncode}"
            if child.returncode < 0
            else (last or ["the reader failed"])[0]
        )
        raise FileError(
            f"the workbook cannot be read: {detail}.",
            where=where,
            cure="download it again, or use the publisher's csv file of the same table.",
        )
    for ordinal, line in enumerate(child.stdout.splitlines(), start=1):
        yield ordinal, json.loads(line)
