"""Benchmark cells worked out from the price files themselves, the slow and obvious way.

Written anew from ``docs/explanation/how-a-benchmark-is-made.md`` and the docstrings of the rules;
nothing of the program is used. It covers what the test draws: payers named Aetna, Blue Cross Blue
Shield, Cigna and UnitedHealthcare, their commercial business, dollars, no modifier, at the headline
strictness. Medicare's amounts are told by the caller.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import comb
from pathlib import Path

FAMILIES = {
    "aetna": r"\baetna\b",
    "cigna": r"\bcigna\b",
    "unitedhealthcare": r"\bunited ?health ?care\b|\bunited ?health\b|\buhc\b|^united\b(?! mine)"
    r"|\bunited behavioral health\b",
    "bcbs": r"\bblue ?cross\b|\bblue ?shield\b|\bbcbs\b|\banthem\b|\bcare ?first\b|\bhighmark\b"
    r"|\bhealthy blue\b|\bbdc\b",
}
# What makes a plan of these four something else than commercial, then what makes it commercial.
NOT_COMMERCIAL = re.compile(
    r"transplant|\bsct\b|\bcar t\b|life ?source|cancer ?resources|centers of excellence|behavioral"
    r"|evernorth|student|medicare|\bmcr\b|\baarp\b|\bsnp\b|\bd ?snp\b|mmai|secure horizons"
    r"|medicaid|mcaid|medi cal|\bchip\b|healthy blue|community plan|all kids|better h(ea)?lth"
    r"|\bexch(ange)?\b|\bhix\b|\bifp\b|\baca\b|covered california|blue value individual|my ?blue"
    r"|workers? comp"
)
COMMERCIAL = re.compile(
    r"commerc?i?cial|commericial|\bcomm\b|\b(hmo|ppo|pos|epo|oap)\b|open ?access|indemnity"
    r"|traditional|\bgroup\b|choice plus|all payer|employees|preferred|all (other )?plans"
    r"|new business discount|federal|\bgeha\b|\b(core|navigate|charter|nexus|oxford|umr)\b"
    r"|one ?health|sure ?fit|allegiance|whole health|international|\bbco\b|\bbcs\b"
    r"|blue (options|select|choice|preferred)|\bpar\b"
)
LEASED = {"unitedhealthcare": r"\bhphc\b|harvard pilgrim", "cigna": r"\btufts\b"}


def plain(text: str) -> str:
    """Lower case, words apart, no ids in brackets."""
    text = re.sub(r"\[\s*\d+\s*\]", " ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def whose(payer: str, plan: str, *, own_file: bool = False) -> tuple[str, str]:
    """Family and line, empty where it is none of the four or not commercial."""
    name, words = plain(payer), plain(plan)
    if name == "centers of excellence":
        name = words
    family = next((f for f, sought in FAMILIES.items() if re.search(sought, name)), "")
    if not family or (family in LEASED and re.search(LEASED[family], words)):
        return "", ""
    text = f"{name} {words}"
    brand_ma = re.search(r"^(aetna|cigna|uhc|highmark) ma$", name)
    if brand_ma or NOT_COMMERCIAL.search(text):
        return family, ""
    return family, "commercial" if own_file or COMMERCIAL.search(text) else ""


@dataclass(frozen=True)
class Rate:
    """One printed amount in dollars of one code, with what the rules look at."""

    file: str
    kind_of_file: str
    organisation: str
    state: str
    code: str
    payer: str
    plan: str
    bill_type: str
    setting: str
    kind: str
    amount: Decimal


Key = tuple[str, str, str, str, str, str]  # code, family, bill type, setting, kind, state


def number(text: object) -> Decimal | None:
    """The number that a cell prints, or None."""
    try:
        return Decimal(str(text).strip().replace(",", "").replace("$", ""))
    except InvalidOperation:
        return None


def can_be_a_price(amount: Decimal) -> bool:
    """Not zero or less, no placeholder, not above the ceiling."""
    nines = set(f"{amount:f}".replace(".", "").rstrip("0")) == {"9"} and amount >= 99999
    return Decimal("0.01") < amount <= 100_000_000 and not nines


def bare(modifiers: str) -> bool:
    """Whether there is no modifier; a revenue code in its column is none."""
    words = re.split(r"[^A-Za-z0-9]+", modifiers.upper())
    return all(
        not w or w in ("00", "NULL", "NONE", "NA") or (w.isdigit() and len(w) > 2) for w in words
    )


# ---- hospitals -----------------------------------------------------------------------------------


def hospital_place(printed: Mapping[str, str], plan: str) -> tuple[str, str]:
    """Bill type and setting of a hospital's rate."""
    said = printed.get("billing_class", "").strip().lower()
    if said == "professional" or (said == "both" and "professional" in plan.lower()):
        return "professional", "facility"
    setting = printed.get("setting", "").strip().lower()
    if setting not in ("inpatient", "outpatient"):
        inside, outside = (bool(re.search(w + "[ -]?patient", plan, re.I)) for w in ("in", "out"))
        setting = "any" if inside == outside else "inpatient" if inside else "outpatient"
    return ("facility" if said in ("", "facility") else "unclear"), setting


