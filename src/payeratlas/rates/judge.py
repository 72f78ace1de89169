"""What is made of each group of posted rows: whose it is, its series, and why it is set aside.

The functions that decide stand in their own modules (``payers``, ``series``, ``rules``); here they
are asked in their order. A file of which a newer issue is on hand is set aside first, whole:
:data:`SUPERSEDED`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import STRICTNESSES, Payer, Series, Strictness
from payeratlas.rates.evidence import Evidence, MedicareOf
from payeratlas.rates.offer import Offer, Providers
from payeratlas.rates.payers import who_is
from payeratlas.rates.percentiles import log_fence
from payeratlas.rates.rows import Group, Member, OfFile, OnHand
from payeratlas.rates.rules import reason, rules
from payeratlas.rates.series import is_facility_list, series_of

SUPERSEDED = "superseded"
KEPT = ""
_FENCED = "log_tukey"


def _no_indicator(code: str, day: date | None) -> str:
    return ""


def _no_evidence(file: OnHand) -> Evidence:
    return Evidence()


@dataclass(frozen=True, slots=True)
class Context:
    """What judgement asks of others: Medicare's amounts, its PC/TC indicator of a code on a day
    (empty where not known), and the evidence of a whole file."""

    medicare: MedicareOf
    pctc: Callable[[str, date | None], str] = _no_indicator
    evidence: Callable[[OnHand], Evidence] = _no_evidence


@dataclass(slots=True)
class Judged:
    """A group with what judgement made of it.

    ``members`` are those who could have a vote: organisations that are known, and remote ones.
    ``reasons`` has the id of the rule that sets it aside at each strictness, or empty text.
    """

    group: Group
    file: OnHand
    payer: Payer
    series: Series | None
    members: tuple[Member, ...]
    superseded: bool = False
    reasons: Mapping[Strictness, str] = field(default_factory=dict)


@cache
def order() -> Mapping[str, int]:
    """The place of each reason in the order in which rows are set aside; kept rows come last."""
    names = [SUPERSEDED, *(rule.id for rule in rules()), KEPT]
    return {name: place for place, name in enumerate(names)}


def judge(code: str, found: Sequence[OfFile], context: Context) -> list[Judged]:
    """Every group of a code, judged; files in the order given, groups by place."""
    judged: list[tuple[Judged, Offer]] = []
    for one in found:
        judged += _of_file(code, one, context)
    fences = _fences(judged)
    for each, offer in judged:
        if each.superseded:
            each.reasons = dict.fromkeys(STRICTNESSES, SUPERSEDED)
        elif each.series is not None and offer.medicare is None:
            each.reasons = {
                level: _fenced(offer, level, first, fences.get((level, each.series)))
                for level, first in each.reasons.items()
            }
    return [each for each, _ in judged]


def payer_of(found: OfFile, payer_name: str, plan_name: str, network_name: str = "") -> Payer:
    """Whose rates the texts of a file name."""
    note, market = found.file.note, found.file.market
    return who_is(
        note.kind, note.publisher, found.state, payer_name, plan_name, network_name, market
    )


def _of_file(code: str, found: OfFile, context: Context) -> list[tuple[Judged, Offer]]:
    file, note = found.file, found.file.note
    evidence = context.evidence(file)
    day = date.fromisoformat(note.day) if note.day else None
    pctc = context.pctc(code, day)
    listed = {
        (group.modifiers, group.billing_class)
        for group in found.groups
        if is_facility_list(tuple(group.places.split()))
    }
    sets: dict[int | None, _Told] = {}
    answers = []
    for group in sorted(found.groups, key=lambda g: (g.place.item, g.place.rate, g.place.price)):
        number = group.provider_set
        if number not in sets:
            sets[number] = _told(() if number is None else found.members.get(number, ()))
        providers, voters, at = sets[number]
        payer = payer_of(found, group.payer_name, group.plan_name, group.network_name)
        offer = Offer(
            code=code,
            code_type=group.code_type,
            kind=group.kind,
            amount=group.amount,
            amount_printed=group.amount_printed,
            arrangement=group.arrangement,
            modifiers=group.modifiers,
            billing_class=group.billing_class,
            setting=group.setting,
            places=tuple(group.places.split()),
            expiration=group.expiration,
            plan_name=group.plan_name,
            publisher_kind=note.kind,
            day=day,
            gross=group.gross,
            providers=providers,
            payer=payer,
            multiplier=(group.payer_name, group.kind) in evidence.multipliers,
        )
        series = series_of(
            offer,
            evidence=evidence.classes,
            facility_list=(group.modifiers, group.billing_class) in listed,
            pctc=pctc,
        )
        if isinstance(series, str):
            offer = replace(offer, unplaced=series)
            judged = Judged(group, file, payer, None, voters, found.superseded)
        else:
            paid = None if day is None else context.medicare(code, series, *at, day)
            known = None if paid is None or isinstance(paid, Unknown) else paid.amount
            offer = replace(offer, series=series, medicare=known)
            judged = Judged(group, file, payer, series, voters, found.superseded)
        judged.reasons = _reasons(offer)
        answers.append((judged, offer))
    return answers


def _reasons(offer: Offer) -> dict[Strictness, str]:
    """At each level; what the strictest keeps, every level keeps."""
    strictest = STRICTNESSES[-1]
    last = reason(offer, strictest)
    if not last:
        return dict.fromkeys(STRICTNESSES, KEPT)
    return {level: reason(offer, level) for level in STRICTNESSES[:-1]} | {strictest: last}


_Told = tuple[Providers, tuple[Member, ...], tuple[str, str]]
"""Of a provider set: who is in it, who of them could vote, and the state and ZIP code of all."""


def _told(members: Sequence[Member]) -> _Told:
    """A set whose members are in several states has no state: what is national stands for it."""
    counts = Counter(one.known for one in members)
    providers = Providers(
        known=counts["known"],
        remote=counts["remote"],
        dangling=counts["dangling"],
        npis=sum(one.npis for one in members),
        bad_npis=sum(one.bad_npis for one in members),
    )
    voters = tuple(one for one in members if one.known != "dangling")
    states = {one.state for one in voters}
    codes = {one.zip for one in voters}
    state = states.pop() if len(states) == 1 else ""
    return providers, voters, (state, codes.pop() if state and len(codes) == 1 else "")


_Fence = tuple[Decimal, Decimal]


def _fences(judged: Sequence[tuple[Judged, Offer]]) -> dict[tuple[Strictness, Series], _Fence]:
    """The log-Tukey bounds of each series at each level, where Medicare has no price.

    Of what earlier rules keep, each amount counts once for each file, family and line: a schedule
    that is repeated for thousands would fence out all others.
    """
    places = order()
    amounts: dict[tuple[Strictness, Series], set[tuple[str, Payer, Decimal]]] = defaultdict(set)
    for each, offer in judged:
        amount = offer.amount
        if each.series is None or each.superseded or offer.medicare is not None:
            continue
        if amount is None or amount <= 0:
            continue
        who = Payer(each.payer.family, "", each.payer.line)
        for level, name in each.reasons.items():
            if places[name] > places[_FENCED]:
                amounts[level, each.series].add((each.file.note.id, who, amount))
    found = {key: log_fence(amount for *_, amount in values) for key, values in amounts.items()}
    return {key: fence for key, fence in found.items() if fence is not None}


def _fenced(offer: Offer, level: Strictness, first: str, fence: _Fence | None) -> str:
    """The reason at a level once the fence is known; an earlier rule's stays."""
    if fence is None or order()[first] < order()[_FENCED]:
        return first
    return reason(replace(offer, fence=fence), level)
