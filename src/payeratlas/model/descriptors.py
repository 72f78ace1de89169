"""Descriptors that a user holds a licence for: kept apart from everything that is published.

No Page, Fact or release ever holds one. A renderer prints a descriptor only where it is given one
by name, and then prints :data:`MARK` with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MARK = "contains licensed descriptors; not for distribution"
"""What stands on everything that shows a descriptor."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """The text that a licence holder's own file has for one billing code.

    ``licence`` is the holder's note of who grants it. The text is left out of ``repr``, so that no
    log and no traceback can spill it.
    """

    code: str
    text: str = field(repr=False)
    licence: str
