"""Section D on benchmarks made by hand: what it shows, what it withholds, what it rests on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files as resources
from typing import Any

import jsonschema
import pytest
from test_sections import GOLDEN, words

import benchkit
import payeratlas
from payeratlas.model.errors import AtlasError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.model.time import AsOf
from payeratlas.pages import benchmarks as door
from payeratlas.pages.benchmarks import choose
from payeratlas.pages.benchmarks.figures import Figures, locator
from payeratlas.pages.benchmarks.plots import MOST_VOTES
from payeratlas.pages.facts import measures
from payeratlas.pages.facts.rules import rerun
from payeratlas.pages.page import Chart, Grid, Page, Section, Subsection, texts
from payeratlas.publish import html, json_, markdown, pdf, terminal
from payeratlas.publish.html import Shared
from payeratlas.publish.reading import load_page_facts
from payeratlas.rates.again import again
from payeratlas.rates.benchmark import Benchmarks, Place

DAY = date(2025, 10, 15)
ATLAS = payeratlas.open()
SHARED = Shared("../site.css", "../page.js", "64640.json.gz", "0" * 64)


def page_with(found: Benchmarks | Unknown, day: date = DAY) -> Page:
    """The page of 64640 where these are its benchmarks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "benchmarks_for", lambda code, as_of, store: found)
        return ATLAS.code("64640", day).page


@pytest.fixture(scope="module")
def page() -> Page:
    return page_with(benchkit.benchmarks())


def rates(page: Page) -> Section:
    (section,) = [one for one in page.sections if one.id == "rates"]
    return section


def blocks(section: Section) -> Iterator[Any]:
    for block in section.blocks:
        yield block
        if isinstance(block, Subsection):
            yield from block.blocks


def grid(page: Page, caption: str) -> Grid:
    (found,) = [
        b for b in blocks(rates(page)) if isinstance(b, Grid) and b.caption.startswith(caption)
    ]
    return found


def charts(page: Page, kind: str) -> list[Chart]:
    return [b for b in blocks(rates(page)) if isinstance(b, Chart) and b.kind == kind]


def facts(page: Page) -> list[Fact]:
    section = rates(page)
    found = [s for text in (section.lead, *texts(section.blocks)) for s in text]
    drawn = [f for b in blocks(section) if isinstance(b, Chart) for f in b.facts]
    return [one for one in (*found, *drawn) if isinstance(one, Fact)]


def cell(text: Any) -> str:
    """A cell's words, with the bare values of its figures."""
    told = [str(span.value) if isinstance(span, Fact) else getattr(span, "text", span)
            for span in text.text]  # fmt: skip
    return "".join(map(str, told)).replace("\xa0", " ")


def rows(found: Grid) -> dict[str, list[str]]:
    return {cell(row[0]): [cell(one) for one in row[1:]] for row in found.rows}


def test_the_words_on_file(page: Page) -> None:
    found, path = words(page, "rates"), GOLDEN / "rates-benchmarks.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text("utf-8")


def test_the_lead_says_what_it_rests_on_and_that_it_is_not_the_nation(page: Page) -> None:
    lead = rates(page).lead
    said = "".join(str(getattr(s, "value", getattr(s, "text", s))) for s in lead)
    assert said.startswith("From the price files of 10 hospitals and of 1 payer in AZ, FL, GA")
    assert "488 of 500 posted rates kept" in said
    assert said.endswith("not the nation: the numbers speak of these organisations only.")


def test_payer_by_setting_and_a_thin_cell_shows_no_number(page: Page) -> None:
    told = rows(grid(page, "Commercial rates by payer"))
    assert told["Aetna, facility, hospital outpatient"] == [
        "14", "1427.50", "977.00 to 1758.00", "1180.25 to 1641.75", "160", "3",
    ]  # fmt: skip
    assert told["Cigna, facility, hospital outpatient"] == [
        "4", "too few for a median", "", "", "", "",
    ]  # fmt: skip
    assert told["Humana, facility, hospital outpatient"][3] == "too few"
    assert "Ambetter, facility, hospital outpatient" not in told  # thin, and nobody asked for it
    assert "Ambetter, facility, hospital outpatient" in rows(grid(page, "Other payers, too thin"))
    assert "Aetna, professional, office" in told


