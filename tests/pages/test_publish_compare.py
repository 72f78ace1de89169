"""The workbook, the report and the JSON of a user's rates: whole, inert, the same each time."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from decimal import Decimal
from importlib.resources import files as resources
from typing import Any

import jsonschema
import pytest
import python_calamine

from comparekit import HEAD, NOTE, benchmarks, cell, compared, read
from payeratlas.publish import compare_html, compare_xlsx
from payeratlas.publish.compare_json import compare_json
from payeratlas.publish.compare_words import dollars, percent, rank, rate_text
from payeratlas.publish.spreadsheet import inert
from payeratlas.publish.svg.standing import Stand, Strip, standing
from payeratlas.rates.compare import Comparison
from payeratlas.rates.my_rates import my_rates

HELD = {
    "64640": benchmarks(
        "64640",
        cell("64640", "aetna", [10 * step for step in range(1, 13)]),
        cell("64640", "bcbs", [100] * 7),
    ),
    "99213": benchmarks("99213", cell("99213", "aetna", [100] * 40)),
}
ROWS = (
    "64640,,Aetna,11,40,100\n"
    '99213,,Aetna,11,"1,234.5678",\n'
    "64640,,BCBS,11,90,5\n"
    "64640,,Acme,11,40,50\n"
    "142,,Aetna,11,40,1\n"
)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "=cmd|'/c calc'!A0", "＝1+1")


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compared(ROWS, HELD, state="NY")


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


# -- the workbook --------------------------------------------------------------------------------


def test_the_workbook_opens_with_every_row(found: Comparison) -> None:
    opened = sheets(compare_xlsx.render(found))
    assert tuple(opened) == compare_xlsx.SHEETS
    rows = table(opened["Rows"])
    assert [row["Row"] for row in rows] == [2, 3, 4]
    first = rows[0]
    assert (first["Your rate"], first["Median"], first["Gap"]) == (40, 65, -25)
    assert (first["Gap a year"], first["Opportunity a year"]) == (-2500, 2500)
    assert (first["Paid less"], first["Paid the same"], first["Paid more"]) == (3, 1, 8)
    assert first["Percentile"] == 29.17
    assert first["Payer"] == "Aetna"
    assert rows[1]["Your rate"] == 1234.5678
    assert rows[1]["Opportunity a year"] == "", "no volume is no zero"
    assert rows[2]["Percentile"] == "too few"
    assert rows[2]["P25"] == ""
    others = table(opened["Not matched"])
    assert [(row["Row"], row["Reason"]) for row in others] == [
        (5, "unknown_payer"),
        (6, "code_too_short"),
    ]
    assert others[0]["% of Medicare"] == 0.1495
    assert [row["Row"] for row in table(opened["Opportunities"])] == [2, 4]
    summary = {row[0]: row[1] for row in opened["Summary"]}
    assert (summary["Rows read"], summary["Rows matched"], summary["Rows not matched"]) == (5, 3, 2)
    assert summary["Opportunity a year"] == 2550
    assert summary["unknown_payer"] == summary["code_too_short"] == 1
    about = "\n".join(str(value) for row in opened["About"] for value in row)
    for words in (
        "edition-1",
        NOTE.name,
        NOTE.sha256,
        NOTE.url,
        "PFS rvu26c, national",
        "payer: p",
    ):
        assert words in about


def test_the_same_comparison_is_the_same_bytes(found: Comparison) -> None:
    again = compared(ROWS, HELD, state="NY")
    assert compare_xlsx.render(found) == compare_xlsx.render(again)
    assert compare_html.render(found) == compare_html.render(again)
    with zipfile.ZipFile(io.BytesIO(compare_xlsx.render(found))) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_becomes_a_formula(hostile: str) -> None:
    """In every text column, of rows that are compared and rows that are not, and in headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "payer", "plan", "setting", "bill type", "rate", hostile])
    writer.writerow(["64640", f"{hostile} Aetna", hostile, "11", "", "40", hostile])
    writer.writerow(["64640", hostile, hostile, "11", "", "40", ""])
    for at in (0, 1, 3, 4, 5):
        row = ["64640", "Aetna", "", "11", "", "40", ""]
        row[at] = hostile
        writer.writerow(row)
    found = compared(read(out.getvalue()), HELD)
    assert found.read == 7
    data = compare_xlsx.render(found)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)
                assert b"<hyperlink" not in archive.read(name)
    texts = [v for rows in sheets(data).values() for row in rows for v in row if isinstance(v, str)]
    assert not [text for text in texts if text.lstrip().startswith(tuple("=+-@＝"))]
    assert "<f>" not in compare_html.render(found)


