"""Facts of the Medicare physician fee schedule: RVUs, indicators, national amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.releases import effective
from payeratlas.pricing import RateType, derive
from payeratlas.pricing.status import why_not_priced
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "pfs_rvu"
SETTINGS: tuple[RateType, ...] = ("nonfacility", "facility")
STANDARD = {"participation": ("all", "nonqpp")}
QUALIFYING = {"participation": ("qpp",)}
TWO_FACTORS_FROM = date(2026, 1, 1)
"""Two conversion factors exist from 2026 on: 42 U.S.C. 1395w-4(d)(1)(A), as amended by MACRA."""

_SOURCE = "CMS physician fee schedule relative value file (PPRRVU)"


@dataclass(frozen=True, slots=True)
class _Cited:
    """A measure that is one cell of the relative value file."""

    measure: Measure
    column: str
    flag: bool = False


def _cited(
    id: str, title: str, unit: str, column: str, meaning: str, *, flag: bool = False
) -> _Cited:
    return _Cited(Measure(id, title, unit, meaning, f"{_SOURCE}, {column}"), column, flag)


_RVU = "RVU"
_CELLS = (
    _cited("pfs.status", "Status code", "code", "status", "How Medicare treats the code."),
    _cited("pfs.work_rvu", "Work RVU", _RVU, "work_rvu", "Physician work."),
    _cited(
        "pfs.pe_rvu.facility",
        "Practice expense RVU, facility",
        _RVU,
        "pe_rvu_facility",
        "Practice expense where a facility bears the overhead.",
    ),
    _cited(
        "pfs.pe_rvu.nonfacility",
        "Practice expense RVU, non-facility",
        _RVU,
        "pe_rvu_nonfacility",
        "Practice expense where the practice bears the overhead.",
    ),
    _cited("pfs.mp_rvu", "Malpractice RVU", _RVU, "mp_rvu", "Professional liability."),
    _cited(
        "pfs.total_rvu.facility",
        "Total RVU, facility",
        _RVU,
        "total_rvu_facility",
        "Total as printed, before geographic adjustment.",
    ),
    _cited(
        "pfs.total_rvu.nonfacility",
        "Total RVU, non-facility",
        _RVU,
        "total_rvu_nonfacility",
        "Total as printed, before geographic adjustment.",
    ),
    _cited(
        "pfs.na.facility",
        "Rare in a facility",
        "flag",
        "na_facility",
        "Whether CMS prints NA for the facility setting: rarely or never done there.",
        flag=True,
    ),
    _cited(
        "pfs.na.nonfacility",
        "Rare outside a facility",
        "flag",
        "na_nonfacility",
        "Whether CMS prints NA for the non-facility setting: rarely or never done there.",
        flag=True,
    ),
    _cited(
        "pfs.conversion_factor",
        "Conversion factor",
        "USD per RVU",
        "conversion_factor",
        "Dollars per RVU; from 2026 that of clinicians who are not qualifying APM participants.",
    ),
    *(
        _cited(f"pfs.indicator.{name}", title, "code", name, meaning)
        for name, title, meaning in (
            ("pctc", "PC/TC indicator", "Whether professional and technical parts exist."),
            ("global_days", "Global days", "The global surgical period."),
            ("multiple_procedure", "Multiple procedure indicator", "Which reduction applies."),
            ("bilateral", "Bilateral indicator", "How both sides are paid (modifier 50)."),
            ("assistant", "Assistant indicator", "Whether an assistant at surgery is paid."),
            ("co_surgeon", "Co-surgeon indicator", "Whether two surgeons are paid."),
            ("team", "Team indicator", "Whether a surgical team is paid."),
            ("endo_base", "Endoscopic base code", "Base code of the endoscopic family."),
            ("supervision", "Supervision indicator", "Supervision of diagnostic tests."),
            ("pricing", "Pricing indicator", "Printed from 2026 on."),
            ("imaging_family", "Imaging family", "Diagnostic imaging family."),
        )
    ),
    _cited("pfs.pre_op", "Pre-operative share", "share", "pre_op", "Share of the global fee."),
    _cited(
        "pfs.intra_op", "Intra-operative share", "share", "intra_op", "Share of the global fee."
    ),
    _cited("pfs.post_op", "Post-operative share", "share", "post_op", "Share of the global fee."),
)
_CAPS = (
    _cited(
        "pfs.opps_cap.pe_rvu.nonfacility",
        "Practice expense RVU under the OPPS cap, non-facility",
        _RVU,
        "opps_pe_nonfacility",
        "Stands for the practice expense where imaging is capped at the outpatient rate.",
    ),
    _cited(
        "pfs.opps_cap.pe_rvu.facility",
        "Practice expense RVU under the OPPS cap, facility",
        _RVU,
        "opps_pe_facility",
        "Stands for the practice expense where imaging is capped at the outpatient rate.",
    ),
    _cited(
        "pfs.opps_cap.mp_rvu",
        "Malpractice RVU under the OPPS cap",
        _RVU,
        "opps_mp",
        "Stands for the malpractice RVU where imaging is capped at the outpatient rate.",
    ),
)


def _amount(id: str, title: str, meaning: str) -> Measure:
    return Measure(id, title, "USD", meaning, f"computed from {_SOURCE}")


_AMOUNTS = tuple(
    _amount(f"pfs.{kind}.{setting}", f"{title}, {words}", meaning)
    for kind, title, meaning in (
        (
            "payment",
            "Medicare payment",
            "National amount to the physician (GPCI left out), capped where CMS caps imaging.",
        ),
        (
            "nonparticipating",
            "Non-participating amount",
            "Medicare's amount for a physician who does not participate.",
        ),
        (
            "limiting_charge",
            "Limiting charge",
            "The most a non-participating physician may charge who does not accept assignment.",
        ),
    )
    for setting, words in (("nonfacility", "non-facility"), ("facility", "facility"))
)
_QUALIFYING_MEASURES = (
    Measure(
        "pfs.conversion_factor.qp",
        "Conversion factor, qualifying APM participants",
        "USD per RVU",
        "The second conversion factor that exists from 2026 on.",
        f"{_SOURCE}, QPP file",
    ),
    _amount(
        "pfs.payment.nonfacility.qp",
        "Medicare payment to a qualifying APM participant, non-facility",
        "National amount on the qualifying conversion factor.",
    ),
    _amount(
        "pfs.payment.facility.qp",
        "Medicare payment to a qualifying APM participant, facility",
        "National amount on the qualifying conversion factor.",
    ),
)
MEASURES: tuple[Measure, ...] = (
    *(cell.measure for cell in _CELLS),
    *_AMOUNTS,
    *_QUALIFYING_MEASURES,
    *(cell.measure for cell in _CAPS),
)
_ALWAYS = tuple(m for m in MEASURES if not m.id.startswith("pfs.opps_cap"))
_PRICED = tuple(
    cell
    for cell in _CELLS
    if cell.column in ("status", "work_rvu", "mp_rvu", "conversion_factor")
    or cell.column.startswith("pe_rvu")
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """Facts of every row of the code in force: itself, 26, TC and 53; or Unknowns, and why.

    A code that is listed with a modifier alone has Unknowns for itself.
    """
    found = store.look_up(TABLE, as_of, constants=STANDARD, hcpcs=code)
    if isinstance(found, Unknown):
        return _all_unknown(code, found, as_of, store)
    stated: list[Fact] = []
    modifiers = [row.text("modifier") for row in found]
    if "" not in modifiers:
        only = f"{found[0].release} lists it with modifier {' and '.join(modifiers)} only."
        why = Unknown("not_listed", only)
        stated = [Fact(m.id, code, why, m.unit, None) for m in _ALWAYS]
    for row in found:
        stated += row_facts(row, as_of, store)
        stated += _qualifying(row, as_of, store)
    return stated


@lru_cache(maxsize=64)
def row_facts(row: Row, as_of: AsOf, store: Store) -> tuple[Fact, ...]:
    """What one row of the relative value file states, and the national amounts it gives."""
    who = subject(row.text("hcpcs"), row.text("modifier"))
    period = period_of(row, as_of, store)
    cells = [_cell(cell, row, who, period, store) for cell in _CELLS]
    caps = _caps(row, who, period, store)
    inputs = {fact.measure: fact for fact in (*cells, *caps)}
    amounts = [fact for setting in SETTINGS for fact in amounts_of(who, setting, inputs, period)]
    return (*cells, *amounts, *caps)


@lru_cache(maxsize=64)
def payment_facts(row: Row, as_of: AsOf, store: Store) -> Mapping[str, Fact]:
    """Of :func:`row_facts` only the national payments and what they follow from, by measure.

    For the many rows of a code's history, of which a page shows nothing else.
    """
    who = subject(row.text("hcpcs"), row.text("modifier"))
    period = period_of(row, as_of, store)
    cells = [_cell(cell, row, who, period, store) for cell in _PRICED]
    inputs = {fact.measure: fact for fact in (*cells, *_caps(row, who, period, store))}
    payments = [payment_of(who, setting, inputs, period) for setting in SETTINGS]
    return inputs | {fact.measure: fact for fact in payments}


def _caps(row: Row, who: str, period: Period, store: Store) -> list[Fact]:
    """The RVUs of the outpatient cap, where the row prints any."""
    if not any(row.decimal(cell.column) for cell in _CAPS):
        return []
    return [_cell(cell, row, who, period, store) for cell in _CAPS]


def _cell(cell: _Cited, row: Row, who: str, period: Period, store: Store) -> Fact:
    measure = cell.measure
    if cell.flag:
        flag = row.text(cell.column) == "NA"
        return store.fact(
            measure.id, row, cell.column, unit=measure.unit, subject=who, value=flag, period=period
        )
    if row[cell.column] is None:
        why = "the column is blank for this row."
        if cell.column == "pricing":
            why = "the column is not printed, or blank, in this release."
        return Fact(measure.id, who, Unknown("not_listed", why), measure.unit, period)
    return store.fact(measure.id, row, cell.column, unit=measure.unit, subject=who, period=period)


def amounts_of(
    who: str,
    setting: RateType,
    inputs: Mapping[str, Fact],
    period: Period,
    gpci: Mapping[str, Fact] | None = None,
) -> list[Fact]:
    """Payment, non-participating amount and limiting charge of one row in one setting.

    ``inputs`` are the row's Facts by measure; ``gpci`` the indices of a locality by role, or
    None for the national amount. A row without a Medicare price gives Unknowns that say why.
    """
    payment = payment_of(who, setting, inputs, period, gpci)
    names = [f"pfs.{kind}.{setting}" for kind in ("nonparticipating", "limiting_charge")]
    if isinstance(payment.value, Unknown) and payment.value.reason == "not_priced":
        return [payment, *(replace(payment, measure=name) for name in names)]
    allowed = {"allowed": payment}
    return [
        payment,
        derive("pfs.nonparticipating", names[0], who, allowed, period=period),
        derive("pfs.limiting_charge", names[1], who, allowed, period=period),
    ]


def payment_of(
    who: str,
    setting: RateType,
    inputs: Mapping[str, Fact],
    period: Period,
    gpci: Mapping[str, Fact] | None = None,
) -> Fact:
    """The first of :func:`amounts_of` alone: what Medicare pays for one row in one setting."""
    measure = f"pfs.payment.{setting}"
    roles = {
        "work_rvu": inputs["pfs.work_rvu"],
        "pe_rvu": inputs[f"pfs.pe_rvu.{setting}"],
        "mp_rvu": inputs["pfs.mp_rvu"],
    }
    has_rvus = any(fact.value for fact in roles.values())
    why = why_not_priced(str(inputs["pfs.status"].value), has_rvus=has_rvus)
    if why:
        return Fact(measure, who, Unknown("not_priced", f"{why}."), "USD", period)
    if gpci:
        roles |= gpci
    roles["conversion_factor"] = inputs["pfs.conversion_factor"]
    rule = "pfs.payment"
    cap = f"pfs.opps_cap.pe_rvu.{setting}"
    if cap in inputs:
        rule = "pfs.payable"
        roles |= {"opps_pe": inputs[cap], "opps_mp": inputs["pfs.opps_cap.mp_rvu"]}
    scope = "locality" if gpci else "national"
    return derive(f"{rule}.{scope}", measure, who, roles, period=period)


def period_of(row: Row, as_of: AsOf, store: Store) -> Period:
    """The dates of service that the row's release governs, later corrections applied."""

    def work_out() -> Period:
        among = tuple(p.release for p in store.releases(row.source))
        return effective(store.release_of(row), among, as_of)

    return store.once(("effective", row.source, row.release, as_of), work_out)


