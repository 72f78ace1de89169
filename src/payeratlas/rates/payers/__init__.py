"""Who pays: payer family, licensee and line of business, told from printed text by ordered rules.

The rules are data (``*.toml`` beside this module), each file with cases that the tests run.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Payer
from payeratlas.rates.offer import PublisherKind


def who_is(
    publisher_kind: PublisherKind,
    entity: str,
    state: str,
    payer_name: str,
    plan_name: str,
    network_name: str,
) -> Payer:
    """The payer behind the printed text; ``unclassified`` where no rule places it.

    ``entity`` is the publisher as its file names it (``reporting_entity_name``, ``hospital_name``),
    ``state`` two letters or empty: where the hospital stands, or of the payer's file. Cached by
    distinct text.
    """
    raise NotImplementedError
