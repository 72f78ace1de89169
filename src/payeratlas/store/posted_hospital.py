"""A hospital's file as posted rates: each charge for each code of its item.

A hospital prints a service once with all the codes it has for it: CPT or HCPCS, a revenue code, its
own charge code. Each is a row of its own type; a code that an item prints twice (as CPT and as the
hospital's own) is one row, of the type that others share. As in ``posted_tic``, numbers are sorted
and the texts put to them afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from payeratlas.model.provenance import RowAccount
from payeratlas.store.posted_write import (
    BLANK,
    ROW_GROUP,
    Sheets,
    exact,
    good_npi,
    lower,
    modifiers_of,
    taken,
    texts_of,
)
from payeratlas.tables.posted import ITEM, PROVIDER, RATE

if TYPE_CHECKING:
    import duckdb

    from payeratlas.store.price_manifest import PriceFile

_SET = 1  # the hospital: the only provider set of its file
_OWN = "('LOCAL', 'CDM', '')"  # types of codes that mean something in one hospital only
# The end of an address: a state by its postal letters, and a ZIP.
_ADDRESS_END = re.compile(
    r"\b(A[KLRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]"
    r"|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY])[\s,.]+([0-9]{5})(?:-?[0-9]{4})?\W*$"
)

# Revenue codes 096x to 098x are professional fees (NUBC): no facility's, whatever else is printed.
_PROFESSIONAL = f"""CASE WHEN len(list_filter(list_zip(coalesce(code, []), coalesce(code_type, [])),
           lambda x: upper(trim(x[2], {BLANK})) = 'RC'
                     AND regexp_full_match(trim(x[1], {BLANK}), '0?9[678][0-9]'))) > 0
       THEN 'professional' END"""
_PAIRS = f"""
CREATE TEMP TABLE pair AS
WITH printed AS (
    SELECT item, upper(trim(unnest(code), {BLANK})) AS code,
           upper(trim(coalesce(unnest(code_type), ''), {BLANK})) AS code_type,
           generate_subscripts(code, 1) AS place
    FROM read_parquet(?)
), chosen AS (
    SELECT item, code, count(*) AS times,
           arg_min(nullif(code_type, ''), (code_type IN {_OWN}, place)) AS code_type
    FROM printed WHERE code <> '' GROUP BY item, code
)
SELECT item, code, times, code_type, row_number() OVER (ORDER BY code, item) - 1 AS nth
FROM chosen
"""
_ITEMS = f"""
CREATE TEMP TABLE item AS
SELECT item, record, charge, {lower("setting")} AS setting,
       coalesce({lower("billing_class")}, {_PROFESSIONAL}) AS billing_class,
       {modifiers_of("modifiers", revenue=True)} AS modifiers,
       {", ".join(f"{exact(c)} AS {c}" for c in ("gross", "cash", "minimum", "maximum"))},
       notes, row_number() OVER (ORDER BY item) - 1 AS nth,
       len(list_filter(coalesce(code, []), lambda x: trim(x, {BLANK}) <> '')) AS codes,
       len(coalesce(code, [])) AS printed
FROM read_parquet(?)
"""
# What is printed of the rate itself. Of a charge that prints dollars and a percentage, dollars are
# the rate; allowed amounts alone are no rate, but are kept with the words that there are.
_CHARGES = f"""
CREATE TEMP TABLE charge AS
SELECT c.*, i.nth AS i, i.record AS at_item, i.charge AS element, i.codes, i.printed,
       {lower("c.methodology")} AS method, coalesce(c.notes, i.notes) AS remark,
       CASE WHEN dollar IS NOT NULL THEN 'dollars'
            WHEN percentage IS NOT NULL THEN 'percentage'
            WHEN dollar_printed IS NOT NULL THEN 'dollars'
            WHEN percentage_printed IS NOT NULL THEN 'percentage'
            WHEN coalesce(algorithm, estimated::VARCHAR, estimated_printed, median::VARCHAR,
                          p10::VARCHAR, p90::VARCHAR) IS NOT NULL THEN 'algorithm'
       END AS what