def test_lines_series_states_and_strictness_are_never_pooled_with_it(page: Page) -> None:
    medicare = rows(grid(page, "Other lines of business"))
    assert list(medicare) == [
        "Aetna, medicaid, facility, hospital outpatient",
        "UnitedHealthcare, medicare advantage, facility, hospital outpatient",
    ]
    series = rows(grid(page, "Other series"))
    assert series["Aetna, facility, hospital outpatient, percent of charges"][1] == "57.50"
    assert series["UnitedHealthcare, professional, office, modifier 26"][1] == "143.00"
    states = grid(page, "State by state")
    assert list(rows(states)) == ["Aetna, facility, hospital outpatient, FL"]
    assert "GA" in "".join(getattr(s, "text", str(s)) for s in states.note)
    levels = rows(grid(page, "How the median moves"))["Aetna, facility, hospital outpatient"]
    assert levels == ["1305.50 (16)", "1427.50 (14)", "1302.00 (9)"]


def test_every_computed_figure_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = benchkit.benchmarks()  # by hand: figures that its votes do not give are mended first
    sound = replace(made, cells=tuple(again(cell) for cell in made.cells))
    page = page_with(sound)
    monkeypatch.setattr(door, "benchmarks_for", lambda *_: sound)
    derived = {f.basis: f for f in facts(page) if isinstance(f.basis, Derivation)}
    assert len(derived) > 200
    for basis, fact in derived.items():
        assert rerun(basis.rule, {}, dict(basis.settings), ATLAS.store) == fact.value


def test_a_figure_that_the_votes_do_not_give_is_found(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "benchmarks_for", lambda *_: benchkit.benchmarks())
    derived = {f.basis: f for f in facts(page) if isinstance(f.basis, Derivation)}
    wrong = [
        fact.measure
        for basis, fact in derived.items()
        if rerun(basis.rule, {}, dict(basis.settings), ATLAS.store) != fact.value
    ]
    assert "rates.low" in wrong  # made by hand: another order statistic


