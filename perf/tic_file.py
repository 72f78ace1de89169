"""Makes payer price files that look like real ones, the same for the same arguments.

64,000 provider references of one to twelve NPIs, 2,000 codes, rates that share lists of providers,
one to five prices a rate, of any size. Styles: ``dense``, without white space; ``pretty``, with it;
``inline``, with the providers in each rate instead of references; ``adversarial``, which gives each
price a text of its own that nothing can remember.

Past UNIT bytes the items repeat: they are packed once, as a gzip member of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

REFERENCES = 64_000
CODES = 2_000
LISTS = 5_000
STYLES = ("dense", "pretty", "inline", "adversarial")
UNIT = 1_000_000_000


def check_digit(first_nine: int) -> int:
    """An NPI of ten digits from its first nine."""
    digits = [int(digit) for digit in f"{first_nine:09}"]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::-2])
    return first_nine * 10 + (-(24 + doubled + sum(digits[-2::-2]))) % 10


def _group(chance: random.Random) -> dict[str, object]:
    npis = [
        check_digit(chance.randrange(100_000_000, 300_000_000))
        for _ in range(chance.randint(1, 12))
    ]
    tin = f"{chance.randrange(10, 99)}-{chance.randrange(10**6, 10**7)}"
    return {"npi": npis, "tin": {"type": "ein", "value": tin, "business_name": f"Group {tin}"}}


def _prices(chance: random.Random, style: str, serial: int) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for number in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        professional = chance.random() < 0.8
        price: dict[str, object] = {
            "negotiated_type": chance.choice(("negotiated", "negotiated", "fee schedule")),
            "negotiated_rate": chance.randrange(500, 500_000) / 100,
            "expiration_date": "9999-12-31",
            "service_code": ["11", "19", "22", "24"] if professional else [],
            "billing_class": "professional" if professional else "institutional",
            "setting": "both" if professional else "outpatient",
            "billing_code_modifier": chance.choice(([], [], ["26"], ["TC"])),
        }
        if style == "adversarial":
            price["additional_information"] = f"note {serial}-{number} {chance.random()}"
        out.append(price)
    return out


def generate(size: int, style: str, seed: int = 1) -> Iterator[bytes]:
    """The file in pieces: what stands before the items, each item, and what stands after them.

    It ends with the first item that reaches ``size`` bytes.
    """
    chance = random.Random(seed)
    indent = 1 if style == "pretty" else None
    separators = (",", ": ") if style == "pretty" else (",", ":")

    def text(value: object) -> bytes:
        return json.dumps(value, indent=indent, separators=separators).encode()

    head = {
        "reporting_entity_name": "Example Payer",
        "reporting_entity_type": "health insurance issuer",
        "last_updated_on": "2026-01-01",
        "version": "2.0.0",
    }
    before = [text(head)[:-1], b","]
    references = min(REFERENCES, max(10, size // 16_000))
    if style == "inline":
        few = [text(_group(chance))[:] for _ in range(references // 8)]
        lists = [
            b'"provider_groups":[' + b",".join(chance.choices(few, k=chance.randint(1, 12))) + b"]"
            for _ in range(LISTS)
        ]
    else:
        before.append(b'"provider_references":[')
        for number in range(references):
            entry = {
                "provider_group_id": 1_000_000 + number,
                "network_name": ["Example Network"],
                "provider_groups": [_group(chance) for _ in range(chance.choice((1, 1, 1, 2)))],
            }
            before.append((b"," if number else b"") + text(entry))
        before.append(b"],")
        ids = [1_000_000 + number for number in range(references)]
        lists = [
            b'"provider_references":' + text(sorted(chance.choices(ids, k=chance.randint(1, 40))))
            for _ in range(LISTS)
        ]
    before.append(b'"in_network":[')
    yield b"".join(before)
    written = sum(map(len, before))
    share = (size - written) / CODES
    serial = 0
    for code in range(CODES):
        item = {
            "negotiation_arrangement": "ffs",
            "name": f"Item {code}",
            "billing_code_type": "CPT",
            "billing_code_type_version": "2026",
            "billing_code": f"{10_000 + code * 37:05}",
            "description": f"Description of item {code}, of a length that real ones often have.",
        }
        parts = [(b"," if code else b"") + text(item)[:-1] + b',"negotiated_rates":[']
        goal = share * (code + 1) - (written - (size - share * CODES))
        length = 0
        while length == 0 or length < goal:
            serial += 1
            rate = b'{%b,"negotiated_prices":%b}' % (
                chance.choice(lists),
                text(_prices(chance, style, serial)),
            )
            parts.append((b"," if length else b"") + rate)
            length += len(parts[-1])
        parts.append(b"]}")
        piece = b"".join(parts)
        written += len(piece)
        yield piece
    yield b"]}"


def codes(count: int) -> list[str]:
    """Codes of the file, spread over it."""
    return [f"{10_000 + code * 37:05}" for code in range(0, CODES, CODES // count)][:count]


def packed(pieces: Iterable[bytes]) -> bytes:
    """A gzip member as ``gzip -6`` makes it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*map(packer.compress, pieces), packer.flush()])


def write(path: Path, size: int, style: str = "dense") -> None:
    """Write the file, packed as ``gzip -6`` would; above UNIT bytes its items repeat."""
    times = max(1, size // UNIT)
    pieces = generate(min(size, UNIT), style)
    before = next(pieces)
    if times == 1:
        path.write_bytes(packed(chain((before,), pieces)))
        return
    items = packed(islice(pieces, CODES))
    comma = packed([b","])
    with path.open("wb") as out:
        out.write(packed([before]) + items)
        for _ in range(times - 1):
            out.write(comma + items)
        out.write(packed(pieces))


def main() -> None:
    """Write one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="where to, as gzip")
    parser.add_argument("--megabytes", type=int, default=100, help="unpacked size")
    parser.add_argument("--style", choices=STYLES, default=STYLES[0])
    asked = parser.parse_args()
    write(asked.path, asked.megabytes * 1_000_000, asked.style)


if __name__ == "__main__":
    main()
