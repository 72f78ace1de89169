"""The cells of a user's own rates: what each may say, and for what reason it is not believed.

Each reader returns a value or raises :class:`Unread` with a reason code. What cannot be read with
certainty is refused, row by row: a wrong code or a misplaced decimal point would compare something
else than the user is paid for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from payeratlas.model.codes import Coding
from payeratlas.model.errors import InputError
from payeratlas.rates.benchmark import BillType, Setting

Column = Literal[
    "code", "modifier", "payer", "plan", "setting", "bill type", "rate", "volume", "row"
]

REASONS: dict[str, str] = {
    "code_missing": "No billing code in the row.",
    "code_too_short": "The code has fewer than five characters. A spreadsheet drops leading zeros, "
    "but which code it was is not certain; type it as text, such as 00142.",
    "code_unreadable": "Not one CPT or HCPCS code: five characters, then a modifier where there "
    "is one, such as 64640-26.",
    "modifier_unreadable": "Not a modifier of two letters or digits.",
    "modifier_conflict": "The code and the modifier column name different modifiers.",
    "payer_missing": "No payer in the row, and none named for the file.",
    "rate_missing": "No rate in the row.",
    "rate_unreadable": "The rate is not an amount in dollars.",
    "rate_ambiguous": "The rate can be read in two ways: a comma or blank may part thousands or "
    "decimals. Write it as 1234.50.",
    "rate_is_percentage": "The rate is a percentage, not dollars.",
    "rate_not_positive": "The rate is zero or less.",
    "setting_missing": "No setting in the row, and none named for the file.",
    "setting_unreadable": "Not a setting: office, facility, ASC, outpatient, inpatient, or a place "
    "of service of two digits.",
    "setting_of_which_bill": "A surgical center or a hospital: whether the rate is the "
    "practitioner's or the facility's is not said. Add a column bill type, or name it for the "
    "file.",
    "hospital_in_or_out": "A hospital's own rate: outpatient or inpatient is not said.",
    "setting_against_bill": "The setting is none of that bill type: a facility has no office rate.",
    "bill_type_unreadable": "Not a bill type: professional or facility.",
}
"""Every reason for which a row cannot be read, in words; the reason is the key."""


class Unread(Exception):
    """A cell that is not believed: the reason, and the column it stands in. It holds no value."""

    def __init__(self, reason: str, column: Column) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


@dataclass(frozen=True, slots=True)
class Where:
    """Whose bill it is and where the service is given, as series of a benchmark have it."""

    bill_type: BillType
    setting: Setting


_EMPTY = frozenset({"", "-", "--", "—", "–", "n/a", "na", "none", "null", "nan", "(blank)", "#n/a"})
_CODE_LENGTH = 5
_PREFIX = re.compile(r"(?:CPT|HCPCS|CDT)\s*(?:CODE)?\s*[:#]?\s*", re.IGNORECASE)
_CODE = re.compile(r"([A-Z0-9]{5})(?:\.0+)?(?:\s*[-\s/,]\s*([A-Z0-9]{2}(?:[\s,/-]+[A-Z0-9]{2})*))?")
_SHORT = re.compile(r"[A-Z]?[0-9]{1,4}[FTUAM]?(?:\.0+)?(?:-[A-Z0-9]{2})?")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_MOST_DIGITS = 9  # of whole dollars; a longer number is no price
_PLAIN = re.compile(rf"[0-9]{{1,{_MOST_DIGITS}}}(?:\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,2}(?:\.[0-9]*)?")
_DIGITS = re.compile(r"[0-9][0-9.,'\s]*[0-9]")
_MONEY = re.compile(r"^(?:usd|us\$|\$)\s*|\s*(?:usd|\$)$", re.IGNORECASE)
_SCALE = Decimal("0.0001")
_THREE_DECIMALS = re.compile(r"[0-9]{1,3}\.[0-9]{3}")

_PROFESSIONAL: dict[str, Setting] = {
    "office": "office", "nonfacility": "office", "nf": "office", "clinic": "office",
    "physicianoffice": "office", "doctorsoffice": "office", "nonfac": "office",
    "facility": "facility", "fac": "facility", "f": "facility",
}  # fmt: skip
# Places where both a practitioner and a facility have a rate: the word alone does not say whose.
_SHARED: dict[str, Setting | None] = {
    "asc": "asc", "ambulatorysurgicalcenter": "asc", "ambulatorysurgerycenter": "asc",
    "surgerycenter": "asc", "surgicalcenter": "asc",
    "outpatient": "outpatient", "op": "outpatient", "opd": "outpatient", "hopd": "outpatient",
    "outpatienthospital": "outpatient", "hospitaloutpatient": "outpatient",
    "hospitaloutpatientdepartment": "outpatient",
    "inpatient": "inpatient", "ip": "inpatient", "inpatienthospital": "inpatient",
    "hospitalinpatient": "inpatient",
    "hospital": None,
}  # fmt: skip
_BILLS: dict[str, BillType] = {
    "professional": "professional", "prof": "professional", "pro": "professional",
    "physician": "professional", "cms1500": "professional", "hcfa1500": "professional",
    "1500": "professional", "837p": "professional",
    "facility": "facility", "institutional": "facility", "inst": "facility", "ub04": "facility",
    "ub": "facility", "837i": "facility", "cms1450": "facility",
}  # fmt: skip
# The places of a facility's own claim.
_FACILITY_SETTINGS: dict[str, Setting] = {
    "24": "asc", "19": "outpatient", "22": "outpatient", "23": "outpatient", "21": "inpatient",
    "51": "inpatient", "61": "inpatient",
}  # fmt: skip


# "11", "POS 11", "11 - Office", "Office (11)".
_PLACES = (
    re.compile(r"(?:POS\s*)?([0-9]{1,2})", re.IGNORECASE),
    re.compile(r"(?:POS\s*)?([0-9]{2})\s*[-–:(].*", re.IGNORECASE | re.DOTALL),
    re.compile(r".*[-–:(]\s*(?:POS\s*)?([0-9]{2})\s*\)?", re.IGNORECASE | re.DOTALL),
)


def blank(text: str) -> bool:
    """Whether a cell says nothing: it is empty, a dash, or a word for that."""
    return text.strip().casefold() in _EMPTY


def code_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The billing code of a cell, and the modifiers written after it."""
    typed = _PREFIX.sub("", text.strip(), count=1).strip().upper()
    if blank(typed):
        raise Unread("code_missing", "code")
    found = _CODE.fullmatch(typed)
    if found is None:
        short = _SHORT.fullmatch(typed) and len(typed.split(".")[0].split("-")[0]) < _CODE_LENGTH
        raise Unread("code_too_short" if short else "code_unreadable", "code")
    try:
        code = Coding.parse(found[1]).code
    except InputError:
        raise Unread("code_unreadable", "code") from None
    return code, tuple(re.findall(_MODIFIER, found[2] or ""))


