"""Raw slices of a file too large to keep, so that something of its own bytes stays.

Which slices is settled by places alone: windows at the multiples of a power of two, which doubles
whenever there are more windows than may be kept. The same file gives the same slices, whatever
its chunks; memory holds the windows and nothing else.

What may be the AMA's or the payer's prose is blanked in them: only strings under keys that the
tables know are left, and in a CSV file only figures and codes. The sha256 of a slice is that of the
bytes as published, so that whoever has the file can tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass

WINDOWS = 16
WINDOW = 4096

KEPT = frozenset(
    b"""
    reporting_entity_name reporting_entity_type last_updated_on version plan_name issuer_name
    plan_sponsor_name plan_id_type plan_id plan_market_type provider_references provider_group_id
    network_name location provider_groups npi tin type value business_name in_network
    out_of_network negotiation_arrangement billing_code_type billing_code_type_version
    billing_code severity_of_illness bundled_codes covered_services negotiated_rates
    negotiated_prices negotiated_type negotiated_rate expiration_date billing_class setting
    service_code billing_code_modifier allowed_amounts payments allowed_amount providers
    billed_charge reporting_structure reporting_plans in_network_files allowed_amount_file
    """.split()
)
"""Keys of payers' files whose strings stay as they are; ``name``, ``description`` and free text are
none."""

KEPT_OF_HOSPITALS = frozenset(
    b"""
    hospital_name last_updated_on version location_name hospital_location hospital_address
    type_2_npi license_information license_number state confirm_attestation confirm_affirmation
    attester_name standard_charge_information code_information code type drug_information unit
    standard_charges setting billing_class gross_charge discounted_cash minimum maximum
    modifier_code modifiers modifier_information modifier_payer_information payers_information
    payer_name plan_name standard_charge_dollar standard_charge_percentage estimated_amount
    median_amount 10th_percentile 90th_percentile count methodology
    """.split()
)
"""The same of hospitals' files."""

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]', re.DOTALL)
# The first quote opens a string here: a quote that closes one is never followed by a bare word,
# and inside a string it would stand behind a backslash.
_OPENING = {
    keys: re.compile(rb'\{\s*"(?:%s|name|description)"\s*:' % b"|".join(sorted(keys)))
    for keys in (KEPT, KEPT_OF_HOSPITALS)
}
_CELL = re.compile(rb"[^,;|\t\r\n\"]+")
_CODE = re.compile(rb"[A-Z]{0,4}-?[0-9][0-9A-Z.-]{0,14}")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes of the unpacked file: ``offset``, ``length``, their sha256, and themselves blanked.

    Of JSON lines they are bytes of the document that the lines make (see ``tic_lines``).
    """

    offset: int
    length: int
    sha256: str
    blanked: bytes


class Witness:
    """Keeps windows of what passes through it."""

    def __init__(self, windows: int = WINDOWS, window: int = WINDOW) -> None:
        """At most ``windows`` of them, each of ``window`` bytes (a power of two)."""
        self._most = windows
        self._size = window
        self._stride = window
        self._held: dict[int, bytearray] = {}
        self._at = 0

    def passing(self, chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
        """The same chunks; windows of them are kept."""
        for chunk in chunks:
            self._look(chunk)
            yield chunk

    def slices(self, keys: frozenset[bytes] | None = KEPT) -> tuple[Slice, ...]:
        """What the windows hold, blanked: of JSON from the first object in them to the last whole
        token, with the strings under ``keys``; of delimited text (None) all of it."""
        found = (_slice(start, bytes(held), keys) for start, held in sorted(self._held.items()))
        return tuple(each for each in found if each is not None)

    def _look(self, chunk: bytes) -> None:
        end = self._at + len(chunk)
        start = self._at - self._at % self._stride
        while start < end:
            begin = max(start, self._at) - self._at
            part = chunk[begin : max(0, start + self._size - self._at)]
            if part:
                self._held.setdefault(start, bytearray()).extend(part)
            start += self._stride
            if len(self._held) > self._most:
                self._stride *= 2
                self._held = {k: v for k, v in self._held.items() if k % self._stride == 0}
                start += -start % self._stride
        self._at = end


def _slice(offset: int, held: bytes, keys: frozenset[bytes] | None) -> Slice | None:
    if keys is None:
        return Slice(offset, len(held), hashlib.sha256(held).hexdigest(), blanked_cells(held))
    opening = _OPENING[keys].search(held)
    if opening is None:
        return None
    begin = opening.start()
    text, end = blanked(held[begin:], keys)
    raw = held[begin : begin + end]
    return Slice(offset + begin, len(raw), hashlib.sha256(raw).hexdigest(), text)


def blanked_cells(data: bytes) -> bytes:
    """Delimited text in which every letter is a blank, but for cells that are codes."""

    def shown(found: re.Match[bytes]) -> bytes:
        cell = found.group()
        return cell if _CODE.fullmatch(cell) else _LETTER.sub(b" ", cell)

    return _CELL.sub(shown, data)


def blanked(data: bytes, keys: frozenset[bytes] = KEPT) -> tuple[bytes, int]:
    """JSON from the opening of an object on, its prose blanked; and how many bytes that are.

    Every string that stands under none of the ``keys`` becomes blanks of the same length, and so
    does the name of a key that is not one of them. A string cut off at the end is left out.
    """
    out = bytearray()
    at, keeping = 0, False
    around: list[bool] = []  # what held where each open object or array began
    for found in _TOKEN.finditer(data):
        out += data[at : found.start()]
        at = found.end()
        token = found.group()
        if token[:1] != b'"':
            if token in b"{[":
                around.append(keeping)
            elif around:
                keeping = around.pop()
            out += token
            continue
        text, colon = token[1 : token.rindex(b'"')], found[1] or b""
        if colon:
            keeping = text in keys
            shown = text if keeping or text in (b"name", b"description") else b" " * len(text)
        else:
            shown = text if keeping else b" " * len(text)
        out += b'"' + shown + b'"' + colon
    rest = data[at:].partition(b'"')[0]
    return bytes(out + rest), at + len(rest)
