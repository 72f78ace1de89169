"""A: what the code is, what it is not, and since when it is on the books."""

from __future__ import annotations

from payeratlas.coding.indicators import describe
from payeratlas.coding.kinds import kind
from payeratlas.coding.names import own_name, siblings
from payeratlas.coding.places import usual_places
from payeratlas.model.codes import Coding
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Grid,
    Name,
    Paragraph,
    Section,
    Subsection,
    Text,
    sentence,
)
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import Sheet, gap, plain
from payeratlas.store import Store

SECTION = Place("A", "identity", "What this code is")
_NEAREST = 7  # codes it is mistaken for that are shown openly


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Code, system, own name, service type, status, siblings, and the releases that list it."""
    sheet = Sheet(code, as_of, store)
    return Section(
        id=SECTION.id,
        letter=SECTION.letter,
        title=SECTION.title,
        blocks=(_card(sheet), *_siblings(sheet), *_history(sheet)),
    )


def _card(sheet: Sheet) -> Grid:
    coding = Coding.parse(sheet.code)
    own = own_name(sheet.code)
    what = kind(sheet.code, sheet.indicators())
    status = sheet["pfs.status"]
    rows: list[tuple[Cell, ...]] = [
        (plain("Code"), plain(Name(coding.code), f" ({coding.system})")),
        (
            plain("In plain words"),
            plain(
                *(
                    (own.name,)
                    if own
                    else (
                        "No plain-language name of our own yet. Official descriptors are licensed "
                        "and are not shown; who holds a licence can mount a file of their own: ",
                        Name("payeratlas descriptors mount FILE"),
                    )
                )
            ),
        ),
        (plain("Kind of service"), Cell(sheet.words(what.wording))),
        (plain("CMS's classification (RBCS)"), Cell(_classified(sheet))),
    ]
    if isinstance(status.value, Unknown):
        rows.append((plain("Medicare status"), plain(status)))
    else:
        words = describe("status", str(status.value))
        text: Text = (status,)
        if not isinstance(words, Unknown):
            text = (status, ": ", *sheet.words(words))
        rows.append((plain("Medicare status"), Cell(text)))
        rows.append((plain("Typical setting"), Cell(sheet.words(usual_places(sheet.indicators())))))
    return Grid("The code at a glance", ("Field", "Value"), tuple(rows))


def _classified(sheet: Sheet) -> Text:
    """Category, subcategory and family, from the broadest on; or the one reason for all three."""
    category = sheet["rbcs.category"]
    if isinstance(category.value, Unknown):
        return (category,)
    return (category, " › ", sheet["rbcs.subcategory"], " › ", sheet["rbcs.family"])


def _siblings(sheet: Sheet) -> list[Block | Subsection]:
    near = siblings(sheet.code)
    if not near:
        return [
            gap(
                "What it is not",
                "no family record names the codes that {code} is mistaken for.",
                "a family record in our own words (see CONTRIBUTING).",
                code=Name(sheet.code),
            )
        ]
    told = [(Name(one.code, href=f"page:{one.code}"), sheet.words(one.wording)) for one in near]
    blocks: list[Block] = [Bullets(tuple((code, ": ", *words) for code, words in told[:_NEAREST]))]
    if rest := told[_NEAREST:]:
        blocks.append(
            Grid(
                "The rest of its family",
                ("Code", "What it is, and what decides for it"),
                tuple((plain(code), Cell(words)) for code, words in rest),
                folded=True,
            )
        )
    return [Subsection("What it is not", tuple(blocks))]


def _history(sheet: Sheet) -> list[Block | Subsection]:
    rows = sheet.store.history(
        "pfs_rvu", constants={"participation": ("all", "nonqpp")}, hcpcs=sheet.code, modifier=""
    )
    if not rows:
        return []
    releases = [sheet.store.release_of(row) for row in rows]
    held = sheet.store.releases(rows[0].source)
    whole = [p.release for p in held if p.release.complete]
    absent = [r for r in whole if r.id not in {x.id for x in releases}]
    text = sentence(
        "Listed from {first} (services from {start} on) through {last} (services {period}).",
        first=Name(releases[0].id),
        start=releases[0].covers.start,
        last=Name(releases[-1].id),
        period=releases[-1].covers,
    )
    if absent:
        text += sentence(
            " Whole releases on hand that do not list it: {names}.",
            names=Name(", ".join(r.id for r in absent), code=False),
        )
    return [Subsection("On the books", (Paragraph(text),))]
