"""A slot: one instant at which a schedule is due. It owns the value and nothing that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """One instant at which a schedule is due.

    Attributes:
        at: in UTC, on a whole second.
        skip: why nothing runs at it, in plain words; empty where it runs.
    """

    at: datetime
    skip: str = ""