def modifiers_of(texts: list[str]) -> tuple[str, ...]:
    """The modifiers of the cells of a row, sorted; ``00`` and ``0`` stand for none."""
    found = set()
    for text in texts:
        if blank(text):
            continue
        for word in re.split(r"[\s,;/|-]+", text.strip().upper()):
            plain = re.sub(r"\.0+$", "", word)
            if plain in ("", "0", "00"):
                continue
            if not _MODIFIER.fullmatch(plain):
                raise Unread("modifier_unreadable", "modifier")
            found.add(plain)
    return tuple(sorted(found))


def rate_of(text: str, *, comma_decimals: bool = False) -> Decimal:
    """The dollars of a cell, to four decimals, half up.

    ``comma_decimals`` says that the file may be of a country that writes them so (it is delimited
    by semicolons): then 1,234 and 1.234 are ambiguous too.
    """
    typed = text.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if blank(typed):
        raise Unread("rate_missing", "rate")
    if "%" in typed:
        raise Unread("rate_is_percentage", "rate")
    negative = typed.startswith(("-", "\u2212")) or (typed.startswith("(") and typed.endswith(")"))
    bare = typed.strip("()").lstrip("-\u2212+").strip()
    bare = _MONEY.sub("", bare).lstrip("-\u2212").strip()
    grouped = bool(_GROUPED.fullmatch(bare))
    if not (grouped or _PLAIN.fullmatch(bare)):
        odd = _DIGITS.fullmatch(bare) and re.search(r"[,'\s]|\..*\.", bare)
        raise Unread("rate_ambiguous" if odd else "rate_unreadable", "rate")
    if comma_decimals and (grouped or _THREE_DECIMALS.fullmatch(bare)):
        raise Unread("rate_ambiguous", "rate")
    value = Decimal(bare.replace(",", "")).quantize(_SCALE, rounding=ROUND_HALF_UP)
    if negative or typed.startswith("$-") or value <= 0:
        raise Unread("rate_not_positive", "rate")
    return value


def volume_of(text: str) -> Decimal | None:
    """Units a year, None where the cell is empty; ValueError where it is no count of them."""
    typed = text.replace("\u00a0", " ").strip()
    if blank(typed):
        return None
    if not (_GROUPED.fullmatch(typed) or _PLAIN.fullmatch(typed)):
        raise ValueError
    return Decimal(typed.replace(",", "")).quantize(_SCALE, rounding=ROUND_HALF_UP).normalize() + 0


def bill_type_of(text: str) -> BillType | None:
    """Whose rate a cell says it is; None where it is empty."""
    if blank(text):
        return None
    found = _BILLS.get(_bare(text))
    if found is None:
        raise Unread("bill_type_unreadable", "bill type")
    return found


def where_of(text: str, bill_type: BillType | None, facility_places: Collection[str]) -> Where:
    """The series of a setting.

    A place of service is of a practitioner's claim, unless ``bill_type`` says otherwise;
    ``facility_places`` are those that Medicare pays at the facility rate. Office and facility are
    the two rates of a practitioner. ASC, outpatient and inpatient name a place where both have a
    rate, so that they need the bill type.
    """
    if blank(text):
        raise Unread("setting_missing", "setting")
    typed = re.sub(r"\.0+$", "", text.strip())
    for form in _PLACES:
        if found := form.fullmatch(typed):
            return _at_place(found[1].zfill(2), bill_type, facility_places)
    word = _bare(typed)
    if word in _PROFESSIONAL:
        if bill_type == "facility":
            raise Unread("setting_against_bill", "setting")
        return Where("professional", _PROFESSIONAL[word])
    if word not in _SHARED:
        raise Unread("setting_unreadable", "setting")
    if bill_type is None:
        raise Unread("setting_of_which_bill", "setting")
    if bill_type == "professional":
        return Where("professional", "facility")
    setting = _SHARED[word]
    if setting is None:
        raise Unread("hospital_in_or_out", "setting")
    return Where("facility", setting)


def _at_place(place: str, bill_type: BillType | None, facility_places: Collection[str]) -> Where:
    if place == "00":
        raise Unread("setting_unreadable", "setting")
    if bill_type != "facility":
        return Where("professional", "facility" if place in facility_places else "office")
    if place not in _FACILITY_SETTINGS:
        raise Unread("setting_against_bill", "setting")
    return Where("facility", _FACILITY_SETTINGS[place])


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