FROM (SELECT * REPLACE (
        {", ".join(f"{exact(c)} AS {c}" for c in ("dollar", "percentage", "median", "p10", "p90"))}
    ) FROM read_parquet(?)) c JOIN item i USING (item)
"""
_TEXTS = """
CREATE TEMP TABLE texts AS
SELECT *, row_number() OVER (
    ORDER BY payer_name, plan_name, what, method, remark, count, said) - 1 AS nth
FROM (
    SELECT DISTINCT payer_name, plan_name, what, method, remark, count,
           CASE WHEN what = 'algorithm' THEN algorithm END AS said
    FROM charge WHERE what IS NOT NULL
)
"""
_TEXT_COLUMNS = """
SELECT payer_name, plan_name, method AS methodology, count AS allowed_count,
       nullif(concat_ws('; ', said, remark), '') AS additional,
       CASE WHEN what <> 'dollars' THEN what WHEN method = 'per diem' THEN 'per_diem'
            WHEN method = 'case rate' THEN 'case' ELSE 'dollars' END AS kind
FROM texts ORDER BY nth
"""
_ITEM_COLUMNS = """
SELECT setting, billing_class, modifiers, gross, cash FROM item ORDER BY nth
"""
_PAIR_COLUMNS = "SELECT code, code_type FROM pair ORDER BY nth"
_RATES = """
SELECT p.nth AS p, c.i, t.nth AS t, c.at_item,
       CASE WHEN c.element > 0 THEN c.element ELSE c."column" END AS at_rate,
       c.payer AS at_price,
       CASE c.what WHEN 'dollars' THEN c.dollar WHEN 'percentage' THEN c.percentage END AS amount,
       CASE WHEN c.what = 'dollars' AND c.dollar IS NULL THEN c.dollar_printed
            WHEN c.what = 'percentage' AND c.percentage IS NULL THEN c.percentage_printed
       END AS amount_printed,
       CASE WHEN c.what <> 'dollars' THEN coalesce(c.estimated::VARCHAR, c.estimated_printed)
       END AS estimate,
       c.median AS allowed_median, c.p10 AS allowed_p10, c.p90 AS allowed_p90
FROM charge c JOIN pair p USING (item)
JOIN texts t ON c.payer_name IS NOT DISTINCT FROM t.payer_name
    AND c.plan_name IS NOT DISTINCT FROM t.plan_name AND c.what = t.what
    AND c.method IS NOT DISTINCT FROM t.method AND c.remark IS NOT DISTINCT FROM t.remark
    AND c.count IS NOT DISTINCT FROM t.count
    AND CASE WHEN c.what = 'algorithm' THEN c.algorithm END IS NOT DISTINCT FROM t.said
ORDER BY p.nth, at_rate, at_price
"""
_COUNTS = """
SELECT coalesce(sum(greatest(printed, 1)), 0)::BIGINT,
       coalesce(sum(CASE WHEN printed = 0 THEN 1 ELSE printed - codes END), 0)::BIGINT,
       coalesce(sum(CASE WHEN what IS NULL THEN codes END), 0)::BIGINT,
       coalesce(sum(CASE WHEN what IS NOT NULL THEN codes - n END), 0)::BIGINT
FROM charge LEFT JOIN (SELECT item, count(*) AS n FROM pair GROUP BY item) USING (item)
"""
# A tall file prints the same of a service in the record of each payer: once is enough.
_PRICED = """
SELECT code, code_type, min(record) AS at_item, arg_min(charge, i.item) AS at_rate,
       count(*)::INTEGER AS items, setting, billing_class, modifiers, gross, cash, minimum, maximum
FROM pair p JOIN item i USING (item)
WHERE coalesce(gross, cash, minimum, maximum) IS NOT NULL
GROUP BY ALL ORDER BY code, at_item, at_rate, code_type
"""
_HOSPITAL = f"""
SELECT hospital_name, address, license_number, license_state,
       list_sort(list_distinct(list_filter(npi, lambda x: {good_npi("x")}))) AS good,
       list_distinct(npi) AS npi, type_2_npi
