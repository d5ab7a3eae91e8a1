"""What a repair changes in a schedule: the shape only, for store, API, files and pages."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["moved", "canceled", "added", "swapped sides"]


class Place(BaseModel):
    """Where and when a game is: local times of day, as in a game."""

    model_config = ConfigDict(frozen=True)

    date: dt.date
    start: str
    end: str
    venue: str
    pitch: int


class Change(BaseModel):
    """One game that a repair has changed.

    ``home`` and ``away`` are the sides after the change.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    division: str
    home: str
    away: str
    before: Place | None = Field(None, description="Where it was; null for one that was added.")
    after: Place | None = Field(None, description="Where it is now; null for one that was canceled.")
    why: str = Field(description="The reason, for a person to read.")
