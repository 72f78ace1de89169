"""Hospital files made by hand, and their posted rates the slow and obvious way."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from payeratlas.model.provenance import Artifact
from payeratlas.store.price_manifest import Issue, Pinned, PriceFile
from payeratlas.tables.hospital import HOSPITAL, schema
from postedkit import Row, Rows, exact, good, lower, place, rows_of, words

OWN = ("", "LOCAL", "CDM")
REVENUE = re.compile("00|[0-9]{3}|0[0-9]{3}")


def hospital(root: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> PriceFile:
    """A hospital's file of these rows, as if it had been read into the store at ``root``."""
    pinned = {}
    for name, rows in tables.items():
        fields = schema(HOSPITAL[name])
        held = [{field.name: row.get(field.name) for field in fields} for row in rows]
        path = root / "prices" / "tables" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(held, schema=fields), path)
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        pinned[name] = Pinned(path.relative_to(root).as_posix(), sha256, len(data), len(held))
    return PriceFile(
        source="hospital",
        artifact=Artifact("made_standardcharges.csv", "ab" * 32, 1, "", ""),
        payer="",
        kind="hospital",
        issue=Issue("", "", "", ""),
        printed={},
        codes=None,
        account=cast(Any, None),  # of the reading, which did not take place
        tables=pinned,
        witness=Pinned("", "", 0, 0),
        root=root,
    )


def about(**more: Any) -> Rows:
    """The one row of hospital_file."""
    return [{"kind": "hospital", "layout": "tall", "hospital_name": "Made-up Hospital", **more}]


def items(*printed: Mapping[str, Any]) -> Rows:
    """Rows of hospital_item: records of a CSV file from the fourth on."""
    return [
        {"item": n, "record": n + 3, "charge": 0, "code": ["64640"], "code_type": ["CPT"], **each}
        for n, each in enumerate(printed, 1)
    ]


def charge(item: int, **more: Any) -> Row:
    """A row of hospital_charge."""
    whose = {"payer_name": "Made-up Payer", "plan_name": "PPO"}
    return {"item": item, "payer": 1, "column": 12, "methodology": "fee schedule", **whose, **more}


def hospital_rates(file: PriceFile) -> tuple[Rows, Counter[str]]:
    """``posted_rate`` of a hospital's file, and how many rows went where."""
    found: Rows = []
    counts: Counter[str] = Counter()
    of_item = {row["item"]: row for row in rows_of(file, "hospital_item")}
    for row in rows_of(file, "hospital_charge"):
        item = of_item[row["item"]]
        chosen = codes(item)
        counts["read"] += max(1, len(item["code"] or ()))
        if not item["code"]:
            counts["no_code"] += 1
        blank = sum(not code.strip() for code in item["code"] or ())
        counts["no_code"] += blank
        kind, amount, printed = kind_of(row)
        if kind is None:
            counts["no_rate"] += len(item["code"] or ()) - blank
            continue
        counts["same_code_of_an_item"] += len(item["code"] or ()) - blank - len(chosen)
        counts["kept"] += len(chosen)
        for code, code_type in chosen.items():
            found.append(
                {
                    "code": code,
                    "code_type": code_type,
                    "at_item": item["record"],
                    "at_rate": item["charge"] or row["column"],
                    "at_price": row["payer"],
                    "payer_name": row["payer_name"],
                    "plan_name": row["plan_name"],
                    "network_name": None,
                    "arrangement": None,
                    "kind": kind,
                    "methodology": lower(row["methodology"]),
                    "amount": amount,
                    "amount_printed": printed,
                    "modifiers": modifiers(item["modifiers"]),
                    "billing_class": billing_class(item),
                    "setting": lower(item["setting"]),
                    "places": "",
                    "expiration": None,
                    "additional": more_of(row, item, kind),
                    "provider_set": 1,
                    "gross": exact(item, "gross"),
                    "cash": exact(item, "cash"),
                    "allowed_median": exact(row, "median"),
                    "allowed_p10": exact(row, "p10"),
                    "allowed_p90": exact(row, "p90"),
                    "allowed_count": row["count"],
                }
            )
    return sorted(found, key=place), +counts


