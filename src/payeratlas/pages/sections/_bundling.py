"""Codes that bundle with the code: its NCCI edits and add-ons, a part of section F."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.coding.addon import addon_wording
from payeratlas.coding.names import own_name
from payeratlas.coding.ptp import RULINGS, rationale_words
from payeratlas.coding.wording import Wording
from payeratlas.model.facts import Fact, Unknown
from payeratlas.pages.edits import OTHER, Alike, Order, alike, edits_of
from payeratlas.pages.facts import addon, ptp
from payeratlas.pages.latest import newest
from payeratlas.pages.page import (
    Block,
    Cell,
    Gap,
    Grid,
    Name,
    Paragraph,
    Subsection,
    Text,
    Tone,
    sentence,
)
from payeratlas.pages.sheet import Sheet, gap, plain
from payeratlas.tables.contract import Row

_SERVICES = {"practitioner": "Practitioners and surgery centers", "hospital": "Outpatient hospital"}
_MOST, _EACH = 12, 4  # pairs shown openly, and of one kind
_NAMED = 40  # codes listed of one meaning; the note below says so in words
_MODIFIER = {"never": "No modifier lifts it", "modifier": "A modifier may lift it"}
_COLUMNS = {
    "column1": "Denied beside this code",
    "column2": "Codes beside which this one is denied",
}
_ALL = {
    "column1": "All codes denied beside this one, by what the edit means",
    "column2": "All codes beside which this one is denied, by what the edit means",
}


def bundling(sheet: Sheet) -> tuple[Block | Subsection, ...]:
    """How many edits the code has, the foremost pairs, all of them by meaning, and its add-ons."""
    return (
        Subsection("Codes that bundle with it", (_counts(sheet), *_edits(sheet))),
        Subsection("Add-on codes", _addons(sheet)),
    )


def _counts(sheet: Sheet) -> Grid:
    return Grid(
        "Procedure-to-procedure (PTP) edits in effect on the date",
        (
            "Service type",
            "It is paid, the other code denied (column one)",
            "It is denied, the other code paid (column two)",
        ),
        tuple(
            (
                plain(title),
                plain(sheet[f"ncci.ptp.{service}.column1.count"]),
                plain(sheet[f"ncci.ptp.{service}.column2.count"]),
            )
            for service, title in _SERVICES.items()
        ),
        numeric=(1, 2),
        note=("Each edit pairs two codes of one patient, one provider and one day.",),
    )


def _edits(sheet: Sheet) -> list[Block]:
    """The practitioner's edits pair by pair, where a list covers the date."""
    blocks: list[Block] = []
    order: Order | None = None
    for column in OTHER:
        count = sheet[f"ncci.ptp.practitioner.{column}.count"]
        if isinstance(count.value, Unknown):
            return [_no_list(sheet, count)]
        if count.value == 0:
            continue
        edits = edits_of(sheet.code, column, sheet.as_of, sheet.store)
        if isinstance(edits, Unknown) or not edits:
            continue
        order = order or Order(sheet.code, sheet.as_of, sheet.store)
        edits = order.ordered(edits, column)
        blocks.append(_foremost(sheet, column, edits, order))
        if len(edits) > _MOST:
            blocks.append(_by_meaning(sheet, column, edits))
    if blocks:
        blocks.append(
            Paragraph(
                sentence(
                    "Practitioners' edits, the codes in this order: those whose Medicare services "
                    "the utilization on hand tells, most first; visits; imaging guidance; codes "
                    "near this one; others that we have a name for; the rest by number. For one "
                    "pair, on a practitioner's or a hospital's claim, with its modifiers and "
                    "dates: {command}.",
                    command=Name(f"payeratlas pair {sheet.code} CODE"),
                )
            )
        )
    return blocks


def _no_list(sheet: Sheet, count: Fact) -> Gap:
    """Where the edits could be seen, if not on this date."""
    last = newest(ptp.TABLE, sheet.as_of, sheet.store, service="practitioner")
    if last is None or not last[0].release.complete:
        return gap(
            "The edits pair by pair",
            "{count}",
            "CMS's NCCI procedure-to-procedure edits of the quarter.",
            count=count,
        )
    release = last[0].release
    return gap(
        "The edits pair by pair",
        "no list on hand covers the date, and edits come and go each quarter. Last known are those "
        "of {release}, {period}.",
        "the list of the quarter; what the last one said is on the page for {day}.",
        release=Name(release.id),
        period=release.covers,
        day=last[1],
    )


