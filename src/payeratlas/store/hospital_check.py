"""Does a hospital's file keep CMS's rules: the verdict, from the tables that were read of it.

The rules are those of the data dictionaries 2.2 and 3.0 and their conditional requirements (45 CFR
180.50). Each is one condition in SQL with one name, or a count of what the reader noticed where the
tables do not hold it: what is under modifier_information of a JSON file, and whether a JSON text is
empty or absent. Whether a description is there cannot be told.

That a file keeps the rules says nothing of whether its amounts are plausible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from payeratlas.formats.price_account import accounts_of
from payeratlas.store.price_manifest import PriceFile

_FIRST = 5  # places that are told of each rule
_HAS = "(dollar IS NOT NULL OR dollar_printed IS NOT NULL OR percentage IS NOT NULL OR {0})"
_CHARGED = _HAS.format("percentage_printed IS NOT NULL OR algorithm IS NOT NULL")
_PRICED = "(dollar IS NOT NULL OR dollar_printed IS NOT NULL)"
_SHARED = "(percentage IS NOT NULL OR percentage_printed IS NOT NULL OR algorithm IS NOT NULL)"
_NUMBER = r"'^[0-9]*\.?[0-9]+$'"


def _bad(*names: str) -> str:
    """That one of these amounts is no positive number."""
    return " OR ".join(
        f"{name} <= 0 OR NOT regexp_full_match({name}_printed, {_NUMBER})" for name in names
    )


def _absent(*names: str) -> str:
    """That one of these amounts is absent, as a number and as text."""
    return " OR ".join(f"({name} IS NULL AND {name}_printed IS NULL)" for name in names)


_TYPES = (
    *("CPT", "NDC", "HCPCS", "RC", "ICD", "DRG", "MS-DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG"),
    *("APR-DRG", "APC", "LOCAL", "EAPG", "HIPPS", "CDT", "CDM", "TRIS-DRG"),
)
_TYPES_3 = (*_TYPES, "CMG", "MS-LTC-DRG")

# A record that names a modifier and no code says how the modifier changes charges. Charges of such
# records, and those of a wide file under headings without a plan, are not ``judged``: CMS's
# validator passes them by.
_OF_ITEMS = {
    "setting": "(code IS NOT NULL OR setting IS NOT NULL) AND "
    "coalesce(lower(setting), '') NOT IN ('inpatient', 'outpatient', 'both')",
    "billing_class": "lower(billing_class) NOT IN ('professional', 'facility', 'both')",
    "code_missing": "code IS NULL AND modifiers IS NULL",
    "code_type": "len([t FOR t IN code_type IF upper(t) NOT IN {types}]) > 0",
    "number": _bad("gross", "cash", "minimum", "maximum"),
}
_OF_ITEMS_2_1 = {
    "item_requires_charge": "code IS NOT NULL AND gross IS NULL AND gross_printed IS NULL AND "
    "cash IS NULL AND cash_printed IS NULL AND NOT charged",
    "dollar_needs_min_max": f"priced AND ({_absent('minimum', 'maximum')})",
}
_OF_ITEMS_2_2 = {
    "drug_information": "(list_contains([upper(t) FOR t IN code_type], 'NDC') AND "
    "(drug_unit IS NULL OR drug_type IS NULL)) OR (drug_unit IS NULL) <> (drug_type IS NULL) OR "
    "upper(drug_type) NOT IN ('GR', 'ME', 'ML', 'UN', 'F2', 'EA', 'GM')",
}
_OF_CHARGES = {
    "number": f"judged AND ({_bad('dollar', 'percentage', 'estimated', 'median', 'p10', 'p90')})",
    "payer_and_plan": f"layout <> 'wide' AND {_CHARGED} AND "
    "(payer_name IS NULL OR plan_name IS NULL)",
    "methodology": f"judged AND (({_CHARGED} AND methodology IS NULL) OR lower(methodology) NOT IN "
    "('case rate', 'fee schedule', 'percent of total billed charges', 'per diem', 'other'))",
}
_OF_CHARGES_2_1 = {
    "other_needs_notes": "lower(methodology) = 'other' AND told IS NULL",
}
_OF_CHARGES_2_2 = {
    "estimate_missing": f"judged AND {_SHARED} AND NOT {_PRICED} AND ({_absent('estimated')})",
}
_OF_CHARGES_3 = {
    "count": 'NOT regexp_full_match(lower("count"), '
    "'0|1 through 10|1[1-9]|[2-9][0-9]+|1[0-9]{2,}')",
    "count_missing": f'judged AND {_SHARED} AND "count" IS NULL',
    "allowed_amounts_missing": f"judged AND {_SHARED} AND \"count\" <> '0' AND "
    f"({_absent('median', 'p10', 'p90')})",
    "zero_count_needs_notes": "\"count\" = '0' AND told IS NULL",
    "payer_without_charge": f"judged AND layout <> 'wide' AND NOT {_CHARGED} AND "
    "(payer_name IS NOT NULL OR plan_name IS NOT NULL)",
}
# What the reader of JSON noticed, by rule: names of oddities, of whichever table.
_NOTICED = {"number_as_text": ("number_as_text",)}
_MODIFIERS = ("modifier_information_not_an_object", "modifier_information_incomplete")
_NOTICED_2_2 = {"modifier_information": _MODIFIERS, "drug_unit": ("drug_unit_as_number",)}
_NOTICED_3 = {
    "modifier_information": (*_MODIFIERS, "modifier_setting_unknown"),
    "drug_unit": ("drug_unit_as_text",),
    "empty_text": (
        *("location_empty", "address_empty", "type_2_npi_empty", "modifier_empty"),
        *("notes_empty", "algorithm_empty"),
    ),
}
_STATES = frozenset(
    (
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL"),
        *("IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE"),
        *("NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD"),
        *("TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI"),
        *("UM"),
    )
)
_DATES = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})"),
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a file breaks: how often, and the first places.

    A place is ``record 12`` of a CSV file, a pointer (RFC 6901) into JSON, or ``headings``.
    """

    rule: str
    count: int
    places: tuple[str, ...]


