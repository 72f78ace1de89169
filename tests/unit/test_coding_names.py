"""Own names of codes: whole, unique, of codes that exist, and nobody else's text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import payeratlas
from payeratlas.coding import all_names, names, own_name, search_words, siblings, units_wording
from payeratlas.coding.names import OwnName, Sibling, named

EMBEDDED = Path(payeratlas.__file__).parent / "embedded" / "tables" / "pfs_rvu"
LATEST_WHOLE = "rvu25d"


@cache
def listed(release: str = "*") -> dict[str, str]:
    """Codes of the embedded fee schedule releases with their status."""
    found: dict[str, str] = {}
    for path in sorted(EMBEDDED.glob(f"source=*/release={release}/*.parquet")):
        table = pq.read_table(path, columns=["hcpcs", "modifier", "status"]).to_pydict()
        for code, modifier, status in zip(*table.values(), strict=True):
            if not modifier:
                found[code] = status
    assert found, f"no rows of release {release} in {EMBEDDED}"
    return found


def told(one: Sibling) -> str:
    return one.wording.template.format(**one.wording.names)


def said(own: OwnName) -> str:
    """All that a record says, name first."""
    return f"{own.name}. {own.decides.template.format(**own.decides.names)}"


# ---- Whole and unique.


def test_there_are_enough_and_each_says_who_wrote_it() -> None:
    assert len(all_names()) == len(named()) >= 420
    for own in all_names():
        assert own.author == "Payer Atlas developers", own.code
        assert own.reviewed >= date(2026, 11, 24), own.code
        assert own.family, own.code
        assert own.name == own.name.strip(), own.code
        assert re.fullmatch(r".{10,}\.", own.decides.template), own.code


def test_asking_for_one_gives_what_the_list_holds() -> None:
    assert {own.code: own for own in all_names()} == {code: own_name(code) for code in named()}
    assert own_name("99999") is None
    assert search_words("99999") == siblings("99999") == ()


def test_names_are_unique_and_hold_no_figure() -> None:
    repeated = [
        name for name, n in Counter(own.name.lower() for own in all_names()).items() if n > 1
    ]
    assert not repeated
    assert not [own.code for own in all_names() if re.search(r"[\d`]", own.name + own.unit)]


def test_a_unit_reads_after_one_unit_is_one() -> None:
    for own in all_names():
        if own.unit:
            limit = units_wording("practitioner", 1, "3", "Clinical: Data", own.unit).limit
            assert limit.template.endswith(f"One unit is one {own.unit}.")
            assert not re.match(r"(one|two|three|a|an|the|\w+[^su]s)\b", own.unit), own.unit


def test_siblings_are_other_codes_with_records_and_their_deciding_fact() -> None:
    pairs = [(code, one) for code in named() for one in siblings(code)]
    assert len(pairs) > 1_000
    for code, one in pairs:
        own = own_name(one.code)
        assert own is not None
        assert one.code != code
        assert told(one) == said(own)
    counts = Counter((code, one.code) for code, one in pairs)
    assert set(counts.values()) == {1}


def test_no_two_siblings_decide_alike() -> None:
    for code in named():
        facts = [
            said(own) for own in map(own_name, [code, *(one.code for one in siblings(code))]) if own
        ]
        assert len(facts) == len(set(facts)), code


# ---- Codes that exist, and families that are covered.


def test_every_code_is_listed_or_says_where_it_stands() -> None:
    codes = listed()
    elsewhere = {own.code for own in all_names() if own.code not in codes}
    assert elsewhere, "the case is not tested"
    for own in all_names():
        if own.code in codes:
            assert not own.listed_in, f"{own.code} is in the fee schedule"
        else:
            assert own.listed_in or own.ended, own.code


def test_what_ended_is_not_in_a_later_release() -> None:
    ended = [own for own in all_names() if own.ended]
    assert {own.code for own in ended} >= {"64402", "64410", "64413", "J1030", "J1040"}
    for own in ended:
        assert own.sources, own.code
        assert own.code not in listed(LATEST_WHOLE), own.code
        assert all(own_name(code) and code in listed(LATEST_WHOLE) for code in own.replaced_by)
    assert not [own.code for own in all_names() if own.replaced_by and not own.ended]
    facial = own_name("64402")
    assert facial is not None
    assert facial.replaced_by == ("64999",)


@pytest.mark.parametrize(("first", "last"), [("64400", "64681"), ("99202", "99499")])
def test_whole_ranges_are_named(first: str, last: str) -> None:
    codes = [code for code in listed(LATEST_WHOLE) if first <= code <= last and code.isdigit()]
    assert len(codes) > 80
    assert not [code for code in codes if own_name(code) is None]


# CMS's shoppable services (45 CFR part 180) as long as the fee schedule of October 2025 lists them,
# its inpatient groups left out.
SHOPPABLE = """90832 90834 90837 90846 90847 90853 99203 99204 99205 99243 99244 99385 99386
80048 80053 80055 80061 80069 80076 81000 81001 81002 81003 84153 84154 84443 85025 85027 85610
85730 70450 70553 72110 72148 72193 73721 74177 76700 76805 76830 77065 77066 77067 19120 29826
29881 42820 43235 43239 45378 45380 45385 45391 47562 49505 55700 55866 59400 59510 59610 62322
62323 64483 66821 66984 93000 93452 95810 97110"""
GUIDANCE = "76000 76937 76942 76998 77001 77002 77003 77011 77012 77013 77021 77022"
NEIGHBOURS = "0213T 0214T 0215T 0216T 0217T 0218T 0440T 0441T 0442T 64999"


@pytest.mark.parametrize("codes", [SHOPPABLE, GUIDANCE, NEIGHBOURS])
def test_lists_of_services_are_named(codes: str) -> None:
    missing = [code for code in codes.split() if own_name(code) is None]
    assert not missing
    assert not [code for code in codes.split() if code not in listed(LATEST_WHOLE)]


# ---- Search.


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("RFA", {"64633", "64635", "64640"}),
        ("EMG", {"95860", "95886"}),
        ("MRI brain", {"70551", "70552", "70553"}),
        ("colonoscopy", {"45378", "45380", "45385"}),
        ("MBB", {"64490", "64493"}),
        ("A1C", {"83036"}),
        ("Botox", {"64615", "64642", "J0585"}),
        ("knee replacement", {"27447", "01402"}),
        ("nerve block", {"64450", "64510"}),
    ],
)
def test_lay_words_and_abbreviations_find_their_codes(word: str, codes: set[str]) -> None:
    found = {code for code in named() if word in search_words(code)}
    assert codes <= found
    assert "99213" not in found


def test_search_words_are_short_and_never_repeated() -> None:
    for code in named():
        words = search_words(code)
        assert len({word.lower() for word in words}) == len(words), code
        assert all(0 < len(word) <= 40 and word == word.strip() for word in words), code


# ---- Round trips: what a wrong page once said of 64640 leads to another code.

ELSEWHERE = {
    "facet": {"64633", "64634", "64635", "64636"},
    "medial branch": {"64633", "64635"},
    "genicular": {"64624"},
    "common digital": {"64632"},
    "Morton": {"64632"},
    "sacrum and pelvis": {"64625"},
    "basivertebral": {"64628"},
    "trigeminal": {"64600", "64605", "64610"},
    "rib nerve": {"64620"},
    "intercostal": {"64620"},
    "pudendal": {"64630"},
    "celiac": {"64680"},
    "hypogastric": {"64681"},
    "dorsal root ganglion": {"64999"},
    "pulsed radiofrequency": {"64999"},
    "frozen": {"0440T", "0441T", "0442T"},
}


@pytest.mark.parametrize("target", ELSEWHERE)
def test_64640_leaves_each_named_target_to_the_code_that_has_it(target: str) -> None:
    own = own_name("64640")
    assert own is not None
    assert target.lower() not in f"{said(own)} {' '.join(own.search)}".lower()
    naming = {one.code for one in siblings("64640") if target in told(one)}
    assert naming >= ELSEWHERE[target]


@pytest.mark.parametrize("code", sorted(set().union(*ELSEWHERE.values()) - {"64629"}))
def test_the_way_back_leads_to_64640_where_people_mistake_it(code: str) -> None:
    own = own_name(code)
    assert own is not None
    assert "64640" not in own.decides.names.values()
    group = {one.code for one in siblings(code)}
    assert "64640" in group, f"{code} does not say that it is not 64640"


def test_the_official_word_on_64640_and_64632_stands_on_both() -> None:
    for code, other in (("64640", "64632"), ("64632", "64640")):
        (note,) = [one.note for one in siblings(code) if one.code == other]
        assert note is not None
        assert "mutually exclusive" in note.template


# ---- A bad record does not pass.

GOOD = """
[family]
title = "Test"
author = "Payer Atlas developers"
reviewed = 2026-11-25

