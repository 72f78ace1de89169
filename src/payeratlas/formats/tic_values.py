"""The values of a payer's file: text where the schema wants text, lists where it wants lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from payeratlas.formats.tic_json import Cursor
    from payeratlas.formats.tic_rows import Texts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TicLimits:
    """When the tables of what repeats begin anew, so that memory is bounded.

    ``terms`` and ``sets`` (or ``members`` of sets), inline ``groups`` (or ``npis`` in them), and
    the ``text`` that the terms, or the groups, hold (see ``weight``); ``leapt`` bytes of rates may
    stand before the code of their item when a code filter is given.
    The native reader keeps to the same figures, so both number their rows alike.
    """

    terms: int = 1 << 16
    sets: int = 1 << 16
    members: int = 1 << 22
    groups: int = 1 << 18
    npis: int = 1 << 22
    leapt: int = 1 << 26
    text: int = 1 << 25


LIMITS = TicLimits()


def weight(*values: str | Texts) -> int:
    """What texts and lists of texts count for ``TicLimits.text``: UTF-8 bytes, and 8 for each."""
    total = 0
    for value in values:
        total += 8
        if isinstance(value, str):
            total += len(value.encode())
        elif value is not None:
            total += weight(*value)
    return total


class Values:
    """Readers of single values. What they had to mend is noted in ``flags`` by name."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.flags: set[str] = set()

    def begin(self) -> set[str]:
        """Begin the flags of a row; give what ``end`` wants."""
        outer, self.flags = self.flags, set()
        return outer

    def end(self, outer: set[str]) -> frozenset[str]:
        """The flags noted since ``begin``."""
        own, self.flags = self.flags, outer
        return frozenset(own)

    def text(self) -> str | None:
        """Text, or null. A number is taken as its token and noted."""
        byte = self.cursor.peek()
        if byte == 0x22:
            return self.cursor.string()
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            self.flags.add("number_as_text")
            return self.cursor.number()
        if self.cursor.null():
            return None
        raise self.cursor.wrong_type()

    def texts(self) -> Texts:
        """A list of texts, or null. A lone text is a list of one; null in a list is left out."""
        byte = self.cursor.peek()
        if byte == 0x5B:
            found = tuple(self.cursor.elements(self.text))
            if None in found:
                self.flags.add("null_in_list")
            return tuple(text for text in found if text is not None)
        text = self.text()
        if text is None:
            return None
        self.flags.add("scalar_as_list")
        return (text,)

    def list_of(self, reader: Callable[[], T]) -> tuple[T, ...] | None:
        """An array, each element by the reader, or null."""
        return None if self.cursor.null() else tuple(self.cursor.elements(reader))

    def token(self, quoted: str) -> str:
        """A number or string as printed; a string is noted as ``quoted``."""
        byte = self.cursor.peek()
        if byte == 0x22:
            self.flags.add(quoted)
            return self.cursor.string()
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            return self.cursor.number()
        raise self.cursor.wrong_type()
