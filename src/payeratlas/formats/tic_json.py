"""A strict JSON tokeniser over chunks of bytes, in bounded memory: plain, and the judge of others.

It follows RFC 8259 to the letter. What the standard leaves open is settled here, for the native
reader as well:

- A byte-order mark before the document is allowed; nothing but white space may follow it.
- A lone surrogate, ill-formed UTF-8, NaN and Infinity are refused.
- No value nests deeper than DEPTH, no string or number is longer than TOKEN bytes as printed.
- A key that the reader knows stands at most once in its object; unknown keys may repeat.

An error is a JsonError with a reason, the offset of the first byte that breaks the rule (the
length of the data where it ends too soon), and the JSON pointer of the value being read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

DEPTH = 128
TOKEN = 1 << 22
CONTEXT = 40

T = TypeVar("T")

_MARK = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"[ \t\n\r]*")
_PLAIN = re.compile(rb'"([^"\\\x00-\x1f\x80-\xff]*)"')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MORE_NUMBER = b"0123456789.eE+-"
_STOP = re.compile(rb'["\\\x00-\x1f]')
_MARK_OF_LEAP = re.compile(rb'["\\{}\[\]]')
_SHORT = {
    0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
}  # fmt: skip
_LITERALS = {0x74: b"true", 0x66: b"false", 0x6E: b"null"}
_DIGITS = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789abcdefABCDEF")


class JsonError(Exception):
    """Why the data is refused: ``reason``, byte ``offset``, JSON ``pointer`` and its ``context``.

    ``wrong_type`` and ``duplicate_key`` are of the reader of a file; all other reasons are of JSON.
    """

    def __init__(self, reason: str, offset: int, context: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
        self.context = context
        self.path: list[str | int] = []
        self._pointer = ""

    @classmethod
    def at(cls, reason: str, offset: int, pointer: str, context: bytes) -> JsonError:
        """A refusal whose pointer is known already."""
        error = cls(reason, offset, context)
        error._pointer = pointer
        return error

    @property
    def pointer(self) -> str:
        """RFC 6901 pointer of the value in which the fault stands; empty for the document."""
        return self._pointer or "".join(
            "/" + str(step).replace("~", "~0").replace("/", "~1") for step in reversed(self.path)
        )


class Cursor:
    """A place in a JSON document that comes in chunks, and the steps that can be taken from it."""

    def __init__(self, chunks: Iterable[bytes], offset: int = 0, depth: int = 0) -> None:
        self._chunks = iter(chunks)
        self._buffer = b""
        self._at = 0
        self._base = offset  # offset in the document of the buffer's first byte
        self._depth = depth
        self.passed = 0  # unknown members of the object that was read last

    # --- bytes

    @property
    def offset(self) -> int:
        """Offset in the document of the next byte."""
        return self._base + self._at

    def error(self, reason: str, offset: int | None = None) -> JsonError:
        """A refusal at ``offset``, or at the next byte."""
        place = self.offset if offset is None else offset
        near = place - self._base
        return JsonError(reason, place, self._buffer[max(0, near - CONTEXT) : near + CONTEXT])

    def _more(self) -> bool:
        """Bring in the next chunk, letting go of what was passed; False at the end."""
        for chunk in self._chunks:
            if chunk:
                drop = max(0, self._at - CONTEXT)
                self._base += drop
                self._buffer = self._buffer[drop:] + chunk
                self._at -= drop
                return True
        return False

    def _byte(self) -> int:
        """The next byte, or -1 at the end."""
        if self._at >= len(self._buffer) and not self._more():
            return -1
        return self._buffer[self._at]

    def peek(self) -> int:
        """The next byte that is not white space, or -1 at the end; white space is passed."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            assert found is not None
            self._at = found.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return -1

    def unexpected(self) -> JsonError:
        """The refusal of the next byte, or of the end."""
        return self.error("unexpected_byte" if self._byte() >= 0 else "unexpected_end")

    # --- tokens

    def string(self) -> str:
        """The string whose quote is next, decoded."""
        found = _PLAIN.match(self._buffer, self._at)
        if found is not None and found.end() - self._at <= TOKEN + 2:
            self._at = found.end()
            return found[1].decode("ascii")
        return self._long_string()

    def _long_string(self) -> str:
        start = self.offset
        self._at += 1
        parts: list[str] = []
        while True:
            parts.append(self._run(start))
            byte = self._buffer[self._at]
            if byte == 0x22:
                self._at += 1
                return "".join(parts)
            if byte < 0x20:
                raise self.error("control_character")
            at = self.offset
            unit = self._escape()
            if "\ud800" <= unit <= "\udfff":
                if unit >= "\udc00":
                    raise self.error("lone_surrogate", at)
                byte = self._byte()
                if byte < 0:
                    raise self.error("unexpected_end")
                low = self._escape() if byte == 0x5C else ""
                if not "\udc00" <= low <= "\udfff":
                    raise self.error("lone_surrogate", at)
                unit = (unit + low).encode("utf-16", "surrogatepass").decode("utf-16")
            parts.append(unit)

    def _run(self, start: int) -> str:
        """Text up to the next quote, backslash or control character, in the string at ``start``.

        Faults are told in the order of their bytes: ill-formed UTF-8 at its first byte, then the
        length of the string, then the end of the data.
        """
        raw = bytearray()
        raw_at = self.offset
        ended = False
        while True:
            if self._at >= len(self._buffer) and not self._more():
                ended = True
                break
            found = _STOP.search(self._buffer, self._at)
            end = found.start() if found else len(self._buffer)
            raw += self._buffer[self._at : end]
            self._at = end
            if found or self.offset - start - 1 > TOKEN + 4:
                break
        text = ""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if raw_at + error.start - start - 1 <= TOKEN:
                if ended and error.reason == "unexpected end of data":
                    raise self.error("unexpected_end") from error
                raise self.error("invalid_utf8", raw_at + error.start) from error
        if self.offset - start - 1 > TOKEN:
            raise self.error("token_too_long", start)
        if ended:
            raise self.error("unexpected_end")
        return text

    def _escape(self) -> str:
        """One escape, whose backslash is next: a character, or half of a surrogate pair."""
        at = self.offset
        self._at += 1
        byte = self._byte()
        if byte < 0:
            raise self.error("unexpected_end")
        self._at += 1
        if byte in _SHORT:
            return _SHORT[byte]
        if byte != 0x75:
            raise self.error("invalid_escape", at)
        digits = bytearray()
        for _ in range(4):
            byte = self._byte()
            if byte < 0:
                raise self.error("unexpected_end")
            if byte not in _HEX:
                raise self.error("invalid_escape", at)
            digits.append(byte)
            self._at += 1
        return chr(int(digits, 16))

    def number(self) -> str:
        """The number that is next, as printed."""
        found = _NUMBER.match(self._buffer, self._at)
        if (
            found is not None
            and found.end() < len(self._buffer)
            and self._buffer[found.end()] not in _MORE_NUMBER
            and found.end() - self._at <= TOKEN
        ):
            self._at = found.end()
            return found[0].decode("ascii")
        return self._slow_number()

    def _slow_number(self) -> str:
        start = self.offset
        out = bytearray()

        def take() -> None:
            out.append(self._buffer[self._at])
            self._at += 1
            if len(out) > TOKEN:
                raise self.error("token_too_long", start)

        def digits() -> None:
            if self._byte() not in _DIGITS:
                raise self.unexpected()
            while self._byte() in _DIGITS:
                take()

        if self._byte() == 0x2D:
            take()
        if self._byte() == 0x30:
            take()
        else:
            digits()
        if self._byte() == 0x2E:
            take()
            digits()
        if self._byte() in (0x65, 0x45):
            take()
            if self._byte() in (0x2B, 0x2D):
                take()
            digits()
        return out.decode("ascii")

    def _literal(self, byte: int) -> None:
        for expected in _LITERALS[byte]:
            if self._byte() != expected:
                raise self.unexpected()
            self._at += 1

    def null(self) -> bool:
        """Whether the next value is null; if so it is passed."""
        if self.peek() != 0x6E:
            return False
        self._literal(0x6E)
        return True

    def boolean(self) -> str | None:
        """``true`` or ``false`` where one is next, which is then passed; None otherwise."""
        byte = self.peek()
        if byte not in (0x74, 0x66):
            return None
        self._literal(byte)
        return _LITERALS[byte].decode()

    # --- values

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise self.error("too_deep")
        self._at += 1

    def _leave(self) -> None:
        self._depth -= 1
        self._at += 1

    def members(self, known: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Read an object: each known member by its reader, every other one checked and passed.

        Gives what the readers gave, by key; ``passed`` is then the number of the others.
        ``wrong_type`` where the next value is no object.
        """
        if self.peek() != 0x7B:
            raise self.wrong_type()
        self._enter()
        found: dict[str, Any] = {}
        unknown = 0
        if self.peek() == 0x7D:
            self._leave()
            self.passed = 0
            return found
        while True:
            if self.peek() != 0x22:
                raise self.unexpected()
            at = self.offset
            key = self.string()
            if key in found:
                raise self.error("duplicate_key", at)
            if self.peek() != 0x3A:
                raise self.unexpected()
            self._at += 1
            self.peek()
            try:
                reader = known.get(key)
                if reader is None:
                    unknown += 1
                    self.skip()
                else:
                    found[key] = reader()
            except JsonError as error:
                error.path.append(key)
                raise
            byte = self.peek()
            if byte == 0x7D:
                self._leave()
                self.passed = unknown
                return found
            if byte != 0x2C:
                raise self.unexpected()
            self._at += 1

    def each(self, reader: Callable[[], object]) -> None:
        """Read an array element by element; null is as if it were absent."""
        if not self.null():
            for _ in self.elements(reader):
                pass

    def elements(self, reader: Callable[[], T]) -> Iterator[T]:
        """Read an array, each element by the reader. ``wrong_type`` where it is none."""
        if self.peek() != 0x5B:
            raise self.wrong_type()
        self._enter()
        if self.peek() == 0x5D:
            self._leave()
            return
        index = 0
        while True:
            self.peek()
            try:
                element = reader()
            except JsonError as error:
                error.path.append(index)
                raise
            yield element
            index += 1
            byte = self.peek()
            if byte == 0x5D:
                self._leave()
                return
            if byte != 0x2C:
                raise self.unexpected()
            self._at += 1

    def skip(self) -> None:
        """Check one value of any kind and pass it."""
        byte = self.peek()
        if byte == 0x22:
            self.string()
        elif byte == 0x7B:
            self.members({})
        elif byte == 0x5B:
            for _ in self.elements(self.skip):
                pass
        elif byte in _LITERALS:
            self._literal(byte)
        elif byte in _DIGITS or byte == 0x2D:
            self.number()
        else:
            raise self.unexpected()

    def wrong_type(self) -> JsonError:
        """The refusal of the next value for its kind; of the byte where it begins no value."""
        byte = self.peek()
        value = byte in b'"{[-tfn' or byte in _DIGITS if byte >= 0 else False
        return self.error("wrong_type") if value else self.unexpected()

    def again(self, kept: list[bytes], offset: int) -> Cursor:
        """A cursor at this depth over bytes that were leapt over at ``offset``."""
        return Cursor(kept, offset, self._depth)

    def leap(self, keep: bool, most: int = 0) -> list[bytes]:
        """Pass an object or array by its brackets and strings alone; its bytes where ``keep``.

        Nothing inside is checked but that strings end and brackets balance, of whichever kind; a
        backslash hides the byte after it.
        Kept bytes may be ``most``; ``too_long_to_keep`` where they are more.
        """
        kept: list[bytes] = []
        begun = self.offset
        depth = 0
        inside = False
        while True:
            if self._at >= len(self._buffer) and not self._more():
                raise self.error("unexpected_end")
            start = self._at
            found = _MARK_OF_LEAP.search(self._buffer, start)
            self._at = found.end() if found else len(self._buffer)
            if keep and self.offset - begun > most:
                raise self.error("too_long_to_keep", begun)
            if keep:
                kept.append(self._buffer[start : self._at])
            if found is None:
                continue
            mark = found[0]
            if mark == b'"':
                inside = not inside
            elif mark == b"\\":
                if self._byte() < 0:
                    raise self.error("unexpected_end")
                self._at += 1
                if keep:
                    kept.append(self._buffer[self._at - 1 : self._at])
            elif not inside:
                depth += 1 if mark in b"{[" else -1
                if depth == 0:
                    return kept

    def document(self, reader: Callable[[], T]) -> T:
        """Read the whole document by the reader; nothing but white space may follow."""
        while len(self._buffer) < len(_MARK) and self._more():
            pass
        if self._buffer.startswith(_MARK):
            self._at = len(_MARK)
        if self.peek() < 0:
            raise self.error("unexpected_end")
        result = reader()
        if self.peek() >= 0:
            raise self.error("trailing_data")
        return result
