"""Rows of ``tables.hospital`` as a hospital's file gives them, and what is odd about them.

What CSV and JSON have in common stands here: how an amount is read, how lists in one cell are
split, and which words CMS's data dictionaries know (2.0 to 3.0). A word that they do not know is
kept as printed and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from payeratlas.formats.tic_rows import amount, is_number

Texts = tuple[str, ...] | None

BLANKS = " \t\r\n\f\v\u00a0\ufeff"
"""What is cut off at both ends of every text: no more than this, so that both readers agree."""

SETTINGS = frozenset(("inpatient", "outpatient", "both"))
BILLING_CLASSES = frozenset(("professional", "facility", "both"))
DRUG_TYPES = frozenset(("gr", "me", "ml", "un", "f2", "ea", "gm"))
METHODOLOGIES = frozenset(
    ("case rate", "fee schedule", "percent of total billed charges", "per diem", "other")
)
ITEM_WORDS = ("setting", "billing_class", "drug_type")
CHARGE_WORDS = ("methodology", "count")
_WORDS = {
    "setting": SETTINGS,
    "billing_class": BILLING_CLASSES,
    "drug_type": DRUG_TYPES,
    "methodology": METHODOLOGIES,
}
CODE_TYPES = frozenset(
    [
        "cpt",
        "hcpcs",
        "icd",
        "drg",
        "ms-drg",
        "r-drg",
        "s-drg",
        "aps-drg",
        "ap-drg",
        "apr-drg",
        "apc",
        "ndc",
        "hipps",
        "local",
        "eapg",
        "cdt",
        "rc",
        "cdm",
        "tris-drg",
        "cmg",
        "ms-ltc-drg",
    ]
)
COUNT = re.compile(r"0|1 through 10|1[1-9]|[2-9][0-9]+|1[0-9]{2,}", re.IGNORECASE)
"""How many remittances stand behind allowed amounts: a small number is hidden by its range."""

_PLAIN = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]{1,4})?")
_LOOSE = re.compile(r"(-?)(?:0*(?=[0-9]))?([0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_NINES = Decimal(999999999)
_SPLIT = re.compile(f"[|,;{BLANKS}]+")


class HospitalFile(NamedTuple):
    """The row of ``hospital_file``."""

    kind: str
    layout: str
    hospital_name: str | None
    last_updated_on: str | None
    version: str | None
    location: Texts
    address: Texts
    type_2_npi: Texts
    license_number: str | None
    license_state: str | None
    attestation: str | None
    attester_name: str | None


class HospitalItem(NamedTuple):
    """A row of ``hospital_item``."""

    item: int
    record: int
    charge: int
    code: Texts
    code_type: Texts
    modifiers: Texts
    setting: str | None
    billing_class: str | None
    drug_unit: str | None
    drug_type: str | None
    gross: Decimal | None
    gross_printed: str | None
    cash: Decimal | None
    cash_printed: str | None
    minimum: Decimal | None
    minimum_printed: str | None
    maximum: Decimal | None
    maximum_printed: str | None
    notes: str | None

    def oddities(self) -> Iterator[str]:
        """What is odd about the row, apart from its amounts (see ``Amount.oddities``)."""
        yield from code_oddities(self.code_type)
        for name in ITEM_WORDS:
            yield from word_oddities(name, getattr(self, name))


class HospitalCharge(NamedTuple):
    """A row of ``hospital_charge``."""

    item: int
    payer: int
    column: int
    payer_name: str | None
    plan_name: str | None
    dollar: Decimal | None
    dollar_printed: str | None
    percentage: Decimal | None
    percentage_printed: str | None
    algorithm: str | None
    estimated: Decimal | None
    estimated_printed: str | None
    median: Decimal | None
    median_printed: str | None
    p10: Decimal | None
    p10_printed: str | None
    p90: Decimal | None
    p90_printed: str | None
    count: str | None  # type: ignore[assignment]  # the field's name, as in the table
    methodology: str | None
    notes: str | None

    def oddities(self) -> Iterator[str]:
        """What is odd about the row, apart from its amounts (see ``Amount.oddities``)."""
        agreed = (self.dollar, self.dollar_printed, self.percentage, self.percentage_printed)
        paid = (self.estimated, self.estimated_printed, self.median, self.median_printed)
        if all(value is None for value in (*agreed, self.algorithm, *paid)):
            yield "no_amount"
        if self.payer_name is None:
            yield "payer_name_missing"
        yield from word_oddities("methodology", self.methodology)
        yield from word_oddities("count", self.count)


class Amount(NamedTuple):
    """An amount read from a cell: its exact value, or its text where it is none that fits."""

    value: Decimal | None
    printed: str | None

    def oddities(self) -> Iterator[str]:
        """What is odd about it: the column's name stands before, as in ``gross_zero``."""
        if self.value is None:
            if self.printed is not None:
                yield "does_not_fit" if _number(self.printed) else "not_a_number"
        elif self.value <= 0:
            yield "negative" if self.value else "zero"
        elif self.value >= _NINES and int(self.value) == _NINES:
            yield "nine_nines"


ABSENT = Amount(None, None)


def amount_of(text: str | None) -> Amount:
    """The amount that a trimmed text prints.

    A number is digits with at most one point, a sign and a power of ten; money signs and
    thousands separators are none, as CMS's data dictionary has it. Of more than 14 digits before
    and 4 after the point the text stays.
    """
    if not text:
        return ABSENT
    if _PLAIN.fullmatch(text):
        return Amount(Decimal(text), None)
    token = _number(text)
    value = amount(token) if token else None
    return Amount(value, text if value is None else None)


def _number(text: str) -> str | None:
    """The text as JSON writes a number, such as 0.5 for .5; None where it is no number."""
    found = _LOOSE.fullmatch(text)
    if found is None:
        return None
    sign, whole, fraction, power = found.groups(default="")
    if not whole and not fraction.strip("."):
        return None
    token = f"{sign}{whole or '0'}{fraction.rstrip('.')}{power}"
    return token if is_number(token) else None


def trimmed(text: str | None) -> str | None:
    """A text without the BLANKS at its ends; None where nothing is left."""
    return (text.strip(BLANKS) or None) if text else None


def split_modifiers(text: str | None) -> Texts:
    """The modifiers of one cell: ``80|AS``, ``LT, RT`` and ``52 53`` are two each."""
    return tuple(each for each in _SPLIT.split(text) if each) or None if text else None


def split_names(text: str | None) -> Texts:
    """The values of a cell of the general headings that holds several, parted by bars."""
    parts = (part.strip(BLANKS) for part in (text or "").split("|"))
    return tuple(part for part in parts if part) or None


def code_oddities(code_type: Texts) -> Iterator[str]:
    """What is odd about the codes of an item, from the types that stand beside them."""
    if not code_type:
        yield "no_code"
    for each in code_type or ():
        if not each:
            yield "code_type_missing"
        elif each.lower() not in CODE_TYPES:
            yield "code_type_unknown"


def word_oddities(name: str, value: str | None) -> Iterator[str]:
    """Whether a word is none of those that the data dictionaries have for its column."""
    if value is None:
        return
    known = COUNT.fullmatch(value) if name == "count" else value.lower() in _WORDS[name]
    if not known:
        yield f"{name}_unknown"
