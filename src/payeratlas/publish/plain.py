"""A Text of the page model as one line of plain words, for commands that answer one question."""

from __future__ import annotations

from datetime import date

from payeratlas.model.facts import Fact
from payeratlas.model.time import Period
from payeratlas.pages.page import Name, Span, Text
from payeratlas.publish.wording import clean, date_text, fact_text, period_text


def plain_text(text: Text) -> str:
    """The words, with each Fact as its value or the reason why there is none."""
    return clean("".join(_span(span) for span in text))


def _span(span: Span) -> str:
    match span:
        case str():
            return span
        case Fact():
            return fact_text(span)
        case Name():
            return span.text
        case Period():
            return period_text(span)
        case date():
            return date_text(span)
