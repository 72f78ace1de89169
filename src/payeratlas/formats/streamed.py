"""Records of a text file that are read again each time they are asked for.

A file of millions of records fits into memory as bytes, and many times over not as records. A
sequence of this kind looks like the list of all records and holds none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import overload

Record = tuple[int, list[str]]
"""An ordinal, counted from 1 with the heading records, and the cells of the record."""


class Streamed(Sequence[Record]):
    """The records that ``read`` gives, from position ``start`` (counted from 0) on.

    Going over it reads the file once; a part from the front reads no further than that part.
    """

    def __init__(self, read: Callable[[], Iterator[Record]], start: int = 0) -> None:
        """``read`` opens the file anew and gives every record of it."""
        self._read = read
        self._start = start

    def __iter__(self) -> Iterator[Record]:
        return islice(self._read(), self._start, None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, int):
            return list(self)[index] if index < 0 else self._at(index)
        start, stop, step = index.start or 0, index.stop, index.step or 1
        if start < 0 or step != 1 or (stop is not None and stop < 0):
            return list(self)[index]
        if stop is None:
            return Streamed(self._read, self._start + start)
        return list(islice(self, start, stop))

    def _at(self, index: int) -> Record:
        for record in islice(self, index, index + 1):
            return record
        raise IndexError(f"there is no record at position {index}")