def rules_of(file: PriceFile) -> str:
    """The version by whose rules a file is judged: 3.0 where it declares one, else 2.2."""
    return "3.0" if (file.printed.get("version") or "").strip().startswith("3") else "2.2"


def violations(file: PriceFile, version: str = "") -> tuple[Violation, ...]:
    """The rules of a version (2.0, 2.1, 2.2 or 3.0; by default ``rules_of``) that a hospital's file
    breaks."""
    version = version or rules_of(file)
    third = version >= "3"
    found = [*_of_file(file, third), *_of_records(file, version)]
    if file.table_path("hospital_item") is None:
        return (*found, Violation("no_items", 1, ("headings",)))
    import duckdb  # late: few commands judge a file

    with duckdb.connect() as connection:
        connection.execute("SET threads = 1; SET memory_limit = '300MB'")
        _views(connection, file)
        of_items, of_charges = _rules(version)
        types = str(_TYPES_3 if third else _TYPES)
        for rules, view in ((of_items, "items"), (of_charges, "charges")):
            for rule, condition in rules.items():
                where = condition.replace("{types}", types)
                (count,) = connection.execute(
                    f"SELECT count(*) FROM {view} WHERE {where}"
                ).fetchone() or (0,)
                if count:
                    rows = connection.execute(
                        f"SELECT record, charge, payer FROM {view} WHERE {where} "
                        f"ORDER BY item, payer LIMIT {_FIRST}"
                    ).fetchall()
                    places = tuple(_place(file, *row) for row in rows)
                    found.append(Violation(rule, count, places))
    return tuple(found)


def _rules(version: str) -> tuple[dict[str, str], dict[str, str]]:
    """The rules of items and of charges: each version has those before, but for the estimate."""
    items, charges = dict(_OF_ITEMS), dict(_OF_CHARGES)
    if version >= "2.1":
        items |= _OF_ITEMS_2_1
        charges |= _OF_CHARGES_2_1
    if version >= "2.2":
        items |= _OF_ITEMS_2_2
        charges |= _OF_CHARGES_3 if version >= "3" else _OF_CHARGES_2_2
    return items, charges


