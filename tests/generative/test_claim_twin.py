"""Random claims, judged by a slow twin that tries every order instead of ranking.

The twin works in fractions on the rows as they are, knows nothing of the code under test, and
finds what is paid in full by trying: ranking by amount is the assignment of shares that pays most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_facts import amounts, cents, claim, row, rows_of, whole
from payeratlas.model.amounts import Money
from payeratlas.pricing.claim import ClaimRequest
from payeratlas.pricing.quote import quote
from pricing_facts import AS_OF

Amount = Fraction | None
Assigned = dict[int, Amount]
GPCI = {"work_gpci": Decimal("1.007"), "pe_gpci": Decimal("0.915"), "mp_gpci": Decimal("1.049")}
SHARES = (Fraction(1), *[Fraction(1, 2)] * 4)

DOLLARS = st.decimals("1.00", "999.99", places=2)
FACTOR = Decimal("32.3465")


def said(amount: Amount) -> str:
    """Half up to cents by whole numbers."""
    if amount is None:
        return "not_priced"
    return str(Money(Decimal(floor(amount * 100 + Fraction(1, 2))).scaleb(-2)).amount)


def fee(cells: Mapping[str, object], at: Mapping[str, Decimal] | None) -> Fraction:
    """One unit of a row in an office, without the cap."""
    weights = [at[f"{part}_gpci"] if at else Decimal(1) for part in ("work", "pe", "mp")]
    rvus = [cells["work_rvu"], cells["pe_rvu_nonfacility"], cells["mp_rvu"]]
    parts = zip(rvus, weights, strict=True)
    return sum(Fraction(r) * Fraction(w) for r, w in parts) * Fraction(cells["conversion_factor"])


# --- surgery and endoscopies -------------------------------------------------------------------

BASES = {"43235": "43200", "45378": "45300"}
SIDED = {"0": Fraction(1), "1": Fraction(3, 2), "2": Fraction(1), "3": Fraction(2)}
SURGERIES = ("64640", "64450", "20610", "27447")
SCOPES = {"43239": "43235", "43247": "43235", "43248": "43235", "45380": "45378", "45385": "45378"}


@st.composite
def surgical_tables(draw: st.DrawFn) -> dict:
    table = {}
    for code in (*SURGERIES, *SCOPES, "43235", "45378"):
        more = {"bilateral": draw(st.sampled_from("0123")), "conversion_factor": FACTOR}
        if code in SCOPES:
            more |= {"multiple_procedure": "3", "endo_base": SCOPES[code]}
        rvus = [draw(st.decimals("0.05", "19.99", places=2)) for _ in range(3)]
        table[code, ""] = row(*map(str, rvus), **more)
    return table


@st.composite
def surgical_lines(draw: st.DrawFn) -> list[str]:
    codes = draw(st.lists(st.sampled_from((*SURGERIES, *SCOPES, "43235", "45378")),
                          min_size=1, max_size=5, unique=True))  # fmt: skip
    lines = []
    for code in codes:
        marks = draw(st.sampled_from(("", "", "-50", "-51", "-79", "-LT")))
        units = draw(st.sampled_from((1, 1, 1, 2)))
        lines.append(f"{code}{marks}" + (f"x{units}" if units > 1 else ""))
    return lines


def twin_of_surgery(table: dict, lines: Sequence[str], at: Mapping | None) -> list[Assigned]:
    """Every assignment that pays most, as what each line (from 0) is paid."""
    singles: list[tuple[int, Fraction]] = []
    scopes: dict[str, list[tuple[int, Fraction, Fraction]]] = {}
    billed_bases: list[tuple[str, int, Fraction]] = []
    for number, line in enumerate(lines):
        name, _, units = line.partition("x")
        code, *marks = name.split("-")
        cells = table[code, ""]
        amount = fee(cells, at) * (SIDED[cells["bilateral"]] if "50" in marks else 1)
        for _ in range(int(units or 1)):
            if code in SCOPES:
                base = table[SCOPES[code], ""]
                of_base = fee(base, at) * (SIDED[base["bilateral"]] if "50" in marks else 1)
                scopes.setdefault(SCOPES[code], []).append((number, amount, of_base))
            elif code in SCOPES.values():
                billed_bases.append((code, number, amount))
            else:
                singles.append((number, amount))
    blocks: list[list[list[tuple[int, Fraction]]]] = [[[one]] for one in singles]
    for code, number, amount in billed_bases:
        if code not in scopes:
            blocks.append([[(number, amount)]])
    for members in scopes.values():
        top = max(amount for _, amount, _ in members)
        ways = []
        for index, (number, amount, _) in enumerate(members):
            if amount == top:
                others = [m for i, m in enumerate(members) if i != index]
                ways.append(
                    [(number, amount), *((n, max(a - b, Fraction(0))) for n, a, b in others)]
                )
        blocks.append(ways)
    return best(blocks, len(lines))


def best(blocks: list[list[list[tuple[int, Fraction]]]], count: int) -> list[Assigned]:
    """Try every order of blocks and every way within a block; keep what pays most."""
    found: list[tuple[Fraction, Assigned]] = []
    for ways in every_way(blocks):
        for order in permutations(ways):
            paid: Assigned = {}
            total = Fraction(0)
            for rank, block in enumerate(order):
                share = SHARES[rank] if rank < len(SHARES) else None
                for number, amount in block:
                    if share is None:
                        paid[number] = None
                    elif paid.get(number, Fraction(0)) is not None:
                        paid[number] = paid.get(number, Fraction(0)) + share * amount
                    total += (share or 0) * amount
            found.append((total, {n: paid.get(n, Fraction(0)) for n in range(count)}))
    most = max(total for total, _ in found)
    return [paid for total, paid in found if total == most]


def every_way(blocks: list) -> Iterator[list]:
    if not blocks:
        yield []
        return
    for way in blocks[0]:
        for rest in every_way(blocks[1:]):
            yield [way, *rest]


def paid_or_part(answer: object) -> list[str]:
    """Line amounts; nothing is paid on a line that is part of another."""
    return ["0.00" if a.startswith("part of") else a for a in amounts(answer)]  # type: ignore[arg-type]


@settings(deadline=None, max_examples=150)
@given(surgical_tables(), surgical_lines(), st.booleans())
def test_surgeries_and_endoscopies(table: dict, lines: list[str], local: bool) -> None:
    units = sum(int(line.partition("x")[2] or 1) for line in lines)
    if units > 6:
        lines = lines[:3]
    at = GPCI if local else None
    answer = claim(table, *lines, gpci=GPCI, locality="15202-00" if local else None)
    expected = [[said(paid[n]) for n in range(len(lines))]
                for paid in twin_of_surgery(table, lines, at)]  # fmt: skip
    assert paid_or_part(answer) in expected


# --- therapy -----------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.decimals("0.01", "2.00", places=2)] * 3, st.integers(1, 4)),
             min_size=1, max_size=5),
    st.booleans(),
)  # fmt: skip
def test_therapy_units(given_lines: list, local: bool) -> None:
    at = GPCI if local else None
    table, lines, units = {}, [], []
    for number, (work, pe, mp, count) in enumerate(given_lines):
        code = f"9711{number}"
        cells = row(str(work), str(pe), str(mp), multiple_procedure="5", pctc="7",
                    conversion_factor=FACTOR)  # fmt: skip
        table[code, ""] = cells
        lines.append(f"{code}x{count}")
        half = {**cells, "pe_rvu_nonfacility": Fraction(pe) / 2}
        units += [(number, fee(cells, at), fee(half, at))] * count
    sums = []
    for chosen in range(len(units)):  # try each unit as the one paid in full
        paid = dict.fromkeys(range(len(lines)), Fraction(0))
        for index, (number, full, reduced) in enumerate(units):
            paid[number] += full if index == chosen else reduced
        sums.append((sum(paid.values()), paid))
    most = max(total for total, _ in sums)
    expected = [[said(p[n]) for n in range(len(lines))] for total, p in sums if total == most]
    answer = claim(table, *lines, gpci=GPCI, locality="15202-00" if local else None)
    assert amounts(answer) in expected


# --- tests by component ------------------------------------------------------------------------

LOSS = {"4": Fraction(1, 2), "6": Fraction(3, 4), "7": Fraction(4, 5)}


@settings(deadline=None)
@given(
    st.sampled_from("467"),
    st.lists(
        st.tuples(DOLLARS, DOLLARS, st.one_of(st.just(Decimal("0.00")), DOLLARS),
                  st.sampled_from(("", "-26", "-TC")), st.integers(1, 2)),
        min_size=1, max_size=5, unique_by=(lambda t: t[0], lambda t: t[1]),
    ),
)  # fmt: skip
def test_components(kind: str, given_lines: list) -> None:
    table, lines = {}, []
    technical: list[Fraction] = []
    professional: list[Fraction] = []
    for number, (pc, tc, cap, marks, count) in enumerate(given_lines):
        code = f"7000{number}"
        table |= whole(code, str(pc), str(tc), cap=str(cap), multiple_procedure=kind)
        lines.append(f"{code}{marks}" + (f"x{count}" if count > 1 else ""))
        technical += [Fraction(tc)] * (count if marks != "-26" else 0)
        professional += [Fraction(pc)] * (count if marks != "-TC" else 0)
    top_tc, top_pc = max(technical, default=None), max(professional, default=None)
    expected = []
    for pc, tc, cap, marks, count in given_lines:
        paid = Fraction(0)
        for unit in range(count):
            if marks != "-26":
                first = Fraction(tc) == top_tc and unit == 0
                reduced = Fraction(tc) * (1 if first else LOSS[kind])
                paid += min(reduced, Fraction(cap)) if cap else reduced
            if marks != "-TC":
                first = Fraction(pc) == top_pc and unit == 0
                paid += Fraction(pc) * (1 if first or kind != "4" else Fraction(95, 100))
        expected.append(said(paid))
    assert amounts(claim(table, *lines)) == expected


# --- what holds for any claim ------------------------------------------------------------------

MIXED = {
    ("64640", ""): row("1.98", "5.26", "0.21", conversion_factor=FACTOR),
    ("64450", ""): row("0.75", "1.40", "0.07", conversion_factor=FACTOR),
    ("20610", ""): row("0.79", "1.04", "0.13", conversion_factor=FACTOR),
    ("43235", ""): row("2.09", "6.18", "0.27", bilateral="0", conversion_factor=FACTOR),
    ("43239", ""): row("2.39", "8.36", "0.29", bilateral="0", multiple_procedure="3",
                       endo_base="43235", conversion_factor=FACTOR),
    ("43247", ""): row("3.11", "7.82", "0.40", bilateral="0", multiple_procedure="3",
                       endo_base="43235", conversion_factor=FACTOR),
    ("97110", ""): row("0.45", "0.43", "0.01", multiple_procedure="5", pctc="7",
                       bilateral="0", conversion_factor=FACTOR),
    ("97140", ""): row("0.43", "0.40", "0.01", multiple_procedure="5", pctc="7",
                       bilateral="0", conversion_factor=FACTOR),
    ("99213", ""): row("1.30", "1.35", "0.10", multiple_procedure="0", conversion_factor=FACTOR),
    ("64493", ""): row("1.52", "3.79", "0.13", multiple_procedure="0", conversion_factor=FACTOR),
    **whole("70450", "38.81", "66.31", cap="60.00"),
    **whole("71250", "49.16", "81.83"),
    **whole("93306", "65.33", "122.59", multiple_procedure="6"),
}  # fmt: skip
LINES = st.lists(
    st.builds(
        lambda code, marks, units: f"{code}{marks}" + (f"x{units}" if units > 1 else ""),
        st.sampled_from(sorted({code for code, _ in MIXED})),
        st.sampled_from(("", "", "-50", "-LT", "-RT", "-59", "-51", "-78", "-RT-59")),
        st.sampled_from((1, 1, 1, 2, 3)),
    ),
    min_size=1,
    max_size=6,
)


def by_name(answer: object) -> list[tuple[str, str]]:
    lines = zip(answer.lines, amounts(answer), strict=True)  # type: ignore[attr-defined]
    return sorted((x.request.subject, "part" if a.startswith("part") else a) for x, a in lines)


@settings(deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines: list[str], shuffle: object) -> None:
    answer = claim(MIXED, *lines)
    turned = list(lines)
    shuffle.shuffle(turned)  # type: ignore[attr-defined]
    again = claim(MIXED, *turned)
    assert by_name(again) == by_name(answer)
    assert cents(again.allowed) == cents(answer.allowed)
    assert cents(again.priced) == cents(answer.priced)


@settings(deadline=None)
@given(LINES)
def test_together_is_never_more_than_one_by_one(lines: list[str]) -> None:
    answer = claim(MIXED, *lines)
    alone = [line.quote.allowed.value for line in answer.lines if line.quote.allowed.known]
    for paid in (answer.allowed, answer.priced, answer.at_least):
        if paid is not None and isinstance(paid.value, Money):
            assert paid.value.amount <= sum(money.amount for money in alone)  # type: ignore[union-attr]
    if answer.at_least is not None and isinstance(answer.at_least.value, Money):
        assert not answer.allowed.known


@settings(deadline=None)
@given(LINES)
def test_the_total_is_the_sum_of_the_lines(lines: list[str]) -> None:
    answer = claim(MIXED, *lines)
    paid = [line.allowed.value for line in answer.lines if not line.included]
    if all(isinstance(value, Money) for value in paid):
        total = sum(value.amount for value in paid)  # type: ignore[union-attr]
        assert cents(answer.allowed) == str(total)
        assert answer.priced is None
    else:
        assert not answer.allowed.known


@pytest.mark.parametrize("code", sorted({code for code, _ in MIXED}))
@pytest.mark.parametrize("marks", ["", "-50", "-LT", "-59", "-78"])
def test_one_line_by_itself_is_the_line_rules_own_amount(code: str, marks: str) -> None:
    request = ClaimRequest.parse([f"{code}{marks}"], as_of=AS_OF, place="11")
    rows = rows_of(MIXED, request)(code)
    assert isinstance(rows, dict)
    answer = claim(MIXED, f"{code}{marks}")
    alone = quote(request.lines[0], rows[""])
    assert answer.lines[0].allowed == alone.allowed
    assert cents(answer.allowed) == cents(alone.allowed)
    assert answer.lines[0].ranks is None


@settings(deadline=None)
@given(st.integers(1, 12), st.sampled_from(("97110", "97140")))
def test_units_of_one_therapy_code_are_what_the_line_rule_says(units: int, code: str) -> None:
    line = claim(MIXED, f"{code}x{units}").lines[0]
    assert cents(line.allowed) == cents(line.quote.allowed)