def _foremost(sheet: Sheet, column: str, edits: Sequence[Row], order: Order) -> Grid:
    chosen = order.foremost(edits, column, most=_MOST, each=_EACH)
    rows = []
    for row in chosen:
        code = row.text(OTHER[column])
        own = own_name(code)
        rows.append(
            (
                plain(_code(code)),
                plain(own.name if own else ""),
                _lifted(row, sheet),
                Cell(_why(row)),
            )
        )
    caption = _COLUMNS[column]
    return Grid(
        caption if len(chosen) == len(edits) else f"{caption}: the foremost",
        ("Code", "In plain words", "Modifier", "Why"),
        tuple(rows),
    )


def _by_meaning(sheet: Sheet, column: str, edits: Sequence[Row]) -> Grid:
    groups = alike(edits, sheet.as_of)
    cut = any(len(one.edits) > _NAMED for one in groups)
    return Grid(
        _ALL[column],
        ("What it means", "Why", "Modifier", "Edits", "Codes"),
        tuple(_meaning(sheet, column, one) for one in groups),
        numeric=(3,),
        folded=True,
        note=("Of a meaning with more than forty codes, the first forty are listed.",)
        if cut
        else (),
    )


def _meaning(sheet: Sheet, column: str, one: Alike) -> tuple[Cell, ...]:
    first = one.edits[0]
    codes: Text = ()
    for row in one.edits[:_NAMED]:
        codes = (*codes, *((", ",) if codes else ()), _code(row.text(OTHER[column])))
    if len(one.edits) > _NAMED:
        codes = (*codes, ", and more")
    return (
        plain(one.group),
        Cell(_why(first)),
        _lifted(first, None),
        plain(ptp.part_count(one.edits, column, sheet.as_of, sheet.store)),
        Cell(codes),
    )


def _lifted(row: Row, sheet: Sheet | None) -> Cell:
    """Whether a modifier may lift an edit, in words; with its indicator as a Fact for one pair."""
    ruling = RULINGS[row.text("modifier_indicator")]
    tone: Tone = "bad" if ruling == "never" else "caution"
    words = _MODIFIER[ruling]
    if sheet is None:
        return Cell((words,), tone)
    indicator = sheet.store.fact(
        "ncci.ptp.modifier_indicator",
        row,
        "modifier_indicator",
        unit="code",
        subject=f"{row.text('column1')}/{row.text('column2')}",
    )
    return Cell((f"{words} (", indicator, ")"), tone)


def _why(row: Row) -> Text:
    """The rationale in our words, else as CMS prints it."""
    words = rationale_words(row.text("rationale"))
    return (Name(row.text("rationale"), code=False),) if words is None else sentence(words.template)


def _code(code: str) -> Name:
    return Name(code, href=f"page:{code}")


def _addons(sheet: Sheet) -> tuple[Block, ...]:
    """Whether the code is an add-on, beside which codes, and which add-ons go with it."""
    primary = sheet["addon.primary"]
    match = sheet.store.in_force(addon.TABLE, sheet.as_of)
    if isinstance(match, Unknown) or not match.release.complete:
        return (Paragraph(sentence("Primary codes of it as an add-on: {fact}", fact=primary)),)
    rows = [
        row.values
        for column in ("addon", "primary")
        for row in sheet.store.rows(addon.TABLE, match, **{column: sheet.code})
    ]
    found = addon_wording(sheet.code, rows, sheet.as_of.service_date)
    told = [found.statement, found.beside, found.with_it]
    facts = {"type": sheet["addon.type"]}
    texts = [sheet.words(one, facts) for one in told if isinstance(one, Wording)]
    if isinstance(found.statement, Unknown):
        texts.insert(0, sentence("Add-on: {type}.", type=facts["type"]))
    return tuple(Paragraph(text) for text in texts)
