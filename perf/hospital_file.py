"""Makes hospital standard-charge files that look like real ones, the same for the same arguments.

Layouts: ``tall``, ``wide`` (40 payers' plans side by side) and ``json``, of CMS's version 3. Most
items are agreed with no payer, as in real files; the others with some of 40 plans, by dollars,
percentage or algorithm, the latter two with what was allowed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LAYOUTS = ("tall", "wide", "json")
PLANS = [(f"Payer {number // 4}", f"Plan {number}") for number in range(40)]
HEAD = {
    "hospital_name": "Example Hospital",
    "last_updated_on": "2026-04-01",
    "version": "3.0.0",
    "location_name": "Example Hospital",
    "hospital_address": "1 Main Street, Fullerton, CA 92832",
    "license_number|CA": "1",
    "type_2_npi": "1234567893",
    "attester_name": "A Name",
}
ITEM = (
    *("description", "code|1", "code|1|type", "code|2", "code|2|type", "setting", "modifiers"),
    *("drug_unit_of_measurement", "drug_type_of_measurement", "standard_charge|gross"),
    *("standard_charge|discounted_cash", "standard_charge|min", "standard_charge|max"),
)
STANDARD = ("negotiated_dollar", "negotiated_percentage", "negotiated_algorithm", "methodology")
ALLOWED = ("median_amount", "10th_percentile", "90th_percentile", "count")
NOTES = "additional_payer_notes"
KEYS = {
    **{name: f"standard_charge_{name.removeprefix('negotiated_')}" for name in STANDARD[:3]},
    NOTES: NOTES,
}


def items(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Items without end: what the cells of ITEM hold, and ``payers`` by plan."""
    chance = random.Random(seed)
    number = 0

    def money(most: int) -> float:
        return chance.randrange(100, most) / 100

    while True:
        number += 1
        found: dict[str, Any] = {
            "description": f"Item {number}, of a length that real ones often have",
            "code|1": f"{100_000 + number}",
            "code|1|type": "CDM",
            "code|2": f"{10_000 + number * 37 % 80_000:05}",
            "code|2|type": chance.choice(("CPT", "HCPCS", "RC")),
            "setting": chance.choice(("inpatient", "outpatient", "both")),
            "modifiers": chance.choice(("", "", "", "26", "TC")),
            "standard_charge|gross": (gross := money(10**7)),
            "standard_charge|discounted_cash": round(gross * 0.6, 2),
        }
        payers: dict[tuple[str, str], dict[str, Any]] = {}
        for plan in chance.sample(PLANS, chance.choice((0, 0, 0, 5, 20))):
            kind = chance.randrange(4)
            if kind < 2:
                cells: dict[str, Any] = {
                    "negotiated_dollar": money(10**6),
                    "methodology": chance.choice(("fee schedule", "case rate", "per diem")),
                }
            else:
                percent = {"negotiated_percentage": chance.randrange(200, 900) / 10}
                algorithm = {"negotiated_algorithm": "Per cent of charges up to a limit per stay"}
                cells = (percent if kind == 2 else algorithm) | {
                    "methodology": "percent of total billed charges",
                    **dict(zip(ALLOWED, sorted(money(10**6) for _ in range(3)), strict=False)),
                    "count": chance.choice(("1 through 10", str(chance.randrange(11, 900)))),
                }
            payers[plan] = cells | ({NOTES: "APC"} if chance.random() < 0.5 else {})
        dollars = [c["negotiated_dollar"] for c in payers.values() if "negotiated_dollar" in c]
        if dollars:
            found |= {"standard_charge|min": min(dollars), "standard_charge|max": max(dollars)}
        yield found | {"payers": payers}


def headings(layout: str) -> list[str]:
    """The headings of the charges of a CSV file."""
    if layout == "tall":
        names = [f"standard_charge|{name}" for name in STANDARD]
        return [*ITEM, "payer_name", "plan_name", *names, *ALLOWED, NOTES]
    return [*ITEM, *(name for plan in PLANS for name in of_plan(plan))]


def of_plan(plan: tuple[str, str]) -> list[str]:
    """The headings of one plan in a wide file."""
    both = "|".join(plan)
    standard = [f"standard_charge|{both}|{name}" for name in STANDARD]
    return [*standard, *(f"{name}|{both}" for name in (*ALLOWED, NOTES))]


def records(layout: str, item: dict[str, Any]) -> Iterator[list[Any]]:
    """The records of an item in a CSV file."""
    own = [item.get(name, "") for name in ITEM]
    names = (*STANDARD, *ALLOWED, NOTES)
    none: dict[str, Any] = {}
    if layout == "wide":
        payers = item["payers"]
        yield [*own, *(payers.get(plan, none).get(name, "") for plan in PLANS for name in names)]
        return
    for plan, cells in (item["payers"] or {("", ""): none}).items():
        yield [*own, *plan, *(cells.get(name, "") for name in names)]


def element(item: dict[str, Any]) -> dict[str, Any]:
    """An item as an element of standard_charge_information."""
    charge = {
        "setting": item["setting"],
        "gross_charge": item["standard_charge|gross"],
        "discounted_cash": item["standard_charge|discounted_cash"],
    }
    if item["modifiers"]:
        charge["modifier_code"] = [item["modifiers"]]
    if "standard_charge|min" in item:
        charge |= {"minimum": item["standard_charge|min"], "maximum": item["standard_charge|max"]}
    if item["payers"]:
        charge["payers_information"] = [
            {"payer_name": payer, "plan_name": plan}
            | {KEYS.get(name, name): value for name, value in cells.items()}
            for (payer, plan), cells in item["payers"].items()
        ]
    codes = [{"code": item[f"code|{n}"], "type": item[f"code|{n}|type"]} for n in (1, 2)]
    return {
        "description": item["description"],
        "code_information": codes,
        "standard_charges": [charge],
    }


def pieces(layout: str, size: int) -> Iterator[str]:
    """The file in pieces, up to the first item that reaches ``size`` characters."""
    written = 0
    if layout == "json":
        several = ("location_name", "hospital_address", "type_2_npi")
        head: dict[str, Any] = {k: [v] if k in several else v for k, v in HEAD.items()}
        name = head.pop("attester_name")
        head["license_information"] = {
            "state": "CA",
            "license_number": head.pop("license_number|CA"),
        }
        head["attestation"] = {"confirm_attestation": True, "attester_name": name}
        yield json.dumps(head)[:-1] + ', "standard_charge_information": ['
        for number, item in enumerate(items()):
            piece = (", " if number else "") + json.dumps(element(item))
            written += len(piece)
            yield piece
            if written >= size:
                break
        yield "]}"
        return
    text = io.StringIO()
    out = csv.writer(text)
    out.writerows([list(HEAD), list(HEAD.values()), headings(layout)])
    for item in items():
        out.writerows(records(layout, item))
        piece = text.getvalue()
        text.seek(0)
        text.truncate()
        written += len(piece)
        yield piece
        if written >= size:
            return


def main() -> None:
    """Write one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="where to, as gzip")
    parser.add_argument("--megabytes", type=int, default=50, help="unpacked size")
    parser.add_argument("--layout", choices=LAYOUTS, default=LAYOUTS[0])
    asked = parser.parse_args()
    with gzip.open(asked.path, "wt", compresslevel=6, encoding="utf-8", newline="") as out:
        out.writelines(pieces(asked.layout, asked.megabytes * 1_000_000))


if __name__ == "__main__":
    main()
