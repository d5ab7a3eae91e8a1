"""How good a schedule is: the soft goals, counted one by one from its games, and their weighted sum.

Owns what each goal's cost means. The solver aims at the same costs; whether a schedule keeps the rules is for
``validate`` to say, which shares nothing with this.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

from jobs.league.dayparts import Dayparts
from jobs.league.distances import Distances
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec, Team
from jobs.league.weeks import play_weeks, rematch_gap, stretch_length, stretches, week_of


class GoalScore(BaseModel):
    """One goal of a schedule."""

    model_config = ConfigDict(frozen=True)

    name: str
    weight: int
    cost: float = Field(description="0 is perfect; its unit is the goal's own.")
    text: str = Field(description="The same for a person to read.")


class Scores(BaseModel):
    """Soft scores of a schedule: what is aimed for, not what is promised."""

    model_config = ConfigDict(frozen=True)

    home_venue_share: float = Field(description="Share of games at the home team's own venue, from 0 to 1.")
    home_away_balance_max: int = Field(description="Largest difference of home and away games of one team.")
    home_away_balance_mean: float = Field(description="Mean of that difference over all teams.")
    longest_gap_days: int = Field(description="Most days between two games of a team.")
    least_rematch_days: int | None = Field(None, description="Fewest days between two meetings of two teams.")
    travel_km: float | None = Field(None, description="Kilometres of all teams, there and back.")
    cost: float = Field(description="Sum of weight times cost over the goals.")
    goals: list[GoalScore]


def score(league: LeagueSpec, games: Sequence[Game]) -> Scores:
    """Score games.

    Args:
        league: its weights and venues.
        games: in any order; without any, the scores are those of a perfect schedule.
    """
    counted = _Counted(league, games)
    weights = league.goals
    goals = [
        GoalScore(name=name, weight=getattr(weights, name), cost=round(cost, 1), text=text)
        for name, (cost, text) in counted.goals().items()
    ]
    gaps = counted.gaps
    return Scores(
        home_venue_share=round(counted.at_home / len(games), 4) if games else 1.0,
        home_away_balance_max=max(gaps.values(), default=0),
        home_away_balance_mean=round(sum(gaps.values()) / len(gaps), 4) if gaps else 0.0,
        longest_gap_days=counted.longest_gap,
        least_rematch_days=counted.least_rematch,
        travel_km=counted.travel_km,
        cost=round(sum(each.weight * each.cost for each in goals), 1),
        goals=goals,
    )


class _Counted:
    """A schedule's games by team and pair."""

    def __init__(self, league: LeagueSpec, games: Sequence[Game]) -> None:
        self._league, self._games = league, games
        self._weeks = [week_of(some[0]) for some in play_weeks(league.season.play_dates)]
        self._of_team: dict[str, list[Game]] = {team.name: [] for team in league.teams}
        self._of_pair: dict[tuple[str, str], list[dt.date]] = defaultdict(list)
        for game in games:
            one, other = sorted((game.home, game.away))
            self._of_pair[one, other].append(game.date)
            for name in (game.home, game.away):
                self._of_team.setdefault(name, []).append(game)
        self.at_home = sum(game.at_home_venue for game in games)
        self.gaps = self._gaps()
        self.longest_gap = self._longest_gap()
        self.least_rematch = min(self._rematches(), default=None)
        self.travel_km = self._travel()

    def goals(self) -> dict[str, tuple[float, str]]:
        """Each goal's cost and words, by the name of its weight."""
        return {
            "home_venue": self._home(),
            "balance": self._balance(),
            "early_late": self._early_late(),
            "preferred_times": self._preferred(),
            "spread": self._spread(),
            "travel": self._distance(),
            "rematch": self._rematch(),
        }

    def _gaps(self) -> dict[str, int]:
        return {
            name: abs(sum(1 if game.home == name else -1 for game in games))
            for name, games in self._of_team.items()
        }

    def _longest_gap(self) -> int:
        days = (sorted({game.date for game in games}) for games in self._of_team.values())
        return max(((other - one).days for some in days for one, other in pairwise(some)), default=0)

    def _rematches(self) -> list[int]:
        return [
            (other - one).days for dates in self._of_pair.values() for one, other in pairwise(sorted(dates))
        ]

    def _home(self) -> tuple[float, str]:
        total = len(self._games)
        share = f" ({self.at_home / total:.1%})" if total else ""
        return total - self.at_home, f"{self.at_home:,} of {total:,} games at the home team's venue{share}"

    def _balance(self) -> tuple[float, str]:
        over = sum(max(0, gap - 1) for gap in self.gaps.values())
        worst = max(self.gaps.values(), default=0)
        return over, f"home and away games of a team differ by at most {worst}"

    def _early_late(self) -> tuple[float, str]:
        parts = Dayparts(self._league)
        off, widest = 0, 0
        for teams in self._league.teams_by_division.values():
            for is_part in (parts.early, parts.late):
                counts = [
                    sum(is_part(game.date, game.start) for game in self._of_team[team.name]) for team in teams
                ]
                off += off_fair_share(counts)
                widest = max(widest, max(counts) - min(counts))
        text = f"{_many(off, 'early or late game')} beyond a fair share"
        return off, f"{text}; teams of a division differ by up to {widest}"

    def _preferred(self) -> tuple[float, str]:
        missed = wanted = 0
        for team in (team for team in self._league.teams if team.preferred_times):
            for game in self._of_team[team.name]:
                wanted += 1
                missed += not prefers(team, game.date, game.start)
        text = f"{wanted - missed:,} of {wanted:,} games at a time that the team prefers"
        return missed, text if wanted else "no team prefers any times"

    def _spread(self) -> tuple[float, str]:
        empty = 0
        for games in self._of_team.values():
            if games:
                played = {week_of(game.date) for game in games}
                for stretch in stretches(len(self._weeks), len(games)):
                    empty += not any(self._weeks[week] in played for week in stretch)
        lengths = {stretch_length(len(self._weeks), len(games)) for games in self._of_team.values() if games}
        if not lengths:
            return 0, "no games to spread"
        weeks = f"{min(lengths)}" if len(lengths) == 1 else f"{min(lengths)} to {max(lengths)}"
        text = (
            f"{_many(empty, 'stretch', 'stretches')} of {weeks} play weeks without a game of a team; "
            f"the longest wait between two games is {_many(self.longest_gap, 'day')}"
        )
        return empty, text

    def _travel(self) -> float | None:
        distances = Distances(self._league)
        if not distances.any:
            return None
        homes = {team.name: team.home_venue for team in self._league.teams}
        legs = (
            distances.km(homes[name], game.venue)
            for game in self._games
            for name in (game.home, game.away)
            if name in homes
        )
        return round(2 * sum(leg for leg in legs if leg is not None), 1)

    def _distance(self) -> tuple[float, str]:
        if self.travel_km is None:
            return 0, "the venues do not say where they are"
        mean = self.travel_km / (2 * len(self._games)) if self._games else 0.0
        text = f"{self.travel_km:,.0f} km there and back, {mean:.1f} km for a team and game"
        return self.travel_km / 10, text

    def _rematch(self) -> tuple[float, str]:
        short = 0
        for dates in self._of_pair.values():
            wanted = rematch_gap(len(self._weeks), len(dates))
            places = sorted(self._week_number(date) for date in dates)
            short += sum(max(0, wanted - (other - one)) for one, other in pairwise(places))
        if self.least_rematch is None:
            return 0, "no two teams meet twice"
        least = _many(self.least_rematch, "day")
        return short, f"{_many(short, 'week')} too few between meetings; at least {least} between two of them"

    def _week_number(self, date: dt.date) -> int:
        week = week_of(date)
        return self._weeks.index(week) if week in self._weeks else 0


def off_fair_share(counts: Sequence[int]) -> int:
    """Units by which some have more or fewer than the mean, which is rounded to their favour."""
    mean = sum(counts) / len(counts) if counts else 0.0
    low, high = math.floor(mean), math.ceil(mean)
    return sum(max(0, count - high) + max(0, low - count) for count in counts)


def prefers(team: Team, date: dt.date, start: str) -> bool:
    """Whether a start lies in one of a team's preferred times, or the team has none."""
    return not team.preferred_times or any(
        window.holds_on(date) and window.start <= start < window.end for window in team.preferred_times
    )


def _many(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
