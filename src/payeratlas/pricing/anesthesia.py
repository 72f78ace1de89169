"""What Medicare allows for an anesthesia service.

42 CFR 414.46 (physicians) and 414.60 (nurse anesthetists); Medicare Claims Processing Manual, Pub.
100-04 (MCPM), ch. 12 §50 and §140. The amount is (base units + time units) x the conversion factor
of the locality, rounded once, half up to cents.

Time: one unit for each fifteen minutes, rounded to one decimal (§50, "anesthesia time and
calculation of anesthesia time units"). For whole minutes no time falls on half a tenth, so half up
and half to even agree. An older article of a contractor rounds to two decimals (17 minutes as
1.13 units); the manual's one decimal (1.1) is followed here.

Who gave it: the whole amount for a service personally performed (AA) or by a nurse anesthetist
without medical direction (QZ); half of it each for the physician who directs (QK, QY) and the one
who is directed (QX); three base units for a physician who supervises more than four at once (AD),
and one time unit more where presence at induction is documented.

Base units are those of CMS's file for the year of the service, where one is on hand, or those that
whoever asks gives: given ones go before the file's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from payeratlas.model.amounts import CENT, Percent
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.provenance import Step
from payeratlas.pricing import unchanged
from payeratlas.pricing.caveats import ALLOWED, Caveat
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.line import split_modifiers
from payeratlas.pricing.quote import common_period
from payeratlas.pricing.rules import Rule, Settings, Values, decimal, derive

MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 12"
REFERENCE = f"42 CFR 414.46 and 414.60; {MANUAL} §50 and §140"
FACTOR_REFERENCE = (
    "42 CFR 414.46; CMS anesthesia conversion factor file. Shares as they follow from the file: "
    "CMS prints none in it"
)
MINUTES_PER_UNIT = 15
SUPERVISED = Decimal(3)
"""Base units of a physician who supervises more than four procedures at once."""

_FULL, _HALF = Percent(Decimal(100)), Percent(Decimal(50))
_SHARES: Mapping[str, tuple[Percent, str]] = {
    "AA": (_FULL, "an anesthesiologist performs the service in person"),
    "QZ": (_FULL, "a nurse anesthetist works without medical direction"),
    "QK": (_HALF, "a physician directs two to four at once"),
    "QY": (_HALF, "an anesthesiologist directs one nurse anesthetist"),
    "QX": (_HALF, "a nurse anesthetist or assistant works under medical direction"),
}
PAYMENT_MODIFIERS = (*_SHARES, "AD")
"""Modifiers that say who gave the anesthesia; a line has one of them."""

_TOLD: Mapping[str, str] = {
    "QS": "it says that the anesthesia was monitored care; the amount is unchanged",
    "G8": "it says why the anesthesia was monitored care; the amount is unchanged",
    "G9": "it says why the anesthesia was monitored care; the amount is unchanged",
    "GC": "it says that a resident took part under a teaching physician; the amount is unchanged",
}
UNTIMED = frozenset({"01953", "01995", "01996"})
"""Codes paid without time: an add-on whose time belongs to its primary code, and two whose time
units the manual does not recognise (MCPM ch. 12 §50)."""

MEASURE = Measure(
    "anes.line.allowed",
    "Allowed amount, anesthesia",
    "USD",
    "What Medicare allows for an anesthesia service of so many base units and minutes.",
    "CMS anesthesia conversion factor file (ANES); CMS anesthesia base units, or those given; "
    "minutes as given",
)
MEASURES = (MEASURE,)

BASE_UNITS_GIVEN = Caveat(
    "anesthesia_base_units",
    "The base units are those that were given, not read from a file.",
    f"{MANUAL} §50",
)
BASE_UNITS_DIFFER = Caveat(
    "anesthesia_base_units_differ",
    "CMS's file for the date of service prints other base units than those that were given.",
    f"{MANUAL} §50",
)
PERSONALLY = Caveat(
    "anesthesia_no_modifier",
    "Without a modifier that says who gave the anesthesia, the amount is that of a service "
    "personally performed; a claim needs one.",
    f"{MANUAL} §50",
)
ONE_SERVICE = Caveat(
    "anesthesia_one_service",
    "With several procedures in one session only the anesthesia code with the most base units is "
    "paid, with the time of all of them.",
    f"{MANUAL} §50",
)


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of work, practice expense and malpractice in an anesthesia conversion factor."""

    work: Decimal
    pe: Decimal
    mp: Decimal


