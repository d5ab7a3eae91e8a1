"""Stretches of a day in which a team would like to play, or cannot."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _lowercase(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Weekday = Annotated[
    Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    BeforeValidator(_lowercase),
]
StartTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndTime = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class TimeWindow(BaseModel):
    """From ``start`` until ``end`` on some weekdays, in local time; ``end`` itself is outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: list[Weekday] | None = Field(
        None, min_length=1, max_length=7, description="Weekdays; every day when left out."
    )
    start: StartTime = "00:00"
    end: EndTime = "24:00"

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.start >= self.end:
            raise PydanticCustomError(
                "league",
                "the window ends at {end}, not after its start at {start}; "
                "one that goes past midnight is two: until 24:00, and from 00:00 of the next day",
                {"start": self.start, "end": self.end},
            )
        return self

    def holds_on(self, date: dt.date) -> bool:
        """Whether the window is one of this date's weekday."""
        return self.days is None or WEEKDAYS[date.weekday()] in self.days
