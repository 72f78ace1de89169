"""Providers of a payer's file: references, inline groups, and which of them a price points to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from payeratlas.formats.tic_rows import ProviderGroup, npi_of
from payeratlas.formats.tic_values import TicLimits, Values, weight

Tin = tuple[str | None, str | None, str | None]  # type, value, business name
Npis = tuple[int, ...] | None

_NO_TIN: Tin = (None, None, None)
_TABLE = "tic_provider_group"


class Providers:
    """Provider entries by number, in order of first appearance as definition or use."""

    def __init__(
        self,
        values: Values,
        emit: Callable[[str, tuple[object, ...]], None],
        counts: Counter[str],
        limits: TicLimits,
    ) -> None:
        self.values = values
        self.emit = emit
        self.counts = counts
        self.limits = limits
        self.last = 0
        self.numbers: dict[str, int] = {}
        self.groups_of: dict[int, int] = {}  # groups defined so far, of each defined reference
        self.used: set[int] = set()
        self.defined: list[tuple[ProviderGroup, frozenset[str]]] = []
        self.inlined: dict[tuple[Tin, Npis], int] = {}
        self.inlined_npis = 0
        self.inlined_text = 0

    def next(self) -> int:
        """A new entry's number."""
        self.last += 1
        return self.last

    def of_token(self, token: str) -> int:
        """The number of the reference with this id."""
        number = self.numbers.get(token)
        if number is None:
            number = self.numbers[token] = self.next()
        return number

    # --- definitions

    def reference(self) -> None:
        """One element of provider_references."""
        values = self.values
        flags = values.begin()
        found = values.cursor.members(
            {
                "provider_group_id": self.group_id,
                "network_name": values.texts,
                "location": values.text,
                "provider_groups": lambda: values.list_of(self.group),
            }
        )
        own = values.end(flags)
        token, networks = found.get("provider_group_id"), found.get("network_name")
        location = found.get("location")
        parts: list[tuple[str, str | None, Tin, Npis, frozenset[str]]] = []
        if location is not None:
            parts.append(("remote", location, _NO_TIN, None, frozenset()))
        for tin, npi, odd in found.get("provider_groups") or ():
            parts.append(("reference", None, tin, npi, odd))
        if not parts:
            parts.append(("empty", None, _NO_TIN, None, frozenset()))
        self.counts["groups.read"] += len(parts)
        if token is None:
            self.counts["groups.rejected.no_id"] += len(parts)
            return
        number = self.of_token(token)
        if number in self.groups_of:
            own |= {"group_id_repeated"}
        for kind, place, tin, npi, odd in parts:
            group = self.groups_of[number] = self.groups_of.get(number, 0) + 1
            row = ProviderGroup(number, group, kind, token, networks, place, *tin, npi)
            self.defined.append((row, odd | own))
            own = frozenset()  # what is odd about the entry is counted with its first row

    def group_id(self) -> str | None:
        """provider_group_id as printed; a string is noted."""
        return None if self.values.cursor.null() else self.values.token("group_id_as_string")

    def of_file(self) -> None:
        """provider_groups of a provider-reference file, all of them one entry."""
        if self.values.cursor.null():
            return
        number = self.next()
        for count, (tin, npi, odd) in enumerate(self.values.cursor.elements(self.group), 1):
            self.counts["groups.read"] += 1
            self.write(ProviderGroup(number, count, "file", None, None, None, *tin, npi), odd)

    def group(self) -> tuple[Tin, Npis, frozenset[str]]:
        """One element of provider_groups, with what was odd about its values."""
        flags = self.values.begin()
        found = self.values.cursor.members({"npi": self.npis, "tin": self.tin})
        own = self.values.end(flags)
        return found.get("tin") or _NO_TIN, found.get("npi"), own

    def tin(self) -> Tin | None:
        """A tin object."""
        if self.values.cursor.null():
            return None
        text = self.values.text
        found = self.values.cursor.members({"type": text, "value": text, "business_name": text})
        return found.get("type"), found.get("value"), found.get("business_name")

    def npis(self) -> Npis:
        """A list of NPIs; what is no whole number below 10^18 is left out and noted."""
        if self.values.cursor.null():
            return None
        tokens = self.values.cursor.elements(lambda: self.values.token("npi_as_string"))
        read = [npi_of(token) for token in tokens]
        if None in read:
            self.values.flags.add("npi_unreadable")
        return tuple(npi for npi in read if npi is not None)

    # --- uses

    def referenced(self) -> tuple[int, ...]:
        """provider_references of a rate: the numbers of its entries."""
        if self.values.cursor.null():
            return ()
        numbers = []
        for token in self.values.cursor.elements(lambda: self.values.token("reference_as_string")):
            number = self.of_token(token)
            self.used.add(number)
            numbers.append(number)
        return tuple(numbers)

    def inline(self) -> tuple[int, ...]:
        """provider_groups of a rate: the numbers of its distinct groups, new ones written."""
        found = self.values.list_of(lambda: self.number_of(*self.group()))
        return found or ()

    def number_of(self, tin: Tin, npi: Npis, odd: frozenset[str]) -> int:
        """The number of an inline group; a new one is written."""
        self.counts["groups.read"] += 1
        number = self.inlined.get((tin, npi))
        if number is not None:
            self.counts["groups.merged.same_inline_group"] += 1
            return number
        size, text = len(npi or ()), weight(*tin)
        limits = self.limits
        if (
            len(self.inlined) >= limits.groups
            or self.inlined_npis + size > limits.npis
            or self.inlined_text + text > limits.text
        ):
            self.inlined.clear()
            self.inlined_npis = self.inlined_text = 0
        self.inlined_npis += size
        self.inlined_text += text
        number = self.inlined[tin, npi] = self.next()
        self.write(ProviderGroup(number, 1, "inline", None, None, None, *tin, npi), odd)
        return number

    # --- rows

    def write(self, row: ProviderGroup, odd: frozenset[str]) -> None:
        """Emit a row and count it and what is odd about it."""
        self.counts["groups.kept"] += 1
        self.emit(_TABLE, row)
        self.counts.update(f"{_TABLE}.{name}" for name in {*odd, *row.oddities()})

    def finish(self) -> None:
        """Write the references that a written price points to, then those nobody defined."""
        for row, odd in self.defined:
            if row.provider in self.used:
                self.write(row, odd)
            else:
                self.counts["groups.rejected.unreferenced"] += 1
        for token, number in self.numbers.items():
            if number not in self.groups_of:
                row = ProviderGroup(number, 1, "dangling", token)
                self.emit(_TABLE, row)
                self.counts.update(
                    f"{_TABLE}.{name}" for name in {"dangling_reference", *row.oddities()}
                )
