"""G: the procedure in brief, its workflow, patients, and what the note must hold."""

from __future__ import annotations

from collections.abc import Iterable

from payeratlas.coding.clinical import Cited, Context, Passage, Vignette, context
from payeratlas.coding.names import own_name
from payeratlas.model.time import AsOf
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Gap,
    Grid,
    Name,
    Paragraph,
    Section,
    Subsection,
    Text,
    sentence,
)
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap, plain
from payeratlas.store import Store

SECTION = Place("G", "clinical", "Clinical context and documentation")

_TIMES = (("Before", "before"), ("During", "during"), ("After", "after"))


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """What the code's clinical record says, each sentence with its source; gaps for the rest."""
    found = context(code)
    if found is None:
        blocks = (
            _no_procedure(),
            _no_documentation("no policy is loaded, so no element can be tied to who asks for it."),
        )
        return Section(SECTION.id, SECTION.letter, SECTION.title, blocks, empty=True)
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            Subsection("The procedure in brief", (Paragraph(_run(found.brief)),)),
            Subsection("Workflow", (_workflow(found),)),
            *_patients(code, found),
            *_documentation(found),
            _sources(found),
        ),
        lead=sentence(
            "In our own words ({author}, reviewed on {day}). The texts behind the sentences have "
            "dates of their own, whatever the date of service. This is no medical advice.",
            author=found.author,
            day=found.reviewed,
        ),
    )


def _workflow(found: Context) -> Grid:
    """What comes before, during and after; a time of which no text speaks is left out."""
    rows = [
        (plain(title), Cell(_said(cited)), Cell(_passages(cited.by)))
        for title, part in _TIMES
        for cited in getattr(found, part)
    ]
    return Grid("Before, during and after", ("When", "What", "Source"), tuple(rows))


def _patients(code: str, found: Context) -> list[Subsection]:
    """Invented patients: first those of the code itself, then those of its neighbors."""
    if not found.vignettes:
        return []
    order = sorted(found.vignettes, key=lambda one: (one.code != code, one.code not in found.codes))
    note = (
        "The patients are invented; the sources are for nerve, treatment and code. A patient of "
        "another code is here to show the difference."
    )
    grid = Grid(
        "Patients, and the code that each belongs to",
        ("Code", "Patient", "Source"),
        tuple(_patient(code, one) for one in order),
        note=sentence(note),
    )
    return [Subsection("Typical patients", (grid,))]


def _patient(code: str, one: Vignette) -> tuple[Cell, ...]:
    passages = tuple(passage for cited in one.says for passage in cited.by)
    belongs = " (this code)" if one.code == code else " (not this code)"
    return (
        Cell((_code(one.code), belongs), tone="good" if one.code == code else "caution"),
        Cell((f"{one.title}. ", *_run(one.says))),
        Cell(_passages(passages)),
    )


def _documentation(found: Context) -> list[Block | Subsection]:
    """The checklist with who asks; a gap where no text on hand asks for anything."""
    if not found.documentation:
        return [_no_documentation("no text on hand asks for an element of this code's record.")]
    rows = [
        (
            plain(element.what),
            plain(Name(ask.who, code=False)),
            Cell(_said(ask.says)),
            Cell(_passages(ask.says.by)),
        )
        for element in found.documentation
        for ask in element.asks
    ]
    blocks: list[Block] = [
        Grid(
            "What the note must hold",
            ("Element", "Who asks", "What for", "Source"),
            tuple(rows),
            note=sentence(
                "Only what a text on hand asks. A payer that is not named here may ask for more."
            ),
        )
    ]
    if found.notes:
        blocks.append(
            Bullets(tuple((*_said(one), " (", *_passages(one.by), ")") for one in found.notes))
        )
    return [Subsection("Documentation", tuple(blocks))]


def _sources(found: Context) -> Grid:
    return Grid(
        "Texts that these sentences rest on",
        ("Text", "Publisher", "Date", "What was at hand"),
        tuple(
            (
                plain(Name(text.title, code=False, href=text.url)),
                plain(Name(text.publisher, code=False)),
                plain(Name(text.date, code=False)),
                plain(Name(text.held, code=False)),
            )
            for text in found.texts()
        ),
        folded=True,
    )


def _run(said: Iterable[Cited]) -> Text:
    """Sentences one after the other, each followed by its sources."""
    spans: Text = ()
    for cited in said:
        spans += (*((" ",) if spans else ()), *_said(cited), " [", *_labels(cited.by), "]")
    return spans


def _said(cited: Cited) -> Text:
    """A sentence with its codes linked to their pages, other names as they are."""
    words = cited.words
    parts = {place: _code(name) for place, name in words.names.items()}
    return sentence(words.template, **parts)


def _code(name: str) -> Name:
    if own_name(name) is None:
        return Name(name, code=False)
    return Name(name, href=f"page:{name}")


def _labels(passages: Iterable[Passage]) -> Text:
    """The short names of the texts, each once."""
    texts = dict.fromkeys(passage.text for passage in passages)
    return _joined(Name(text.label, code=False, href=text.url) for text in texts)


def _passages(passages: Iterable[Passage]) -> Text:
    """The short names of the texts with the places in them."""
    return _joined(
        Name(f"{passage.text.label}, {passage.at}", code=False, href=passage.text.url)
        for passage in dict.fromkeys(passages)
    )


def _joined(names: Iterable[Name]) -> Text:
    spans: Text = ()
    for name in names:
        spans += (*(("; ",) if spans else ()), name)
    return spans


def _no_procedure() -> Gap:
    return gap(
        "The procedure, its workflow and a typical patient",
        "no reviewed clinical record of the code is loaded.",
        "a record in our own words with a source for each sentence.",
    )


def _no_documentation(why: str) -> Gap:
    return gap(
        "Documentation that payers ask for",
        why,
        "policies and coverage articles, read element by element.",
    )
