"""Figures of a schedule that refuse nothing: how good it is, counted by the validator itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from jobs.league.schedule import Game
from jobs.league.validation.findings import Stats
from jobs.league.validation.reading import Reading, dates_of, stretches


def stats_of(known: Reading, games: Sequence[Game]) -> Stats:
    """Count the figures."""
    gaps, season = differences(known, games), known.season
    homes = {name: team.home_venue for name, team in known.teams.items()}
    at_home = sum(homes.get(game.home) == game.venue for game in games)
    dates = [played for name, played in dates_of(games).items() if name in known.teams]
    longest = [
        length for played in dates for _, length in stretches(season.first_date, season.last_date, played)
    ]
    rests = [(other - one).days - 1 for played in dates for one, other in pairwise(sorted(set(played)))]
    return Stats(
        games=len(games),
        dates=len({game.date for game in games}),
        home_venue_share=round(at_home / len(games), 4) if games else 0.0,
        home_away_balance_max=max(gaps.values(), default=0),
        home_away_balance_mean=round(sum(gaps.values()) / len(gaps), 4) if gaps else 0.0,
        longest_gap_days=max(longest, default=None),
        least_rest_days=min(rests, default=None),
    )


def differences(known: Reading, games: Sequence[Game]) -> dict[str, int]:
    """How far each team's home and away games differ."""
    home, away = Counter(game.home for game in games), Counter(game.away for game in games)
    return {name: abs(home[name] - away[name]) for name in known.teams}
