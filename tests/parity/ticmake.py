"""Payer price files made by chance: any key order, white space, escapes, numbers and oddities."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

NUMBERS = (
    "1e2", "-0", "0", "0.00", "12.5", "100", "3.14159", "0.0001", "0.00001", "99999999999999.9999",
    "100000000000000", "123456789012345678901234567890", "1E-4", "1e-5", "1.50e+1", "-7.25",
    "0e999999999999", "1e99999999999999999999", "12340000e-3", "87.5472",
)  # fmt: skip
BROKEN = (
    "01",
    "1.",
    ".5",
    "+1",
    "1e",
    "-",
    "NaN",
    "Infinity",
    "--1",
    "0x1",
    "tru",
    "nul",
    "'a'",
    "",
)
WORDS = (
    "CPT", "HCPCS", "cpt", "64640", "99213", "j1885", "ffs", "bundle", "negotiated", "per diem",
    "professional", "both", "2026-01-01", "9999-12-31", "ein", "EIN", "npi", "11", "26", "",
    "a b", "é", "漢字", "😀", 'q"uote', "back\\slash", "tab\t", "\u2028", "x" * 40,
)  # fmt: skip
BROKEN_TEXT = (
    b'"\\x"', b'"\\u12g4"', b'"\\ud800"', b'"\\ud800\\u0041"', b'"\\udc00"', b'"\xff"',
    b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf5\x80\x80\x80"', b'"a\x01"', b'"\xe2\x82"',
)  # fmt: skip
NPIS = ("1234567893", "1245319599", "1111111111", "0", "123456789", '"1234567893"', '"012"', '"x"',
        "1.0", "-5", "1234567890123456789012", "9999999999999999999", "1e9")  # fmt: skip


class Maker:
    """Writes one file; ``odd`` is the chance of an oddity, ``broken`` that of a fault."""

    def __init__(self, chance: random.Random, *, odd: float = 0.1, broken: float = 0.0) -> None:
        self.chance = chance
        self.odd = odd
        self.broken = broken

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def space(self) -> bytes:
        if self.chance.random() < 0.8:
            return b""
        return bytes(self.chance.choices(b" \t\n\r", k=self.chance.randint(1, 70)))

    def text(self, words: tuple[str, ...] = WORDS) -> bytes:
        """A string, some of its characters escaped."""
        if self.often(self.broken):
            return self.chance.choice(BROKEN_TEXT)
        return self.quote(self.chance.choice(words))

    def quote(self, word: str) -> bytes:
        """A word as a string, some of its characters escaped."""
        out = bytearray(b'"')
        for character in word:
            if character in '"\\' or ord(character) < 0x20 or self.often(0.05):
                units = character.encode("utf-16-be")
                for at in range(0, len(units), 2):
                    unit = f"{units[at]:02x}{units[at + 1]:02x}"
                    out += b"\\u" + (unit.upper() if self.often(0.5) else unit).encode()
            else:
                out += character.encode()
        return bytes(out + b'"')

    def number(self) -> bytes:
        if self.often(self.broken):
            return self.chance.choice(BROKEN).encode()
        if self.often(0.5):
            return f"{self.chance.randrange(10**6) / 100}".encode()
        return self.chance.choice(NUMBERS).encode()

    def any(self, depth: int = 0) -> bytes:
        """Any value at all."""
        kind = self.chance.randrange(7 if depth < 4 else 4)
        if kind == 0:
            return self.text()
        if kind == 1:
            return self.number()
        if kind < 4:
            return self.chance.choice((b"true", b"false", b"null"))
        if kind < 6:
            return self.array([self.any(depth + 1) for _ in range(self.chance.randrange(4))])
        return self.object(
            [(self.text(), self.any(depth + 1)) for _ in range(self.chance.randrange(4))]
        )

    def array(self, values: list[bytes]) -> bytes:
        inner = b",".join(self.space() + value + self.space() for value in values)
        return b"[" + self.space() + inner + b"]"

    def object(self, members: list[tuple[bytes, bytes]]) -> bytes:
        if self.chance.random() < 0.5:
            self.chance.shuffle(members)
        inner = b",".join(
            self.space() + key + self.space() + b":" + self.space() + value + self.space()
            for key, value in members
        )
        return b"{" + self.space() + inner + b"}"

    def known(self, fields: dict[str, Callable[[], bytes]]) -> bytes:
        """An object of known members: some left out, null, of a wrong type, unknown or doubled."""
        members = []
        for name, make in fields.items():
            if self.often(self.odd):
                continue
            value = make()
            if self.often(self.odd * 0.5):
                value = b"null"
            if self.often(self.broken):
                value = self.any()
            members.append(
                (self.quote(name) if self.often(0.1) else b'"%b"' % name.encode(), value)
            )
        if self.often(0.2):
            members.append((self.text(), self.any()))
        if self.often(self.broken) and members:
            members.append(self.chance.choice(members))
        return self.object(members)

    def some(self, make: Callable[[], bytes], most: int = 3) -> bytes:
        """An array of a few."""
        return self.array([make() for _ in range(self.chance.randint(0, most))])

    def texts(self) -> bytes:
        if self.often(self.odd):
            return self.text()
        return self.array(
            [
                b"null" if self.often(self.odd * 0.3) else self.text()
                for _ in range(self.chance.randrange(4))
            ]
        )

    def tin(self) -> bytes:
        return self.known(dict.fromkeys(("type", "value", "business_name"), self.text))

    def npis(self) -> bytes:
        return self.array(
            [
                self.chance.choice(NPIS if self.often(self.odd) else NPIS[:3]).encode()
                for _ in range(self.chance.randrange(5))
            ]
        )

    def group(self) -> bytes:
        if self.often(0.3):
            return b'{"npi":[1234567893],"tin":{"type":"ein","value":"11-1111111"}}'
        return self.known({"npi": self.npis, "tin": self.tin})

    def group_id(self) -> bytes:
        kinds = (b"1", b"2", b"3", b"4", b"690.64470", b'"1"', b"1.0", b"1e3")
        return self.chance.choice(kinds if self.often(self.odd) else kinds[:5])

    def reference(self) -> bytes:
        return self.known(
            {
                "provider_group_id": self.group_id,
                "network_name": self.texts,
                **({"location": self.text} if self.often(0.2) else {}),
                "provider_groups": lambda: self.some(self.group),
            }
        )

    def price(self) -> bytes:
        if self.often(0.5):  # the same but for its rate, and perhaps its text: the fast path
            members = [
                b'"negotiated_type":"%b"' % self.chance.choice((b"negotiated", b"derived")),
                b'"negotiated_rate":' + self.number(),
                b'"billing_class":"both"',
            ]
            if self.often(0.4):
                note = self.text() if self.often(0.3) else b'"n%d"' % self.chance.randrange(4)
                members.insert(self.chance.choice((1, 2)), b'"additional_information":' + note)
            return b"{" + b",".join(members) + b"}"
        return self.known(
            {
                "negotiated_type": self.text,
                "negotiated_rate": lambda: (
                    self.text(NUMBERS + WORDS) if self.often(self.odd) else self.number()
                ),
                "expiration_date": self.text,
                "billing_class": self.text,
                "setting": self.text,
                "service_code": self.texts,
                "billing_code_modifier": self.texts,
                **({"additional_information": self.text} if self.often(0.2) else {}),
            }
        )

    def rate(self) -> bytes:
        fields: dict[str, Callable[[], bytes]] = {}
        if self.often(0.4):  # the same but for its prices: the fast path
            ids = self.chance.choice((b"[1]", b"[1,2]", b"[2, 3]", b"[]", b"null"))
            faulty = (b',"y":"', b',"provider_references":[1]', b',"negotiated_prices":[]')
            sound = (b"", b"", b',"provider_groups":[]', b',"x":1')
            last = self.chance.choice(faulty if self.often(self.broken) else sound)
            prices = self.some(self.price, 3)
            return b'{"provider_references":%b,"negotiated_prices":%b%b}' % (ids, prices, last)
        if self.often(0.3):  # inline lists that come again
            groups = [
                b'{"npi":[%d],"tin":{"type":"ein","value":"%d"}}' % (1234567893 + number, number)
                for number in self.chance.sample(range(3), self.chance.randint(1, 2))
            ]
            prices = self.some(self.price, 2)
            return b'{"provider_groups":[%b],"negotiated_prices":%b}' % (b",".join(groups), prices)
        if self.often(0.7):
            fields["provider_references"] = lambda: self.some(self.group_id, 4)
        if self.often(0.4):
            fields["provider_groups"] = lambda: self.some(self.group)
        fields["negotiated_prices"] = lambda: self.some(self.price, 4)
        return self.known(fields)

    def code(self) -> bytes:
        names = ("billing_code_type", "billing_code_type_version", "billing_code", "description")
        return self.known(dict.fromkeys(names, self.text))

    def item(self, rates: dict[str, Callable[[], bytes]]) -> bytes:
        fields: dict[str, Callable[[], bytes]] = {
            "negotiation_arrangement": self.text,
            "name": self.text,
            "billing_code_type": self.text,
            "billing_code_type_version": self.text,
            "billing_code": lambda: self.text(("64640", "99213", "j1885")),
            "description": self.text,
        }
        for name, make in (
            ("severity_of_illness", self.text),
            ("bundled_codes", lambda: self.some(self.code)),
            ("covered_services", lambda: self.some(self.code)),
        ):
            if self.often(0.2):
                fields[name] = make
        return self.known(fields | rates)

    def allowed(self) -> bytes:
        def payment() -> bytes:
            def charge() -> bytes:
                return self.known({"billed_charge": self.number, "npi": self.npis})

            return self.known(
                {
                    "allowed_amount": self.number,
                    "billing_code_modifier": self.texts,
                    "providers": lambda: self.some(charge),
                }
            )

        return self.known(
            {
                "tin": self.tin,
                "service_code": self.texts,
                "billing_class": self.text,
                "setting": self.text,
                "payments": lambda: self.some(payment),
            }
        )

    def structure(self) -> bytes:
        def file() -> bytes:
            return self.known({"description": self.text, "location": self.text})

        plan = ("plan_name", "issuer_name", "plan_id_type", "plan_id", "plan_market_type")
        fields: dict[str, Any] = {
            "reporting_plans": lambda: self.some(
                lambda: self.known(dict.fromkeys(plan, self.text))
            ),
            "in_network_files": lambda: self.some(file),
            "allowed_amount_file": file,
        }
        if self.often(0.3):
            fields["allowed_amount_files"] = lambda: self.some(file)
        return self.known(fields)

    def file(self) -> bytes:
        """A whole file of one of the four kinds, or with rates of both kinds."""
        kind = self.chance.choices(("in", "out", "both", "index", "providers"), (8, 2, 1, 1, 1))[0]
        fields: dict[str, Callable[[], bytes]] = {"version": self.text, "plan_name": self.text}
        if kind in ("in", "both"):
            rates = {"negotiated_rates": lambda: self.some(self.rate)}
            fields["provider_references"] = lambda: self.some(self.reference, 4)
            fields["in_network"] = lambda: self.some(lambda: self.item(rates), 4)
        if kind in ("out", "both"):
            amounts = {"allowed_amounts": lambda: self.some(self.allowed)}
            fields["out_of_network"] = lambda: self.some(lambda: self.item(amounts))
        if kind == "index":
            fields["reporting_structure"] = lambda: self.some(self.structure)
        if kind == "providers":
            fields["provider_groups"] = lambda: self.some(self.group)
        mark = b"\xef\xbb\xbf" if self.often(0.05) else b""
        return mark + self.space() + self.known(fields) + self.space()
