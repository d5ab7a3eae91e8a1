"""Checks of single fields whose usual messages would not say what is wrong, or would take too long to.

Owns wording only: the bounds themselves stand in ``spec``, where the JSON schema reads them too.
"""

from __future__ import annotations

from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def some(noun: str, least: int, most: int) -> BeforeValidator:
    """A list of that many of something, counted before any of them is looked at.

    pydantic reads item by item first: 20,000 bad teams would be 60,000 faults before the one that matters.
    """

    def check(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            if len(value) > most:
                raise _error(f"{len(value):,} {noun}s are too many, at most {most:,} are possible")
            if len(value) < least:
                given = f"only {len(value)}" if value else "none"
                raise _error(f"at least {least} {noun}{'s' * (least > 1)} must be given, there is {given}")
        return value

    return BeforeValidator(check)


def at_least_one(noun: str) -> BeforeValidator:
    """A number of something that a place cannot have none of."""

    def check(value: Any) -> Any:
        if isinstance(value, (int, float)) and value < 1:
            raise _error(f"at least one {noun} is needed, not {value:g}: leave out what has none")
        return value

    return BeforeValidator(check)


def _error(message: str) -> PydanticCustomError:
    return PydanticCustomError("league", message)