def _shares(work: str, pe: str, mp: str) -> Shares:
    return Shares(Decimal(work), Decimal(pe), Decimal(mp))


SHARES: Mapping[int, Shares] = MappingProxyType(
    {
        2020: _shares("0.785", "0.154", "0.061"),
        2021: _shares("0.782", "0.157", "0.061"),
        2022: _shares("0.776", "0.161", "0.063"),
        2023: _shares("0.775", "0.163", "0.062"),
        2024: _shares("0.774", "0.162", "0.064"),
        2025: _shares("0.769", "0.166", "0.065"),
    }
)
"""Shares by calendar year, as they follow from CMS's factors and indices of every locality.

With them the national factor gives every locality's to the cent from 2021 on. Those of 2020 give 88
of 112 to the cent and the other 24 a cent beside it, so that year is made in some other way."""


def time_units(minutes: int) -> Decimal:
    """Minutes of anesthesia as time units, to one decimal: 17 minutes are 1.1, 95 are 6.3."""
    if minutes < 0:
        raise InputError(f"anesthesia cannot take {minutes} minutes.", cure="0 minutes or more")
    tenths = (4 * minutes + 3) // 6  # ten times minutes over fifteen, plus a half, rounded down
    return Decimal(tenths).scaleb(-1)


@dataclass(frozen=True, slots=True)
class AnesthesiaRequest:
    """One anesthesia line to price. Build it with :meth:`parse`, which checks every part.

    ``minutes`` is None for a code that is paid without time. ``base_units`` are those the user
    gives, None where unknown. ``induction`` is whether the supervising physician (AD) can show to
    have been present at induction. ``locality`` is ``MAC-locality``, empty for the nation.
    """

    code: str
    minutes: int | None
    modifiers: tuple[str, ...] = ()
    base_units: int | None = None
    induction: bool = False
    locality: str = ""

    @classmethod
    def parse(
        cls,
        code: str,
        *,
        minutes: int | None = None,
        modifiers: Sequence[str] = (),
        base_units: int | None = None,
        induction: bool = False,
        locality: str = "",
    ) -> AnesthesiaRequest:
        """A request from what a person gave; InputError names the part that cannot be used."""
        if not is_anesthesia(code):
            raise InputError(
                f"{code} is not an anesthesia code.", cure="one of 00100 to 01999, as 00142"
            )
        who = who_gave(modifiers)
        if base_units is not None and base_units < 0:
            raise InputError(f"{base_units} is no number of base units.", cure="0 or more")
        if induction and who != "AD":
            raise InputError(
                "presence at induction counts only for a supervising physician.",
                cure="add modifier AD, or leave the induction out",
            )
        if code in UNTIMED:
            minutes = None
        elif minutes is None and who != "AD":
            raise InputError(
                f"the price of {code} depends on the minutes of anesthesia.",
                cure="the minutes from start to end",
            )
        if minutes is not None:
            time_units(minutes)
        return cls(code, minutes, tuple(modifiers), base_units, induction, locality)

    @property
    def subject(self) -> str:
        """The line as a Fact's subject: ``00142-QK 60 minutes @10212-99``."""
        time = "" if self.minutes is None else f" {self.minutes} minutes"
        place = f" @{self.locality}" if self.locality else ""
        return "-".join((self.code, *self.modifiers)) + time + place


