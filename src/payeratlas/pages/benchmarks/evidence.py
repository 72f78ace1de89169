"""What stands behind the cells: hospitals' own figures, rates set aside, files, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from payeratlas.model.facts import Fact
from payeratlas.pages.benchmarks.choose import headline
from payeratlas.pages.benchmarks.figures import Figures, locator
from payeratlas.pages.benchmarks.words import (
    LINES,
    NAMED,
    SETTINGS,
    family_words,
    joined,
    reason_words,
)
from payeratlas.pages.page import Block, Cell, Gap, Grid, Name, Text, sentence
from payeratlas.pages.sheet import plain
from payeratlas.rates.benchmark import HospitalPrice, Paid, Place
from payeratlas.rates.figures import states_of

MOST_PAID = 60
MOST_HOSPITALS = 60
MOST_ASIDE = 40
OF_A_REASON = 5  # rates set aside that a page lists for each reason
SHORT = 12  # digits of a sha256 that name a file
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
    "NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)  # and the District of Columbia


def hospitals(make: Figures) -> list[Block]:
    """Gross and cash prices by hospital; then what was paid beside what was agreed."""
    found = make.found.hospital
    if not found:
        return []
    blocks: list[Block] = []
    priced = [one for one in found if one.gross is not None or one.cash is not None]
    if priced:
        blocks.append(_list_prices(priced, make))
    paid = _paid(found)
    if paid:
        blocks.append(_paid_grid(paid, make))
    return blocks


def _list_prices(found: Sequence[HospitalPrice], make: Figures) -> Grid:
    rows = tuple(
        (
            plain(Name(_hospital(one), code=False)),
            plain(Name(_where(one), code=False)),
            _amount("rates.gross", one.organisation, one.gross, one.place, "gross", make),
            _amount("rates.cash", one.organisation, one.cash, one.place, "cash", make),
        )
        for one in found[:MOST_HOSPITALS]
    )
    return Grid(
        "What hospitals ask: gross charge and discounted cash price",
        ("Hospital", "For", "Gross charge", "Cash price"),
        rows,
        numeric=(2, 3),
        folded=True,
        note=_more(len(found), MOST_HOSPITALS, make),
    )


def _paid(found: Sequence[HospitalPrice]) -> list[tuple[HospitalPrice, Paid]]:
    """Rows with an allowed amount, the named payers' commercial ones first."""
    rows = [
        (one, paid)
        for one in found
        for paid in one.paid
        if any(value is not None for value in (paid.median, paid.p10, paid.p90))
    ]
    named = {family: place for place, family in enumerate(NAMED)}
    return sorted(
        rows,
        key=lambda row: (
            row[1].line != "commercial",
            named.get(row[1].family, len(named)),
            row[1].family,
            row[0].name,
        ),
    )


def _paid_grid(found: Sequence[tuple[HospitalPrice, Paid]], make: Figures) -> Grid:
    rows = []
    for one, paid in found[:MOST_PAID]:
        subject = f"{one.organisation} {paid.family}"
        figures = [
            _amount(f"rates.{name}", subject, value, paid.place, what, make)
            for name, value, what in (
                ("negotiated", paid.negotiated, "rate"),
                ("allowed_median", paid.median, "median"),
                ("allowed_p10", paid.p10, "p10"),
                ("allowed_p90", paid.p90, "p90"),
            )
        ]
        payer = f"{family_words(paid.family)}, {LINES[paid.line].lower()}"
        rows.append(
            (
                plain(Name(_hospital(one), code=False)),
                plain(Name(f"{payer}: {paid.plan_name}" if paid.plan_name else payer, code=False)),
                *figures,
                plain(Name(paid.count or "not printed", code=False)),
            )
        )
    return Grid(
        "What was agreed, and what was paid: negotiated rate beside allowed amounts",
        ("Hospital", "Payer and plan", "Agreed", "Paid, median", "P ten", "P ninety", "Payments"),
        tuple(rows),
        numeric=(2, 3, 4, 5),
        folded=True,
        note=(
            "Allowed amounts are what payers’ remittances of the last twelve to fifteen months "
            "allowed, by the hospital’s own count, as printed.",
            *_more(len(found), MOST_PAID, make, before=" "),
        ),
    )


