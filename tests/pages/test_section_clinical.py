"""Section clinical: records where a code has one, and the gaps where it has none."""

from __future__ import annotations

import re
from datetime import date

import pytest
from test_sections import page_of, words

from payeratlas.coding.clinical import context, described
from payeratlas.pages.page import Gap, Grid, Name, Section, texts
from payeratlas.pages.sections import clinical


def section_of(code: str) -> Section:
    (found,) = [one for one in page_of(code).sections if one.id == clinical.SECTION.id]
    return found


def grids(section: Section) -> dict[str, Grid]:
    """The tables of the section by caption."""
    inner = [getattr(block, "blocks", (block,)) for block in section.blocks]
    return {one.caption: one for blocks in inner for one in blocks if isinstance(one, Grid)}


def test_64640_says_what_is_done_to_whom_and_what_to_write_down() -> None:
    said = words(page_of("64640"), "clinical")
    for part in ("The procedure in brief", "Workflow", "Typical patients", "Documentation"):
        assert f"## {part}" in said
    assert not section_of("64640").empty
    assert "gap:" not in said
    assert "64640 (this code) | Pain in the groin after a hernia operation." in said
    assert "64635 (not this code) | Pain of the lower back from a facet joint." in said
    assert "Florida Blue | Its form for neurolysis asks which agent destroys the nerve." in said


def test_a_code_without_a_record_keeps_its_gaps() -> None:
    found = section_of("99213")
    assert found.empty
    assert [type(block) for block in found.blocks] == [Gap, Gap]
    assert "no reviewed clinical record of the code is loaded" in words(
        page_of("99213"), "clinical"
    )


def test_a_record_without_documentation_says_so() -> None:
    said = words(page_of("64605"), "clinical")
    assert "## Workflow" in said
    assert "## Typical patients" not in said
    assert "gap: Documentation that payers ask for: no text on hand asks for an element" in said


@pytest.mark.parametrize("code", ["64640", "64635", "64632", "64450", "0441T", "64624", "64600"])
def test_every_sentence_shows_its_source_and_the_source_is_listed(code: str) -> None:
    found, section = context(code), section_of(code)
    assert found is not None
    tables = grids(section)
    listed = {
        span.text: span.href
        for row in tables["Texts that these sentences rest on"].rows
        for span in row[0].text
        if isinstance(span, Name)
    }
    assert listed == {text.title: text.url for text in found.texts()}
    for caption in ("Before, during and after", "What the note must hold"):
        for row in tables[caption].rows if caption in tables else ():
            assert row[-1].text, row[0]
            assert all(isinstance(span, Name) or span == "; " for span in row[-1].text)


def test_the_patient_of_the_page_comes_first_and_is_the_good_one() -> None:
    for code in ("64640", "64635", "64632"):
        rows = grids(section_of(code))["Patients, and the code that each belongs to"].rows
        tones = [row[0].tone for row in rows]
        assert tones == ["good"] + ["caution"] * (len(rows) - 1)
        assert len(rows) > 1
        assert rows[0][0].text[0] == Name(code, href=f"page:{code}")


def test_no_figure_stands_outside_a_name() -> None:
    for code in described():
        section = section_of(code)
        for text in (*texts(section.blocks), section.lead):
            loose = [span for span in text if isinstance(span, str) and re.search(r"\d", span)]
            assert not loose, (code, loose)


def test_codes_lead_to_their_pages_and_texts_to_their_publishers() -> None:
    for text in texts(section_of("64640").blocks):
        for span in text:
            if isinstance(span, Name) and span.href:
                target = f"page:{span.text}" if span.code else "http"
                assert span.href.startswith(target)


def test_the_record_does_not_change_with_the_date_of_service() -> None:
    then, now = page_of("64640", date(2024, 7, 15)), page_of("64640", date(2026, 7, 15))
    assert words(then, "clinical") == words(now, "clinical")
    assert "dates of their own, whatever the date of service" in "".join(
        span for span in section_of("64640").lead if isinstance(span, str)
    )
