"""Hospitals' JSON files made by chance: any key order, white space, escapes, numbers, oddities."""

from __future__ import annotations

from collections.abc import Callable

from ticmake import NUMBERS, Maker

WORDS = (
    "CPT", "hcpcs", "RC", "MS-DRG", "64640", "99213", "360", "inpatient", "Outpatient", "both",
    "facility", "professional", "case rate", "Fee Schedule", "per diem", "other", "0", "10", "11",
    "1 through 10", "012", "EA", "ml", "", " ", "\u00a0\ufeff x \t", "80|AS", "LT, RT", "26;TC 50",
    "\v52\f53", "|", "a\u2028b", "é", "漢字", "😀", 'q"uote', "back\\slash", "x" * 40,
)  # fmt: skip
AMOUNTS = (
    *NUMBERS, "$12.50", "1,200", " 12.5 ", "007", ".5", "5.", ".", "-", "-.5e1", "1e", "+1", "N/A",
    "999999999", "999999999.99", "-999999999", "\u00a03", "00", "0.00000", "1.23450000000",
)  # fmt: skip


class HospitalMaker(Maker):
    """Writes one file; ``odd`` is the chance of an oddity, ``broken`` that of a fault."""

    def word(self) -> bytes:
        """A text, or what may stand for one."""
        if self.often(self.odd):
            return self.chance.choice((b"null", b"12", b"-1.50", b'""'))
        return self.text(WORDS)

    def amount(self) -> bytes:
        """A number; at times one in quotes, or none."""
        if self.often(self.odd):
            return b"null" if self.often(0.2) else self.text(AMOUNTS)
        return (
            self.chance.choice((b"999999999", b"0", b"-3")) if self.often(0.05) else self.number()
        )

    def words(self) -> bytes:
        """A list of texts, or one."""
        if self.often(self.odd):
            return self.word()
        return self.array([self.word() for _ in range(self.chance.randrange(4))])

    def part(self, fields: dict[str, Callable[[], bytes]]) -> bytes:
        """An object, or at times anything else."""
        return self.any() if self.often(self.odd * 0.3) else self.known(fields)

    def code(self) -> bytes:
        return self.known({"code": self.word, "type": self.word})

    def payer(self) -> bytes:
        if self.often(0.1):
            return self.known({"payer_name": lambda: b'" "', "x": self.any})
        texts = ("payer_name", "plan_name", "additional_payer_notes", "standard_charge_algorithm")
        amounts = ("standard_charge_percentage", "estimated_amount", "median_amount")
        fields = {
            **dict.fromkeys(self.chance.sample(texts, 3), self.word),
            "standard_charge_dollar": self.amount,
            "methodology": self.word,
            "count": self.word,
            **dict.fromkeys(self.chance.sample(amounts, 2), self.amount),
            "10th_percentile": self.amount,
            "90th_percentile": self.amount,
        }
        return self.known(fields)

    def charge(self) -> bytes:
        names = ("minimum", "maximum", "gross_charge", "discounted_cash")
        fields: dict[str, Callable[[], bytes]] = {
            "setting": self.word,
            **dict.fromkeys(names, self.amount),
            "payers_information": lambda: self.some(self.payer, 4),
        }
        for name, make in (
            ("billing_class", self.word),
            ("additional_generic_notes", self.word),
            ("modifier_code", self.words),
            ("modifiers", self.words),
        ):
            if self.often(0.4):
                fields[name] = make
        return self.known(fields)

    def element(self) -> bytes:
        drug = {"unit": self.amount, "type": self.word}
        fields: dict[str, Callable[[], bytes]] = {
            "description": self.text,
            "code_information": lambda: self.some(self.code),
            "standard_charges": lambda: self.some(self.charge, 3),
        }
        if self.often(0.3):
            fields["drug_information"] = lambda: self.part(drug)
        return self.known(fields)

    def modifier(self) -> bytes:
        """An element of modifier_information, at times anything else in the place of any part."""
        payer = dict.fromkeys(("payer_name", "plan_name", "description"), self.word)
        return self.part(
            {
                "code": self.word,
                "description": self.any if self.often(self.odd) else self.word,
                "setting": lambda: self.any() if self.often(self.odd) else b'"Both"',
                "modifier_payer_information": (
                    self.any
                    if self.often(self.odd)
                    else lambda: self.some(lambda: self.part(payer))
                ),
            }
        )

    def file(self) -> bytes:
        """A whole file, its head by the names of version 2, of version 3, or of both."""
        attested: dict[str, Callable[[], bytes]] = {
            "attestation": self.text,
            "confirm_attestation": lambda: self.chance.choice((b"true", b"false", b'"True"')),
            "confirm_affirmation": lambda: self.chance.choice((b"true", b"null", b"false")),
            "attester_name": self.word,
        }
        licence = {"license_number": self.word, "state": self.word}
        heads: dict[str, Callable[[], bytes]] = {
            "location_name": self.words,
            "hospital_location": self.words,
            "attestation": lambda: self.part(attested),
            "affirmation": lambda: self.part(attested),
            "type_2_npi": self.words,
            "modifier_information": lambda: self.some(self.modifier),
            "financial_aid_policy": self.any,
            "general_contract_provisions": self.any,
        }
        fields: dict[str, Callable[[], bytes]] = {
            **dict.fromkeys(("hospital_name", "last_updated_on", "version"), self.word),
            "hospital_address": self.words,
            "license_information": lambda: self.part(licence),
            **{name: heads[name] for name in self.chance.sample(sorted(heads), 5)},
            "standard_charge_information": lambda: self.some(self.element, 5),
        }
        mark = b"\xef\xbb\xbf" if self.often(0.05) else b""
        return mark + self.space() + self.known(fields) + self.space()
