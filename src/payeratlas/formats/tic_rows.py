"""Rows of a payer's Transparency-in-Coverage file, and what is odd about them.

Each class has the columns of the contract of the same name in ``tables.tic``, in its order. An
oddity is what the schema forbids or a program would trip over while the row can still be kept: it
is named and counted, once for each row that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

SCALE = 4
WHOLE_DIGITS = 14
NPI_DIGITS = 18

CODE_TYPES = frozenset(
    (
        *("CPT", "HCPCS", "ICD", "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG"),
        *("APC", "NDC", "HIPPS", "LOCAL", "EAPG", "CDT", "RC", "CSTM-ALL"),
    )
)
ARRANGEMENTS = frozenset({"ffs", "bundle", "capitation"})
NEGOTIATED_TYPES = frozenset({"negotiated", "derived", "fee schedule", "percentage", "per diem"})
BILLING_CLASSES = frozenset({"professional", "institutional", "both"})
SETTINGS = frozenset({"inpatient", "outpatient", "both"})
TIN_TYPES = frozenset({"ein", "npi"})

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOWER = re.compile(r"[a-z]")
_NPI = re.compile(r"0|[1-9][0-9]*")
_RATE = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
_MOST_EXPONENT = 1 << 30

Texts = tuple[str, ...] | None


class Code(NamedTuple):
    """One billing code among bundled codes or covered services."""

    billing_code_type: str | None
    billing_code_type_version: str | None
    billing_code: str | None


class File(NamedTuple):
    """The one row of ``tic_file``."""

    kind: str
    reporting_entity_name: str | None
    reporting_entity_type: str | None
    last_updated_on: str | None
    version: str | None
    plan_name: str | None
    issuer_name: str | None
    plan_sponsor_name: str | None
    plan_id_type: str | None
    plan_id: str | None
    plan_market_type: str | None


class ProviderGroup(NamedTuple):
    """A row of ``tic_provider_group``."""

    provider: int
    group: int
    kind: str
    provider_group_id: str | None = None
    network_name: Texts = None
    location: str | None = None
    tin_type: str | None = None
    tin: str | None = None
    business_name: str | None = None
    npi: tuple[int, ...] | None = None

    def oddities(self) -> Iterator[str]:
        """What is odd about the content of the row."""
        if self.provider_group_id is not None and re.search("[.eE]", self.provider_group_id):
            yield "group_id_not_integer"
        if self.tin_type is not None and self.tin_type not in TIN_TYPES:
            yield "tin_type_case" if self.tin_type.lower() in TIN_TYPES else "tin_type_unknown"
        if self.npi is not None:
            if any(npi and not 10**9 <= npi < 10**10 for npi in self.npi):
                yield "npi_length"
            if any(10**9 <= npi < 10**10 and not luhn(npi) for npi in self.npi):
                yield "npi_check_digit"


class ProviderSet(NamedTuple):
    """A row of ``tic_provider_set``."""

    provider_set: int
    providers: tuple[int, ...]


class Item(NamedTuple):
    """A row of ``tic_item``."""

    item: int
    offset: int
    negotiation_arrangement: str | None
    billing_code_type: str | None
    billing_code_type_version: str | None
    billing_code: str | None
    severity_of_illness: str | None
    bundled_codes: tuple[Code, ...] | None
    covered_services: tuple[Code, ...] | None

    def oddities(self) -> Iterator[str]:
        """What is odd about the content of the row."""
        if self.billing_code is None:
            yield "code_missing"
        elif _LOWER.search(self.billing_code):
            yield "code_lower_case"
        if _outside(self.billing_code_type, CODE_TYPES):
            yield "code_type_unknown"
        if _outside(self.negotiation_arrangement, ARRANGEMENTS):
            yield "arrangement_unknown"


class Price(NamedTuple):
    """A row of ``tic_price``."""

    item: int
    rate: int
    price: int
    negotiated_rate: Decimal | None
    negotiated_rate_printed: str | None
    terms: int
    provider_set: int


class Terms(NamedTuple):
    """A row of ``tic_terms``."""

    terms: int
    negotiated_type: str | None
    expiration_date: str | None
    billing_class: str | None
    setting: str | None
    service_code: Texts
    billing_code_modifier: Texts
    additional_information: str | None

    def oddities(self) -> Iterator[str]:
        """What is odd about the content of the row."""
        if _outside(self.negotiated_type, NEGOTIATED_TYPES):
            yield "negotiated_type_unknown"
        if _outside(self.billing_class, BILLING_CLASSES):
            yield "billing_class_unknown"
        if _outside(self.setting, SETTINGS):
            yield "setting_unknown"
        if self.expiration_date is not None and not _DATE.fullmatch(self.expiration_date):
            yield "expiration_not_a_date"


class AllowedAmount(NamedTuple):
    """A row of ``tic_allowed_amount``."""

    item: int
    allowed: int
    payment: int
    charge: int
    allowed_amount: Decimal | None
    allowed_amount_printed: str | None
    billed_charge: Decimal | None
    billed_charge_printed: str | None
    terms: int
    provider: int


class IndexPlan(NamedTuple):
    """A row of ``tic_index_plan``."""

    structure: int
    plan: int
    plan_name: str | None
    issuer_name: str | None
    plan_sponsor_name: str | None
    plan_id_type: str | None
    plan_id: str | None
    plan_market_type: str | None


class IndexFile(NamedTuple):
    """A row of ``tic_index_file``."""

    structure: int
    kind: str
    file: int
    location: str | None


ROWS: dict[str, type[tuple[object, ...]]] = {
    "tic_file": File,
    "tic_provider_group": ProviderGroup,
    "tic_provider_set": ProviderSet,
    "tic_item": Item,
    "tic_price": Price,
    "tic_terms": Terms,
    "tic_allowed_amount": AllowedAmount,
    "tic_index_plan": IndexPlan,
    "tic_index_file": IndexFile,
}


def _outside(value: str | None, words: frozenset[str]) -> bool:
    return value is not None and value not in words


def luhn(npi: int) -> bool:
    """Whether the check digit of a ten-digit NPI is right (45 CFR 162.406, ISO/IEC 7812-1).

    The digits 80840 stand before the NPI when it is computed; they add 24.
    """
    digits = [int(digit) for digit in str(npi)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (24 + sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def npi_of(token: str) -> int | None:
    """The NPI a number or string prints; None where it is no whole number below 10^18."""
    return int(token) if _NPI.fullmatch(token) and len(token) <= NPI_DIGITS else None


def is_number(text: str) -> bool:
    """Whether a text is a number as JSON writes it."""
    return re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", text) is not None


def amount(token: str) -> Decimal | None:
    """The exact value of a JSON number; None where it does not fit 14 + 4 digits."""
    found = _RATE.fullmatch(token)
    assert found is not None
    sign, whole, fraction, power = found.groups(default="")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return Decimal(0).scaleb(-SCALE)
    raised = min(_MOST_EXPONENT, int(power.lstrip("+-").lstrip("0")[:12] or "0"))
    exponent = -raised if power.startswith("-") else raised
    exponent += len(digits) - len(significant) - len(fraction)
    if exponent < -SCALE or len(significant) + exponent > WHOLE_DIGITS:
        return None
    units = int(significant) * 10 ** (exponent + SCALE)
    return Decimal(-units if sign else units).scaleb(-SCALE)


def rate_oddities(value: Decimal | None) -> Sequence[str]:
    """What is odd about an amount that was read."""
    if value is None:
        return ("rate_does_not_fit",)
    return ("rate_zero",) if value == 0 else ("rate_negative",) if value < 0 else ()
