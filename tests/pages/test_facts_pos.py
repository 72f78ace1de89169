"""Facts of places of service: the rate of each, by the manual's list."""

from __future__ import annotations

import re
from datetime import date

import pytest

import payeratlas
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import pos
from payeratlas.pages.facts.rules import rerun
from payeratlas.pricing.places import FACILITY

STORE = payeratlas.open().store
DAY = AsOf(date(2025, 10, 15))


def test_every_place_that_is_assigned_has_its_rate() -> None:
    facts = {fact.subject: fact for fact in pos.facts("64640", DAY, STORE)}
    assert facts["POS 24"].value == "facility"
    assert facts["POS 11"].value == "nonfacility"
    assert "POS 28" not in facts
    assert all(re.fullmatch(r"POS [0-9]{2}", subject) for subject in facts)
    rates = {subject[4:] for subject, fact in facts.items() if fact.value == "facility"}
    assert rates == FACILITY


def test_the_rule_gives_the_rate_again() -> None:
    for fact in pos.facts("64640", DAY, STORE):
        assert isinstance(fact.basis, Derivation)
        ((role, place),) = fact.basis.inputs
        assert not isinstance(place.value, Unknown)
        assert fact.subject == f"POS {place.value}"
        assert isinstance(place.basis, Citation)
        assert STORE.reopen(place.basis).text.zfill(2) == place.value
        assert rerun(fact.basis.rule, {role: place.value}, {}, STORE) == fact.value
        assert "20.4.2" in fact.basis.reference
    with pytest.raises(InputError, match="no place"):
        rerun(pos.RULE, {}, {}, STORE)


def test_a_date_without_a_list_is_one_unknown() -> None:
    (fact,) = pos.facts("64640", AsOf(date(2019, 1, 1)), STORE)
    assert isinstance(fact.value, Unknown)
    assert fact.value.reason == "not_covered"