def _all_unknown(code: str, why: Unknown, as_of: AsOf, store: Store) -> list[Fact]:
    """Every measure as Unknown for the date, pointing to the newest release that has it."""
    rows = store.history(TABLE, constants=STANDARD, hcpcs=code)
    earlier = [r for r in rows if as_of.knows(store.release_of(r).issued)]
    newest = earlier[-1].release if earlier else ""
    last = {
        (fact.measure, fact.subject): fact
        for row in earlier
        if row.release == newest
        for fact in row_facts(row, as_of, store)
    }
    subjects = list(dict.fromkeys([code, *(who for _, who in last)]))
    stated = []
    for who in subjects:
        for measure in _ALWAYS:
            known = last.get((measure.id, who))
            shown = known if known is not None and known.known else None
            unknown = replace(why, last_known=shown)
            stated.append(Fact(measure.id, who, unknown, measure.unit, None))
    return stated


def _qualifying(row: Row, as_of: AsOf, store: Store) -> list[Fact]:
    """Conversion factor and amounts of qualifying APM participants, from their own file."""
    who = subject(row.text("hcpcs"), row.text("modifier"))
    found = store.look_up(
        TABLE, as_of, constants=QUALIFYING, hcpcs=row.text("hcpcs"), modifier=row.text("modifier")
    )
    if isinstance(found, Unknown):
        why = found
        if as_of.service_date < TWO_FACTORS_FROM:
            why = Unknown("not_covered", "before 2026 Medicare had one conversion factor.")
        return [Fact(m.id, who, why, m.unit, None) for m in _QUALIFYING_MEASURES]
    own = {fact.measure: fact for fact in row_facts(found[0], as_of, store)}
    return [
        replace(own[measure.id.removesuffix(".qp")], measure=measure.id)
        for measure in _QUALIFYING_MEASURES
    ]