@dataclass(frozen=True, slots=True)
class AnesthesiaQuote:
    """The answer: the allowed amount as a Fact, and what it leaves out."""

    request: AnesthesiaRequest
    allowed: Fact
    caveats: tuple[Caveat, ...] = ()


def is_anesthesia(code: str) -> bool:
    """Whether a code is of the anesthesia section, 00100 to 01999."""
    return len(code) == 5 and code.isascii() and code.isdigit() and "00100" <= code <= "01999"


def who_gave(modifiers: Sequence[str]) -> str:
    """The modifier that says who gave the anesthesia, or empty.

    InputError where there are two of them, or one whose effect on the amount is not known here.
    """
    unchanged.check(modifiers, dict.fromkeys(PAYMENT_MODIFIERS, "") | dict(_TOLD), "an anesthesia")
    found = [m for m in modifiers if m in PAYMENT_MODIFIERS]
    if len(found) > 1:
        raise InputError(
            f"{' and '.join(found)} cannot stand on one line: each says who gave the anesthesia.",
            cure="one of them a line",
        )
    return found[0] if found else ""


def anesthesia_quote(
    request: AnesthesiaRequest, factor: Fact, base_units: Fact | None = None
) -> AnesthesiaQuote:
    """Price an anesthesia line from the conversion factor of its locality (or of the nation).

    ``base_units`` is the Fact of the file on hand, Unknown where none covers the date. Those of the
    request go before it. Without either the amount is Unknown, and points to the last known base
    units; where the file prints none (a zero) it is not priced. A supervised service (AD) needs
    none.
    """
    who = who_gave(request.modifiers)
    inputs = {"conversion_factor": factor}
    settings = {"modifiers": ",".join(request.modifiers)}
    told = [ALLOWED, ONE_SERVICE]
    if who == "AD":
        settings["induction"] = "yes" if request.induction else "no"
    else:
        settings["minutes"] = "none" if request.minutes is None else str(request.minutes)
        if request.base_units is not None:
            settings["base_units"] = str(request.base_units)
            told.append(BASE_UNITS_GIVEN)
            if base_units is not None and base_units.known:
                told += [BASE_UNITS_DIFFER] if base_units.value != request.base_units else []
        elif base_units is not None and base_units.known and base_units.value != 0:
            inputs["base_units"] = base_units
        else:
            why = _no_base_units(request.code, base_units)
            allowed = Fact(MEASURE.id, request.subject, why, MEASURE.unit, factor.period)
            return AnesthesiaQuote(request, allowed)
    if not who:
        told.append(PERSONALLY)
    period = common_period([fact for fact in inputs.values() if fact.known])
    allowed = derive(
        "anes.payment", MEASURE.id, request.subject, inputs, period=period, settings=settings
    )
    return AnesthesiaQuote(request, allowed, tuple(told))


def _no_base_units(code: str, found: Fact | None) -> Unknown:
    """Why a line has no amount for want of base units, and which were the last known."""
    cure = "give them to get an amount."
    if found is None:
        return Unknown("not_covered", f"the base units of {code} are not on hand; {cure}")
    if not isinstance(found.value, Unknown):
        return Unknown(
            "not_priced",
            f"no Medicare price, because CMS's file prints {found.value} base units for {code} and "
            "does not say how it is paid; base units that are given are used.",
        )
    detail = f"the base units of {code} are not known ({found.value.detail.rstrip('.')}); {cure}"
    return Unknown(found.value.reason, detail, found.value.last_known)