def _views(connection: object, file: PriceFile) -> None:
    """Items with whether any charge of them has a rate; charges with the notes that explain it."""
    execute = connection.execute  # type: ignore[attr-defined]
    item = f"read_parquet('{_quoted(file.table_path('hospital_item'))}')"
    path = file.table_path("hospital_charge")
    if path is None:
        execute(
            "CREATE VIEW items AS SELECT *, 0 AS payer, false AS charged, false AS priced "
            f"FROM {item}"
        )
        empty = (*("dollar", "percentage", "estimated", "median", "p10", "p90"),)
        amounts = ", ".join(f"0.0 AS {n}, '' AS {n}_printed" for n in empty)
        execute(
            f"CREATE VIEW charges AS SELECT item, record, charge, 0 AS payer, {amounts}, "
            "'' AS payer_name, '' AS plan_name, '' AS algorithm, '' AS \"count\", "
            f"'' AS methodology, '' AS told, '' AS layout, true AS judged FROM {item} WHERE false"
        )
        return
    charge = f"read_parquet('{_quoted(path)}')"
    layout = file.printed.get("layout")
    notes = "coalesce(c.notes, i.notes)" if layout == "tall" else "c.notes"
    execute(
        f"CREATE VIEW charges AS SELECT c.*, i.record, i.charge, {notes} AS told, "
        f"'{layout}' AS layout, "
        f"i.code IS NOT NULL AND ('{layout}' <> 'wide' OR plan_name IS NOT NULL) AS judged "
        f"FROM {charge} c JOIN {item} i USING (item)"
    )
    execute(
        "CREATE VIEW items AS SELECT i.*, 0 AS payer, coalesce(c.charged, false) AS charged, "
        f"coalesce(c.priced, false) AS priced FROM {item} i LEFT JOIN "
        f"(SELECT item, bool_or({_CHARGED}) AS charged, bool_or({_PRICED}) AS priced "
        f"FROM {charge} GROUP BY item) c USING (item)"
    )


def _quoted(path: str | None) -> str:
    return (path or "").replace("'", "''")


def _place(file: PriceFile, record: int, charge: int, payer: int) -> str:
    if file.printed.get("layout") != "json":
        return f"record {record}"
    at = f"/standard_charge_information/{record - 1}/standard_charges/{charge - 1}"
    return f"{at}/payers_information/{payer - 1}" if payer else at


def _of_file(file: PriceFile, third: bool) -> list[Violation]:
    """What is missing or wrong in what the file prints of itself."""
    printed = file.printed
    needed = ["hospital_name", "last_updated_on", "version", "location", "address", "attestation"]
    needed += ["type_2_npi", "attester_name"] if third else []
    missing = [name for name in needed if not printed.get(name)]
    found = [Violation(f"{name}_missing", 1, ("headings",)) for name in missing]
    if (updated := printed.get("last_updated_on")) and not _is_day(updated):
        found.append(Violation("date", 1, ("headings",)))
    if printed.get("license_state") not in _STATES:
        found.append(Violation("state", 1, ("headings",)))
    confirmed = (printed.get("attestation") or "true").lower()
    if confirmed not in ("true", "false"):
        found.append(Violation("attestation", 1, ("headings",)))
    return found


def _of_records(file: PriceFile, version: str) -> list[Violation]:
    """What the reader noticed: records torn or before the headings, and headings miswritten."""
    torn = dict(accounts_of(file.account)["records"].rejected)
    found = [
        Violation(name, torn[name], ())
        for name in ("cells_too_few", "cells_too_many", "preamble")
        if name in torn
    ]
    for odd in ("column_missing", "placeholder", "plan_blank", "general_headings_missing"):
        if count := file.account.oddities.get(f"hospital_file.{odd}"):
            found.append(Violation(odd, count, ("headings",)))
    if count := file.account.oddities.get("hospital_item.code_type_alone"):
        found.append(Violation("code_missing_beside_type", count, ()))
    noticed: dict[str, tuple[str, ...]] = dict(_NOTICED)
    if version >= "2.2":
        noticed |= _NOTICED_3 if version >= "3" else _NOTICED_2_2
    for rule, odds in noticed.items():
        named = (n for name, n in file.account.oddities.items() if name.split(".")[1] in odds)
        if count := sum(named):
            found.append(Violation(rule, count, ()))
    return found


def _is_day(text: str) -> bool:
    for pattern in _DATES:
        if found := pattern.fullmatch(text.strip()):
            try:
                date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return False
            return True
    return False
