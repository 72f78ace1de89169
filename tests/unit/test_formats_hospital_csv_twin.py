"""The fast reader of hospitals' CSV gives the rows, account and refusals of the plain one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from payeratlas.formats import hospital_arrow, hospital_csv
from payeratlas.formats.chunks import unpacked_chunks
from payeratlas.formats.hospital_account import HospitalAccount
from payeratlas.model.errors import FileError
from payeratlas.tables.hospital import HOSPITAL, schema

HEAD = (
    "hospital_name,last_updated_on,version,location_name,license_number|GA\n"
    "Made-up,2026-04-01,3.0.0,Made-up,1\n"
)
TALL = (
    "description,code|1,code|1|type,code|2,code|2|type,modifiers,setting,billing_class,"
    "standard_charge|gross,payer_name,plan_name,standard_charge|negotiated_dollar,"
    "standard_charge|negotiated_algorithm,median_amount,count,standard_charge|methodology,"
    "additional_generic_notes\n"
)
WIDE = (
    "description,code|1,code|1|type,setting,standard_charge|gross,"
    "standard_charge|A|P|negotiated_dollar,standard_charge|B|negotiated_dollar,median_amount|A|P,"
    "standard_charge|A|P|methodology,count|B|,standard_charge|A|P|negotiated_dollar,odd one\n"
)
AMOUNTS = (
    *(
        "",
        "",
        "1",
        "12.5",
        "0",
        "0.00",
        "-3",
        "999999999",
        "999999999.99",
        "1e3",
        "1E-9",
        ".5",
        "5.",
    ),
    *(
        "007.10",
        "0.20000",
        "0.12345",
        "1.00000000009",
        "123456789012345",
        "N/A",
        "$5",
        "1,000",
        "--",
    ),
    *("\u00a04\u00a0", " 7 ", "1.2.3", "-.5", "12345678901234.1234", "00", "1.23450"),
)
WORDS = {
    "setting": ("inpatient", "Outpatient", "BOTH", "", "home"),
    "billing_class": ("facility", "Professional", "", "x"),
    "count": ("0", "1 through 10", "11", "5", "", "1 Through 10"),
    "methodology": ("case rate", "Fee Schedule", "percent", ""),
    "modifiers": ("", "", "26", "LT, RT", "80|AS", "52 53;TC", " , "),
    "type": ("CPT", "hcpcs", "RC", "", "odd"),
    "code": ("64640", "0510", "", " J1885 ", "99213"),
}
TEXTS = (
    "",
    "",
    "plain",
    'a "quoted" word',
    "two\nlines",
    "two\r\nlines",
    "\u2019s",
    "a,b",
    "\u00a0",
)

Rows = dict[str, list[dict[str, Any]]]


def cell(text: str) -> str:
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def kind_of(heading: str) -> str:
    return next((word for word in WORDS if word in heading), "")


def made(seed: int, headings: str, records: int) -> bytes:
    """A file of records of every oddity, some torn, with line ends of every kind."""
    pick = random.Random(seed)
    ends = pick.choice((("\n",), ("\r\n",), ("\r",), ("\n", "\r\n", "\r")))
    names = headings.strip().split(",")
    lines = [*HEAD.splitlines(), headings.strip()]
    if pick.random() < 0.3:
        lines.insert(0, "A preamble")
    for _ in range(records):
        cells = []
        for name in names:
            if "type" in name:
                cells.append(pick.choice(WORDS["type"]))
            elif kind := kind_of(name):
                cells.append(pick.choice(WORDS[kind]))
            elif any(word in name for word in ("gross", "dollar", "median")):
                cells.append(pick.choice(AMOUNTS))
            else:
                cells.append(pick.choice(TEXTS))
        chance = pick.random()
        if chance < 0.04:
            cells = cells[: pick.randrange(1, len(cells))]
        elif chance < 0.07:
            cells += [pick.choice(("", "x")) for _ in range(pick.randrange(1, 3))]
        elif chance < 0.09:
            cells = [""] * len(cells)
        elif chance < 0.11:
            cells = []
        elif chance < 0.13:
            cells = [" "] * len(cells)
        lines.append(",".join(cell(text) for text in cells))
    text = "".join(line + pick.choice(ends) for line in lines)
    if pick.random() < 0.3:
        text = text.rstrip("\r\n")
    encoding = pick.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))
    return text.encode(encoding)


def in_pieces(data: bytes, size: int) -> Iterable[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def plainly(chunks: Iterable[bytes]) -> tuple[HospitalAccount, Rows]:
    held: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    account = hospital_csv.read(chunks, lambda table, row: held[table].append(row), where="f")
    rows: Rows = {}
    for table, contract in HOSPITAL.items():
        fields = schema(contract)
        columns = list(zip(*held[table], strict=True)) or [()] * len(fields)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, fields, strict=True)]
        rows[table] = pa.Table.from_arrays(arrays, schema=fields).to_pylist()
    return account, rows


def fast(chunks: Iterable[bytes]) -> tuple[HospitalAccount, Rows]:
    held: dict[str, list[pa.RecordBatch]] = defaultdict(list)
    account = hospital_arrow.read(
        chunks,
        lambda table, batch: held[table].append(batch),
        lambda table: schema(HOSPITAL[table]),
        where="f",
    )
    return account, {
        table: pa.Table.from_batches(held[table], schema(contract)).to_pylist()
        for table, contract in HOSPITAL.items()
    }


@pytest.mark.parametrize("headings", [TALL, WIDE], ids=["tall", "wide"])
@pytest.mark.parametrize("seed", range(12))
def test_made_up_files_are_read_alike(
    seed: int, headings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hospital_arrow, "BLOCK", 4096)
    data = made(seed, headings, 150)
    assert fast(in_pieces(data, 1000)) == plainly(in_pieces(data, 777))


@pytest.mark.parametrize(
    "tail",
    [
        'x,1,CPT,,,,both,,,,,,,,,,"never closed',
        'a"b,"c"d,CPT,,,,both,,,,,,,,,,\n',
        "\n\n\n",
        "",
        "x",
    ],
)
def test_ends_of_files_are_read_alike(tail: str) -> None:
    data = (HEAD + TALL + tail).encode()
    answers: list[object] = []
    for read in (fast, plainly):
        try:
            answers.append(read([data]))
        except FileError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("folder", ["v2-raw", "cms-examples", "validator-fixtures"])
def test_real_files_are_read_alike(folder: str, shared_data: Path) -> None:
    paths = sorted((shared_data / "hospital" / folder).rglob("*.csv"))
    assert paths
    for path in paths:
        answers: list[object] = []
        for read in (fast, plainly):
            try:
                answers.append(read(unpacked_chunks(path)))
            except FileError as error:
                answers.append(str(error))
        assert answers[0] == answers[1], path.name
