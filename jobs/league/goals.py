"""What is aimed for and not promised: the soft goals and how much each one weighs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Weight = Annotated[int, Field(ge=0, le=1_000)]


class Goals(BaseModel):
    """How much a unit of each goal's cost weighs; 0 leaves a goal out.

    ``jobs.league.scores`` counts the costs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    home_venue: Weight = Field(20, description="For each game away from the home team's venue.")
    balance: Weight = Field(
        50,
        description="For each game by which a team's home and away games differ by more than 1.",
    )
    early_late: Weight = Field(
        4, description="For each early or late game over or under a team's fair share."
    )
    preferred_times: Weight = Field(
        3, description="For each game of a team outside of all its preferred times."
    )
    spread: Weight = Field(
        3,
        description="For each stretch of the season in which a team should have a game, and has none.",
    )
    travel: Weight = Field(1, description="For each 10 km that a team travels, there and back.")
    rematch: Weight = Field(5, description="For each week by which two teams meet again too soon.")