def of_fees(printed: Mapping[str, str], codes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is printed; else professional where a revenue code of fees (096x to 098x) is."""
    fees = any(kind == "RC" and re.fullmatch("0?9[678].", code) for code, kind in codes)
    said = printed.get("billing_class", "").strip()
    return {**printed, "billing_class": said or ("professional" if fees else "")}


def hospital_rates(
    who: tuple[str, str, str],
    codes: Iterable[tuple[str, str]],
    printed: Mapping[str, str],
    payers: Iterable[tuple[str, str, object, object]],
) -> Iterator[Rate]:
    """The rates of one item for each of its codes: payers are (name, plan, dollars, method)."""
    standard = {code for code, kind in codes if kind not in ("LOCAL", "CDM")}
    if not standard or not bare(printed.get("modifiers", "")):
        return
    for payer, plan, dollars, method in payers:
        amount = number(dollars)
        mid_level = re.search(r"(?<![a-z])(mlp|nurse practitioner)(?![a-z])", plan, re.I)
        if amount is None or mid_level or not can_be_a_price(amount):
            continue
        how = str(method).strip().lower()
        kind = {"per diem": "per_diem", "case rate": "case"}.get(how, "dollars")
        bill_type, setting = hospital_place(printed, plan)
        for code in standard:
            yield Rate(
                who[0],
                "hospital",
                who[1],
                who[2],
                code,
                payer,
                plan,
                bill_type,
                setting,
                kind,
                amount,
            )


def luhn(npi: str) -> bool:
    """Whether the tenth digit of an NPI checks the other nine."""
    digits = [int(d) for d in "80840" + npi]
    return (
        sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(digits[::-1])) % 10 == 0
    )


def hospital(file: str, npis: str, addresses: Iterable[str], licence: str) -> tuple[str, str, str]:
    """File, organisation (lowest right NPI) and state (first address that ends in one)."""
    good = sorted(n for n in re.findall(r"\b\d{10}\b", npis) if luhn(n))
    for address in addresses:
        if found := re.search(r"\b([A-Z]{2})[\s,.]+\d{5}(-?\d{4})?\W*$", address.upper()):
            return file, f"hospital:{good[0]}", found[1]
    return file, f"hospital:{good[0]}", licence


def text_of(path: Path) -> str:
    """The text of a file, packed or not, in UTF-8 or else Windows' letters."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def hospital_csv(path: Path, wanted: Collection[str]) -> Iterator[Rate]:
    """Rates of a hospital's CSV file, tall or wide."""
    csv.field_size_limit(1 << 30)
    rows = csv.reader(io.StringIO(text_of(path), newline=""))
    about = dict(zip((h.strip().lower() for h in next(rows)), next(rows), strict=False))
    licence = next(h.split("|")[1].strip().upper() for h in about if h.startswith("license_number"))
    addresses = re.split(r"\|", about["hospital_address"])
    who = hospital(path.name, about["type_2_npi"], addresses, licence)
    printed_heads = [h.strip() for h in next(rows)]
    heads = [h.lower() for h in printed_heads]
    at = {head: i for i, head in enumerate(heads)}
    places = [i for h, i in at.items() if re.fullmatch(r"code ?\| ?\d+", h)]
    wide = []  # payer, plan, and where its dollars and method stand
    for i, head in enumerate(printed_heads):
        parts = [p.strip() for p in head.split("|")]
        if len(parts) == 4 and parts[3].lower() == "negotiated_dollar":
            method = f"standard_charge|{parts[1]}|{parts[2]}|methodology".lower()
            wide.append((parts[1], parts[2], i, at[method]))
    for row in rows:
        if wanted.isdisjoint(row[i].strip().upper() for i in places if i < len(row)):
            continue
        row += [""] * (len(heads) - len(row))
        codes = [
            (row[i].strip().upper(), row[at[f"{heads[i]}|type"]].strip().upper()) for i in places
        ]
        printed = {n: row[at[n]] for n in ("billing_class", "setting", "modifiers") if n in at}
        printed = of_fees(printed, codes)
        if wide:
            payers = [(p, plan, row[d], row[m]) for p, plan, d, m in wide]
        else:
            money, method = "standard_charge|negotiated_dollar", "standard_charge|methodology"
            payers = [tuple(row[at[n]] for n in ("payer_name", "plan_name", money, method))]
        yield from hospital_rates(who, [c for c in codes if c[0] in wanted], printed, payers)


def hospital_json(path: Path, wanted: Collection[str]) -> Iterator[Rate]:
    """Rates of a hospital's JSON file."""
    about = json.loads(text_of(path), parse_float=Decimal)
    who = hospital(
        path.name,
        " ".join(about["type_2_npi"]),
        about["hospital_address"],
        about["license_information"]["state"],
    )
    for item in about["standard_charge_information"]:
        codes = [
            (c["code"].strip().upper(), c["type"].strip().upper()) for c in item["code_information"]
        ]
        every, codes = codes, [c for c in codes if c[0] in wanted]
        for charge in item["standard_charges"] if codes else ():
            modifiers = charge.get("modifier_code", charge.get("modifiers", ""))
            printed = of_fees({n: charge.get(n, "") for n in ("billing_class", "setting")}, every)
            printed["modifiers"] = modifiers if isinstance(modifiers, str) else " ".join(modifiers)
            payers = [
                (p["payer_name"], p["plan_name"], p.get("standard_charge_dollar"), p["methodology"])
                for p in charge.get("payers_information", ())
            ]
            yield from hospital_rates(who, codes, printed, payers)


# ---- payers --------------------------------------------------------------------------------------


def extract(path: Path, wanted: Collection[str]) -> Iterator[Rate]:
    """Rates of a payer's file as CSV; its places tell the office from the facility."""
    rows = [r for r in csv.DictReader(io.StringIO(text_of(path))) if r["billing_code"] in wanted]
    lists = {r["billing_code"]: set[str]() for r in rows}
    for r in rows:
        lists[r["billing_code"]].add(place_of(ast.literal_eval(r["service_codes"])))
    for r in rows:
        where = place_of(ast.literal_eval(r["service_codes"]))
        if where == "any" and "facility" in lists[r["billing_code"]]:
            where = "office"  # the rest of the places
        amount = number(r["negotiated_rate"])
        ours = (r["billing_class"], r["negotiation_arrangement"], r["negotiated_type"])
        assert ours == ("professional", "ffs", "negotiated"), "the file has more than this reads"
        if amount is not None and can_be_a_price(amount):
            yield Rate(
                *(path.name, "payer", f"ein:{r['tin_value'].zfill(9)}", "", r["billing_code"]),
                *(r["reporting_entity_name"], "", "professional", where, "dollars", amount),
            )


def place_of(places: Collection[str]) -> str:
    """Office where 11 is among the places and no hospital or center, facility the other way."""
    office, hospitals = "11" in places, bool({"21", "22", "23", "24"} & set(places))
    if office != hospitals:
        return "office" if office else "facility"
    assert not places or office, "the file has lists of places that this does not read"
    return "any"


# ---- cells ---------------------------------------------------------------------------------------


def cells(rates: Iterable[Rate]) -> dict[Key, list[Rate]]:
    """The rates of each cell, over all and by state."""
    found: dict[Key, list[Rate]] = defaultdict(list)
    for rate in rates:
        family, line = whose(rate.payer, rate.plan, own_file=rate.kind_of_file == "payer")
        if line:
            for state in {"", rate.state}:
                found[rate.code, family, rate.bill_type, rate.setting, rate.kind, state].append(
                    rate
                )
    return found


def could_be_fenced(rates: Iterable[Rate]) -> set[tuple[str, str, str, str]]:
    """Series (code, bill type, setting, kind) of forty different rates or more, of all payers.

    From there on the logarithms of a series without a Medicare price have a fence, which depends on
    who every payer is; with fewer it has none.
    """
    found: dict[tuple[str, str, str, str], set[tuple[str, str, str, Decimal]]] = defaultdict(set)
    for r in rates:
        series = (r.code, r.bill_type, r.setting, r.kind)
        found[series].add((r.file, r.payer, r.plan, r.amount))
    return {series for series, different in found.items() if len(different) >= 40}


def votes(rates: Iterable[Rate], medicare: Callable[[str], Decimal | None]) -> dict[str, Decimal]:
    """What each organisation is paid; ``medicare`` is what Medicare pays it for the same."""
    by_organisation: dict[str, list[Rate]] = defaultdict(list)
    for rate in rates:
        paid = medicare(rate.organisation)
        if paid is None or paid / 10 <= rate.amount <= paid * 10:
            by_organisation[rate.organisation].append(rate)
    return {who: vote(of) for who, of in by_organisation.items()}


def vote(rates: Collection[Rate]) -> Decimal:
    """The amount of most rows of each contract, then of most contracts; then the lower one."""
    own = [r for r in rates if r.kind_of_file == "payer"] or rates
    contracts: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for r in own:
        contracts[r.file, r.payer, r.plan].append(r.amount)
    return commonest(commonest(amounts) for amounts in contracts.values())


def commonest(amounts: Iterable[Decimal]) -> Decimal:
    """The amount that is there most often, the lowest of such."""
    counts = Counter(amounts)
    return min(amount for amount, n in counts.items() if n == max(counts.values()))


def quantile(values: Collection[Decimal], p: Fraction) -> Fraction:
    """Hyndman and Fan's number 7."""
    ordered = [Fraction(v) for v in sorted(values)]
    place = p * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def interval(values: Collection[Decimal]) -> tuple[Decimal, Decimal]:
    """From one observed value to another: the narrowest that holds 95 of 100, then the lower."""
    ordered, n = sorted(values), len(values)
    ranks = [
        (high - low, low, high)
        for low in range(1, n + 1)
        for high in range(low + 1, n + 1)
        if Fraction(sum(comb(n, k) for k in range(low, high)), 2**n) >= Fraction(95, 100)
    ]
    _, low, high = min(ranks)
    return ordered[low - 1], ordered[high - 1]
