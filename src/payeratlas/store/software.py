"""The software's own version and plug-ins, as its installation records them.

``importlib.metadata`` tells both, and costs a command a twentieth of a second to load: it brings
the reading of mail with it. The records it reads are plain files of a fixed form, so that they are
looked at first, and it is loaded only for what they do not settle.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

NAME = "payeratlas"


@cache
def version() -> str:
    """The version of the software, as installed.

    ``importlib.metadata.PackageNotFoundError`` where it is not installed at all.
    """
    pattern = f"{NAME}-*.dist-info/METADATA"
    records = [path for folder in _folders() for path in folder.glob(pattern)]
    if len(records) == 1:
        for line in records[0].read_text("utf-8").splitlines():
            if line.startswith("Version: "):
                return line.removeprefix("Version: ")
    import importlib.metadata

    return importlib.metadata.version(NAME)


def plug_ins(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group that installed packages declare; none in most installations."""
    if not _may_declare(group):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _may_declare(group: str) -> bool:
    """Whether the declarations name the group, or stand where they cannot be looked at (an archive
    on the path)."""
    if any(Path(place).is_file() for place in sys.path):
        return True
    name = group.encode()
    declarations = (p for f in _folders() for p in f.glob("*-info/entry_points.txt"))
    return any(name in path.read_bytes() for path in declarations)


def _folders() -> list[Path]:
    """Where packages are looked for; the empty path is the folder at hand."""
    return [folder for folder in map(Path, dict.fromkeys(sys.path)) if folder.is_dir()]
