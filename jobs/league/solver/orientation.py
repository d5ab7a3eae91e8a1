"""Who is at home: within one game of half and half for every team.

Owns the home and away sides of fixtures. A fixture list is a graph with teams for points and games for
lines; walking along every line exactly once (Euler) leaves each point as often as it enters it, so the
walk's direction gives the sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from jobs.league.solver.fixtures import Fixture

Line = tuple[str, str]


def balance_sides(fixtures: list[Fixture]) -> list[Fixture]:
    """Choose the home team of every fixture: no team's home and away games differ by more than one.

    Two teams that meet an even number of times are at home equally often.
    """
    seen: dict[Line, list[Fixture]] = defaultdict(list)
    for fixture in fixtures:
        seen[_line(fixture)].append(fixture)
    sides = [
        _with_home(fixture, line[n % 2])
        for line, same in seen.items()
        for n, fixture in enumerate(_even_part(same))
    ]
    odd = {line: same[-1] for line, same in seen.items() if len(same) % 2}
    return sides + [_with_home(odd[_sorted(home, away)], home) for home, away in euler_directions(odd)]


def euler_directions(lines: Iterable[Line]) -> list[Line]:
    """Direct each line of a simple graph so that in and out differ by at most one at every point.

    Points with an odd number of lines are joined to one extra point, which makes every number even (there
    is always an even number of such points); the extra lines are left out of the answer.
    """
    joined: dict[str, dict[str, None]] = defaultdict(
        dict
    )  # a set that keeps its order, for the same result every run
    for one, other in lines:
        joined[one][other] = joined[other][one] = None
    extra = ""  # no team has an empty name
    for point in [point for point, others in joined.items() if len(others) % 2]:
        joined[point][extra] = joined[extra][point] = None
    return [step for point in list(joined) for step in _closed_walks(joined, point) if extra not in step]


def _closed_walks(joined: dict[str, dict[str, None]], start: str) -> Iterator[Line]:
    """Walk along unused lines from a point until it has none left; every walk ends where it began."""
    while joined[start]:
        here = start
        while joined[here]:
            there = next(iter(joined[here]))
            del joined[here][there], joined[there][here]
            yield here, there
            here = there


def _even_part(same: list[Fixture]) -> list[Fixture]:
    return same[: len(same) // 2 * 2]


def _line(fixture: Fixture) -> Line:
    return _sorted(fixture.home.name, fixture.away.name)


def _sorted(one: str, other: str) -> Line:
    return (one, other) if one < other else (other, one)


def _with_home(fixture: Fixture, home: str) -> Fixture:
    return fixture if fixture.home.name == home else replace(fixture, home=fixture.away, away=fixture.home)