def _worked_payment(values: Values, settings: Settings) -> Worked:
    modifiers = split_modifiers(settings)
    who = who_gave(modifiers)
    factor = decimal(values, "conversion_factor")
    if who == "AD":
        worked = _supervised(settings)
    else:
        base = _base_units(values, settings)
        minutes = settings.get("minutes", "")
        if minutes == "none":
            worked = Worked(base, (Step("Base units; no time is paid", str(base), plain(base)),))
        else:
            time = time_units(_count("minutes", minutes))
            with exactly():
                units = base + time
            worked = (
                Worked(time, ())
                .then("Time units, to one decimal", f"{minutes} ÷ {MINUTES_PER_UNIT}", time)
                .then("Base units + time units", f"{plain(base)} + {plain(time)}", units)
            )
    with exactly():
        dollars = worked.exact * factor
    worked = worked.then(
        "Conversion factor", f"{plain(worked.exact)} × {factor}", dollars, REFERENCE
    )
    if who in _SHARES:
        share, why = _SHARES[who]
        with exactly():
            paid = share.of(worked.exact)
        expression = "unchanged" if share == _FULL else f"{plain(worked.exact)} × {share}"
        worked = worked.then(f"Modifier {who}: {why}", expression, paid, REFERENCE)
    return unchanged.told(worked, modifiers, _TOLD, REFERENCE)


def _supervised(settings: Settings) -> Worked:
    label = "Modifier AD: a physician supervises more than four at once"
    worked = Worked(SUPERVISED, ()).then(label, f"{SUPERVISED} base units", SUPERVISED, REFERENCE)
    if settings.get("induction") == "yes":
        with exactly():
            more = SUPERVISED + 1
        worked = worked.then("Present at induction: one time unit", f"{SUPERVISED} + 1", more)
    return worked


def _base_units(values: Values, settings: Settings) -> Decimal:
    """Base units as a cited value, else those of the settings."""
    given = values.get("base_units")
    if isinstance(given, Decimal) or (isinstance(given, int) and not isinstance(given, bool)):
        return Decimal(given)
    return Decimal(_count("base_units", settings.get("base_units", "")))


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InputError(
            f"the rule needs a whole number as '{name}', not {text!r}.", cure="0 or more"
        )
    return int(text)


def exact_factor(national: Decimal, gpci: Values, shares: Shares) -> Decimal:
    """A locality's factor before rounding: national x (shares x indices)."""
    with exactly():
        index = (
            shares.work * decimal(gpci, "work_gpci")
            + shares.pe * decimal(gpci, "pe_gpci")
            + shares.mp * decimal(gpci, "mp_gpci")
        )
        return national * index


def _settled_shares(settings: Settings) -> Shares:
    year = settings.get("year", "")
    if not year.isdigit() or int(year) not in SHARES:
        raise InputError(
            f"the shares of an anesthesia conversion factor are not known for {year or 'no year'}.",
            cure=f"one of {', '.join(map(str, SHARES))}",
        )
    return SHARES[int(year)]


def _factor(values: Values, settings: Settings) -> Decimal:
    """The locality's factor, rounded half up to cents as CMS prints it."""
    exact = exact_factor(decimal(values, "national"), values, _settled_shares(settings))
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def _told_factor(values: Values, settings: Settings) -> tuple[Step, ...]:
    """The steps to the locality's factor."""
    shares, national = _settled_shares(settings), decimal(values, "national")
    indices = [decimal(values, f"{part}_gpci") for part in ("work", "pe", "mp")]
    with exactly():
        parts = (shares.work, shares.pe, shares.mp)
        index = sum((s * i for s, i in zip(parts, indices, strict=True)), Decimal(0))
    terms = " + ".join(f"{s} × {i}" for s, i in zip(parts, indices, strict=True))
    exact = exact_factor(national, values, shares)
    rounded = _factor(values, settings)
    return (
        Step("Geographic index of anesthesia", terms, plain(index), FACTOR_REFERENCE),
        Step("National factor", f"{national} × {plain(index)}", plain(exact)),
        Step("Round half up to cents, once", plain(exact), str(rounded)),
    )


RULES = (
    rule_of("anes.payment", REFERENCE, _worked_payment),
    Rule(
        "anes.conversion_factor",
        "USD per anesthesia unit",
        FACTOR_REFERENCE,
        _factor,
        _told_factor,
    ),
)
