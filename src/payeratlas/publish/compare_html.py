"""The comparison of a user's own rates as one HTML file: it loads nothing and runs nothing.

It looks like a page of the site and stands alone, so that it can be printed or kept; the workbook
beside it has every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from payeratlas.publish.compare_words import (
    METHOD,
    PRIVATE,
    code_words,
    counted,
    dollars,
    medicare_used,
    payer_words,
    percent,
    rank,
    rate_text,
    series_words,
    where_words,
)
from payeratlas.publish.html import environment, sealed, site_stylesheet
from payeratlas.publish.svg import NARROW, WIDE
from payeratlas.publish.svg.standing import Stand, Strip, standing
from payeratlas.publish.wording import clean
from payeratlas.rates.benchmark import LEAST_FOR_QUARTILES
from payeratlas.rates.compare import (
    CAUTIONS,
    REASONS,
    Comparison,
    Matched,
    OfPayer,
    Total,
    Unmatched,
    line_of,
)
from payeratlas.store.software import version

ROWS_SHOWN = 500
"""Rows of one table that the report lists; the workbook has all."""
_TITLE = "My rates"


@dataclass(frozen=True, slots=True)
class _Tile:
    title: str
    answer: str
    reason: str
    state: str = "plain"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table: headings, rows of texts, the columns set to the right (from 1), how many rows are
    left out, and what the letters of its notes stand for."""

    id: str
    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: tuple[int, ...]
    left_out: int = 0
    notes: tuple[tuple[str, str], ...] = ()


def render(found: Comparison) -> str:
    """The comparison as an HTML document."""
    style = site_stylesheet()
    strips = _strips(found)
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            title=_TITLE,
            private=PRIVATE,
            policy=sealed(style),
            style=Markup(style),  # our own files
            version=version(),
            lead=_lead(found),
            tiles=_tiles(found),
            payers=_payers(found),
            plots=[_plot(strips, width) for width in (WIDE, NARROW)] if strips else [],
            least=LEAST_FOR_QUARTILES,
            unplotted=sum(one.position.percentile is None for one in found.matched),
            opportunities=_opportunities(found),
            rows=_rows(found),
            reasons=_reasons(found),
            unmatched=_unmatched(found),
            method=METHOD,
            files=_files(found),
            medicare=[clean(words) for words in medicare_used(found)],
            edition=", ".join(found.editions) or "none on hand",
        )
    )


def _lead(found: Comparison) -> str:
    place = f", {found.state} where it has enough organisations" if found.state else ""
    skipped = found.mine.blank + found.mine.before
    aside = f" {counted(skipped, 'blank or title row')} left aside." if skipped else ""
    return (
        f"{clean(found.mine.name)}: {counted(found.read, 'row')} read, {len(found.matched):,} "
        f"compared with what the same payer has agreed to pay others "
        f"({found.strictness} rules of plausibility{place}), {len(found.unmatched):,} not.{aside}"
    )


def _tiles(found: Comparison) -> list[_Tile]:
    total = found.total
    return [
        _Tile(
            "Opportunity a year",
            dollars(total.opportunity, whole=True) if total.with_volume else "no volumes",
            f"What {counted(_with_opportunity(found), 'row')} would bring more at the payer's own "
            "median.",
            "caution" if total.opportunity else "plain",
        ),
        _Tile(
            "Gap a year, all matched rows",
            dollars(total.gap, whole=True) if total.with_volume else "no volumes",
            f"{dollars(total.yours, whole=True)} at your rates, less "
            f"{dollars(total.at_median, whole=True)} at the medians.",
        ),
        _Tile(
            "Of Medicare",
            percent(total.of_medicare) if total.of_medicare is not None else "not known",
            f"Ratio of sums over {counted(total.with_medicare, 'row')} with a volume.",
        ),
        _Tile(
            "Compared",
            percent(found.rows_share),
            f"of the rows; {percent(found.dollars_share)} of the dollars a year that could be read."
            if found.dollars_share is not None
            else "of the rows.",
        ),
    ]


def _with_opportunity(found: Comparison) -> int:
    return sum(bool(one.opportunity) for one in found.matched)


def _payers(found: Comparison) -> _Table:
    def row(one: OfPayer) -> tuple[str, ...]:
        total: Total = one.total
        volumes = bool(total.with_volume)
        return (
            payer_words(one.family, one.line),
            f"{total.rows:,}",
            f"{one.unmatched:,}",
            f"{total.below:,}",
            dollars(total.yours, whole=True) if volumes else "no volumes",
            dollars(total.gap, whole=True) if volumes else "no volumes",
            dollars(total.opportunity, whole=True) if volumes else "no volumes",
            percent(total.of_medicare) if total.of_medicare is not None else "not known",
        )

    heads = (
        "Payer", "Rows", "Not matched", "Below median", "At your rates a year", "Gap a year",
        "Opportunity a year", "Of Medicare",
    )  # fmt: skip
    rows = [row(one) for one in found.payers]
    return _Table("by-payer", "Payers", heads, rows, tuple(range(2, 9)))


