"""Rules: each finds its poison, by its own name, and leaves its neighbour alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.rates.benchmark import STRICTNESSES, Series, Strictness
from payeratlas.rates.offer import Offer, Providers
from payeratlas.rates.rules import PARTS, reason, reasons, rule_of, rules
from payeratlas.rates.series import series_of
from payeratlas.rates.strictness import LIMITS

OUTPATIENT = Series("facility", "outpatient", "", "dollars")
INPATIENT = Series("facility", "inpatient", "", "dollars")

GOOD = Offer(
    code="64640",
    code_type="CPT",
    kind="dollars",
    amount=Decimal("591.14"),
    arrangement="ffs",
    methodology="negotiated",
    billing_class="professional",
    expiration="9999-12-31",
    day=date(2025, 8, 1),
    providers=Providers(known=1, npis=1),
    series=Series("professional", "office", "", "dollars"),
    medicare=Decimal("244.31"),
)


def unplaced(why: str, **changed: Any) -> dict[str, Any]:
    return {"series": None, "unplaced": why, "medicare": None, **changed}


# rule -> what it finds, and what is near to it and is kept by every rule at that level
FOUND: dict[str, list[dict[str, Any]]] = {
    "words_only": [unplaced("words_only", kind="algorithm", amount=None)],
    "no_amount": [{"amount": None, "amount_printed": "N/A"}, {"amount": None}],
    "not_positive": [{"amount": Decimal(0)}, {"amount": Decimal("-3.10")}],
    "placeholder": [
        {"amount": Decimal("0.01")},
        {"amount": Decimal("0.0050")},
        {"amount": Decimal(999999999)},
        {"amount": Decimal("999999999.0000")},
        {"amount": Decimal("99999.99")},
        {"amount": Decimal(99999), "medicare": None},
    ],
    "over_ceiling": [
        {"amount": Decimal(309965058), "series": INPATIENT, "medicare": None},
        {"amount": Decimal("100000000.01")},
    ],
    "expired": [
        {"expiration": "2025-07-31"},
        {"expiration": "2022-8-5"},
        {"expiration": "2024-12-31T00:00:00"},
    ],
    "catch_all_code": [unplaced("catch_all_code", code="CSTM-00")],
    "local_code": [unplaced("local_code", code_type="LOCAL")],
    "not_fee_for_service": [unplaced("not_fee_for_service", arrangement="bundle")],
    "derived_amount": [unplaced("derived_amount", kind="derived")],
    "other_modifier": [unplaced("other_modifier", modifiers="50")],
    "modifier_not_applicable": [unplaced("modifier_not_applicable", modifiers="TC")],
    "no_provider": [{"providers": Providers()}],
    "dangling_reference": [{"providers": Providers(dangling=1)}],
    "multiplier_as_dollars": [
        {"amount": Decimal("0.22"), "multiplier": True},
        {"amount": Decimal("1.01"), "multiplier": True},
        {"amount": Decimal("16.13"), "multiplier": True, "medicare": None},
    ],
    "fraction_as_percentage": [
        {"kind": "percentage", "amount": Decimal("0.65"), "medicare": None},
    ],
    "provider_not_on_hand": [
        {"providers": Providers(remote=370)},
        {"providers": Providers(remote=1, dangling=1)},
    ],
    "npi_check_digit": [{"providers": Providers(known=1, bad_npis=2)}],
    "mid_level_practitioner": [
        {"plan_name": "PPO_Professional_MLP"},
        {"plan_name": "Commercial mid-level"},
        {"plan_name": "HMO NP/PA"},
    ],
    "anesthesia_unit": [{"code": "01992", "medicare": None}],
    "unlikely_specialty": [{"billed": False}],
    "out_of_bounds": [
        {"amount": Decimal("4.22"), "medicare": Decimal("92.47")},
        {"amount": Decimal("0.22")},
        {"amount": Decimal("24.43")},
        {"amount": Decimal("2443.11")},
    ],
    "log_tukey": [
        {"medicare": None, "fence": (Decimal(20), Decimal(400))},
        {"medicare": None, "fence": (Decimal(600), Decimal(800))},
    ],
    "above_gross": [{"gross": Decimal("591.13"), "publisher_kind": "hospital"}],
}
KEPT: dict[str, list[dict[str, Any]]] = {
    "placeholder": [
        {"amount": Decimal("0.02"), "medicare": Decimal("0.02")},
        {"amount": Decimal("9999"), "medicare": Decimal(5000)},
        {"amount": Decimal("99999.50"), "medicare": Decimal(50000)},
        {"amount": Decimal("99998.99"), "medicare": Decimal(50000)},
    ],
    "over_ceiling": [{"amount": Decimal(100_000_000), "medicare": None}],
    "expired": [
        {"expiration": "2025-08-01"},
        {"expiration": "9999-12-31"},
        {"expiration": ""},
        {"expiration": "31.12.2022"},
        {"expiration": "2022-13-45"},
        {"expiration": "2022-12-31", "day": None},
    ],
    "no_provider": [{"providers": Providers(known=1)}],
    "dangling_reference": [{"providers": Providers(known=1, dangling=1)}],
    "provider_not_on_hand": [{"providers": Providers(known=1, remote=1)}],
    "npi_check_digit": [{"providers": Providers(known=1, npis=1, bad_npis=5)}],
    "fraction_as_percentage": [
        {"kind": "percentage", "amount": Decimal("40.5"), "medicare": None},
        {"amount": Decimal("0.65"), "medicare": Decimal("0.80")},
    ],
    "mid_level_practitioner": [{"plan_name": "PPO_Professional_MD"}, {"plan_name": "Milpitas"}],
    "unlikely_specialty": [{"billed": True}, {"billed": None}],
    "out_of_bounds": [
        {"amount": Decimal("24.431")},
        {"amount": Decimal("2443.10")},
        {"amount": Decimal("8.12"), "medicare": Decimal("10.56")},
        {"amount": Decimal("3.00"), "medicare": Decimal("8.83")},
        {"amount": Decimal(90_000), "medicare": None},
    ],
    "log_tukey": [
        {"medicare": None, "fence": (Decimal("591.14"), Decimal(800))},
        {"medicare": None, "fence": (Decimal(20), Decimal("591.14"))},
        {"fence": (Decimal(20), Decimal(400))},
    ],
    "above_gross": [
        {"gross": Decimal("591.14")},
        {"gross": None},
        {"gross": Decimal(5), "kind": "percentage", "amount": Decimal("65"), "medicare": None},
    ],
}


def cases(table: dict[str, list[dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return [(rule, changes) for rule, found in table.items() for changes in found]


def test_a_sound_rate_is_kept_at_every_level() -> None:
    assert reasons(GOOD) == dict.fromkeys(STRICTNESSES, "")


@pytest.mark.parametrize(("rule", "changes"), cases(FOUND))
def test_poison_is_found_by_its_own_rule(rule: str, changes: dict[str, Any]) -> None:
    offer = replace(GOOD, **changes)
    level = rule_of(rule).since if rule != "out_of_bounds" else "balanced"
    assert reason(offer, level) == rule
    assert rule_of(rule).finds(offer, LIMITS[level])


@pytest.mark.parametrize(("rule", "changes"), cases(KEPT))
def test_what_is_near_to_it_is_kept(rule: str, changes: dict[str, Any]) -> None:
    offer = replace(GOOD, **changes)
    assert reason(offer, rule_of(rule).since) == ""
    assert not rule_of(rule).finds(offer, LIMITS["balanced"])


def test_every_rule_has_a_case() -> None:
    assert set(FOUND) == {rule.id for rule in rules()}


def test_rules_have_one_place_each_and_say_what_they_are() -> None:
    orders = [rule.order for rule in rules()]
    assert orders == sorted(set(orders))
    for rule in rules():
        assert tuple(name for name, _ in rule.parts) == PARTS, rule.id
        assert all(len(text) >= 8 for _, text in rule.parts), rule.id
        assert rule.title.endswith("."), rule.id


def test_the_mildest_level_drops_only_what_is_no_price() -> None:
    milder = {rule.id for rule in rules() if rule.since == "minimum"}
    assert "unlikely_specialty" not in milder
    assert "provider_not_on_hand" not in milder
    assert reason(replace(GOOD, amount=Decimal("4.22")), "minimum") == ""
    assert reason(replace(GOOD, amount=Decimal("0.22")), "minimum") == "out_of_bounds"


@pytest.mark.parametrize(
    ("amount", "series", "expected"),
    [
        ("120.00", GOOD.series, ("", "", "out_of_bounds")),
        ("122.16", GOOD.series, ("", "", "")),
        ("200.00", INPATIENT, ("", "", "out_of_bounds")),
        ("200.00", OUTPATIENT, ("", "", "")),
        ("2500.00", OUTPATIENT, ("", "out_of_bounds", "out_of_bounds")),
    ],
)
def test_bounds_of_the_three_levels(
    amount: str, series: Series, expected: tuple[str, str, str]
) -> None:
    offer = replace(GOOD, amount=Decimal(amount), series=series)
    assert tuple(reasons(offer).values()) == expected


def test_kinds_that_medicare_cannot_judge_are_not_judged_by_it() -> None:
    for kind in ("per_diem", "percentage"):
        series = replace(OUTPATIENT, kind=kind)  # type: ignore[arg-type]
        offer = replace(GOOD, kind=kind, series=series, amount=Decimal(60))  # type: ignore[arg-type]
        assert reason(replace(offer, medicare=Decimal(9000))) == ""


amounts = st.decimals(min_value=-1, max_value=10**9, places=2)
texts = st.sampled_from(["", "26", "TC", "50", "360", "LT RT"])


@given(
    amount=st.none() | amounts,
    medicare=st.none() | st.decimals(min_value="0.01", max_value=10**6, places=2),
    modifiers=texts,
    known=st.integers(0, 2),
    remote=st.integers(0, 2),
    bad=st.integers(0, 2),
    plan=st.sampled_from(["", "PPO_Professional_MLP", "PPO_Inpatient"]),
    code=st.sampled_from(["64640", "01992", "CSTM-00"]),
    kind=st.sampled_from(["dollars", "percentage", "per_diem", "case", "derived", "algorithm"]),
    gross=st.none() | amounts,
)
def test_a_stricter_level_drops_all_that_a_milder_one_drops(
    amount: Decimal | None,
    medicare: Decimal | None,
    modifiers: str,
    known: int,
    remote: int,
    bad: int,
    plan: str,
    code: str,
    kind: Any,
    gross: Decimal | None,
) -> None:
    offer = Offer(
        code=code,
        kind=kind,
        amount=amount,
        arrangement="ffs",
        modifiers=modifiers,
        plan_name=plan,
        providers=Providers(known=known, remote=remote, bad_npis=bad),
        gross=gross,
        medicare=medicare,
    )
    found = series_of(offer)
    if isinstance(found, str):
        offer = replace(offer, unplaced=found)
    else:
        offer = replace(offer, series=found)
    dropped = [bool(why) for why in reasons(offer).values()]
    assert dropped == sorted(dropped)
    if isinstance(found, str):
        assert all(dropped), "what has no series is in no benchmark"
    if offer.series is None:
        assert reason(offer) != ""


def test_an_offer_without_a_series_is_set_aside_by_the_reason_it_was_given() -> None:
    """At every level, and before any rule that would ask for its series."""
    reasons_of_series = {
        series_of(replace(GOOD, **changes), pctc="0")
        for changes in (
            {"kind": "algorithm"},
            {"code": "CSTM-00"},
            {"code_type": "LOCAL"},
            {"arrangement": "capitation"},
            {"kind": "derived"},
            {"modifiers": "80"},
            {"modifiers": "26"},
        )
    }
    for why in reasons_of_series:
        assert isinstance(why, str)
        kind = "algorithm" if why == "words_only" else "dollars"
        offer = replace(GOOD, kind=kind, series=None, unplaced=why)  # type: ignore[arg-type]
        for level in STRICTNESSES:
            assert reason(offer, level) == why


def test_levels_are_in_order() -> None:
    levels: tuple[Strictness, ...] = ("minimum", "balanced", "maximum")
    assert levels == STRICTNESSES
    for milder, stricter in pairwise(levels):
        for series in (OUTPATIENT, INPATIENT):
            wide, narrow = LIMITS[milder].of(series), LIMITS[stricter].of(series)
            assert wide[0] <= narrow[0] < narrow[1] <= wide[1]
