"""A payer's in-network file as posted rates.

A file may print tens of millions of prices and few distinct texts about them. So the prices are
sorted with numbers alone (by the rank of their item among codes), and the texts are put to them
piece by piece afterwards, by row number.

Organisations: a TIN is nine digits (fewer lost their zeros where somebody kept it as a number), an
NPI printed in its place is ``npi:``. A TIN of zeros or none says nobody; its group is then one
organisation, named by the lowest of its NPIs. A group without NPIs either leads nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

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
from payeratlas.tables.posted import PROVIDER, RATE

if TYPE_CHECKING:
    import duckdb

    from payeratlas.store.price_manifest import PriceFile

_CHUNK = 1 << 21  # NPIs of provider sets that are brought together at once
_ITEMS = f"""
CREATE TEMP TABLE item AS
SELECT item, code, {lower("billing_code_type")} AS code_type,
       {lower("negotiation_arrangement")} AS arrangement,
       row_number() OVER (ORDER BY code, item) - 1 AS nth
FROM (SELECT *, upper(trim(coalesce(billing_code, ''), {BLANK})) AS code FROM read_parquet(?))
WHERE code <> ''
"""
_ITEM_TEXTS = "SELECT code, upper(code_type) AS code_type, arrangement FROM item ORDER BY nth"
_TERMS_TEXTS = "SELECT * EXCLUDE (terms, nth) FROM terms ORDER BY nth"
# Not known to any schema, a type says nothing of its own: the rate is dollars, as most are, and
# ``methodology`` shows what is printed.
_TERMS = f"""
CREATE TEMP TABLE terms AS
SELECT terms, row_number() OVER (ORDER BY terms) - 1 AS nth, methodology,
       CASE methodology WHEN 'percentage' THEN 'percentage' WHEN 'per diem' THEN 'per_diem'
            WHEN 'derived' THEN 'derived' ELSE 'dollars' END AS kind,
       {modifiers_of("billing_code_modifier")} AS modifiers,
       {lower("billing_class")} AS billing_class, {lower("setting")} AS setting,
       coalesce(array_to_string(list_sort(list_distinct(list_transform(
           list_filter(service_code, lambda x: trim(x, {BLANK}) <> ''),
           lambda x: CASE WHEN length(trim(x, {BLANK})) = 1 THEN '0' ELSE '' END
                     || upper(trim(x, {BLANK}))))), ' '), '') AS places,
       expiration_date AS expiration, nullif(additional_information, '') AS additional
FROM (SELECT *, {lower("negotiated_type")} AS methodology FROM read_parquet(?))
"""
_SETS = """
CREATE TEMP TABLE sets AS
SELECT provider_set, providers, row_number() OVER (ORDER BY provider_set) - 1 AS nth
FROM read_parquet(?) WHERE len(providers) > 0
"""
_NETWORKS = """
SELECT n.network_name
FROM sets s LEFT JOIN (
    SELECT provider_set, string_agg(DISTINCT name, '|' ORDER BY name) AS network_name
    FROM (SELECT provider_set, unnest(providers) AS provider FROM sets) JOIN (
        SELECT DISTINCT provider, unnest(network_name) AS name FROM read_parquet(?)
    ) USING (provider) WHERE trim(name) <> '' GROUP BY provider_set
) n USING (provider_set) ORDER BY s.nth
"""
_AMOUNT = exact("p.negotiated_rate")
_PRICES = f"""
SELECT i.nth AS i, t.nth AS t, s.nth AS s,
       p.item AS at_item, p.rate AS at_rate, p.price AS at_price,
       {_AMOUNT} AS amount,
       CASE WHEN {_AMOUNT} IS NULL THEN p.negotiated_rate_printed END AS amount_printed,
       CASE WHEN s.nth IS NULL THEN NULL ELSE p.provider_set END AS provider_set
