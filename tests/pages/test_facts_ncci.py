"""Facts of edits, add-ons and RBCS: counted, cited, counted again, and Unknown with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from filekit import a_file
from nccikit import CMS_PTP, PTP, ncci_store, publish, sample
from payeratlas.model.errors import InputError, StoreError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.edits import Order, alike, edits_of
from payeratlas.pages.facts import addon, facts_of, pos, ptp, rbcs
from payeratlas.pages.facts.rules import rerun, table_rules
from payeratlas.rates.figures import BASIS_RULE, CELL_RULE
from payeratlas.store import Store
from storekit import own_store

IN_FORCE = AsOf(date(2024, 7, 15))
LATER = AsOf(date(2025, 10, 15))
COVERED = Period(date(2024, 7, 1), date(2024, 10, 1))
CODES = ("64640", "46505", "64450", "99213", "88108", "99999")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return ncci_store(tmp_path_factory.mktemp("ncci"))


def by_measure(facts: list[Fact]) -> dict[str, Fact]:
    return {fact.measure: fact for fact in facts}


def counts(code: str, store: Store, as_of: AsOf = IN_FORCE) -> dict[str, object]:
    return {
        measure.removeprefix("ncci.ptp.").removesuffix(".count"): fact.value
        for measure, fact in by_measure(ptp.facts(code, as_of, store)).items()
    }


def unknown(fact: Fact) -> Unknown:
    assert isinstance(fact.value, Unknown)
    return fact.value


def test_edits_are_counted_by_service_and_column(store: Store) -> None:
    assert counts("64640", store) == {
        "practitioner.column1": 6,
        "practitioner.column2": 1,
        "hospital.column1": 5,
        "hospital.column2": 1,
    }
    assert counts("99213", store)["practitioner.column2"] == 2, "those that ended do not count"
    assert set(counts("88108", store).values()) == {0}, "withdrawn edits never were in effect"
    assert set(counts("99999", store).values()) == {0}


def test_a_count_shows_its_steps_and_its_first_edit(store: Store) -> None:
    fact = by_measure(ptp.facts("64640", IN_FORCE, store))["ncci.ptp.practitioner.column1.count"]
    assert isinstance(fact.basis, Derivation)
    assert [step.result for step in fact.basis.steps] == ["2", "4"]
    ((role, first),) = fact.basis.inputs
    assert (role, first.subject, first.value) == ("first", "64640/20552", "20552")
    assert isinstance(first.basis, Citation)
    assert store.reopen(first.basis).text == "20552"
    assert fact.period == COVERED
    assert dict(fact.basis.settings)["day"] == "2024-07-15"


def test_every_derivation_gives_its_value_again(store: Store) -> None:
    run = 0
    for code in (*CODES, "64634"):
        for fact in facts_of(code, IN_FORCE, store):
            if isinstance(fact.basis, Derivation) and fact.basis.rule in table_rules():
                values = {
                    role: given.value
                    for role, given in fact.basis.inputs
                    if not isinstance(given.value, Unknown)
                }
                again = rerun(fact.basis.rule, values, dict(fact.basis.settings), store)
                assert again == fact.value
                run += 1
    assert run >= 4 * len(CODES)


def test_edits_that_mean_the_same_are_counted_again_as_such(store: Store) -> None:
    edits = edits_of("64640", "column1", IN_FORCE, store)
    assert not isinstance(edits, Unknown)
    groups = alike(edits, IN_FORCE)
    assert sum(len(group.edits) for group in groups) == len(edits) == 6
    for group in groups:
        fact = ptp.part_count(group.edits, "column1", IN_FORCE, store)
        assert fact.value == len(group.edits)
        assert isinstance(fact.basis, Derivation)
        settings = dict(fact.basis.settings)
        assert rerun(fact.basis.rule, {}, settings, store) == fact.value
        assert rerun(fact.basis.rule, {}, settings | {"rationale": "none such"}, store) == 0
        (release, indicator) = (settings["release"], settings["modifier_indicator"])
        assert release == "ptp2024q3"
        assert {row.text("modifier_indicator") for row in group.edits} == {indicator}


def test_edits_of_a_date_without_a_list_are_unknown(store: Store) -> None:
    assert isinstance(edits_of("64640", "column1", LATER, store), Unknown)


def test_only_edits_in_effect_are_edits_of_the_date(store: Store) -> None:
    assert edits_of("88108", "column1", IN_FORCE, store) == []
    denied = edits_of("99213", "column2", IN_FORCE, store)
    assert not isinstance(denied, Unknown)
    assert len(denied) == 2


def test_a_few_of_each_kind_before_more_of_one(store: Store) -> None:
    edits = edits_of("64640", "column1", IN_FORCE, store)
    assert not isinstance(edits, Unknown)
    order = Order("64640", IN_FORCE, store)
    in_order = order.ordered(reversed(edits), "column1")
    assert in_order == order.ordered(edits, "column1")
    assert order.foremost(in_order, "column1", most=99, each=1) == in_order
    one_each = order.foremost(in_order, "column1", most=3, each=1)
    assert [row.text("column2") for row in one_each] == ["99213", "64450", "20552"]
    assert order.foremost(in_order, "column1", most=2, each=9) == in_order[:2]


def test_a_count_of_other_tables_does_not_hold(store: Store, tmp_path: Path) -> None:
    fact = ptp.facts("64640", IN_FORCE, store)[0]
    assert isinstance(fact.basis, Derivation)
    settings = dict(fact.basis.settings)
    with pytest.raises(StoreError, match="not on hand"):
        ptp.recount({}, settings, own_store(tmp_path / "empty"))
    other = ncci_store(tmp_path / "other")
    (file, hospital) = sample("ncci_ptp", *PTP)
    fewer = file.data.replace(b'"64640","20552"', b'"64640","20551"')
    publish(other, "ncci_ptp", [a_file(file.artifact.name, fewer), hospital])
    with pytest.raises(StoreError, match="not those that were counted"):
        ptp.recount({}, settings, other)
    with pytest.raises(InputError, match="cannot be run again"):
        ptp.recount({}, {}, store)
    with pytest.raises(StoreError, match="column9"):
        ptp.recount({}, settings | {"column": "column9"}, store)


def test_rules_of_pricing_are_behind_the_same_door(store: Store) -> None:
    assert set(table_rules()) == {ptp.RULE, addon.RULE, pos.RULE, CELL_RULE, BASIS_RULE}
    with pytest.raises(InputError, match="there is no rule 'nothing'"):
        rerun("nothing", {}, {}, store)


def test_all_codes_at_once_give_the_same_counts(tmp_path: Path) -> None:
    one_by_one, at_once = ncci_store(tmp_path), ncci_store(tmp_path)
    ptp.load(IN_FORCE, at_once)
    for code in CODES:
        assert ptp.facts(code, IN_FORCE, at_once) == ptp.facts(code, IN_FORCE, one_by_one)


def test_a_date_no_release_covers_shows_the_last_count(store: Store) -> None:
    found = by_measure(ptp.facts("64640", LATER, store))
    value = unknown(found["ncci.ptp.practitioner.column1.count"])
    assert value.reason == "not_covered"
    assert value.last_known is not None
    assert value.last_known.value == 6
    before = AsOf(LATER.service_date, date(2024, 6, 1))
    assert unknown(ptp.facts("64640", before, store)[0]).last_known is None


def test_an_excerpt_cannot_be_counted(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    publish(store, "ncci_ptp", sample("ncci_ptp", *PTP), whole=False)
    value = unknown(ptp.facts("64640", IN_FORCE, store)[0])
    assert value.reason == "not_covered"
    assert "excerpt" in value.detail
    assert unknown(ptp.facts("64640", LATER, store)[0]).last_known is None


def test_a_count_holds_until_an_edit_begins_or_ends(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    (file,) = sample("ncci_ptp", CMS_PTP)
    data = file.data.replace(b"0030U\t\t20180701\t*", b"0030U\t\t20180701\t20260815")
    data += b"0001U\t0031U\t\t20260901\t*\t0\tMutually exclusive procedures\n"
    publish(store, "ncci_ptp", [a_file(CMS_PTP, data)])

    def at(day: str) -> tuple[object, Period | None]:
        fact = ptp.facts("0001U", AsOf(date.fromisoformat(day)), store)[0]
        return fact.value, fact.period

    july, gap = date(2026, 7, 1), date(2026, 8, 16)
    assert at("2026-08-15") == (1, Period(july, gap))
    assert at("2026-08-16") == (0, Period(gap, date(2026, 9, 1)))
    assert at("2026-09-01") == (1, Period(date(2026, 9, 1), date(2026, 10, 1)))
    hospital = by_measure(ptp.facts("0001U", AsOf(july), store))["ncci.ptp.hospital.column1.count"]
    assert unknown(hospital).reason == "not_covered"


def test_an_add_on_names_its_primary_code(store: Store) -> None:
    found = by_measure(addon.facts("64634", IN_FORCE, store))
    assert found["addon.primary"].value == "64633"
    assert found["addon.type"].value == "1"
    assert isinstance(found["addon.primary"].basis, Citation)
    assert found["addon.primary"].period == COVERED
    assert by_measure(addon.facts("0054T", IN_FORCE, store))["addon.primary"].value == "CCCCC"


def test_several_primary_codes_are_listed_together(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    (file,) = sample("ncci_addon", "northstar_ncci_aoc_2024q3.csv")
    more = file.data + b'"64640","64634",1\n'
    publish(store, "ncci_addon", [a_file(file.artifact.name, more)])
    fact = addon.facts("64634", IN_FORCE, store)[0]
    assert fact.value == "64633, 64640"
    assert isinstance(fact.basis, Derivation)
    assert [given.subject for _, given in fact.basis.inputs] == ["64634/64633", "64634/64640"]


def test_a_code_that_is_no_add_on_says_so_and_a_later_date_shows_the_last(store: Store) -> None:
    value = unknown(addon.facts("64640", IN_FORCE, store)[0])
    assert value.reason == "not_listed"
    assert "no add-on" in value.detail
    later = unknown(addon.facts("64634", LATER, store)[0])
    assert later.reason == "not_covered"
    assert later.last_known is not None
    assert later.last_known.value == "64633"
    assert unknown(addon.facts("64640", LATER, store)[0]).last_known is None


def test_64640_in_the_classification(store: Store) -> None:
    found = {
        measure: fact.value
        for measure, fact in by_measure(rbcs.facts("64640", LATER, store)).items()
    }
    assert found == {
        "rbcs.category": "Procedure",
        "rbcs.subcategory": "Musculoskeletal",
        "rbcs.family": "No RBCS Family",
        "rbcs.major": "Other",
    }


@pytest.mark.parametrize(
    ("day", "category", "period"),
    [
        (date(2015, 6, 1), "Procedure", Period(date(2014, 1, 1), date(2016, 1, 1))),
        (date(2016, 1, 1), "Imaging", Period(date(2016, 1, 1), None, observed=True)),
    ],
)
def test_the_latest_assignment_holds(
    store: Store, day: date, category: str, period: Period
) -> None:
    fact = rbcs.facts("77002", AsOf(day), store)[0]
    assert (fact.value, fact.period) == (category, period)


def test_a_code_that_ended_is_not_listed_any_more(store: Store) -> None:
    value = unknown(rbcs.facts("0004U", IN_FORCE, store)[0])
    assert value.reason == "not_listed"
    assert "ended on 2017-12-31" in value.detail
    assert value.last_known is not None
    assert value.last_known.period == Period(date(2016, 1, 1), date(2018, 1, 1))
    last_day = rbcs.facts("0004U", AsOf(date(2017, 12, 31)), store)
    assert by_measure(last_day)["rbcs.family"].value == "Genetic Analysis"
    assert unknown(rbcs.facts("99999", IN_FORCE, store)[0]).reason == "not_listed"


def test_a_day_before_the_first_assignment_is_not_listed(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    (file,) = sample("cms_rbcs", "northstar_rbcs_2024pull.csv")
    data = file.data.replace(
        b"1984-01-01,9999-12-31,2014-01-01", b"1984-01-01,9999-12-31,2017-01-01"
    )
    publish(store, "cms_rbcs", [a_file(file.artifact.name, data)])
    value = unknown(rbcs.facts("64640", AsOf(date(2015, 1, 1)), store)[0])
    assert "first assigned on 2017-01-01" in value.detail
