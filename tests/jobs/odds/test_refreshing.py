"""A refresh, from the feed to the board and the record: what fails is told, and loses nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs import odds
from jobs.odds import board, health, history, settling, standing, wire
from jobs.odds.chosen import Scope
from jobs.odds.errors import MissingKey, NoOdds
from jobs.odds.model import Policy
from jobs.odds.reading import Read
from jobs.odds.refreshing import Refresh, refresh
from jobs.odds.scores import Scores
from longshore.errors import LongshoreError
from longshore.settings import Settings
from longshore.upstream import Credits
from tests.jobs.odds.feed import NOW, h2h, wire_event

pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("settings")]
SPORTS = ("icehockey_nhl", "basketball_nba")
PRICES = {
    "pinnacle": h2h(1.95, 1.95),
    "generous": h2h(2.30, 1.70),
    "usual": h2h(1.90, 1.90),
    "other": h2h(1.91, 1.91),
}


class Down(LongshoreError):
    """A sport that cannot be read."""


class MadeUp:
    """A feed of one event a sport, with one price that is too good."""

    def __init__(self, remaining: int | None = 100_000) -> None:
        self.failures: dict[str, LongshoreError] = {}
        self.empty: set[str] = set()
        self.remaining = remaining
        self.prices: dict[str, Any] = dict(PRICES)

    def odds(self, sport: str, scope: Scope) -> Read:
        if sport in self.failures:
            raise self.failures[sport]
        raw = wire_event(self.prices, event_id=f"{SPORTS.index(sport):032x}") | {"sport_key": sport}
        events = [] if sport in self.empty else wire.parse([raw]).events
        return Read(events, [], Credits(self.remaining, 1), "sandbox")

    def is_hopeless(self, error: LongshoreError) -> bool:
        return isinstance(error, MissingKey)


def done(feed: MadeUp, minutes: float = 0, sports: tuple[str, ...] = SPORTS) -> Refresh:
    return refresh(feed, Scope(sports, ("us",), ("h2h",)), Policy(), NOW + timedelta(minutes=minutes))


def listed() -> list[tuple[str, str]]:
    there = board.load()
    assert there is not None
    return sorted((one.sport, one.book) for one in there.opportunities)


def test_what_is_found_is_on_the_board_and_on_record() -> None:
    result = done(MadeUp())
    assert [(one.sport, one.ok) for one in result.sports] == [(sport, True) for sport in SPORTS]
    assert listed() == [("basketball_nba", "generous"), ("icehockey_nhl", "generous")]
    assert {one.book for one in result.best} == {"generous"}
    assert result.cover.totals["opportunities"] == 2
    (recorded,) = history.of(f"{0:032x}", source="sandbox")
    assert recorded.book == "generous"
    there = board.ladders(f"{0:032x}")
    assert there is not None
    assert there.lines


def test_a_sport_that_fails_keeps_what_it_had_and_the_result_says_so() -> None:
    made = MadeUp()
    done(made)
    made.failures["basketball_nba"] = Down("it answers 500")
    made.prices = dict(PRICES, generous=h2h(1.70, 2.30))
    result = done(made, 5)
    assert [(one.sport, one.ok, one.error) for one in result.sports] == [
        ("icehockey_nhl", True, None),
        ("basketball_nba", False, "it answers 500"),
    ]
    there = board.load()
    assert there is not None
    outcomes = {one.sport: one.outcome for one in there.opportunities}
    assert outcomes == {"icehockey_nhl": "Gulls", "basketball_nba": "Harbour"}
    assert result.cover.failed == {"basketball_nba": "it answers 500"}
    assert result.cover.updated["basketball_nba"] == NOW


def test_a_sport_that_answers_with_nothing_is_empty() -> None:
    made = MadeUp()
    done(made)
    made.empty.add("basketball_nba")
    done(made, 5)
    assert listed() == [("icehockey_nhl", "generous")]


def test_when_no_sport_can_be_read_the_task_fails_and_the_board_stays() -> None:
    made = MadeUp()
    done(made)
    made.failures = {sport: Down(f"{sport} is down") for sport in SPORTS}
    with pytest.raises(NoOdds, match="icehockey_nhl: icehockey_nhl is down; basketball_nba: basketball_nba"):
        done(made, 5)
    assert len(listed()) == 2


def test_a_key_that_does_not_work_is_the_error_itself() -> None:
    made = MadeUp()
    made.failures = {SPORTS[0]: MissingKey("The key is wrong.")}
    with pytest.raises(MissingKey, match="set ODDS_API_KEY"):
        done(made)


def test_one_sport_alone_does_not_take_the_others_off_the_board() -> None:
    made = MadeUp()
    done(made)
    done(made, 5, sports=SPORTS[:1])
    assert len(listed()) == 2


@pytest.mark.parametrize(("remaining", "held_back"), [(100_000, False), (None, False), (40, True), (0, True)])
def test_the_credits_plan_holds_the_next_refresh_back(
    remaining: int | None, held_back: bool, settings: Settings
) -> None:
    settings.upstreams = "sandbox"
    result = done(MadeUp(remaining))
    soon = NOW + timedelta(minutes=5)
    assert odds.may_refresh(soon) is not held_back
    assert odds.may_refresh(result.plan.due_at)
    assert result.cover.plan["words"] == result.plan.words


def test_without_a_key_no_slot_is_used(settings: Settings) -> None:
    settings.upstreams = "live"
    assert not odds.may_refresh(NOW)


def test_health_is_told_from_the_board(settings: Settings) -> None:
    settings.upstreams = "sandbox"
    assert health.look(NOW).stale
    done(MadeUp())
    fresh = health.look(NOW + timedelta(minutes=14))
    assert (fresh.status, fresh.stale, fresh.last_update, fresh.age_seconds) == ("healthy", False, NOW, 840.0)
    old = health.look(NOW + timedelta(minutes=16))
    assert (old.status, old.stale) == ("degraded", True)
    assert "too old" in old.message


class Results:
    """Final scores that the test has made up, and what was asked."""

    def __init__(self, left: int | None = 100) -> None:
        self.left, self.asked = left, list[tuple[str, int]]()
        self.down = False

    def remaining(self) -> int | None:
        return self.left

    def scores(self, sport: str, days: int) -> Scores:
        self.asked.append((sport, days))
        if self.down:
            raise Down("it answers 500")
        return Scores({f"{SPORTS.index(sport):032x}": (3.0, 1.0)}, 0, [])


@pytest.fixture
def started(settings: Settings) -> None:
    """Two events with an opportunity each, which start an hour after NOW."""
    settings.upstreams = "sandbox"
    made = MadeUp()
    done(made)
    done(made, 25)


@pytest.mark.usefixtures("started")
def test_settling_closes_lines_asks_for_scores_and_makes_the_report() -> None:
    feed = Results()
    early = settling.settle(feed, NOW + timedelta(minutes=61))
    assert (early.events, early.closed, early.results, feed.asked) == (2, 2, 0, [])
    late = settling.settle(feed, NOW + timedelta(hours=5))
    assert feed.asked == [("basketball_nba", 1), ("icehockey_nhl", 1)]
    assert late.results == 2
    report = standing.load("sandbox")
    assert report is not None
    assert (report.overall.closed, report.overall.results["win"]) == (2, 2)
    assert standing.load("live") is None


@pytest.mark.usefixtures("started")
def test_scores_that_do_not_come_are_told_and_asked_for_again() -> None:
    feed = Results()
    feed.down = True
    said = settling.settle(feed, NOW + timedelta(hours=5))
    assert (said.closed, said.results) == (2, 0)
    assert said.scores == dict.fromkeys(sorted(SPORTS), "it answers 500")
    feed.down = False
    assert settling.settle(feed, NOW + timedelta(hours=6)).results == 2


@pytest.mark.usefixtures("started")
def test_few_credits_are_not_spent_on_scores() -> None:
    feed = Results(left=39)
    said = settling.settle(feed, NOW + timedelta(hours=5))
    assert feed.asked == []
    assert "only 39 credits" in said.scores["icehockey_nhl"]
    assert settling.settle(None, NOW + timedelta(hours=5)).scores == {}
