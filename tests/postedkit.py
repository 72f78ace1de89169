"""Posted rates the slow and obvious way, from the same tables, one row at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from payeratlas.formats.tic_rows import luhn
from payeratlas.store.posted import Posted
from payeratlas.store.price_manifest import PriceFile

Row = dict[str, Any]
Rows = list[Row]


def rows_of(file: PriceFile, table: str) -> Rows:
    """The rows of a table of a price file, in its order; none where it has no such table."""
    path = file.table_path(table)
    return pq.read_table(path).to_pylist() if path else []


def held(found: Posted, table: str) -> Rows:
    """The rows of a table of posted rates, in its order."""
    path = found.paths.get(table)
    return pq.read_table(path).to_pylist() if path else []


def lower(text: str | None) -> str | None:
    """Trimmed and lower case; None where nothing is left."""
    return (text or "").strip().lower() or None


def words(texts: Iterable[str]) -> str:
    """Distinct texts in order, as one."""
    return " ".join(sorted(set(texts)))


def modifiers(printed: Sequence[str] | None) -> str:
    """What of a list of modifiers is one."""
    found = re.findall("[A-Z0-9]+", " ".join(printed or ()).upper())
    return words(word for word in found if word != "00")


def good(npi: int) -> bool:
    """Whether it is an NPI."""
    return len(str(npi)) == 10 and luhn(npi)


def tic_rates(file: PriceFile, plan: str | None) -> Rows:
    """``posted_rate`` of an in-network file."""
    items = {row["item"]: row for row in rows_of(file, "tic_item")}
    terms = {row["terms"]: row for row in rows_of(file, "tic_terms")}
    sets = {row["provider_set"]: row["providers"] for row in rows_of(file, "tic_provider_set")}
    networks: dict[int, set[str]] = {}
    for group in rows_of(file, "tic_provider_group"):
        networks.setdefault(group["provider"], set()).update(group["network_name"] or ())
    kinds = {"percentage": "percentage", "per diem": "per_diem", "derived": "derived"}
    found = []
    for price in rows_of(file, "tic_price"):
        item, term = items[price["item"]], terms[price["terms"]]
        code = (item["billing_code"] or "").strip().upper()
        members = sets[price["provider_set"]]
        names = {name for n in members for name in networks[n] if name.strip()}
        if not code:
            continue
        found.append(
            {
                "code": code,
                "code_type": (item["billing_code_type"] or "").strip().upper() or None,
                "at_item": price["item"],
                "at_rate": price["rate"],
                "at_price": price["price"],
                "payer_name": file.printed["reporting_entity_name"] or file.payer or None,
                "plan_name": plan,
                "network_name": "|".join(sorted(names)) or None,
                "arrangement": lower(item["negotiation_arrangement"]),
                "kind": kinds.get(lower(term["negotiated_type"]) or "", "dollars"),
                "methodology": lower(term["negotiated_type"]),
                "amount": (amount := exact(price, "negotiated_rate")),
                "amount_printed": price["negotiated_rate_printed"] if amount is None else None,
                "modifiers": modifiers(term["billing_code_modifier"]),
                "billing_class": lower(term["billing_class"]),
                "setting": lower(term["setting"]),
                "places": words(
                    p.strip().upper().zfill(2) for p in term["service_code"] or () if p.strip()
                ),
                "expiration": term["expiration_date"],
                "additional": term["additional_information"] or None,
                "provider_set": price["provider_set"] if members else None,
                "gross": None,
                "cash": None,
                "allowed_median": None,
                "allowed_p10": None,
                "allowed_p90": None,
                "allowed_count": None,
            }
        )
    return sorted(found, key=place)


def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The order of rates."""
    return row["code"], row["at_item"], row["at_rate"], row["at_price"]


def tic_providers(file: PriceFile, reference: Callable[[str], PriceFile | None]) -> Rows:
    """``posted_provider`` of an in-network file."""
    groups: dict[int, Rows] = {}
    for group in rows_of(file, "tic_provider_group"):
        there = reference(group["location"]) if group["kind"] == "remote" else None
        for one in rows_of(there, "tic_provider_group") if there else [group]:
            groups.setdefault(group["provider"], []).append(
                {**one, "provider_group_id": group["provider_group_id"]}
            )
    found = []
    for row in rows_of(file, "tic_provider_set"):
        known: dict[str, Row] = {}
        for provider in row["providers"]:
            for group in groups[provider]:
                name = organisation(group, provider)
                state = "remote" if group["kind"] == "remote" else "dangling"
                entry = known.setdefault(
                    name,
                    {
                        "state": state if name.startswith("ref:") else "known",
                        "names": set(),
                        "npi": set(),
                    },
                )
                entry["names"] |= {n.strip() for n in [group["business_name"] or ""] if n.strip()}
                entry["npi"] |= {npi for npi in group["npi"] or () if npi}
        for name, entry in sorted(known.items()):
            npis = sorted(npi for npi in entry["npi"] if good(npi))
            found.append(
                {
                    "provider_set": row["provider_set"],
                    "organisation": name,
                    "state_of_reference": entry["state"],
                    "name": min(entry["names"], default=None),
                    "us_state": None,
                    "zip": None,
                    "npis": len(npis),
                    "npi": npis[:100],
                    "bad_npis": len(entry["npi"]) - len(npis),
                }
            )
    return sorted(found, key=lambda r: (r["provider_set"], r["organisation"]))


def organisation(group: Row, provider: int) -> str:
    """Whose group it is."""
    number = re.sub("[^0-9A-Z]", "", (group["tin"] or "").upper())
    npis = [npi for npi in group["npi"] or () if good(npi)]
    if number.strip("0"):
        if (lower(group["tin_type"]), len(number)) == ("npi", 10):
            return f"npi:{number}"
        return f"ein:{number.zfill(9)}"
    if npis:
        return f"npi:{min(npis)}"
    if group["kind"] == "remote" and group["location"] is not None:
        return f"ref:{group['location']}"
    return f"ref:{group['provider_group_id'] or f'#{provider}'}"


def tree(root: Path) -> dict[str, bytes]:
    """Everything below the posted rates of a store."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "prices" / "posted").rglob("*"))
        if path.is_file()
    }


def exact(row: Row, name: str) -> Decimal | None:
    """An amount, also where only its text was kept because it has more decimals than the table."""
    text = (row[f"{name}_printed"] or "").strip()
    if row[name] is None and re.fullmatch(r"[0-9]{1,14}(\.[0-9]{1,6}0*)?", text):
        return Decimal(text)
    return row[name]
