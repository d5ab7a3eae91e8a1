"""Names that a league can take: each once, whatever a file calls its things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

LONGEST = 100


def unique(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The names, with the id added where one is that of several things (case does not tell them apart).

    Two things with the same name and the same id keep it: that is for the checks to refuse.
    """
    counts = Counter(name.casefold() for name in names)
    return [
        name[:LONGEST]
        if counts[name.casefold()] == 1
        else f"{name[: LONGEST - len(one) - 3]} ({one})"[:LONGEST]
        for name, one in zip(names, ids, strict=True)
    ]