FROM (SELECT *, list_transform(list_filter(coalesce(type_2_npi, []),
             lambda x: regexp_full_match(trim(x, {BLANK}), '[0-9]{{1,18}}')),
             lambda x: trim(x, {BLANK})::BIGINT) AS npi FROM read_parquet(?))
"""


def write(connection: duckdb.DuckDBPyConnection, file: PriceFile, sheets: Sheets) -> RowAccount:
    """Write the posted rates of a hospital's file, the prices of its items, and who it is.

    The account is of pairs of a charge and a printed code of its item; a charge of an item without
    codes counts once.
    """
    items, charges = file.table_path("hospital_item"), file.table_path("hospital_charge")
    _who(connection, file, sheets)
    if items is None:
        return RowAccount(0, 0)
    connection.execute(_PAIRS, [items])
    connection.execute(_ITEMS, [items])
    sheets.add(ITEM.name, connection.sql(_PRICED).to_arrow_table())
    if charges is None:
        return RowAccount(0, 0)
    connection.execute(_CHARGES, [charges])
    connection.execute(_TEXTS)
    _rates(connection, sheets)
    counted = connection.execute(_COUNTS).fetchone()
    assert counted is not None
    read, no_code, no_rate, same_code = counted
    rejected = [(reason, n) for reason, n in (("no_code", no_code), ("no_rate", no_rate)) if n]
    merged = [("same_code_of_an_item", same_code)] if same_code else []
    return RowAccount(read, sheets.rows.get(RATE.name, 0), tuple(rejected), tuple(merged))


def _rates(connection: duckdb.DuckDBPyConnection, sheets: Sheets) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = {
        "p": texts_of(connection.sql(_PAIR_COLUMNS)),
        "i": texts_of(connection.sql(_ITEM_COLUMNS)),
        "t": texts_of(connection.sql(_TEXT_COLUMNS)),
    }
    for piece in connection.sql(_RATES).to_arrow_reader(ROW_GROUP):
        columns = taken(piece, texts)
        estimate = pc.binary_join_element_wise(
            pa.scalar("estimated allowed amount"), piece["estimate"], " "
        )
        words = columns["additional"]
        both = pc.binary_join_element_wise(estimate, words, "; ")  # null where one of them is
        columns["additional"] = pc.coalesce(both, estimate, words)
        empty = pa.repeat(pa.scalar(""), piece.num_rows)
        number = pa.repeat(pa.scalar(_SET, pa.int32()), piece.num_rows)
        sheets.add(RATE.name, {**columns, "places": empty, "provider_set": number})


def _who(connection: duckdb.DuckDBPyConnection, file: PriceFile, sheets: Sheets) -> None:
    import pyarrow as pa

    found = connection.execute(_HOSPITAL, [file.table_path("hospital_file")]).fetchone()
    assert found is not None
    name, addresses, number, state, good, npis, printed = found
    where, zip_code = place_of(addresses or (), state)
    bad = len(npis) - len(good) + sum(not (text or "").strip().isdigit() for text in printed or ())
    row = {
        "provider_set": _SET,
        "organisation": f"hospital:{_named(name, where, number, good)}",
        "state_of_reference": "known",
        "name": name,
        "us_state": where,
        "zip": zip_code,
        "npis": len(good),
        "npi": good[:100],
        "bad_npis": bad,
    }
    sheets.add(PROVIDER.name, {key: pa.array([value]) for key, value in row.items()})


def place_of(addresses: Sequence[str], state: str | None) -> tuple[str | None, str | None]:
    """The state and five-digit ZIP of a hospital: of the first address that ends in both.

    An address is right where the state of the licence is another: files carry headings of a
    template that name the wrong one. That state is taken only where no address tells.
    """
    for address in addresses:
        found = _ADDRESS_END.search(address.upper())
        if found is not None:
            return found.group(1), found.group(2)
    return (state or "").strip().upper() or None, None


def _named(name: str | None, state: str | None, number: str | None, npis: list[int]) -> str:
    """What names a hospital: its lowest NPI, else its licence in its state, else its name."""
    if npis:
        return str(npis[0])
    if number and number.strip():
        return " ".join(filter(None, (state, re.sub(r"\s+", " ", number.strip()))))
    return (name or "").strip() or "unnamed"