[[code]]
code = "11111"
name = "One thing"
decides = "It is this one."
"""


@pytest.fixture
def family(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The files of the families, to be replaced."""
    found: dict[str, str] = {}
    caches = (names._places, names._family, names._alone, names._sliced)
    for one in (names._texts, *caches):
        one.cache_clear()
    monkeypatch.setattr(names, "_texts", lambda: found)
    yield found
    for one in caches:
        one.cache_clear()


def test_a_record_alone_is_that_of_its_whole_file() -> None:
    for code in named():
        whole = names._record(code)
        assert whole is not None
        assert own_name(code) == whole.own


def test_two_records_of_a_code_are_refused(family: dict[str, str]) -> None:
    family |= {"a.toml": GOOD, "b.toml": GOOD}
    with pytest.raises(ValueError, match=r"11111: a\.toml and b\.toml"):
        own_name("11111")


def test_an_unknown_key_is_refused(family: dict[str, str]) -> None:
    family["a.toml"] = GOOD + 'descriptor = "x"\n'
    with pytest.raises(ValueError, match="no such key"):
        own_name("11111")


def test_a_sibling_without_a_record_is_refused(family: dict[str, str]) -> None:
    family["a.toml"] = GOOD + 'nearest = ["22222"]\n'
    with pytest.raises(ValueError, match="11111 names 22222"):
        siblings("11111")


def test_a_figure_in_the_words_is_refused(family: dict[str, str]) -> None:
    family["a.toml"] = GOOD.replace("this one", "one of 3")
    with pytest.raises(ValueError, match="a digit in the words"):
        own_name("11111")