FROM read_parquet(?) p JOIN item i USING (item) JOIN terms t USING (terms)
LEFT JOIN sets s USING (provider_set)
ORDER BY i.nth, p.rate, p.price
"""
_COUNTS = """
SELECT count(*), count(*) FILTER (i.item IS NULL), count(*) FILTER (i.item IS NOT NULL AND
       t.terms IS NULL)
FROM read_parquet(?) p LEFT JOIN item i USING (item) LEFT JOIN terms t USING (terms)
"""
_PLACES = "SELECT DISTINCT location FROM read_parquet(?) WHERE kind = 'remote' ORDER BY location"
_GROUP = """provider, kind, provider_group_id, location, tin_type, tin, business_name, npi"""
_GROUPS = f"""
CREATE TEMP TABLE printed AS SELECT {_GROUP} FROM read_parquet(?)
WHERE NOT (kind = 'remote' AND location IN (SELECT unnest(?::VARCHAR[])))
"""
_FETCHED = """
INSERT INTO printed
SELECT r.provider, g.kind, r.provider_group_id, r.location, g.tin_type, g.tin, g.business_name,
       g.npi
FROM (SELECT DISTINCT provider, provider_group_id, location FROM read_parquet(?)
      WHERE kind = 'remote' AND location IN (SELECT unnest(?::VARCHAR[]))) r,
     read_parquet(?) g
"""
_ENTRIES = f"""
CREATE TEMP TABLE entry AS
WITH cleaned AS (
    SELECT *, upper(regexp_replace(coalesce(tin, ''), '[^0-9A-Za-z]', '', 'g')) AS number,
           list_distinct(list_filter(npi, lambda x: {good_npi("x")})) AS good,
           list_distinct(list_filter(npi, lambda x: x <> 0 AND NOT {good_npi("x")})) AS bad
    FROM printed
), named AS (
    SELECT *, CASE
        WHEN ltrim(number, '0') <> '' AND lower(trim(tin_type)) = 'npi' AND length(number) = 10
            THEN 'npi:' || number
        WHEN ltrim(number, '0') <> '' AND length(number) >= 9 THEN 'ein:' || number
        WHEN ltrim(number, '0') <> '' THEN 'ein:' || lpad(number, 9, '0')
        WHEN len(good) > 0 THEN 'npi:' || list_min(good)::VARCHAR
        WHEN kind = 'remote' AND location IS NOT NULL THEN 'ref:' || location
        ELSE 'ref:' || coalesce(provider_group_id, '#' || provider::VARCHAR)
    END AS organisation FROM cleaned
)
SELECT provider, organisation,
       min(CASE WHEN organisation NOT LIKE 'ref:%' THEN 'known'
                WHEN kind = 'remote' THEN 'remote' ELSE 'dangling' END) AS state_of_reference,
       min(nullif(trim(business_name), '')) AS name,
       list_distinct(flatten(list(coalesce(good, [])))) AS good,
       list_distinct(flatten(list(coalesce(bad, [])))) AS bad
FROM named GROUP BY provider, organisation
"""
_WEIGHTS = """
SELECT s.provider_set, sum(e.weight)::BIGINT AS weight
FROM (SELECT provider_set, unnest(providers) AS provider FROM sets) s JOIN (
    SELECT provider, sum(1 + len(good) + len(bad)) AS weight FROM entry GROUP BY provider
) e USING (provider) GROUP BY s.provider_set ORDER BY s.provider_set
"""
_PROVIDERS = """
SELECT provider_set, organisation, state_of_reference, name, NULL::VARCHAR AS us_state,
       NULL::VARCHAR AS zip, len(good)::INTEGER AS npis, good[1:100] AS npi,
       len(bad)::INTEGER AS bad_npis