def codes(item: Row) -> dict[str, str | None]:
    """Each code of an item once, with its type: the first that is not the hospital's own."""
    found: dict[str, str | None] = {}
    pairs = [
        (code.strip().upper(), kind.strip().upper())
        for code, kind in zip(item["code"] or (), item["code_type"] or (), strict=True)
    ]
    for code, kind in [p for p in pairs if p[1] not in OWN] + [p for p in pairs if p[1] in OWN]:
        if code and not found.get(code):
            found[code] = kind or None
    return found


def billing_class(item: Row) -> str | None:
    """As printed, else professional by a revenue code of professional fees."""
    pairs = zip(item["code"] or (), item["code_type"] or (), strict=True)
    fees = [
        c for c, t in pairs if t.strip().upper() == "RC" and re.fullmatch("0?9[678].", c.strip())
    ]
    return lower(item["billing_class"]) or ("professional" if fees else None)


def kind_of(row: Row) -> tuple[str | None, Decimal | None, str | None]:
    """What kind of rate a charge is, its amount, and how that is printed where it is none."""
    words_only = ("algorithm", "estimated", "estimated_printed", "median", "p10", "p90")
    for name in ("dollar", "percentage"):
        if (amount := exact(row, name)) is not None:
            return (dollars(row) if name == "dollar" else name), amount, None
    for name in ("dollar", "percentage"):
        if row[f"{name}_printed"] is not None:
            return (dollars(row) if name == "dollar" else name), None, row[f"{name}_printed"]
    if any(row[name] is not None for name in words_only):
        return "algorithm", None, None
    return None, None, None


def dollars(row: Row) -> str:
    """What dollars are paid for."""
    return {"per diem": "per_diem", "case rate": "case"}.get(
        lower(row["methodology"]) or "", "dollars"
    )


def more_of(row: Row, item: Row, kind: str) -> str | None:
    """What else is said of the rate."""
    said = []
    estimate = row["estimated_printed"] if row["estimated"] is None else row["estimated"]
    if kind in ("percentage", "algorithm") and estimate is not None:
        said.append(f"estimated allowed amount {estimate}")
    if kind == "algorithm" and row["algorithm"] is not None:
        said.append(row["algorithm"])
    notes = item["notes"] if row["notes"] is None else row["notes"]
    return "; ".join([*said, *([] if notes is None else [notes])]) or None


def modifiers(printed: Sequence[str] | None) -> str:
    """What of a cell of modifiers is none of the known other things."""
    found = re.findall("[A-Z0-9]+", " ".join(printed or ()).upper())
    return words(word for word in found if not REVENUE.fullmatch(word))


def hospital_items(file: PriceFile) -> Rows:
    """``posted_item`` of a hospital's file."""
    found: dict[tuple[Any, ...], Row] = {}
    amounts = ("gross", "cash", "minimum", "maximum")
    for item in rows_of(file, "hospital_item"):
        if all(exact(item, name) is None for name in amounts):
            continue
        for code, code_type in codes(item).items():
            same = {
                "setting": lower(item["setting"]),
                "billing_class": billing_class(item),
                "modifiers": modifiers(item["modifiers"]),
                **{name: exact(item, name) for name in amounts},
            }
            at = {"at_item": item["record"], "at_rate": item["charge"]}
            row = {"code": code, "code_type": code_type, **at, "items": 0, **same}
            found.setdefault((code, code_type, *same.values()), row)["items"] += 1
    return sorted(found.values(), key=lambda r: (r["code"], r["at_item"], r["at_rate"]))


def npis_of(row: Row) -> tuple[list[int], int]:
    """The NPIs of a hospital, and how many are none."""
    found = {int(npi) for npi in row["type_2_npi"] or () if npi.strip().isdigit()}
    kept = sorted(npi for npi in found if good(npi))
    odd = sum(not npi.strip().isdigit() for npi in row["type_2_npi"] or ())
    return kept, len(found) - len(kept) + odd
