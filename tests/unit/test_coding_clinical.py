"""Clinical context: no sentence without a source, no wording of others, no patient of two codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from payeratlas.coding import clinical, own_name, siblings
from payeratlas.coding.clinical import MOST_WORDS, Cited, Context, context, described

CONTEXTS = {code: found for code in described() if (found := context(code)) is not None}
LEAST_WORDS = 7  # a run of so many words is somebody's sentence
NEIGHBORS = ["facet", "medial branch", "genicular", "toes", "celiac", "trigeminal", "pulsed"]


def plain(said: Cited) -> str:
    return said.words.template.format(**said.words.names)


def story(found: Context, code: str) -> str:
    """Every patient of a code, in words."""
    own = [one for one in found.vignettes if one.code == code]
    return " ".join(f"{one.title} {plain(said)}" for one in own for said in one.says)


# ---- Whole, and sourced.


def test_the_family_of_64640_is_described() -> None:
    family = "64640 64600 64605 64610 64624 64625 64632 64633 64634 64635 64636 64450 0441T"
    assert set(family.split()) <= set(CONTEXTS)
    assert context("99213") is None
    for code, found in CONTEXTS.items():
        assert code in found.codes
        assert own_name(code) is not None
        assert found.author == "Payer Atlas developers"
        assert found.reviewed >= date(2026, 11, 25)


@pytest.mark.parametrize("code", sorted(CONTEXTS))
def test_every_sentence_has_a_source_with_title_date_and_address(code: str) -> None:
    for said in CONTEXTS[code].sentences():
        assert said.by, plain(said)
        assert plain(said).endswith("."), plain(said)
        for passage in said.by:
            assert passage.at.strip(), plain(said)
            assert passage.text.url.startswith(("https://", "http://"))
            for words in (passage.text.title, passage.text.publisher, passage.text.held):
                assert words.strip(), passage.text.id
            assert re.match(r"\d{4}-\d{2}(-\d{2})?$|undated", passage.text.date), passage.text.id


def test_no_source_is_idle_and_labels_tell_them_apart() -> None:
    used = {text.id for found in CONTEXTS.values() for text in found.texts()}
    texts = clinical._texts()
    assert used == set(texts)
    assert len({text.label for text in texts.values()}) == len(texts)


def test_the_brief_is_brief() -> None:
    for found in CONTEXTS.values():
        words = sum(len(plain(said).split()) for said in found.brief)
        assert 0 < words <= MOST_WORDS, found.codes


def test_every_code_that_is_named_has_a_record_of_its_own() -> None:
    for found in CONTEXTS.values():
        for said in found.sentences():
            for name in said.words.names.values():
                if re.fullmatch(r"\d{4}[\dT]", name) and not name.startswith("20"):
                    assert own_name(name), f"{name} in {plain(said)}"


def test_titles_of_patients_and_elements_hold_no_figure() -> None:
    for found in CONTEXTS.values():
        titles = [one.title for one in found.vignettes] + [one.what for one in found.documentation]
        assert not [title for title in titles if re.search(r"\d", title)]


def test_an_element_is_asked_for_by_somebody_and_stands_once() -> None:
    for found in CONTEXTS.values():
        for element in found.documentation:
            assert element.asks, element.what
            assert all(ask.who.strip() for ask in element.asks), element.what
        named = [element.what for element in found.documentation]
        assert len(named) == len(set(named))


# ---- Patients belong to the code they are given to.


def test_64640_has_a_patient_of_its_own_and_patients_of_its_neighbors() -> None:
    found = CONTEXTS["64640"]
    codes = [one.code for one in found.vignettes]
    assert codes.count("64640") == 1
    assert {"64635", "64632", "64999"} <= set(codes)
    neighbors = {one.code for one in siblings("64640")}
    assert set(codes) - {"64640"} <= neighbors


@pytest.mark.parametrize("target", NEIGHBORS)
def test_the_patient_of_64640_is_nobody_elses(target: str) -> None:
    own = story(CONTEXTS["64640"], "64640").lower()
    assert "ilioinguinal" in own
    assert target not in own
    naming = {one.code for one in siblings("64640") if target in plain_sibling(one.code)}
    assert naming, f"no sibling of 64640 speaks of {target}"


def plain_sibling(code: str) -> str:
    own = own_name(code)
    assert own is not None
    return f"{own.name} {own.decides.template.format(**own.decides.names)}".lower()


def test_a_neighbors_patient_is_told_by_what_decides_for_the_neighbor() -> None:
    facet = story(CONTEXTS["64640"], "64635")
    assert "medial branch nerves" in facet
    assert "64635, not 64640" in facet
    assert (
        "without following a nerve root" in facet
    )  # a root's pain fails the policy it illustrates
    assert "mutually exclusive" in story(CONTEXTS["64640"], "64632")


def test_nothing_of_the_wrong_page_returns() -> None:
    said = " ".join(plain(one) for one in CONTEXTS["64640"].sentences())
    assert "monitored anesthesia" not in said.lower()
    assert "dorsal root" not in said.lower()
    assert "11" not in re.findall(r"\w+", said)


# ---- Nobody else's sentences.


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    stream = words(text)
    for start in range(len(stream) - LEAST_WORDS + 1):
        yield tuple(stream[start : start + LEAST_WORDS])


def test_no_sentence_is_taken_from_a_policy(shared_data: Path) -> None:
    theirs: set[tuple[str, ...]] = set()
    paths = [*(shared_data / "policies").rglob("*.txt"), *(shared_data / "cms/mcd").glob("*.json")]
    for path in paths:
        theirs.update(runs(path.read_text("utf-8", errors="replace")))
    assert len(theirs) > 5_000
    taken = {
        " ".join(run)
        for found in CONTEXTS.values()
        for said in found.sentences()
        for run in runs(plain(said))
        if run in theirs
    }
    assert not taken


def test_a_sentence_that_is_taken_would_be_seen() -> None:
    theirs = set(runs("The record must be legible and hold the name of the patient."))
    assert set(runs("So the record must be legible and hold it.")) & theirs
    assert not set(runs("Readable pages that name the patient.")) & theirs


# ---- A bad record does not load.

GOOD = """
codes = ["11111"]
author = "Payer Atlas developers"
reviewed = 2026-11-25

