"""The shape of a fault, and words that several of them use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Where = tuple[int | str, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: Path to the field, e.g. ``("teams", 3, "home_venue")``.
        message: What is wrong and what would be right.
        value: What was given.
    """

    where: Where
    message: str
    value: Any


def counted(number: int, noun: str) -> str:
    """``1 team`` or ``3 teams``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Iterable[str], most: int = 10) -> str:
    """The first names of a list."""
    every = list(names)
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")
