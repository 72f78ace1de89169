"""Which source a price file is of, told by its beginning: a folder of them is one command."""

from __future__ import annotations

from pathlib import Path

from payeratlas.build.registry import PriceSource, load_price_source
from payeratlas.formats.chunks import unpacked_chunks
from payeratlas.formats.source_file import unreadable

ANY = "prices"
"""What stands for the source where each file is to tell its own."""
_LOOKED_AT = 1 << 16
# Keys of a hospital's file; a payer's has none of them, and any of them comes early.
_HOSPITAL = (
    *(b'"standard_charge_information"', b'"code_information"', b'"standard_charges"'),
    *(b'"hospital_name"', b'"hospital_address"', b'"hospital_location"', b'"type_2_npi"'),
    *(b'"license_information"', b'"attestation"', b'"affirmation"', b'"modifier_information"'),
)
_EXTRACT = (b"negotiated_rate", b"billing_code", b"reporting_entity_name")


def source_of(path: Path) -> PriceSource:
    """The source of a price file: a hospital's, a payer's, or an extract of a payer's.

    What is none of them goes to the one that it looks most like, whose reader says what is wrong.
    FileError where the file cannot be read.
    """
    head = b""
    try:
        chunks = unpacked_chunks(path)
        for chunk in chunks:
            head += chunk
            if len(head) >= _LOOKED_AT:
                break
        chunks.close()
    except OSError as error:
        raise unreadable(path, error) from error
    source = load_price_source(_kind(head))
    assert source is not None
    return source


def _kind(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "hospital" if any(key in text for key in _HOSPITAL) else "tic"
    heading = text.partition(b"\n")[0].lower()
    return "tic_extract" if all(name in heading for name in _EXTRACT) else "hospital"
