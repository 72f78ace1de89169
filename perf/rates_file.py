"""Makes posted rates of payers and hospitals as Parquet, the same for the same arguments.

The layout is that of ``tables.posted``, as the store keeps it. A fifth of the rates are of nine
hospitals, the others of three payers: each schedule is printed again for every provider set. Codes
are those of the fee schedules, drawn so that the first hundredth of them has a fifth of the rates.
Amounts lie around what a schedule would say; one in fifty is a placeholder, zero or far too much.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from payeratlas.rates.benchmark import FileNote
from payeratlas.rates.evidence import Evidence, encode
from payeratlas.rates.on_hand import entry_of
from payeratlas.rates.rows import OnHand
from payeratlas.store.benchmarks import MANIFEST
from payeratlas.store.posted_write import ROW_GROUP
from payeratlas.tables.contract import Table
from payeratlas.tables.posted import PROVIDER, RATE, schema

PAYERS = ("UnitedHealthcare Example", "Aetna Example", "Cigna Example")
PLANS = ("PPO", "HMO", "Open Access", "Commercial")
HOSPITALS = 9
SETS = 1000  # provider sets of a payer, of up to ten organisations each
DAY = "2026-04-01"

_TYPES = {"text": "VARCHAR", "integer": "INTEGER", "integers": "BIGINT[]"}
_CODE = "codes[1 + floor(len(codes) * pow(u, 3))::INTEGER]"
_AMOUNT = """
CASE WHEN r % 50 = 7 THEN [0, 0.01, 999999999, 250000][1 + r % 4]
     ELSE round((40 + hash(code, {seed}) % 900) * (1 + {spread} / 10), 2) END::DECIMAL(20, 6)
"""


def make(folder: Path, rates: int, codes: Sequence[str], seed: int = 64640) -> list[OnHand]:
    """Write the files and the manifest of ``rates`` posted rates below ``folder``."""
    each = {name: rates * 4 // 5 // len(PAYERS) for name in PAYERS}
    each |= {f"Hospital {n}": rates // 5 // HOSPITALS for n in range(HOSPITALS)}
    mixed = random.Random(seed).sample(sorted(codes), len(codes))
    entries, files = [], []
    for number, (name, rows) in enumerate(each.items()):
        kind = "payer" if name in PAYERS else "hospital"
        file = _file(folder, f"{number:016x}", name, kind, rows, mixed, seed + number)
        paths = {table: str(path.relative_to(folder)) for table, path in file.tables.items()}
        assert file.evidence is not None
        entries.append(entry_of(file, codes, paths, str(file.evidence.relative_to(folder))))
        files.append(file)
    (folder / MANIFEST).write_text(json.dumps(entries), encoding="utf-8")
    return files


def _file(
    folder: Path, name: str, title: str, kind: str, rows: int, codes: Sequence[str], seed: int
) -> OnHand:
    tables = {t: folder / f"{name}-{t}.parquet" for t in ("posted_rate", "posted_provider")}
    evidence = folder / f"{name}-evidence.json"
    evidence.write_bytes(encode(Evidence()))
    payer = kind == "payer"
    told = {
        "code": "code",
        "code_type": "'CPT'",
        "at_item": "1 + (r // 100)::INTEGER",
        "at_rate": "1 + (r % 100)::INTEGER",
        "at_price": "1",
        "payer_name": f"'{title}'" if payer else f"{list(PAYERS)}[1 + h % {len(PAYERS)}]",
        "plan_name": "NULL" if payer else f"{list(PLANS)}[1 + h // 8 % {len(PLANS)}]",
        "arrangement": "'ffs'" if payer else "NULL",
        "kind": "'dollars'",
        "methodology": "'negotiated'" if payer else "'fee schedule'",
        "amount": _AMOUNT.format(seed=seed, spread="(h // 64 % 12)"),
        "modifiers": "CASE WHEN h % 16 = 3 THEN '26' ELSE '' END",
        "billing_class": "'professional'" if payer else "'facility'",
        "setting": "NULL" if payer else "'outpatient'",
        "places": "CASE WHEN h // 16 % 2 = 0 THEN '11' ELSE '21 22 23' END" if payer else "''",
        "expiration": "'9999-12-31'" if payer else "NULL",
        "provider_set": f"(1 + h // 64 % {SETS})::INTEGER" if payer else "1",
    }
    drawn = f"""
SELECT *, {_CODE} AS code FROM (
    SELECT r, (hash(r, {seed}) % 1000000)::BIGINT AS h, hash({seed}, r, 1) % 1000003 / 1000003 AS u,
           $codes AS codes FROM range({rows}) t(r)
)"""
    _write(RATE, told, drawn, tables["posted_rate"], "code, at_item, at_rate", {"codes": [*codes]})
    state = f"'{('CA', 'TX', 'NY', 'IL')[seed % 4]}'"
    who = {
        "provider_set": "s::INTEGER",
        "organisation": "printf('ein:%09d', o)" if payer else f"'hospital:{title}'",
        "state_of_reference": "'known'",
        "name": "'Organisation ' || o" if payer else f"'{title}'",
        "us_state": "NULL" if payer else state,
        "npis": "3",
        "npi": "[1000000000 + o * 3, 1000000001 + o * 3, 1000000002 + o * 3]",
        "bad_npis": "0",
    }
    sets = f"""
SELECT DISTINCT s, (hash(s, m, {seed}) % 5000)::BIGINT AS o
FROM range(1, {SETS if payer else 1} + 1) a(s), range({10 if payer else 1}) b(m)"""
    _write(PROVIDER, who, sets, tables["posted_provider"], "provider_set, organisation", {})
    note = FileNote(name, f"{title}.json", name * 4, rows, "", title, kind, "", DAY, "2.0.0")
    return OnHand(note, title, "", frozenset(codes), tables, name[:12], evidence)


def _write(
    table: Table,
    told: Mapping[str, str],
    rows: str,
    path: Path,
    order: str,
    values: Mapping[str, Sequence[str]],
) -> None:
    """One table in the layout of the store; what ``told`` leaves out is null."""
    columns = []
    for column in table.columns:
        kind = _TYPES.get(column.kind, "DECIMAL(20, 6)")
        columns.append(f"({told.get(column.name, 'NULL')})::{kind} AS {column.name}")
    assert [column.name for column in table.columns] == schema(table).names
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        connection.execute(f"SET temp_directory = '{path.parent / 'spill'}'")
        connection.execute(
            f"COPY (SELECT {', '.join(columns)} FROM ({rows}) ORDER BY {order}) TO '{path}' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})",
            dict(values) or None,
        )
