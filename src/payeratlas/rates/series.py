"""Which series a posted rate belongs to: only rates of one series are compared.

A series is a bill type, a setting, a modifier and a kind of rate. Billing classes are evidence, not
truth: one payer marks everything institutional, another prints a schedule of surgical centers as
professional. So the class of a payer's file is believed only where the file as a whole does not
speak against it; where it does, its rates are a series of their own (``unclear``) and are never
pooled with others.

Sources: CMS price-transparency-guide (billing_class, service_code, CSTM-00); Medicare Claims
Processing Manual, chapter 12, §20.4.2 (places paid at the facility rate); 45 CFR 180.50 (setting);
physician fee schedule relative value file (PC/TC indicator).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from payeratlas.rates.benchmark import BillType, Kind, Series, Setting
from payeratlas.rates.offer import Offer, PostedKind

FACILITY_PLACES = frozenset(
    ("02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61")
)
"""Places at which Medicare pays a physician's service at the facility rate."""
ALL_PLACES = "CSTM-00"
ALL_CODES = "CSTM"

_OFFICE = "11"
# Lists of payers disagree on the margins (telehealth, ambulance, nursing facilities), never on
# these: where most services with two rates are given.
_HOSPITALS_AND_CENTERS = frozenset({"21", "22", "23", "24"})
_OUTPATIENT_PLACES = frozenset({"19", "22", "23"})

_DRG = re.compile(r".*DRG|CMG|ICD")
_FACILITY_TYPES = {"RC": "any", "APC": "outpatient", "EAPG": "outpatient", "HIPPS": "any"}
_LOCAL_TYPES = frozenset({"LOCAL", "CDM"})

_NO_MODIFIER = frozenset({"", "00", "NULL", "NONE", "NA", "N/A"})
# A revenue code in the column of modifiers names the department, not a change of the service.
_REVENUE_CODE = re.compile(r"[0-9]{3,4}")
# PC/TC indicators: 1 has all three; 6 (laboratory tests that a physician interprets) has 26.
_MODIFIERS_OF = {"1": ("", "26", "TC"), "6": ("", "26")}

_INPATIENT = re.compile(r"in[ -]?patient", re.IGNORECASE)
_OUTPATIENT = re.compile(r"out[ -]?patient", re.IGNORECASE)
_PROFESSIONAL = re.compile(r"professional", re.IGNORECASE)

CodeKind = Literal["physician", "facility", "either"]
_KINDS: Mapping[PostedKind, Kind] = {
    "dollars": "dollars",
    "percentage": "percentage",
    "per_diem": "per_diem",
    "case": "case",
}
# Rows of codes that cannot be of the printed class, before a file's classes are disbelieved.
LEAST_AGAINST = 10
_MOSTLY = 99  # percent of rows


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """What a whole file shows of its billing classes. ``trusted`` False: they say nothing.

    ``centers`` says that it is a schedule of surgical centers' fees: all professional by its class,
    and all at place 24, where a physician's schedule would have other places too. ``reason`` says
    in words for a reader what speaks against the class as printed; empty where nothing does.
    """

    trusted: bool = True
    centers: bool = False
    reason: str = ""


TRUSTED = FileEvidence()


@dataclass(frozen=True, slots=True)
class ClassUse:
    """How one file uses one billing class: the key under which its posted rows are counted.

    ``code_kind`` is that of :func:`code_kind`.
    """

    billing_class: str
    code_kind: CodeKind
    places: tuple[str, ...]


def code_kind(code: str, code_type: str = "") -> CodeKind:
    """Who may bill a code, by its shape: ``physician``, ``facility`` or ``either``.

    Physicians only: anesthesia (00100-01999) and visits in a hospital (99221-99239). Facilities
    only: revenue codes, DRGs and the groupings of outpatients.
    """
    kind = code_type.strip().upper()
    if kind in _FACILITY_TYPES or _DRG.fullmatch(kind):
        return "facility"
    if (
        len(code) == 5
        and code.isdigit()
        and ("00100" <= code <= "01999" or "99221" <= code <= "99239")
    ):
        return "physician"
    return "either"


def file_evidence(rows: Mapping[ClassUse, int]) -> FileEvidence:
    """Whether the billing classes of one payer's file can be believed, from counts of its rows.

    A file of one class is disbelieved where at least ten of its rows are for codes that this class
    cannot bill. A file of both classes has been told apart by its payer, and is believed.
    """
    classes = {use.billing_class for use, count in rows.items() if count}
    if classes == {"institutional"}:
        against = sum(count for use, count in rows.items() if use.code_kind == "physician")
        if against >= LEAST_AGAINST:
            return FileEvidence(
                trusted=False,
                reason="Every rate is marked institutional, those for services that only "
                "physicians bill too.",
            )
    if classes == {"professional"}:
        against = sum(count for use, count in rows.items() if use.code_kind == "facility")
        if against >= LEAST_AGAINST:
            return FileEvidence(
                trusted=False,
                reason="Every rate is marked professional, those for codes that only facilities "
                "bill too.",
            )
        in_centers = sum(count for use, count in rows.items() if use.places == ("24",))
        if in_centers * 100 >= sum(rows.values()) * _MOSTLY:
            return FileEvidence(
                centers=True,
                reason="Every rate is marked professional and is for ambulatory surgical centers "
                "alone: a schedule of the centers' own fees.",
            )
    return TRUSTED


