"""The plain reader of hospitals' standard-charge files in JSON; it judges the native one.

CMS's schemas 2.0 to 3.0, whatever a file declares: keys in any order at every level, the names of
version 2 (``hospital_location``, ``affirmation``, ``modifiers``, ``estimated_amount``) and of
version 3 (``location_name``, ``attestation``, ``modifier_code``, percentiles) side by side. Charges
are handed on as they are read and items with their element, so memory holds one element of
``standard_charge_information`` without what payers pay for it.

What is odd in a row is kept and counted (``hospital_rows``). Keys that no schema knows are passed
and counted as ``key_unknown``. A text that is empty where a schema wants one is counted by its
column, as ``notes_empty``; so is how the unit of a drug is written, for versions differ on it. Of
``modifier_information`` the elements are counted, and those that are incomplete or of a setting
that is none, for the tables have no place for it. Descriptions, attestation texts, provisions and
policies are passed unread. What is wrong in the JSON, or of a type no reading can mend, is a
JsonError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from payeratlas.formats.hospital_account import HospitalAccount, account_of
from payeratlas.formats.hospital_rows import (
    ABSENT,
    SETTINGS,
    Amount,
    HospitalCharge,
    HospitalFile,
    HospitalItem,
    Texts,
    amount_of,
    split_modifiers,
    trimmed,
)
from payeratlas.formats.tic_json import Cursor, JsonError
from payeratlas.formats.tic_values import Values, weight

Emit = Callable[[str, tuple[object, ...]], None]

HELD = 1 << 24
"""Bytes of text that one element, or the head of the file, may have kept (see ``weight``). The
native reader keeps to the same, so that both refuse at the same place."""

ITEM_WEIGHT = 128  # what an item counts besides its texts

_AMOUNTS = {
    "gross": "gross_charge",
    "cash": "discounted_cash",
    "minimum": "minimum",
    "maximum": "maximum",
}
_CHARGE_AMOUNTS = {
    "dollar": "standard_charge_dollar",
    "percentage": "standard_charge_percentage",
    "estimated": "estimated_amount",
    "median": "median_amount",
    "p10": "10th_percentile",
    "p90": "90th_percentile",
}
_CHARGE_TEXTS = {
    "payer_name": "payer_name",
    "plan_name": "plan_name",
    "algorithm": "standard_charge_algorithm",
    "count": "count",
    "methodology": "methodology",
    "notes": "additional_payer_notes",
}
_NEEDED = ("description", "code", "modifier_payer_information")  # of modifier_information


class _Charge(NamedTuple):
    """One element of standard_charges, until its codes are known."""

    item: int
    charge: int
    found: Mapping[str, Any]
    payers: int
    flags: frozenset[str]


def read(chunks: Iterable[bytes], emit: Emit, *, held: int = HELD) -> HospitalAccount:
    """Read a hospital's JSON file from chunks of its unpacked bytes; ``emit(table, row)`` gets
    every row.

    The rows of each table come in its order, the one of hospital_file last. Raises JsonError where
    the file is not what it should be; rows emitted before it are then of no account.
    """
    return _Reader(chunks, emit, held).document()


class _Reader:
    def __init__(self, chunks: Iterable[bytes], emit: Emit, held: int) -> None:
        self.counts: Counter[str] = Counter()
        self.cursor = Cursor(chunks)
        self.values = Values(self.cursor)
        self.emit = emit
        self.most = held
        self.held = 0
        self.record = 0
        self.item = 0
        self.payers = 0
        self.pending: list[_Charge] = []
        self.payer_members: dict[str, Callable[[], object]] = {
            **dict.fromkeys(_CHARGE_TEXTS.values(), self.text),
            "standard_charge_algorithm": partial(self.filled, "algorithm"),
            "additional_payer_notes": partial(self.filled, "notes"),
            **{key: partial(self.amount, name) for name, key in _CHARGE_AMOUNTS.items()},
        }
        self.charge_members: dict[str, Callable[[], object]] = {
            "setting": self.kept_text,
            "billing_class": self.kept_text,
            "additional_generic_notes": lambda: self.hold(self.filled("notes")),
            "modifier_code": self.modifiers,
            "modifiers": self.modifiers,
            **{key: partial(self.kept_amount, name) for name, key in _AMOUNTS.items()},
            "payers_information": lambda: self.cursor.each(self.payer),
        }

    # --- the document

    def document(self) -> HospitalAccount:
        """Read all of it; the account."""
        found = self.cursor.document(self.root)
        if "standard_charge_information" not in found:
            raise JsonError("not_a_hospital_file", self.cursor.offset)
        licence = found.get("license_information") or {}
        attested = [found.get(key) or {} for key in ("attestation", "affirmation")]

        def said(*keys: str) -> str | None:
            return next((each[key] for each in attested for key in keys if each.get(key)), None)

        row = HospitalFile(
            kind="hospital",
            layout="json",
            hospital_name=found.get("hospital_name"),
            last_updated_on=found.get("last_updated_on"),
            version=found.get("version"),
            location=found.get("location_name") or found.get("hospital_location"),
            address=found.get("hospital_address"),
            type_2_npi=found.get("type_2_npi"),
            license_number=licence.get("license_number"),
            license_state=licence.get("state"),
            attestation=said("confirm_attestation", "confirm_affirmation"),
            attester_name=said("attester_name"),
        )
        self.odd("hospital_file", self.values.flags)
        self.emit("hospital_file", row)
        return account_of("json", self.cursor.offset, self.counts)

    def root(self) -> dict[str, Any]:
        """The outermost object."""
        attested = {
            "confirm_attestation": self.truth,
            "confirm_affirmation": self.truth,
            "attester_name": self.kept_text,
            "attestation": self.cursor.skip,
            "affirmation": self.cursor.skip,
        }
        licence = {"license_number": self.kept_text, "state": self.kept_text}
        return self.members(
            {
                **dict.fromkeys(("hospital_name", "last_updated_on", "version"), self.kept_text),
                "location_name": partial(self.texts, "location"),
                "hospital_location": partial(self.texts, "location"),
                "hospital_address": partial(self.texts, "address"),
                "type_2_npi": partial(self.texts, "type_2_npi"),
                "license_information": lambda: self.part(licence, "license"),
                "attestation": lambda: self.part(attested, "attestation"),
                "affirmation": lambda: self.part(attested, "attestation"),
                "modifier_information": self.modifier_information,
                "financial_aid_policy": self.cursor.skip,
                "general_contract_provisions": self.cursor.skip,
                "standard_charge_information": lambda: self.cursor.each(self.element),
            }
        )

    def modifier_information(self) -> None:
        """The elements of modifier_information are counted, with what is wrong in them."""
        members = {
            "description": self.present,
            "code": self.present,
            "setting": self.modifier_setting,
            "modifier_payer_information": self.modifier_payers,
        }

        def one() -> None:
            self.counts["hospital_file.modifier_information_unread"] += 1
            outer = self.values.begin()
            self.complete(members, _NEEDED)
            self.odd("hospital_file", self.values.end(outer))

        if self.cursor.peek() == 0x5B:
            self.cursor.each(one)
        elif not self.cursor.null():
            one()

    def complete(self, known: Mapping[str, Callable[[], Any]], needed: Iterable[str]) -> None:
        """Pass an object of modifier_information; that it lacks a needed member is noted."""
        found = self.part(known, "modifier_information")
        if not all(found.get(key) for key in needed):
            self.values.flags.add("modifier_information_incomplete")

    def modifier_payers(self) -> bool:
        """Pass modifier_payer_information; whether it is there."""
        if self.cursor.peek() != 0x5B:
            if not self.cursor.null():
                self.cursor.skip()
            return False
        members = dict.fromkeys(("payer_name", "plan_name", "description"), self.present)
        self.cursor.each(lambda: self.complete(members, members))
        return True

    def modifier_setting(self) -> None:
        """The setting of a modifier: one that is none is noted."""
        if self.cursor.peek() == 0x22:
            known = (self.text() or "").lower() in SETTINGS
        elif known := self.cursor.null():
            return
        else:
            self.cursor.skip()
        if not known:
            self.values.flags.add("modifier_setting_unknown")

    def present(self) -> bool:
        """Pass a value; whether it is a text, for which a number, which is noted, may stand."""
        byte = self.cursor.peek()
        if number := byte == 0x2D or 0x30 <= byte <= 0x39:
            self.values.flags.add("number_as_text")
        elif self.cursor.null():
            return False
        self.cursor.skip()
        return number or byte == 0x22

    # --- elements

    def element(self) -> None:
        """One element of standard_charge_information: its items, once all of it is known."""
        self.record += 1
        self.counts["records.read"] += 1
        outer, self.held = self.held, 0
        flags = self.values.begin()
        drug = {"unit": self.drug_unit, "type": self.kept_text}
        found = self.members(
            {
                "description": self.cursor.skip,
                "code_information": self.codes,
                "drug_information": lambda: self.part(drug, "drug"),
                "standard_charges": self.charges,
            }
        )
        own = self.values.end(flags)
        self.held = outer
        pending, self.pending = self.pending, []
        if not pending:
            self.counts["records.rejected.no_standard_charges"] += 1
            return
        self.counts["records.kept"] += 1
        codes: Sequence[tuple[str, str]] = found.get("code_information") or ()
        code = tuple(code for code, _ in codes) or None
        code_type = tuple(kind for _, kind in codes) or None
        for charge in pending:
            self.write(charge, code, code_type, found.get("drug_information") or {}, own)

    def codes(self) -> list[tuple[str, str]]:
        """The codes of an element with their types; a type without a code is noted."""
        held: list[tuple[str, str]] = []
        members = {"code": self.text, "type": self.text}

        def one() -> None:
            found = self.members(members)
            code, kind = found.get("code"), found.get("type")
            if code:
                self.hold(code)
                self.hold(kind or "")
                held.append((code, kind or ""))
            elif kind:
                self.values.flags.add("code_type_alone")

        self.cursor.each(one)
        return held

    def charges(self) -> None:
        """The elements of standard_charges."""
        ordinal = 0

        def one() -> None:
            nonlocal ordinal
            ordinal += 1
            self.item += 1
            self.payers = 0
            self.counts["items.read"] += 1
            self.weigh(ITEM_WEIGHT)
            kept = self.counts["charges.kept"]
            outer = self.values.begin()
            found = self.members(self.charge_members)
            own = self.values.end(outer)
            paid = self.counts["charges.kept"] - kept
            self.pending.append(_Charge(self.item, ordinal, found, paid, own))

        self.cursor.each(one)

    def write(
        self,
        charge: _Charge,
        code: Texts,
        code_type: Texts,
        drug: Mapping[str, Any],
        own: Iterable[str],
    ) -> None:
        """The row of an item."""
        found = charge.found
        codes, packed = found.get("modifier_code"), found.get("modifiers")
        gross, cash, least, most = _amounts(found, _AMOUNTS)
        row = HospitalItem(
            charge.item,
            self.record,
            charge.charge,
            code,
            code_type,
            codes or packed,
            found.get("setting"),
            found.get("billing_class"),
            drug.get("unit"),
            drug.get("type"),
            *gross,
            *cash,
            *least,
            *most,
            found.get("additional_generic_notes"),
        )
        odd = {*own, *charge.flags, *row.oddities()}
        if not charge.payers:
            odd.add("no_payer")
        if codes and packed and codes != packed:
            odd.add("modifiers_twice")
        self.odd("hospital_item", odd)
        self.counts["items.kept"] += 1
        self.emit("hospital_item", row)

    def payer(self) -> None:
        """One element of payers_information."""
        self.payers += 1
        self.counts["charges.read"] += 1
        outer = self.values.begin()
        found = self.members(self.payer_members)
        own = self.values.end(outer)
        amounts = _amounts(found, _CHARGE_AMOUNTS)
        texts = {name: found.get(key) for name, key in _CHARGE_TEXTS.items()}
        if all(amount == ABSENT for amount in amounts) and not any(texts.values()):
            self.counts["charges.rejected.blank"] += 1
            return
        dollar, percentage, estimated, median, p10, p90 = amounts
        row = HospitalCharge(
            self.item,
            self.payers,
            0,
            texts["payer_name"],
            texts["plan_name"],
            *dollar,
            *percentage,
            texts["algorithm"],
            *estimated,
            *median,
            *p10,
            *p90,
            texts["count"],
            texts["methodology"],
            texts["notes"],
        )
        self.odd("hospital_charge", {*own, *row.oddities()})
        self.counts["charges.kept"] += 1
        self.emit("hospital_charge", row)

    # --- values

    def members(self, known: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """An object; that it has keys which are not known is noted."""
        found = self.cursor.members(known)
        if self.cursor.passed:
            self.values.flags.add("key_unknown")
        return found

    def part(self, known: Mapping[str, Callable[[], Any]], name: str) -> dict[str, Any]:
        """An object, or null. Any other value is passed and noted as ``name_not_an_object``."""
        if self.cursor.peek() == 0x7B:
            return self.members(known)
        if not self.cursor.null():
            self.cursor.skip()
            self.values.flags.add(f"{name}_not_an_object")
        return {}

    def odd(self, table: str, names: Iterable[str]) -> None:
        """Count oddities of one row of a table."""
        self.counts.update(f"{table}.{name}" for name in names)

    def weigh(self, size: int) -> None:
        """Note that so much more is kept; refuse where it is too much."""
        self.held += size
        if self.held > self.most:
            raise self.cursor.error("element_too_long")

    def hold(self, text: str | None) -> str | None:
        """Note that a text is kept."""
        if text is not None:
            self.weigh(weight(text))
        return text

    def text(self) -> str | None:
        """Text without blanks at its ends; None for null and for what is blank."""
        return trimmed(self.values.text())

    def kept_text(self) -> str | None:
        """The same of a text that is kept for a while."""
        return self.hold(self.text())

    def filled(self, name: str) -> str | None:
        """A text that is noted where it is empty (and not where it is blank: no schema is)."""
        text = self.values.text()
        if text == "":
            self.values.flags.add(f"{name}_empty")
        return trimmed(text)

    def drug_unit(self) -> str | None:
        """A text in version 2, a number in version 3: which of them is noted."""
        byte = self.cursor.peek()
        number = byte == 0x2D or 0x30 <= byte <= 0x39
        if number or byte == 0x22:
            self.values.flags.add("drug_unit_as_number" if number else "drug_unit_as_text")
        return self.hold(self.cursor.number() if number else self.text())

    def truth(self) -> str | None:
        """true or false, in quotes or not, as printed."""
        return self.cursor.boolean() or self.kept_text()

    def texts(self, name: str) -> Texts:
        """A list of texts, or one, or null; null and what is blank is left out of it."""
        return self.several(lambda text: (text,), "scalar_as_list", name)

    def modifiers(self) -> Texts:
        """A list of modifiers, or one text, or null; each text may hold several."""
        return self.several(split_modifiers, None, "modifier")

    def several(self, split: Callable[[str], Texts], lone: str | None, name: str) -> Texts:
        """The texts of a list, or of a lone text (noted: ``lone``); empty ones are noted."""
        held: list[str] = []

        def one() -> None:
            text = self.values.text()
            if text is None:
                self.values.flags.add("null_in_list")
            elif not text:
                self.values.flags.add(f"{name}_empty")
            for part in split(trimmed(text) or "") or ():
                if part:
                    self.hold(part)
                    held.append(part)

        if self.cursor.peek() == 0x5B:
            self.cursor.each(one)
        elif not self.cursor.null():
            if lone:
                self.values.flags.add(lone)
            one()
        return tuple(held) or None

    def amount(self, name: str) -> Amount:
        """An amount: a number, a text, which is noted, or null."""
        byte = self.cursor.peek()
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            text: str | None = self.cursor.number()
        else:
            text = self.text()
            if text is not None:
                self.values.flags.add(f"{name}_as_string")
        found = amount_of(text)
        self.values.flags.update(f"{name}_{odd}" for odd in found.oddities())
        return found

    def kept_amount(self, name: str) -> Amount:
        """The same of an amount that is kept for a while."""
        found = self.amount(name)
        self.hold(found.printed)
        return found


def _amounts(found: Mapping[str, Any], keys: Mapping[str, str]) -> list[Amount]:
    """The amounts of a row under these keys, in order."""
    return [found.get(key) or ABSENT for key in keys.values()]