def aside(make: Figures) -> Grid | None:
    """The first rates set aside for each reason, as printed, with their places."""
    found = make.found
    if not found.aside:
        return None
    rows: list[tuple[Cell, ...]] = []
    listed: dict[str, int] = {}
    for one in found.outliers:
        if listed.get(one.reason, 0) >= OF_A_REASON or len(rows) >= MOST_ASIDE:
            continue
        listed[one.reason] = listed.get(one.reason, 0) + 1
        printed: Cell = plain(Name(one.printed or "nothing", code=False))
        if one.amount is not None:
            fact = make.printed(
                "rates.aside", f"{found.code} {one.reason}", one.amount, one.place, "rate"
            )
            printed = plain(fact)
        payer = "; ".join(text for text in (one.payer_name, one.plan_name) if text)
        rows.append(
            (
                plain(Name(reason_words(one.reason), code=False)),
                printed,
                plain(Name(payer or "not printed", code=False)),
                plain(Name(one.organisation, code=False)),
                plain(Name(place_words(one.place, make), code=False)),
            )
        )
    if not rows:
        return None
    return Grid(
        "Rates set aside: some of each reason, with their places",
        ("Reason", "As printed", "Payer and plan", "Organisation", "Place"),
        tuple(rows),
        numeric=(1,),
        folded=True,
        note=(
            "The rows of all reasons: ",
            Name(f"payeratlas rates {found.code} --outliers"),
            ".",
        ),
    )


def reasons(make: Figures) -> Grid | None:
    """How many posted rates each reason set aside, over all cells of the code."""
    found = make.found
    if not found.aside:
        return None
    rows = tuple(
        (
            plain(Name(reason_words(reason), code=False)),
            plain(make.basis(f"aside {reason}", "posted rates")),
        )
        for reason, count in sorted(found.aside.items(), key=lambda one: (-one[1], one[0]))
        if count
    )
    note = sentence(
        "Of {read} posted rates of the code {kept} were kept.",
        read=make.basis("read", "posted rates"),
        kept=make.basis("kept", "posted rates"),
    )
    return Grid("Why posted rates were set aside", ("Reason", "Rates"), rows, (1,), True, note)


def files(make: Figures) -> Grid:
    """The price files that all of this was made from."""
    rows = tuple(
        (
            plain(Name(one.name, code=False)),
            plain(Name(one.publisher, code=False)),
            plain(Name("hospital" if one.kind == "hospital" else "payer", code=False)),
            plain(Name(one.state or "not printed", code=False)),
            plain(Name(one.day or "not printed", code=False)),
            plain(Name(one.sha256[:SHORT])),
        )
        for one in sorted(make.found.files, key=lambda one: (one.kind, one.publisher, one.name))
    )
    return Grid(
        "The price files behind this section",
        ("File", "Publisher", "Kind", "State", "Day printed", "Starts with SHA-256"),
        rows,
        folded=True,
        note=("Edition of the benchmarks: ", Name(make.found.edition[:SHORT]), "."),
    )


def uncovered(make: Figures) -> Gap:
    """What the section does not speak of: payers, states, the nation."""
    found = make.found
    shown = {cell.key.family for cell in headline(found) if cell.median is not None}
    missing = [family_words(family) for family in NAMED if family not in shown]
    on_hand = set(states_of(found))
    absent = [state for state in _STATES.split() if state not in on_hand]
    why: Text = ("These files are not the nation: ",)
    if missing:
        why = (*why, "no commercial median of ", Name(joined(missing), code=False), "; ")
    if absent:
        why = (*why, "no organisation in ", Name(", ".join(absent), code=False), "; ")
    why = (*why, "and where there is one, only those whose files are on hand.")
    return Gap(
        "What this does not cover",
        why,
        ("more price files: ", Name("payeratlas sources add hospital"), " and ",
         Name("payeratlas sources fetch tic"), "."),
    )  # fmt: skip


def place_words(place: Place, make: Figures) -> str:
    """File and place of a posted rate, in short."""
    file = make.files.get(place.file)
    if file is None:
        return place.file
    return f"{file.id[:SHORT]} {locator(file, place, 'rate').fragment}"


def _amount(
    measure: str, who: str, value: Decimal | None, place: Place, what: str, make: Figures
) -> Cell:
    """A printed amount, or that none is printed: never a zero."""
    if value is None:
        return plain("not printed", tone="unknown")
    fact: Fact = make.printed(measure, f"{make.found.code} {who}", value, place, what)
    return plain(fact)


def _hospital(one: HospitalPrice) -> str:
    return f"{one.name} ({one.state})" if one.state else one.name


def _where(one: HospitalPrice) -> str:
    setting = SETTINGS.get(one.setting, one.setting)
    return f"{setting}, {one.bill_type}" if one.bill_type != "unclear" else setting


def _more(count: int, most: int, make: Figures, before: str = "") -> Text:
    if count <= most:
        return ()
    return (f"{before}All of them: ", Name(f"payeratlas rates {make.found.code} --json"), ".")
