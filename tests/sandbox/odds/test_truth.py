"""The hidden truth: results agree with it, it has no drift, and prices that beat it win in the end.

All of it follows from the seed, so that what holds here once holds always.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from sandbox.odds import outlook, walks
from sandbox.odds.fixtures import Fixture, between, pairings
from sandbox.odds.outlook import Expected, Floats, Outlook
from sandbox.odds.results import result, standing
from sandbox.odds.slate import listings
from sandbox.odds.sports import DAY, Sport, sports
from sandbox.odds.views import roster
from tests.sandbox.conftest import NOW

LEAGUES = ("americanfootball_nfl", "basketball_nba", "icehockey_nhl", "baseball_mlb", "soccer_efl_champ")


def played(sport: Sport, days: int = 150) -> list[Fixture]:
    return between(sport, 1, NOW - days * DAY, NOW)


def chances(sport: Sport, games: list[Fixture], step: int) -> Outlook:
    """What was to be expected of games at a step of their walks."""
    paths = [walks.path(game) for game in games]
    margin, total = (np.array([getattr(one, name)[step] for one in paths]) for name in ("margin", "total"))
    return outlook.outlook(sport, from_start(margin, total))


def from_start(margin: Floats, total: Floats) -> Expected:
    zero = np.zeros(len(margin), dtype=np.int64)
    return Expected(margin, total, np.ones(len(margin)), zero, zero)


def deviations(chance: Floats, happened: np.ndarray) -> float:
    """By how many standard deviations more happened than was to be expected."""
    return float((happened - chance).sum() / math.sqrt((chance * (1 - chance)).sum()))


@pytest.mark.parametrize("step", [0, -1], ids=["listed", "started"])
@pytest.mark.parametrize("key", LEAGUES)
def test_results_are_as_likely_as_they_seemed(key: str, step: int) -> None:
    sport = sports()[key]
    games = played(sport)
    seen, scores = chances(sport, games, step), np.array([result(game) for game in games])
    won = scores[:, 0] > scores[:, 1]
    home = seen.three_way() if sport.draw else outlook.two_way(seen, len(games))
    assert abs(deviations(home[:, 0], won)) < 3
    favourite = home[:, 0] > 0.55
    assert abs(deviations(home[favourite, 0], won[favourite])) < 3
    line = np.full(len(games), math.floor(sport.total) + 0.5)
    over = outlook.over_under(seen.total_over, line)[:, 0]
    assert abs(deviations(over, scores.sum(axis=1) > line)) < 3
    two = np.full(len(games), 1.5)
    by_two = outlook.over_under(seen.margin_over, two)[:, 0]
    assert abs(deviations(by_two, scores[:, 0] - scores[:, 1] > two)) < 3


@pytest.mark.parametrize("key", LEAGUES)
def test_what_is_expected_during_a_game_is_right_too(key: str) -> None:
    sport = sports()[key]
    games, share = played(sport), 0.6
    scores = np.array([standing(game, share) for game in games])
    ends = np.array([walks.at_start(game) for game in games])
    left = np.full(len(games), 1 - share)
    seen = outlook.outlook(sport, Expected(ends[:, 0], ends[:, 1], left, scores[:, 0], scores[:, 1]))
    home = (seen.three_way() if sport.draw else outlook.two_way(seen, len(games)))[:, 0]
    finals = np.array([result(game) for game in games])
    assert abs(deviations(home, finals[:, 0] > finals[:, 1])) < 3


def test_the_walks_have_no_drift_and_end_as_far_away_as_the_news_of_the_sport() -> None:
    sport = sports()["basketball_nba"]
    moves = np.array([walks.at_start(game)[0] - game.margin for game in played(sport)])
    assert abs(moves.mean()) < 3 * moves.std() / math.sqrt(len(moves))
    assert 0.8 < moves.std() / sport.news < 1.5


@pytest.mark.parametrize("key", sorted(sports()))
def test_a_season_pairs_everybody_once_and_nobody_plays_twice_a_round(key: str) -> None:
    sport = sports()[key]
    teams = len(sport.teams)
    rounds = teams - 1 + teams % 2
    met: set[frozenset[str]] = set()
    for number in range(rounds * 3, rounds * 4):
        pairs = pairings(sport, 1, number)
        names = [name for pair in pairs for name in pair]
        assert len(names) == len(set(names)) == teams - teams % 2
        met |= {frozenset(pair) for pair in pairs}
    assert len(met) == teams * (teams - 1) // 2


def test_whatever_part_of_the_season_is_asked_for_it_is_the_same_season() -> None:
    sport = sports()["baseball_mlb"]
    whole = between(sport, 1, NOW - 30 * DAY, NOW + 30 * DAY)
    parts = [
        one for day in range(-30, 30) for one in between(sport, 1, NOW + day * DAY, NOW + (day + 1) * DAY)
    ]
    assert [one.id for one in whole] == [one.id for one in parts]


def without_margin(asked: dict[str, float]) -> dict[str, float]:
    """Pinnacle's chances, by the way in which it puts its margin on: the power of them that sums to 1."""
    low, high = 1.0, 3.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(one**middle for one in asked.values()) > 1 else (low, middle)
    return {name: one**low for name, one in asked.items()}


def quoted(sport: Sport, games: list[Fixture], before: float) -> tuple[Floats, Floats, np.ndarray]:
    """All h2h prices some time before games, the true chance at their start, whether they beat Pinnacle."""
    paid, truth, beats = [], [], []
    for game in games:
        (listed,) = listings(sport, [game], int(game.start - before))
        ends = walks.at_start(game)
        seen = outlook.outlook(sport, from_start(np.array([ends[0]]), np.array([ends[1]])))
        true = dict(zip((game.home, game.away), outlook.two_way(seen, 1)[0], strict=True))
        sharp = [quote for quote in listed.quotes if quote.book.key == "pinnacle"]
        if not sharp:
            continue
        fair = without_margin({one.name: 1 / one.price for one in sharp[0].markets[0].outcomes})
        for quote in listed.quotes:
            for outcome in quote.markets[0].outcomes if quote.markets[0].key == "h2h" else []:
                paid.append(outcome.price)
                truth.append(true[outcome.name])
                beats.append(outcome.price * fair[outcome.name] > 1.0)
    return np.array(paid), np.array(truth), np.array(beats)


def test_prices_that_beat_the_sharp_book_beat_the_closing_truth_and_others_do_not() -> None:
    sport = sports()["basketball_nba"]
    paid, truth, beats = quoted(sport, played(sport, 40), before=3600)
    value = paid * truth - 1
    assert 0.002 < beats.mean() < 0.05
    assert value[~beats].mean() < -0.02
    assert value[beats].mean() > 0.0


def test_the_further_off_the_less_pinnacle_knows_of_the_closing() -> None:
    sport = sports()["basketball_nba"]
    games = played(sport, 60)
    errors = []
    for before in (36 * 3600, 3600, 0):
        ends = np.array([walks.at_start(game)[0] for game in games])
        seen = [np.interp(game.start - before, *walks.path(game)[:2]) for game in games]
        errors.append(float(np.abs(ends - np.array(seen)).mean()))
    assert errors[0] > errors[1] > errors[2] == 0


def test_the_books_are_of_one_kind_each() -> None:
    keys = [book.key for book in roster()]
    assert len(keys) == len(set(keys))
    assert {book.method for book in roster()} == {"multiplicative", "additive", "power", "shin"}
    assert {book.grid for book in roster()} == {"american", "retail", "cents", "ticks"}
