"""Numbers: of teams and games, and limits that contradict each other.

Only what needs no look at single teams' dates; what the season has room for is counted by ``solver.bounds``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from jobs.league.faults.fault import Fault, counted, listed

if TYPE_CHECKING:
    from jobs.league.spec import Division, LeagueSpec, Season, Team

DAY = dt.timedelta(days=1)
Indexed = list[tuple[int, "Team"]]  # teams with their places in the league


def divisions(league: LeagueSpec) -> Iterator[Fault]:
    """Divisions with too few teams, and numbers of games that cannot be."""
    members = _members(league)
    for index, division in enumerate(league.divisions):
        size = len(members[division.name])
        if (division.games_per_team is None) == (division.rounds is None):
            message = f"{division.name!r} needs either games_per_team or rounds, and not both"
            yield Fault(("divisions", index), message, division.name)
        elif size < 2:
            message = f"{division.name!r} has {counted(size, 'team')}; a division needs at least two"
            yield Fault(("divisions", index, "name"), message, division.name)
        else:
            teams = [team for _, team in members[division.name]]
            yield from _days(league, index, division, teams)
            odd = sum(_due(division, teams)) % 2
            yield from _odd(index, division, teams) if odd else _unpaired(index, division, teams)


def _members(league: LeagueSpec) -> dict[str, Indexed]:
    members: dict[str, Indexed] = defaultdict(list)
    for index, team in enumerate(league.teams):
        members[team.division].append((index, team))
    return members


def _field(division: Division) -> str:
    return "games_per_team" if division.games_per_team is not None else "rounds"


def _due(division: Division, teams: Sequence[Team]) -> list[int]:
    each = division.games_each(len(teams))
    return [max(0, each - team.fewer_games) for team in teams]


def _days(league: LeagueSpec, index: int, division: Division, teams: list[Team]) -> Iterator[Fault]:
    most = max(_due(division, teams))
    days, daily = len(league.season.play_dates), league.season.max_games_per_team_per_day
    if days and most > days * daily:
        message = (
            f"{division.name!r} asks for {most} games per team, the season has {counted(days, 'play day')} "
            f"with at most {daily} each: at most {days * daily} would work"
        )
        yield Fault(("divisions", index, _field(division)), message, most)


def _odd(index: int, division: Division, teams: list[Team]) -> Iterator[Fault]:
    """Every game takes two teams."""
    size, each, total = len(teams), division.games_each(len(teams)), sum(_due(division, teams))
    if total == size * each:
        works = " or ".join(str(number) for number in (each - 1, each + 1) if number > 0)
        message = (
            f"{division.name!r} has {size} teams with {each} games each: {total} is odd, but every "
            f"game takes two teams; games_per_team {works} would work"
        )
    else:
        message = (
            f"the {size} teams of {division.name!r} have {each} games each less their fewer_games: {total} "
            "is odd, but every game takes two teams; one more or one less of fewer_games would work"
        )
    yield Fault(("divisions", index, _field(division)), message, each)


def _unpaired(index: int, division: Division, teams: list[Team]) -> Iterator[Fault]:
    """Teams that find too few opponents, because others play fewer games.

    The condition of Erdős and Gallai, in Chungphaisan's form for teams that may meet several times: without
    fewer games it always holds.
    """
    due = sorted(zip(_due(division, teams), teams, strict=True), key=lambda each: -each[0])
    games = [number for number, _ in due]
    cap = -(-games[0] // (len(games) - 1))  # no two teams meet again before all others were met
    for most in range(1, len(games)):
        if games[most - 1] <= cap * (most - 1) or games[0] == games[-1]:
            return
        needed = sum(games[:most])
        found = cap * most * (most - 1) + sum(min(number, cap * most) for number in games[most:])
        if needed > found:
            names = listed(team.name for _, team in due[:most])
            message = (
                f"{names} of {division.name!r} would have {counted(needed, 'game')} in all, but find "
                f"opponents for {found} only: two teams meet at most {counted(cap, 'time')}, and "
                "others play fewer. Raise fewer_games of these teams, or lower it for the others"
            )
            yield Fault(("divisions", index, _field(division)), message, games[0])
            return


def fewer(league: LeagueSpec) -> Iterator[Fault]:
    """More games left out than the division has."""
    members = _members(league)
    for division in league.divisions:
        each = division.games_each(len(members[division.name]))
        for index, team in members[division.name]:
            if team.fewer_games > max(0, each):
                message = (
                    f"{team.name!r} leaves out {counted(team.fewer_games, 'game')}, but a team of "
                    f"{division.name!r} plays {each}: at most {each} would work"
                )
                yield Fault(("teams", index, "fewer_games"), message, team.fewer_games)


def gaps(league: LeagueSpec) -> Iterator[Fault]:
    """A longest gap that rest, holidays or the number of games leave no way to keep."""
    season, most = league.season, league.season.max_gap_days
    if most is None or not season.play_dates:
        return
    if season.min_rest_days > most:
        message = (
            f"a team must rest for {counted(season.min_rest_days, 'day')}, but may go without a game for "
            f"{most} only (max_gap_days): min_rest_days {most} or less would work"
        )
        yield Fault(("season", "min_rest_days"), message, season.min_rest_days)
    length, begin = max((length, begin) for begin, length in _idle(season))
    if length > most:
        message = (
            f"there is no play day for {counted(length, 'day')} from {begin} on: max_gap_days {length} or "
            "more would work"
        )
        yield Fault(("season", "max_gap_days"), message, most)
    else:
        yield from _stretched(league, most)


def _idle(season: Season) -> Iterator[tuple[dt.date, int]]:
    """Stretches of the season without a play day: where each begins and how long it is."""
    bounds = [season.first_date - DAY, *season.play_dates, season.last_date + DAY]
    for one, other in pairwise(bounds):
        yield one + DAY, (other - one).days - 1


def _stretched(league: LeagueSpec, most: int) -> Iterator[Fault]:
    """Teams with too few games to leave no longer gap anywhere in the season."""
    least, members = _least_dates(league.season, most), _members(league)
    for division in league.divisions:
        for index, team in members[division.name]:
            number = division.games_each(len(members[division.name])) - team.fewer_games
            if 0 < number < least:
                message = (
                    f"max_gap_days {most} takes at least {counted(least, 'game')} of a team to fill the "
                    f"season, {team.name!r} (teams.{index}) plays {number}: raise max_gap_days or the games"
                )
                yield Fault(("season", "max_gap_days"), message, most)
                return


def _least_dates(season: Season, most: int) -> int:
    """The fewest play dates that leave no longer stretch: always the last one that will do."""
    count, played = 0, season.first_date - DAY
    while (season.last_date - played).days > most:
        played = max(date for date in season.play_dates if 0 < (date - played).days <= most + 1)
        count += 1
    return count


def size(league: LeagueSpec) -> Iterator[Fault]:
    """More games than can be scheduled."""
    from jobs.league.spec import MAX_GAMES

    members = _members(league)
    total = sum(sum(_due(each, [team for _, team in members[each.name]])) for each in league.divisions) // 2
    if total > MAX_GAMES:
        message = f"the season has {total:,} games, at most {MAX_GAMES:,} are possible"
        yield Fault(("divisions",), message, total)
