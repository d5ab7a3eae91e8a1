"""What the validator says: the rules that it checked, those that are broken, and the schedule's figures.

Owns the shapes of the answer and how many violations it lists. Stored with every schedule, so fields that
came later have a default.
"""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel, ConfigDict, Field

MAX_VIOLATIONS = 100


class Violation(BaseModel):
    """One broken rule, with the teams and the date in its message."""

    model_config = ConfigDict(frozen=True)

    rule: str
    message: str


class Stats(BaseModel):
    """Figures of a schedule, counted anew from its games."""

    model_config = ConfigDict(frozen=True)

    games: int
    dates: int
    home_venue_share: float
    home_away_balance_max: int
    home_away_balance_mean: float
    longest_gap_days: int | None = Field(
        None, description="Most days in a row of the season without a game of a team that has games at all."
    )
    least_rest_days: int | None = Field(
        None,
        description="Fewest days off between two days on which a team plays; none if no team plays twice.",
    )


class Validation(BaseModel):
    """What the validator found."""

    model_config = ConfigDict(frozen=True)

    valid: bool
    violation_count: int = Field(description="All violations; only the first hundred are listed.")
    violations: list[Violation]
    checks: dict[str, int] = Field(description="How often each rule was checked.")
    stats: Stats


class Findings:
    """Counts checks and keeps what fails."""

    def __init__(self) -> None:
        self.checks: Counter[str] = Counter()
        self.violations: list[Violation] = []
        self.count = 0

    def check(self, rule: str, kept: bool, message: str) -> bool:
        """Count one check of a rule, and keep the message if the rule is broken."""
        self.checks[rule] += 1
        if not kept:
            self.count += 1
            if len(self.violations) < MAX_VIOLATIONS:
                self.violations.append(Violation(rule=rule, message=message))
        return kept
