"""The plain reader of payer Transparency-in-Coverage files; it judges the native one.

Any schema from 1.0 to 2.2: keys in any order at every level, providers by reference (before or
after the rates), by remote location or inline; allowed-amount files, provider-reference files and
tables of contents. Rows are handed on as they are read, so memory holds one rate, the provider
references, and bounded tables of what repeats.

What is odd in a row is kept and counted, or rejected by name (``tic_rows``). What is wrong in the
JSON, or of a type no reading can mend, is a JsonError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from payeratlas.formats.tic_account import TicAccount, account_of
from payeratlas.formats.tic_groups import Providers
from payeratlas.formats.tic_json import Cursor, JsonError
from payeratlas.formats.tic_rows import (
    AllowedAmount,
    Code,
    File,
    IndexFile,
    IndexPlan,
    Item,
    Price,
    ProviderSet,
    Terms,
    Texts,
    amount,
    is_number,
    rate_oddities,
)
from payeratlas.formats.tic_values import LIMITS, TicLimits, Values, weight

Emit = Callable[[str, tuple[object, ...]], None]

_TEXT_FIELDS = File._fields[1:]
_PLAN_FIELDS = IndexPlan._fields[2:]
_TERMS_TEXT = ("negotiated_type", "expiration_date", "billing_class", "setting")
_ITEM_TEXT = (
    "negotiation_arrangement",
    "billing_code_type",
    "billing_code_type_version",
    "billing_code",
    "severity_of_illness",
)
_KINDS = (
    ("in_network", "in_network"),
    ("out_of_network", "allowed_amounts"),
    ("reporting_structure", "index"),
    ("provider_groups", "providers"),
)


class _Amount(NamedTuple):
    """A number as printed, and whether it stood in quotes."""

    token: str
    quoted: bool


def read(
    chunks: Iterable[bytes],
    emit: Emit,
    codes: Collection[str] | None = None,
    *,
    limits: TicLimits = LIMITS,
) -> TicAccount:
    """Read a payer's file from chunks of its unpacked bytes; ``emit(table, row)`` gets every row.

    With ``codes``, items of other billing codes are passed by: of their rates only brackets and
    strings are checked. Raises JsonError where the file is not what it should be; rows emitted
    before it are then of no account.
    """
    return _Reader(chunks, emit, codes, limits).document()


class _Reader:
    def __init__(
        self,
        chunks: Iterable[bytes],
        emit: Emit,
        codes: Collection[str] | None,
        limits: TicLimits,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.cursor = Cursor(chunks)
        self.values = Values(self.cursor)
        self.emit = emit
        self.limits = limits
        self.codes = None if codes is None else frozenset(codes)
        self.providers = Providers(self.values, emit, self.counts, limits)
        self.terms: dict[tuple[object, ...], int] = {}
        self.terms_written = 0
        self.terms_text = 0
        self.sets: dict[tuple[int, ...], int] = {}
        self.sets_members = 0
        self.sets_written = 0
        self.item = 0
        self.structure = 0
        text, texts = self.values.text, self.values.texts
        self.price_members: dict[str, Callable[[], object]] = {
            **dict.fromkeys(_TERMS_TEXT, text),
            "negotiated_rate": self.number,
            "service_code": texts,
            "billing_code_modifier": texts,
            "additional_information": text,
        }

    # --- the document

    def document(self) -> TicAccount:
        """Read all of it; the account."""
        found = self.cursor.document(self.root)
        kind = next((kind for key, kind in _KINDS if key in found), "")
        if not kind:
            raise JsonError("not_a_price_file", self.cursor.offset)
        self.providers.finish()
        self.emit("tic_file", File(kind, *(found.get(name) for name in _TEXT_FIELDS)))
        self.odd("tic_file", self.values.flags)
        return account_of(kind, self.cursor.offset, self.counts)

    def root(self) -> dict[str, Any]:
        """The outermost object; it settles what kind of file this is."""
        return self.cursor.members(
            dict.fromkeys(_TEXT_FIELDS, self.values.text)
            | {
                "provider_references": lambda: self.cursor.each(self.providers.reference),
                "provider_groups": self.providers.of_file,
                "in_network": lambda: self.cursor.each(
                    lambda: self.element("negotiated_rates", self.rate)
                ),
                "out_of_network": lambda: self.cursor.each(
                    lambda: self.element("allowed_amounts", self.allowed)
                ),
                "reporting_structure": lambda: self.cursor.each(self.reporting_structure),
            }
        )

    def odd(self, table: str, names: Iterable[str]) -> None:
        """Count oddities of one row of a table."""
        self.counts.update(f"{table}.{name}" for name in names)

    # --- items

    def element(self, key: str, reader: Callable[[int], None]) -> None:
        """One element of in_network or out_of_network, whose rates stand under ``key``."""
        self.item += 1
        self.counts["items.read"] += 1
        flags = self.values.begin()
        self.cursor.peek()
        offset = self.cursor.offset
        codes: list[str | None] = []
        left: list[tuple[list[bytes], int]] = []
        rates = 0

        def billing_code() -> str | None:
            codes.append(self.values.text())
            return codes[0]

        def read_rates() -> None:
            nonlocal rates
            if self.codes is None or (codes and codes[0] in self.codes):
                rates = self.rates(reader)
            elif self.cursor.peek() != 0x5B:
                if not self.cursor.null():
                    raise self.cursor.wrong_type()
            elif codes:
                self.cursor.leap(keep=False)
            else:
                start = self.cursor.offset
                left.append((self.cursor.leap(keep=True, most=self.limits.leapt), start))

        found = self.cursor.members(
            dict.fromkeys(_ITEM_TEXT, self.values.text)
            | {
                "billing_code": billing_code,
                "bundled_codes": self.codes_listed,
                "covered_services": self.codes_listed,
                key: read_rates,
            }
        )
        own = self.values.end(flags)
        code = found.get("billing_code")
        if self.codes is not None and code not in self.codes:
            self.counts["items.rejected.not_wanted"] += 1
            return
        for kept, start in left:
            rates = self.again(kept, start, key, reader)
        row = Item(
            self.item,
            offset,
            *(found.get(name) for name in Item._fields[2:]),
        )
        self.emit("tic_item", row)
        self.odd("tic_item", {*own, *row.oddities(), *(() if rates else ("no_rates",))})
        self.counts["items.kept"] += 1

    def rates(self, reader: Callable[[int], None]) -> int:
        """The rates of an item; how many there are."""
        count = 0

        def one() -> None:
            nonlocal count
            count += 1
            self.counts["rates.read"] += 1
            reader(count)

        self.cursor.each(one)
        return count

    def again(self, kept: list[bytes], start: int, key: str, reader: Callable[[int], None]) -> int:
        """Read rates that stood before the code of their item and turned out to be wanted."""
        outer = self.cursor
        try:
            self.cursor = self.values.cursor = outer.again(kept, start)
            return self.rates(reader)
        except JsonError as error:
            error.path.append(key)
            raise
        finally:
            self.cursor = self.values.cursor = outer

    def codes_listed(self) -> tuple[Code, ...] | None:
        """bundled_codes or covered_services."""

        def one() -> Code:
            found = self.cursor.members(dict.fromkeys(Code._fields, self.values.text))
            return Code(*(found.get(name) for name in Code._fields))

        return self.values.list_of(one)

    # --- in-network rates

    def rate(self, ordinal: int) -> None:
        """One element of negotiated_rates."""
        flags = self.values.begin()
        prices: list[tuple[int, Decimal | None, str | None, int]] = []
        count = 0

        def price() -> None:
            nonlocal count
            count += 1
            self.price(count, prices)

        found = self.cursor.members(
            {
                "provider_references": self.providers.referenced,
                "provider_groups": self.providers.inline,
                "negotiated_prices": lambda: self.cursor.each(price),
            }
        )
        own = set(self.values.end(flags))
        references = found.get("provider_references") or ()
        groups = found.get("provider_groups") or ()
        if references and groups:
            own.add("reference_and_inline")
        if not references and not groups:
            own.add("no_providers")
        number = self.set_of((*references, *groups), own)
        for place, value, printed, terms in prices:
            self.emit("tic_price", Price(self.item, ordinal, place, value, printed, terms, number))
        self.counts["prices.kept"] += len(prices)
        if not count:
            self.counts["tic_item.rate_without_prices"] += 1

    def price(
        self, ordinal: int, prices: list[tuple[int, Decimal | None, str | None, int]]
    ) -> None:
        """One element of negotiated_prices: kept, or rejected by reason."""
        self.counts["prices.read"] += 1
        flags = self.values.begin()
        found = self.cursor.members(self.price_members)
        own = self.values.end(flags)
        if not self.usable(found.get("negotiated_rate")):
            return
        value, printed = self.amount_of(found["negotiated_rate"], "tic_price")
        terms = self.terms_of(
            *(found.get(name) for name in _TERMS_TEXT),
            found.get("service_code"),
            found.get("billing_code_modifier"),
            found.get("additional_information"),
            own=own,
        )
        prices.append((ordinal, value, printed, terms))

    def number(self) -> _Amount | None:
        """An amount as printed: a number, or a string, or null."""
        byte = self.cursor.peek()
        if byte == 0x22:
            return _Amount(self.cursor.string(), True)
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            return _Amount(self.cursor.number(), False)
        if self.cursor.null():
            return None
        raise self.cursor.wrong_type()

    def usable(self, found: _Amount | None) -> bool:
        """Whether a price has its amount; where not, it is rejected by reason."""
        if found is None:
            self.counts["prices.rejected.rate_missing"] += 1
        elif not is_number(found.token):
            self.counts["prices.rejected.rate_not_a_number"] += 1
        else:
            return True
        return False

    def amount_of(self, found: _Amount, table: str) -> tuple[Decimal | None, str | None]:
        """The exact value of an amount, or its text where it does not fit."""
        value = amount(found.token)
        odd = rate_oddities(value)
        self.odd(table, (*odd, "rate_as_string") if found.quoted else odd)
        return value, found.token if value is None else None

    def terms_of(self, *content: str | Texts, own: Iterable[str]) -> int:
        """The number of a combination of terms; a new one is emitted."""
        number = self.terms.get(content)
        if number is None:
            own_text = weight(*content)
            full = self.terms_text + own_text > self.limits.text
            if full or len(self.terms) >= self.limits.terms:
                self.terms.clear()
                self.terms_text = 0
            self.terms_text += own_text
            self.terms_written += 1
            number = self.terms[content] = self.terms_written
            row = Terms(number, *content)  # type: ignore[arg-type]
            self.emit("tic_terms", row)
            self.odd("tic_terms", {*own, *row.oddities()})
        return number

    def set_of(self, members: tuple[int, ...], own: Iterable[str]) -> int:
        """The number of a list of providers; a new one is emitted."""
        number = self.sets.get(members)
        if number is None:
            if self.sets_full(len(members)):
                self.sets.clear()
                self.sets_members = 0
            self.sets_members += len(members)
            self.sets_written += 1
            number = self.sets[members] = self.sets_written
            self.emit("tic_provider_set", ProviderSet(number, members))
            self.odd("tic_provider_set", own)
        return number

    def sets_full(self, more: int) -> bool:
        """Whether the table of sets has to begin anew before one of so many members."""
        return len(self.sets) >= self.limits.sets or self.sets_members + more > self.limits.members

    # --- allowed amounts

    def allowed(self, ordinal: int) -> None:
        """One element of allowed_amounts."""
        flags = self.values.begin()
        found = self.cursor.members(
            {
                "tin": self.providers.tin,
                "service_code": self.values.texts,
                "billing_class": self.values.text,
                "setting": self.values.text,
                "payments": lambda: self.values.list_of(self.payment),
            }
        )
        own = self.values.end(flags)
        tin = found.get("tin") or (None, None, None)
        payments = found.get("payments") or ()
        if not payments:
            self.counts["tic_item.rate_without_prices"] += 1
        for place, (paid, modifiers, charges, flags_of_payment) in enumerate(payments, 1):
            lines = [(n, *c) for n, c in enumerate(charges, 1)] or [(0, None, None, frozenset())]
            for n, billed, npi, flags_of_charge in lines:
                self.counts["prices.read"] += 1
                if not self.usable(paid):
                    continue
                value, printed = self.amount_of(paid, "tic_allowed_amount")
                charge, charge_printed = None, None
                if billed is not None and is_number(billed.token):
                    charge, charge_printed = self.amount_of(billed, "tic_allowed_amount")
                elif billed is not None:
                    self.odd("tic_allowed_amount", ("charge_not_a_number",))
                terms = self.terms_of(
                    None,
                    None,
                    found.get("billing_class"),
                    found.get("setting"),
                    found.get("service_code"),
                    modifiers,
                    None,
                    own={*own, *flags_of_payment},
                )
                provider = self.providers.number_of(tin, npi, flags_of_charge)
                row = AllowedAmount(
                    self.item, ordinal, place, n, value, printed, charge, charge_printed,
                    terms, provider,
                )  # fmt: skip
                self.emit("tic_allowed_amount", row)
                self.counts["prices.kept"] += 1

    def payment(
        self,
    ) -> tuple[_Amount | None, Texts, tuple[tuple[object, ...], ...], frozenset[str]]:
        """One element of payments."""

        def charge() -> tuple[object, ...]:
            inner = self.values.begin()
            found = self.cursor.members({"billed_charge": self.number, "npi": self.providers.npis})
            own = self.values.end(inner)
            return found.get("billed_charge"), found.get("npi"), own

        flags = self.values.begin()
        found = self.cursor.members(
            {
                "allowed_amount": self.number,
                "billing_code_modifier": self.values.texts,
                "providers": lambda: self.values.list_of(charge),
            }
        )
        own = self.values.end(flags)
        charges = found.get("providers") or ()
        return found.get("allowed_amount"), found.get("billing_code_modifier"), charges, own

    # --- tables of contents

    def reporting_structure(self) -> None:
        """One element of reporting_structure; its plans and files are emitted as they come."""
        self.structure += 1
        plans = 0
        files: Counter[str] = Counter()

        def plan() -> None:
            nonlocal plans
            plans += 1
            flags = self.values.begin()
            found = self.cursor.members(dict.fromkeys(_PLAN_FIELDS, self.values.text))
            row = IndexPlan(self.structure, plans, *(found.get(name) for name in _PLAN_FIELDS))
            self.emit("tic_index_plan", row)
            self.odd("tic_index_plan", self.values.end(flags))
            self.counts.update(("plans.read", "plans.kept"))

        def file(kind: str) -> None:
            files[kind] += 1
            flags = self.values.begin()
            found = self.cursor.members({"location": self.values.text})
            location = found.get("location")
            self.emit("tic_index_file", IndexFile(self.structure, kind, files[kind], location))
            odd = set(self.values.end(flags))
            self.odd("tic_index_file", odd if location else odd | {"location_missing"})
            self.counts.update(("files.read", "files.kept"))

        def allowed() -> None:
            if self.cursor.peek() == 0x5B:
                self.cursor.each(lambda: file("allowed_amounts"))
            elif not self.cursor.null():
                file("allowed_amounts")

        found = self.cursor.members(
            {
                "reporting_plans": lambda: self.cursor.each(plan),
                "in_network_files": lambda: self.cursor.each(lambda: file("in_network")),
                "allowed_amount_file": allowed,
                "allowed_amount_files": allowed,
            }
        )
        if "allowed_amount_files" in found:
            self.odd("tic_index_file", ("allowed_amount_files",))