def test_hostile_names_and_headings_of_the_file() -> None:
    mine = my_rates(b"=cpt,payer,pos,rate\n64640,Aetna,11,40\n", "=1+1.csv")
    data = compare_xlsx.render(compared(mine, HELD))
    texts = [v for rows in sheets(data).values() for row in rows for v in row if isinstance(v, str)]
    assert "'=1+1.csv" in texts
    assert not [text for text in texts if text.startswith("=")]


def test_control_characters_and_long_texts_do_not_break_the_workbook() -> None:
    payer = "Aetna \x01\x1b[31m\x0b" + "x" * 40_000
    found = compared(read(HEAD + f'64640,,"{payer}",11,40,\n'), HELD)
    row = table(sheets(compare_xlsx.render(found))["Rows"])[0]
    assert len(row["Payer as typed"]) == 1000
    assert "\x1b" not in row["Payer as typed"]


def test_text_is_inert_only_where_it_must_be() -> None:
    assert inert("Aetna = good") == "Aetna = good"
    assert inert(None) == inert("") == ""
    for hostile in HOSTILE:
        assert inert(hostile) == f"'{hostile}"


# -- JSON ----------------------------------------------------------------------------------------


def test_the_json_is_of_its_schema_and_balances(found: Comparison) -> None:
    schema = resources("payeratlas.publish") / "schema" / "v1" / "compare.json"
    document = json.loads(json.dumps(compare_json(found)))
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    assert document["read"] == document["matched"] + sum(document["unmatched"].values()) == 5
    first = document["rows"][0]
    assert (first["rate"], first["median"], first["gap"]) == ("40.00", "65.00", "-25.00")
    assert first["percentile"] == "29.166667"
    assert document["rows"][1]["rate"] == "1234.5678"
    assert document["rows"][1]["opportunity_year"] is None
    assert document["rows"][2]["percentile"] is None
    assert document["opportunities"] == [2, 4]
    assert document["rows_unmatched"][1]["read"] is None
    assert document["files"][0]["sha256"] == NOTE.sha256


# -- the report ----------------------------------------------------------------------------------


def test_the_report_stands_alone(found: Comparison) -> None:
    text = compare_html.render(found)
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert "default-src 'none'" in html.unescape(text)
    assert "noindex" in text
    for words in ("−$2,500", "29", "too few", "unknown_payer", "$1,234.5678", NOTE.name):
        assert words in text
    assert "0.00" not in text.replace("$100.00", "").replace("$40.00", "").replace("$90.00", "")


def test_the_report_escapes_what_the_user_typed() -> None:
    rows = '64640,,"<img src=x onerror=alert(1)>Aetna",11,40,\n64640,,<b>,11,40,\n'
    text = compare_html.render(compared(rows, HELD))
    assert "<img" not in text
    assert "&lt;b&gt;" in text


def test_a_report_of_nothing_says_so() -> None:
    text = compare_html.render(compared("142,,Aetna,11,40,1\n", HELD))
    assert "No row is compared." in text
    assert "No row names a payer" in text
    assert "<svg" not in text
    compare_xlsx.render(compared("142,,Aetna,11,40,1\n", HELD))


def test_long_reports_list_the_first_rows_and_count_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compare_html, "ROWS_SHOWN", 2)
    text = compare_html.render(compared(ROWS, HELD))
    assert "2 of 3 rows" in text
    assert "1 more are in the workbook." in text


def test_many_rates_are_bars() -> None:
    def drawn(number: int) -> str:
        stands = tuple(Stand(Decimal(n % 101), "x", n % 2 == 0) for n in range(number))
        return standing([Strip("P", stands)], id="i", title="t", words="w", width=720)

    assert "<rect" not in drawn(100)
    assert drawn(100).count("<title>x") == 100
    assert "<rect" in drawn(500)
    piled = tuple(Stand(Decimal(50), "x", True) for _ in range(60))
    assert "<rect" in standing([Strip("P", piled)], id="i", title="t", words="w", width=720)


def test_figures_in_words() -> None:
    assert dollars(Decimal("-1234.565")) == "−$1,234.57"
    assert dollars(Decimal("0.5"), whole=True) == "$1"
    assert rate_text(Decimal("1234.5000")) == "$1,234.50"
    assert percent(Decimal("-0.004"), signed=True) == "0%"
    assert percent(Decimal("0.255"), signed=True) == "+26%"
    assert (rank(Decimal("49.5")), rank(None)) == ("50", "too few")