def _strips(found: Comparison) -> list[Strip]:
    strips: dict[str, list[Stand]] = {}
    for one in found.matched:
        rank_of = one.position.percentile
        if rank_of is None:
            continue
        label = f"{code_words(one.mine)}, row {one.mine.row}: percentile {rank(rank_of)}"
        name = payer_words(one.payer.family, line_of(one.payer))
        office = one.mine.where.setting == "office"
        strips.setdefault(name, []).append(Stand(rank_of, label, office))
    return [
        Strip(f"{name}, {counted(len(stands), 'row')}", tuple(stands))
        for name, stands in sorted(strips.items())
    ]


def _plot(strips: Sequence[Strip], width: int) -> Markup:
    return Markup(
        standing(
            strips,
            id=f"standing-{width}",
            title="Percentile rank of each of your rates, by payer",
            words="One mark a rate, from 0 (everyone is paid more) to 100 (everyone is paid less). "
            "The table of rows has each figure.",
            width=width,
        )
    )


def _matched_row(one: Matched) -> tuple[str, ...]:
    return (
        code_words(one.mine),
        payer_words(one.payer.family, line_of(one.payer)),
        f"{series_words(one.cell.key.series)}, {one.cell.key.state or 'all states'}",
        rate_text(one.mine.rate),
        dollars(one.median),
        percent(one.gap_share, signed=True),
        rank(one.position.percentile),
        _of_medicare(one),
        _yearly(one.at_volume),
        f"{one.cell.organisations:,}",
        str(one.cell.grade or "none"),
        f"{one.mine.row}",
        " ".join(_LETTERS[name] for name in one.cautions),
    )


_LETTERS = dict(zip(CAUTIONS, "abcdefgh", strict=False))
_MATCHED_HEADS = (
    "Code", "Payer", "Compared as", "Your rate", "Median", "Gap", "Percentile", "Of Medicare",
    "Gap a year", "Organisations", "Grade", "Row", "Notes",
)  # fmt: skip
_MATCHED_RIGHT = (4, 5, 6, 7, 8, 9, 10, 11, 12)


def _opportunities(found: Comparison) -> _Table:
    rows = [_matched_row(one) for one in found.opportunities]
    caption = f"{len(rows)} largest" if len(rows) > 1 else "The largest"
    notes = _notes(found.opportunities)
    return _Table("largest", caption, _MATCHED_HEADS, rows, _MATCHED_RIGHT, notes=notes)


def _rows(found: Comparison) -> _Table:
    shown = found.matched[:ROWS_SHOWN]
    return _Table(
        "rows-table",
        "Rows, in the order of your file",
        _MATCHED_HEADS,
        [_matched_row(one) for one in shown],
        _MATCHED_RIGHT,
        len(found.matched) - len(shown),
        _notes(shown),
    )


def _notes(shown: Sequence[Matched]) -> tuple[tuple[str, str], ...]:
    used = {name for one in shown for name in one.cautions}
    return tuple((_LETTERS[name], words) for name, words in CAUTIONS.items() if name in used)


def _reasons(found: Comparison) -> _Table:
    rows = [(reason, f"{count:,}", REASONS[reason]) for reason, count in found.reasons.items()]
    return _Table("reasons-table", "Reasons", ("Reason", "Rows", "In words"), rows, (2,))


def _unmatched(found: Comparison) -> _Table:
    rows = [_unmatched_row(one) for one in found.unmatched[:ROWS_SHOWN]]
    heads = (
        "Row",
        "Reason",
        "Code",
        "Payer as typed",
        "Read as",
        "Your rate",
        "Of Medicare",
        "Why",
    )
    left_out = len(found.unmatched) - len(rows)
    return _Table("unmatched-table", "Rows not compared", heads, rows, (6, 7), left_out)


def _unmatched_row(one: Unmatched) -> tuple[str, ...]:
    mine = one.mine
    return (
        f"{one.row}",
        one.reason,
        code_words(mine) if mine else one.code,
        clean(one.payer_typed[:80]),
        where_words(mine) if mine else "",
        rate_text(mine.rate) if mine else "",
        _of_medicare(one) if mine else "",
        f"column {one.column}" if one.column else _seen(one),
    )


def _of_medicare(one: Matched | Unmatched) -> str:
    share = one.of_medicare
    return "not known" if share is None else percent(share)


def _seen(one: Unmatched) -> str:
    """Where a reason lies that is not of the user's file."""
    return "" if one.organisations is None else counted(one.organisations, "organisation")


def _files(found: Comparison) -> _Table:
    rows = [
        (clean(note.name), clean(note.publisher), note.state, clean(note.day), note.sha256[:16])
        for note in found.files
    ]
    heads = ("Price file", "Publisher", "State", "Day", "sha256, first digits")
    return _Table("files-table", "Price files behind the cells used", heads, rows, ())


def _yearly(value: Decimal | None) -> str:
    return "no volume" if value is None else dollars(value, whole=True)
