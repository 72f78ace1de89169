"""The plan of a month: which price files make up a release, written by a person or a script."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from payeratlas.build.executor import Item
from payeratlas.model.errors import InputError

FORMAT = 1
ID_DIGITS = 16
_SCHEMA = "see month_plan in the reference of JSON."


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One price file: where a worker reads it, and what is known of it beforehand.

    ``url`` is where it was published, for the manifest. ``sha256`` pins its bytes: others are
    refused.
    """

    address: str
    url: str = ""
    sha256: str = ""

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.address.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of one release, such as a month of a payer, and the codes to read (None: all)."""

    release: str
    files: tuple[PlannedFile, ...]
    codes: tuple[str, ...] | None = None

    def items(self, out: str, *, again: bool = False) -> list[Item]:
        """One item a file, for ``month_file.read`` to write below ``out``.

        The id digests what the answer depends on. ``again`` reads also what has been read before.
        """
        found = []
        for file in self.files:
            work: dict[str, Any] = {
                "address": file.address,
                "url": file.url,
                "sha256": file.sha256,
                "codes": None if self.codes is None else list(self.codes),
                "release": self.release,
                "software": software(),
            }
            text = json.dumps(work, sort_keys=True).encode()
            item = hashlib.sha256(text).hexdigest()[:ID_DIGITS]
            found.append(Item(item, {**work, "item": item, "out": out, "again": again}))
        return found


def read_plan(path: Path) -> Plan:
    """The plan in a JSON file; InputError where it is none, with the place in the file.

    A relative path of a price file is taken from the plan's folder.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            f"the plan cannot be read: {error.strerror or error}.",
            where=str(path),
            cure="check the path and its permissions.",
        ) from error
    except ValueError as error:
        raise InputError(f"the plan is no JSON: {error}.", where=str(path), cure=_SCHEMA) from error
    return _Checked(str(path), path.parent).plan(found)


@cache
def software() -> str:
    """The version of the software."""
    return version("payeratlas")


class _Checked:
    """Takes the parts of a plan, or refuses them by their place."""

    def __init__(self, where: str, folder: Path) -> None:
        self._where = where
        self._folder = folder

    def plan(self, found: Any) -> Plan:
        self._keys(found, "the plan", {"format", "release", "files"}, {"codes"})
        if found["format"] != FORMAT:
            raise self._wrong("format", f"it is {found['format']!r}, and {FORMAT} is known")
        release = self._text(found["release"], "release")
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", release):
            raise self._wrong("release", "letters, digits, dots, hyphens and underscores name it")
        files = tuple(
            self._file(entry, f"files[{number}]")
            for number, entry in enumerate(self._list(found["files"], "files"))
        )
        if not files:
            raise self._wrong("files", "no file is named")
        first: dict[str, int] = {}
        for number, file in enumerate(files):
            if first.setdefault(file.address, number) != number:
                raise self._wrong(
                    f"files[{number}]", f"it has the address of files[{first[file.address]}]"
                )
        codes = found.get("codes")
        if codes is not None:
            listed = self._list(codes, "codes")
            codes = tuple(sorted({self._text(c, f"codes[{n}]") for n, c in enumerate(listed)}))
            if not codes:
                raise self._wrong("codes", "no code is named; leave it out to read all")
        return Plan(release, files, codes)

    def _file(self, entry: Any, place: str) -> PlannedFile:
        if isinstance(entry, str):
            entry = {"address": entry}
        self._keys(entry, place, {"address"}, {"url", "sha256"})
        address = self._text(entry["address"], f"{place}.address")
        if "://" not in address:
            address = (self._folder / address).resolve().as_posix()
        sha256 = self._text(entry.get("sha256", "-"), f"{place}.sha256")
        if sha256 != "-" and not re.fullmatch("[0-9a-f]{64}", sha256):
            raise self._wrong(f"{place}.sha256", "a sha256 is 64 digits of 0-9a-f")
        url = self._text(entry.get("url", "-"), f"{place}.url")
        return PlannedFile(address, "" if url == "-" else url, "" if sha256 == "-" else sha256)

    def _keys(self, found: Any, place: str, needed: set[str], further: set[str]) -> None:
        if not isinstance(found, dict):
            raise self._wrong(place, "an object is expected")
        if missing := sorted(needed - set(found)):
            raise self._wrong(place, f"{missing[0]} is missing")
        if unknown := sorted(set(found) - needed - further):
            raise self._wrong(place, f"{unknown[0]!r} is not known")

    def _text(self, found: Any, place: str) -> str:
        if not isinstance(found, str) or not found.strip():
            raise self._wrong(place, "a text is expected")
        return found

    def _list(self, found: Any, place: str) -> Sequence[Any]:
        if not isinstance(found, list):
            raise self._wrong(place, "a list is expected")
        return found

    def _wrong(self, place: str, why: str) -> InputError:
        return InputError(f"{why}.", where=f"{self._where}, {place}", cure=_SCHEMA)