[[brief]]
text = "It is done."
by = ["cgs_cryo: note"]
"""


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The record files, to be replaced."""
    found: dict[str, str] = {}
    clinical._places.cache_clear()
    clinical._context.cache_clear()
    monkeypatch.setattr(clinical, "_records", lambda: found)
    yield found
    clinical._places.cache_clear()
    clinical._context.cache_clear()


def test_a_good_record_loads(records: dict[str, str]) -> None:
    records["a.toml"] = GOOD
    found = context("11111")
    assert found is not None
    assert plain(found.brief[0]) == "It is done."
    assert found.documentation == found.vignettes == ()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('["cgs_cryo: note"]', "[]", "without a source"),
        ("cgs_cryo: note", "nobody: note", "'nobody: note' is not"),
        ("cgs_cryo: note", "cgs_cryo", "'cgs_cryo' is not"),
        ("It is done.", "It takes 3 days.", "a digit in the words"),
        ("It is done.", "Its period is {global_days}.", "a figure of a file"),
        ("It is done.", f"{'Long ' * MOST_WORDS}text.", "more than 120 words"),
        ("[[brief]]", "[[descriptor]]", "no such key"),
    ],
)
def test_a_bad_record_is_refused(records: dict[str, str], old: str, new: str, why: str) -> None:
    assert old in GOOD
    records["a.toml"] = GOOD.replace(old, new)
    with pytest.raises(ValueError, match=re.escape(why)):
        context("11111")


def test_two_records_of_a_code_are_refused(records: dict[str, str]) -> None:
    records |= {"a.toml": GOOD, "b.toml": GOOD}
    with pytest.raises(ValueError, match=r"11111: a\.toml and b\.toml"):
        context("11111")