def test_another_edition_is_not_taken_for_the_page_s(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(benchkit.benchmarks(), edition="f" * 64)
    basis = next(f.basis for f in facts(page) if isinstance(f.basis, Derivation))
    for found, says in ((other, "of edition ffffffffffff"), (benchkit.NO_NPIS, "utilization")):
        monkeypatch.setattr(door, "benchmarks_for", lambda *_, found=found: found)
        with pytest.raises(AtlasError, match=says):
            rerun(basis.rule, {}, dict(basis.settings), ATLAS.store)


def test_every_figure_has_a_documented_measure_and_a_place(page: Page) -> None:
    known = measures()
    for fact in facts(page):
        assert fact.measure in known, fact.measure
        if isinstance(fact.basis, Citation):
            assert fact.basis.artifact.sha256 in {one.sha256 for one in benchkit.FILES}
            assert Decimal(fact.basis.text) == Decimal(str(fact.value))


@pytest.mark.parametrize(
    ("kind", "name", "what", "where"),
    [
        ("hospital", "a.csv.gz", "rate", "cell=12,7"),
        ("hospital", "a.csv", "gross", "row=12"),
        ("hospital", "a.json", "rate",
         "/standard_charge_information/11/standard_charges/6/payers_information/2"
         "/standard_charge_dollar"),
        ("hospital", "a.json.gz", "gross",
         "/standard_charge_information/11/standard_charges/6/gross_charge"),
        ("payer", "a.json.gz", "rate",
         "/in_network/11/negotiated_rates/6/negotiated_prices/2/negotiated_rate"),
    ],
)  # fmt: skip
def test_where_a_posted_rate_stands(kind: str, name: str, what: str, where: str) -> None:
    file = benchkit.file(1, kind, name=name)
    assert locator(file, Place(file.id, 12, 7, 3), what).fragment == where


def test_payers_are_drawn_beside_medicare_panel_by_panel(page: Page) -> None:
    by_bill = charts(page, "dots")
    assert [chart.title.rpartition(": ")[2] for chart in by_bill] == ["professionals", "facilities"]
    series = [one for chart in by_bill for one in chart.series]
    assert [one.title for one in series] == [
        "Professional, office", "Facility, hospital outpatient",
    ]  # fmt: skip
    drawn = {(one.title, p.label): p for one in series for p in one.points}
    thin = drawn["Professional, office", "UnitedHealthcare"]  # no median: each of the two
    assert not thin.fact.known
    assert len(thin.more) == 2
    aetna = drawn["Facility, hospital outpatient", "Aetna"]
    assert [str(f.value) for f in (aetna.fact, *aetna.more)] == ["1427.50", "977.00", "1758.00"]
    assert [str(one.marked.value) for one in series if one.marked] == ["244.31", "890.29"]


def test_organisations_are_listed_only_where_they_are_few(page: Page) -> None:
    assert len(benchkit.benchmarks().cells[1].votes) > MOST_VOTES
    listed = grid(page, "The organisations behind")
    payers = {cell(row[2]) for row in listed.rows}
    assert "Aetna, facility, hospital outpatient" in payers
    assert "Aetna, professional, office" not in payers
    assert "payeratlas rates 64640 --json" in [getattr(s, "text", "") for s in listed.note]
    (chart,) = charts(page, "spread")
    assert [len(one.points) for one in chart.series] == [14, 12, 7, 9]


def test_each_number_shows_its_funnel_and_the_rows_balance(page: Page) -> None:
    folded = [b for b in rates(page).blocks if isinstance(b, Subsection) and b.folded]
    shown = grid(page, "Commercial rates by payer")
    assert len(folded) == len(shown.rows) == 9
    for one in folded:
        (table,) = [b for b in one.blocks if isinstance(b, Grid)]
        steps = [[cell(c) for c in row] for row in table.rows]
        assert (steps[0][0], steps[-1][0]) == ("Posted rates read", "Kept")
        left = int(steps[0][2])
        for step in steps[1:-1]:
            left -= int(step[1])
            assert left == int(step[2])
        assert left == int(steps[-1][2])
    assert len(charts(page, "funnel")) == 7  # not of the two thin ones


def test_what_hospitals_print_stays_as_printed(page: Page) -> None:
    asked = rows(grid(page, "What hospitals ask"))
    assert asked["Made-up Hospital 0 (AZ)"] == [
        "hospital outpatient, facility", "4000.00", "not printed",
    ]  # fmt: skip
    paid = [[cell(c) for c in row] for row in grid(page, "What was agreed").rows]
    assert paid[0] == [
        "Made-up Hospital 0 (AZ)", "Aetna, commercial: PPO", "1200.00", "1150.50", "900.00",
        "1800.00", "1 through 10",
    ]  # fmt: skip
    assert paid[-1][1:] == [
        "UnitedHealthcare, medicare advantage", "not printed", "700.00", "not printed",
        "not printed", "23",
    ]  # fmt: skip
    assert not any("Cigna" in row[1] for row in paid)  # nothing was paid there


def test_rates_set_aside_are_shown_with_their_places(page: Page) -> None:
    told = [[cell(c) for c in row] for row in grid(page, "Rates set aside").rows]
    assert [row[1] for row in told] == ["0.01", "309965058.00", "see contract"]
    assert told[0][4] == f"{benchkit.FILES[1].id[:12]} cell=77,7"
    reasons = rows(grid(page, "Why posted rates"))
    assert reasons["A number that stands for none"] == ["8"]


def test_what_is_not_covered_is_named(page: Page) -> None:
    said = words(page, "rates").splitlines()
    (gap,) = [line for line in said if line.startswith("gap: What this does not cover")]
    assert "no commercial median of Cigna;" in gap
    assert "no organisation in AL, AK, AR, CA" in gap
    assert " FL," not in gap


def test_rates_observed_after_the_date_of_service_do_not_answer_for_it() -> None:
    page = page_with(benchkit.benchmarks(day="2026-07-22"))
    said = words(page, "rates")
    assert not charts(page, "dots")
    assert "Commercial rates by payer" not in said
    told = grid(page, "Observed after the date of service: last known, not in force")
    assert rows(told)["Aetna, facility, hospital outpatient"][1] == "1427.50"
    unknown = [f.value for f in facts(page) if isinstance(f.value, Unknown)]
    assert any("2026-07-22, later than that" in one.detail for one in unknown)
    answers = words(page, "answers")
    assert "[unknown] Commercial benchmark: No rate was observed by this" in answers


def test_what_was_not_known_yet_is_left_out() -> None:
    make = Figures(benchkit.benchmarks(), AsOf(date(2026, 1, 1), known_on=date(2025, 7, 31)))
    assert not any(make.covered(one) for one in make.found.cells)


def test_no_kept_rate_is_said_and_not_drawn() -> None:
    page = page_with(replace(benchkit.benchmarks(), cells=()))
    said = words(page, "rates")
    assert (
        "gap: A commercial benchmark: no commercial rate of this code in dollars was kept" in said
    )
    assert "chart:" not in said


def test_the_tile_gives_the_range_of_the_shared_setting(page: Page) -> None:
    answers = words(page, "answers")
    assert (
        "[plain] Commercial benchmark: $1,243.00 to $3,245.00 / Medians of Humana, Aetna, Blue "
        "Cross Blue Shield and UnitedHealthcare, facility, hospital outpatient: 140% to 364% of "
        "Medicare. Not the nation. Which, under D." in answers
    )
    assert "[unknown] Commercial benchmark: Not on hand." in words(
        page_with(benchkit.NO_NPIS), "answers"
    )
    one = [c for c in benchkit.benchmarks().cells if c.key.family == "humana"]
    alone = page_with(replace(benchkit.benchmarks(), cells=tuple(one)))
    assert "Commercial benchmark: $1,243.00 / Medians of Humana" in words(alone, "answers")


def test_a_payer_that_no_rule_tells_is_no_answer() -> None:
    cells = [c for c in benchkit.benchmarks().cells if c.key.family == "unclassified"]
    assert choose.shared_setting(cells) == []


def test_json_is_what_its_schema_says_and_reads_back(page: Page) -> None:
    text = json_.render(page)
    schema = resources("payeratlas.publish") / "schema" / "v1" / "page.json"
    jsonschema.validate(json.loads(text), json.loads(schema.read_text("utf-8")))
    read = set(load_page_facts(text).facts)
    assert {fact for fact in facts(page) if fact.known} <= read


def test_every_format_has_it(page: Page) -> None:
    said = markdown.render(page)
    summary = "<summary>Aetna, facility, hospital outpatient: how the number came about</summary>"
    for text in (html.render(page), html.render(page, shared=SHARED), said):
        assert summary in text
        assert "$1,427.50" in text
    assert said.count("<details>") == said.count("</details>")
    assert "Not shown here: “Aetna, facility" in terminal.render(page)
    assert "Far from what Medicare pays for it there" in terminal.render(page, full=True)
    assert pdf.render(page).startswith(b"%PDF")


def test_a_site_s_page_stays_small(page: Page) -> None:
    bare = len(html.render(page_with(benchkit.NO_NPIS), shared=SHARED))
    assert len(html.render(page, shared=SHARED)) - bare < 150_000
