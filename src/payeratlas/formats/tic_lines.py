"""JSON lines, as splitters make them of a payer's file, put together again to one document.

Accepted: one JSON object a line. A line is an element of ``in_network`` (it names
``negotiated_rates`` or ``negotiation_arrangement``), of ``out_of_network`` (``allowed_amounts``)
or of ``provider_references`` (``provider_group_id``), or the root (``reporting_entity_name`` and
the other texts of the root; at most one line, and only these texts of it are read). Lines of one
kind stand together. Blank lines are passed over. Anything else is refused with its place.

Line ends become commas, byte for byte, so that a place in the document differs from the place in
the file by a constant between two changes of kind; ``shifts`` tells these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable
from itertools import pairwise

from payeratlas.formats.archive import refuse
from payeratlas.formats.tic_rows import File

MOST_HEAD = 1 << 16  # bytes of a line within which its kind must show
ENDINGS = (".jsonl", ".ndjson")

_ARRAYS = {
    b"negotiated_rates": "in_network",
    b"negotiation_arrangement": "in_network",
    b"allowed_amounts": "out_of_network",
    b"provider_group_id": "provider_references",
}
_ROOT = frozenset(name.encode() for name in File._fields[1:])
_WHOLE = frozenset(
    (b"in_network", b"out_of_network", b"provider_references", b"reporting_structure")
)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}:]')
_CURE = "see the how-to page on payers' price files for the lines that are accepted."


def are_lines(name: str) -> bool:
    """Whether a file's name says that it holds JSON lines, packed or not."""
    return name.lower().removesuffix(".gz").removesuffix(".zip").endswith(ENDINGS)


class Lines:
    """The chunks of one document, out of chunks of JSON lines; to be gone through once.

    ``shifts`` holds, by rising place, from which byte of the document on how many bytes have to be
    taken off a place to get that of the unpacked file. FileError where a line is none of those
    accepted.
    """

    def __init__(self, chunks: Iterable[bytes], where: str) -> None:
        """``where`` names the file in errors."""
        self._chunks = chunks
        self._where = where
        self._kind = ""
        self._seen: set[str] = set()
        self._begun = False
        self._out = 0  # bytes of the document so far
        self._at = 0  # place in the file of the line that is read
        self.shifts: list[tuple[int, int]] = []

    def __iter__(self) -> Generator[bytes, None, None]:
        """The document's chunks."""
        head, inside, ends = b"", False, 0
        for chunk in self._chunks:
            rest = chunk
            while rest:
                if inside:
                    line, end, rest = rest.partition(b"\n")
                    yield self._given(line)
                    self._at += len(line) + len(end)
                    inside, ends = not end, len(end)
                    continue
                line, end, rest = rest.partition(b"\n")
                head += line
                if not end and len(head) < MOST_HEAD:
                    continue
                if not head.strip():
                    self._at += len(head) + len(end)
                    ends, head = ends + len(head) + len(end), b""
                    continue
                yield from self._line(head, ends, whole=bool(end))
                self._at += len(head) + len(end)
                head, inside, ends = b"", not end, len(end)
        if head.strip():
            yield from self._line(head, ends, whole=True)
        if not self._begun:
            raise refuse("the file has no line.", self._where)
        yield self._given(b"]}" if self._kind else b"}")

    def place(self, offset: int) -> int:
        """The place in the unpacked file of a byte of the document."""
        return place_in_file(offset, self.shifts)

    def _given(self, data: bytes) -> bytes:
        self._out += len(data)
        return data

    def _line(self, head: bytes, ends: int, *, whole: bool) -> Generator[bytes, None, None]:
        """The beginning of a line, with what joins it to the line before, ``ends`` bytes back."""
        kind = self._kind_of(head[:MOST_HEAD])
        if kind == "root":
            if not whole or len(head) > MOST_HEAD:
                raise self._refused("the root's line is longer than any known")
            yield from self._root(head)
            return
        if kind == self._kind:
            yield self._given(b"," + b"\n" * (ends - 1))
        else:
            if kind in self._seen:
                raise self._refused(f"a line of {kind} stands apart from the others of its kind")
            yield self._given(self._next() + json.dumps(kind).encode() + b":[")
            self._seen.add(kind)
            self._kind = kind
            self.shifts.append((self._out, self._out - self._at))
        yield self._given(head)

    def _next(self) -> bytes:
        """What stands before the next member of the document."""
        closing = b"]" if self._kind else b""
        self._kind = ""
        opening, self._begun = (b"," if self._begun else b"{"), True
        return closing + opening

    def _root(self, head: bytes) -> Generator[bytes, None, None]:
        if "root" in self._seen:
            raise self._refused("the root stands twice")
        self._seen.add("root")
        try:
            found = json.loads(head)
        except ValueError as error:
            raise self._refused(f"the root is no JSON object ({error})") from error
        texts = {key: found[key] for key in File._fields[1:] if key in found}
        if any(isinstance(value, list | dict | bool) for value in texts.values()):
            raise self._refused("a text of the root is not a text")
        members = json.dumps(texts).encode()[1:-1]
        yield self._given(self._next() + members)

    def _kind_of(self, head: bytes) -> str:
        """The array that a line belongs to, or ``root``, by the first of its keys that tells."""
        depth = 0
        tokens = [found.group() for found in _TOKEN.finditer(head)]
        if tokens[:1] != [b"{"]:
            raise self._refused("a line is no JSON object")
        for token, after in pairwise((*tokens, b"")):
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))
            if depth != 1 or after != b":" or not token.startswith(b'"'):
                continue
            key = token[1:-1]
            if key in _ARRAYS:
                return _ARRAYS[key]
            if key in _ROOT:
                return "root"
            if key in _WHOLE:
                raise self._refused("a line is a whole file, not an element of one")
        raise self._refused("nothing in a line tells what it is an element of")

    def _refused(self, what: str) -> Exception:
        return refuse(f"{what} (from byte {self._at} of the unpacked lines).", self._where, _CURE)


def place_in_file(offset: int, shifts: Iterable[tuple[int, int]]) -> int:
    """The place in unpacked JSON lines of a byte of the document that ``Lines`` made of them."""
    shift = 0
    for start, value in shifts:
        if start > offset:
            break
        shift = value
    return offset - shift