FROM (
    SELECT s.provider_set, e.organisation, min(e.state_of_reference) AS state_of_reference,
           min(e.name) AS name, list_sort(list_distinct(flatten(list(e.good)))) AS good,
           list_distinct(flatten(list(e.bad))) AS bad
    FROM (SELECT provider_set, unnest(providers) AS provider FROM sets
          WHERE provider_set BETWEEN ? AND ?) s JOIN entry e USING (provider)
    GROUP BY s.provider_set, e.organisation
) ORDER BY provider_set, organisation
"""


def write(
    connection: duckdb.DuckDBPyConnection,
    file: PriceFile,
    plan: str | None,
    reference: Callable[[str], PriceFile | None],
    sheets: Sheets,
) -> RowAccount:
    """Write the posted rates of an in-network file and who they are for.

    ``plan`` is what plan they are of, where known; ``reference`` gives the provider-reference file
    on hand of an address. The account is of the prices of the file.
    """
    if (prices := file.table_path("tic_price")) is None:
        return RowAccount(0, 0)
    connection.execute(_ITEMS, [file.table_path("tic_item")])
    connection.execute(_TERMS, [file.table_path("tic_terms")])
    connection.execute(_SETS, [file.table_path("tic_provider_set")])
    payer = file.printed.get("reporting_entity_name") or file.payer or None
    _rates(connection, file, prices, (payer, plan), sheets)
    _providers(connection, file, reference, sheets)
    read, no_code, no_terms = _row(connection.execute(_COUNTS, [prices]))
    rejected = [(reason, n) for reason, n in (("no_code", no_code), ("no_terms", no_terms)) if n]
    return RowAccount(read, sheets.rows.get(RATE.name, 0), tuple(rejected))


def _rates(
    connection: duckdb.DuckDBPyConnection,
    file: PriceFile,
    prices: str,
    whose: tuple[str | None, str | None],
    sheets: Sheets,
) -> None:
    import pyarrow as pa

    groups = file.table_path("tic_provider_group")
    texts = {
        "i": texts_of(connection.sql(_ITEM_TEXTS)),
        "t": texts_of(connection.sql(_TERMS_TEXTS)),
        "s": texts_of(connection.sql(_NETWORKS, params=[groups])),
    }
    for piece in connection.sql(_PRICES, params=[prices]).to_arrow_reader(ROW_GROUP):
        columns = taken(piece, texts)
        for name, text in zip(("payer_name", "plan_name"), whose, strict=True):
            columns[name] = pa.repeat(pa.scalar(text, pa.string()), piece.num_rows)
        sheets.add(RATE.name, columns)


def _providers(
    connection: duckdb.DuckDBPyConnection,
    file: PriceFile,
    reference: Callable[[str], PriceFile | None],
    sheets: Sheets,
) -> None:
    groups = file.table_path("tic_provider_group")
    if groups is None:
        return
    places: dict[str, list[str]] = {}  # addresses by the table of the file that stands there
    for (location,) in connection.execute(_PLACES, [groups]).fetchall():
        known = reference(location) if location else None
        if known is not None and (path := known.table_path("tic_provider_group")) is not None:
            places.setdefault(path, []).append(location)
    fetched = [location for locations in places.values() for location in locations]
    connection.execute(_GROUPS, [groups, fetched])
    for path, locations in places.items():
        connection.execute(_FETCHED, [groups, locations, path])
    connection.execute(_ENTRIES)
    weights = connection.execute(_WEIGHTS).fetchall()
    for first, last in _chunks(weights):
        rows = connection.sql(_PROVIDERS, params=[first, last]).to_arrow_table()
        sheets.add(PROVIDER.name, rows)


def _chunks(weights: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of set numbers that have at most ``_CHUNK`` NPIs, or one set."""
    start, total = 0, 0
    for at, (_, weight) in enumerate(weights):
        if at > start and total + weight > _CHUNK:
            yield weights[start][0], weights[at - 1][0]
            start, total = at, 0
        total += weight
    if weights:
        yield weights[start][0], weights[-1][0]


def _row(found: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    row = found.fetchone()
    assert row is not None
    return row
