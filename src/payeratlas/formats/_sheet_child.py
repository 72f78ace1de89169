"""Run as a script by ``sheet.py``: a workbook on standard input, one JSON list a row on output.

Arguments: bytes of address space allowed, bytes of output allowed. Nothing of this package is
imported, so that the limit is in force before anything else happens.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, time, timedelta

try:
    import resource
except ImportError:  # not on Windows: there only the time limit holds
    resource = None  # type: ignore[assignment]

_EXACT = 2**53  # beyond it a float no longer holds every whole number


def cell_text(value: object) -> str:
    """A cell as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def main(memory: int, allowed: int) -> int:
    """Read the workbook and print its rows; 0, or 1 with a message on standard error."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(
            io.BytesIO(sys.stdin.buffer.read())
        )
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except MemoryError:
        sys.stderr.write("it needs more memory than allowed")
        return 1
    except Exception as error:  # whatever the reader raises is a verdict on the file
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 1
    written = 0
    for row in rows:
        line = json.dumps([cell_text(value) for value in row], ensure_ascii=True)
        written += len(line) + 1
        if written > allowed:
            sys.stderr.write(f"its cells hold more than {allowed} bytes of text")
            return 1
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
