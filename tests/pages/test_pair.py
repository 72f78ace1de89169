"""Two codes together: the ruling, what was searched, and Unknown where nothing can be said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nccikit import ADDON, CMS_PTP, PTP, ncci_store, publish, sample
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Citation
from payeratlas.model.time import AsOf
from payeratlas.pages.latest import default_day, newest
from payeratlas.pages.pair import TABLE, Paired, pair
from payeratlas.publish.plain import plain_text
from payeratlas.store import Store
from storekit import own_store

IN_FORCE = AsOf(date(2024, 7, 15))
LATER = AsOf(date(2025, 10, 15))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return ncci_store(tmp_path_factory.mktemp("pair"))


def words(paired: Paired) -> str:
    return " ".join(plain_text(text) for text in paired.statements)


def test_a_modifier_may_lift_the_edit(store: Store) -> None:
    found = pair("64450", "64640", IN_FORCE, store)
    assert (found.ruling, found.pays, found.denied) == ("modifier", "64640", "64450")
    assert found.indicator.value == "1"
    assert isinstance(found.indicator.basis, Citation)
    assert store.reopen(found.indicator.basis).text == "1"
    assert found.indicator.subject == "64640/64450"
    assert found.facts["rationale"].value == "Standards of medical/surgical practice"
    assert isinstance(found.facts["effective"].value, Unknown)
    assert [group.id for group in found.modifiers if group.suits] == [
        "distinct",
        "site",
        "postoperative",
    ]
    assert "(modifier indicator 1)" in words(found)
    assert "since when, the file at hand does not say" in words(found)


def test_no_modifier_lifts_an_edit_with_0_and_hospitals_may_differ(store: Store) -> None:
    practitioner = pair("64640", "64480", IN_FORCE, store)
    hospital = pair("64640", "64480", IN_FORCE, store, service="hospital")
    assert (practitioner.ruling, practitioner.indicator.value) == ("never", "0")
    assert (hospital.ruling, hospital.indicator.value) == ("modifier", "1")
    assert practitioner.modifiers == ()
    assert hospital.searched is not None
    assert hospital.searched.files == (PTP[1],)


def test_no_edit_names_the_file_and_the_day(store: Store) -> None:
    found = pair("64640", "99283", IN_FORCE, store)
    assert found.ruling == "none"
    assert isinstance(found.indicator.value, Unknown)
    assert found.indicator.value.reason == "not_listed"
    assert PTP[0] in words(found)
    assert "2024-07-15" in words(found)
    assert "no promise of payment" in words(found)
    assert "99283 stands in no edit of this release" in words(found)
    assert "64640 stands in no edit" not in words(found)


def test_edits_of_other_days_are_told_as_such(store: Store) -> None:
    found = pair("64640", "99213", IN_FORCE, store)
    assert found.ruling == "modifier"
    assert "(64640 in column one) ended on 2019-12-31" in words(found)
    withdrawn = pair("88108", "88162", IN_FORCE, store)
    assert withdrawn.ruling == "none"
    assert words(withdrawn).count("never was in effect") == 2
    assert "stands in no edit" not in words(withdrawn)


def test_an_add_on_is_told(store: Store) -> None:
    assert "64634 is an add-on to 64633" in words(pair("64633", "64634", IN_FORCE, store))
    assert "64634 is an add-on, and 64640 is not among" in words(
        pair("64634", "64640", IN_FORCE, store)
    )
    alone = own_store(store.root.parent / "alone")
    publish(alone, "ncci_ptp", sample("ncci_ptp", *PTP))
    assert "add-on" not in words(pair("64633", "64634", IN_FORCE, alone))
    publish(alone, "ncci_addon", sample("ncci_addon", ADDON), whole=False)
    assert "add-on" not in words(pair("64633", "64634", IN_FORCE, alone))


def test_a_date_no_release_covers_is_unknown_with_the_last_known(store: Store) -> None:
    found = pair("64640", "64450", LATER, store)
    assert found.ruling == "unknown"
    assert found.searched is None
    value = found.indicator.value
    assert isinstance(value, Unknown)
    assert value.reason == "not_covered"
    assert value.last_known is not None
    assert value.last_known.value == "1"
    assert "Last known 1" in words(found)
    nothing = pair("64640", "99283", LATER, store).indicator.value
    assert isinstance(nothing, Unknown)
    assert nothing.last_known is None
    unheard = pair("64640", "64450", AsOf(LATER.service_date, date(2020, 1, 1)), store)
    assert isinstance(unheard.indicator.value, Unknown)
    assert unheard.indicator.value.last_known is None


def test_an_excerpt_may_have_an_edit_and_never_says_that_there_is_none(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    publish(store, "ncci_ptp", sample("ncci_ptp", *PTP), whole=False)
    assert pair("64640", "64450", IN_FORCE, store).indicator.value == "1"
    found = pair("64640", "99283", IN_FORCE, store)
    assert found.ruling == "unknown"
    assert "excerpt" in words(found)
    assert found.searched is not None


def test_cms_prints_since_when(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    publish(store, "ncci_ptp", sample("ncci_ptp", CMS_PTP))
    found = pair("0001U", "0030U", AsOf(date(2026, 8, 1)), store)
    assert found.facts["effective"].value == "2018-07-01"
    assert "In effect since 2018-07-01, with no last day." in words(found)
    never = pair("0001A", "90473", AsOf(date(2026, 8, 1)), store)
    assert never.ruling == "none"
    assert "never was in effect (modifier indicator 9)" in words(never)


@pytest.mark.parametrize(
    ("one", "other", "service", "says"),
    [
        ("64640", "6464", "practitioner", "shape"),
        ("64640", "64640", "practitioner", "given twice"),
        ("64640", "64450", "dme", "no such edits for 'dme'"),
    ],
)
def test_questions_that_are_none(
    store: Store, one: str, other: str, service: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        pair(one, other, IN_FORCE, store, service=service)
    assert caught.value.cure


def test_the_day_asked_about_by_default(store: Store, tmp_path: Path) -> None:
    covered = {"service": "practitioner"}
    assert default_day(TABLE, store, date(2024, 8, 1), **covered) == date(2024, 8, 1)
    assert default_day(TABLE, store, date(2026, 1, 1), **covered) == date(2024, 9, 30)
    assert default_day(TABLE, store, date(2020, 1, 1), **covered) == date(2024, 7, 1)
    empty = own_store(tmp_path)
    assert default_day(TABLE, empty, date(2020, 1, 1)) == date(2020, 1, 1)
    assert newest(TABLE, LATER, empty) is None
    assert newest("rbcs", LATER, store) == (store.releases("cms_rbcs")[0], date(2014, 1, 1))