def series_of(
    offer: Offer,
    *,
    evidence: FileEvidence = TRUSTED,
    facility_list: bool = False,
    pctc: str = "",
) -> Series | str:
    """The series of an offer, or the id of the rule that says why it has none.

    ``evidence`` is that of its file. ``facility_list`` says that the same file prints the same
    code, modifiers and billing class with an explicit list of facility places too: an empty list
    beside it means the rest, an office. ``pctc`` is Medicare's PC/TC indicator, empty where not
    known.
    """
    if offer.kind == "algorithm":
        return "words_only"
    if offer.code.startswith(ALL_CODES) or offer.code_type.strip().upper().startswith(ALL_CODES):
        return "catch_all_code"
    if offer.code_type.strip().upper() in _LOCAL_TYPES:
        return "local_code"
    if not _is_fee_for_service(offer):
        return "not_fee_for_service"
    kind = _KINDS.get(offer.kind)
    if kind is None:
        return "derived_amount"
    modifier = modifier_of(offer.modifiers)
    if modifier is None:
        return "other_modifier"
    if pctc and modifier not in _MODIFIERS_OF.get(pctc, ("",)):
        return "modifier_not_applicable"
    bill_type, setting = _bill_type_and_setting(offer, evidence, facility_list)
    return Series(bill_type, setting, modifier, kind)


def modifier_of(text: str) -> str | None:
    """``26``, ``TC`` or empty text (none); None where the modifiers mean something else.

    What is no modifier by its shape but a revenue code is left out: hospitals print the department
    there (360, 361), which does not change the service.
    """
    found = [word for word in text.upper().split() if word not in _NO_MODIFIER]
    told = [word for word in found if not _REVENUE_CODE.fullmatch(word)]
    if not told:
        return ""
    return told[0] if len(told) == 1 and told[0] in ("26", "TC") else None


def place_setting(places: tuple[str, ...], *, facility_list: bool = False) -> Setting:
    """Office, facility or any: at which of Medicare's two rates a physician's places are paid.

    A list that has the office and no hospital or center is an office's; one that has those and no
    office is a facility's; one that has both is any. Other lists are a facility's where Medicare
    pays all of them at the facility rate, an office's where it pays none. No place, or all places
    (CSTM-00), is any; no place beside a list of facility places is the rest, an office.
    """
    named = set(places) - {ALL_PLACES}
    if ALL_PLACES in places or not named:
        return "office" if facility_list and not places else "any"
    office = _OFFICE in named
    hospital = bool(named & _HOSPITALS_AND_CENTERS)
    if office != hospital:
        return "office" if office else "facility"
    if office or not (named <= FACILITY_PLACES or named.isdisjoint(FACILITY_PLACES)):
        return "any"
    return "facility" if named <= FACILITY_PLACES else "office"


def is_facility_list(places: tuple[str, ...]) -> bool:
    """Whether places are an explicit list of a facility's: what an empty list may stand beside."""
    return place_setting(places) == "facility"


def _is_fee_for_service(offer: Offer) -> bool:
    arrangement = offer.arrangement.strip().lower()
    return arrangement == "ffs" or (not arrangement and offer.publisher_kind == "hospital")


def _bill_type_and_setting(
    offer: Offer, evidence: FileEvidence, facility_list: bool
) -> tuple[BillType, Setting]:
    kind = offer.code_type.strip().upper()
    if _DRG.fullmatch(kind):
        return "facility", "inpatient"
    if kind in _FACILITY_TYPES:
        found = _facility_setting(offer)
        usual: Setting = "outpatient" if _FACILITY_TYPES[kind] == "outpatient" else "any"
        return "facility", usual if found == "any" else found
    if offer.publisher_kind == "hospital":
        return _of_hospital(offer)
    return _of_payer(offer, evidence, facility_list)


def _of_hospital(offer: Offer) -> tuple[BillType, Setting]:
    """A hospital bills its facility fees unless it says otherwise; its physicians work in one."""
    billing_class = offer.billing_class.strip().lower()
    if billing_class == "both" and _PROFESSIONAL.search(offer.plan_name):
        billing_class = "professional"
    if billing_class == "professional":
        return "professional", "facility"
    bill_type: BillType = "facility" if billing_class in ("", "facility") else "unclear"
    return bill_type, _facility_setting(offer)


def _of_payer(
    offer: Offer, evidence: FileEvidence, facility_list: bool
) -> tuple[BillType, Setting]:
    billing_class = offer.billing_class.strip().lower()
    only_centers = offer.places == ("24",)
    if evidence.trusted and billing_class == "professional":
        if evidence.centers and only_centers:
            return "facility", "asc"
        return "professional", place_setting(offer.places, facility_list=facility_list)
    if evidence.trusted and billing_class == "institutional":
        return "facility", _facility_setting(offer)
    return "unclear", "asc" if only_centers else place_setting(offer.places)


def _facility_setting(offer: Offer) -> Setting:
    """Where a facility's fee is for: by place, else as printed, else as the plan's name says."""
    places = set(offer.places) - {ALL_PLACES}
    if places == {"24"}:
        return "asc"
    if places == {"21"}:
        return "inpatient"
    if places and places <= _OUTPATIENT_PLACES:
        return "outpatient"
    printed = offer.setting.strip().lower()
    if printed in ("inpatient", "outpatient"):
        return "inpatient" if printed == "inpatient" else "outpatient"
    inpatient = bool(_INPATIENT.search(offer.plan_name))
    outpatient = bool(_OUTPATIENT.search(offer.plan_name))
    if inpatient != outpatient:
        return "inpatient" if inpatient else "outpatient"
    return "any"
