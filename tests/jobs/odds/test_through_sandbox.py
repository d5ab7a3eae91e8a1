"""A refresh that reads the sandbox over HTTP: the whole path, and whatever the upstream does wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import requests
from pydantic import SecretStr
from redis import Redis

from jobs.odds import board, feed
from jobs.odds.chosen import scope
from jobs.odds.errors import MissingKey, NoOdds
from jobs.odds.feed import OddsFeed
from jobs.odds.model import Policy
from jobs.odds.refreshing import Refresh, refresh
from longshore.settings import Region, Settings
from longshore.upstream import Upstream
from sandbox.registry import Options, upstreams
from sandbox.server import Server, running
from sandbox.site import Site

pytestmark = [pytest.mark.sql, pytest.mark.usefixtures("settings")]
RECORDED = Path(__file__).resolve().parents[4] / "shared/data/odds"
SPORTS = ["basketball_nba", "icehockey_nhl"]


class House:
    """A sandbox, and a feed that reads it and does not really wait."""

    def __init__(self, server: Server, settings: Settings, redis: Redis) -> None:
        self.server, self.settings, self.redis, self.everywhere = server, settings, redis, False
        settings.upstreams, settings.sandbox_url = "sandbox", server.url

    def feed(self, key: str = "") -> OddsFeed:
        if key:
            self.settings.upstreams = "live"
            self.settings.odds_api_url = f"{self.server.url}/the-odds-api/v4"
            self.settings.odds_api_key = SecretStr(key)
        made = feed.policy(self.settings)
        return OddsFeed(Upstream(made, self.redis, sleep=lambda seconds: None, rng=random.Random(1)))

    def refresh(self, *sports: str, key: str = "") -> Refresh:
        regions = list(get_args(Region)) if self.everywhere else None
        wanted = scope(list(sports or SPORTS), regions, using=self.settings)
        return refresh(self.feed(key), wanted, Policy())

    def fault(self, fault: str, **more: Any) -> None:
        said = json.dumps({"upstream": "the_odds_api", "fault": fault, **more})
        requests.post(f"{self.server.url}/faults", data=said, timeout=5).raise_for_status()


@pytest.fixture
def house(settings: Settings, redis: Redis) -> Iterator[House]:
    with running(Site(upstreams(Options(seed=7)), "Made up.")) as server:
        yield House(server, settings, redis)


def test_made_up_odds_go_all_the_way_to_the_board_and_are_marked(house: House) -> None:
    done = house.refresh()
    assert [one.ok for one in done.sports] == [True, True]
    assert done.cover.source == "sandbox"
    there = board.load()
    assert there is not None
    assert there.source == "sandbox"
    assert len(there.opportunities) == done.cover.totals["opportunities"] > 0
    assert all(one.ev_percent > 0 for one in there.opportunities)


@pytest.mark.parametrize("fault", ["429", "500", "cut", "stall"])
def test_trouble_that_passes_is_waited_out(house: House, fault: str) -> None:
    house.fault(fault, times=1, seconds=0.1, retry_after=1)
    assert all(one.ok for one in house.refresh().sports)


@pytest.mark.parametrize("fault", ["500", "cut", "html", "huge"])
def test_trouble_with_one_sport_loses_that_sport_alone(house: House, fault: str) -> None:
    house.fault(fault, times=4 if fault in ("500", "cut") else 1)
    first, second = house.refresh().sports
    assert (first.ok, second.ok) == (False, True)
    assert first.error


def test_wrong_types_never_crash_and_are_left_out(house: House) -> None:
    house.fault("types", times=2)
    done = house.refresh()
    assert [one.ok for one in done.sports] == [True, True]


def test_no_credits_left_stops_asking_and_keeps_the_board(house: House) -> None:
    house.refresh()
    house.fault("no_credits", times=10)
    with pytest.raises(NoOdds, match="no key has credits left"):
        house.refresh()
    assert board.load() is not None


@pytest.mark.parametrize("key", ["bad-key", "bad-one,bad-two"])
def test_a_wrong_key_says_what_to_do(house: House, key: str) -> None:
    with pytest.raises(MissingKey, match="set ODDS_API_KEY"):
        house.refresh(key=key)


def test_a_good_key_takes_over_from_a_spent_one(house: House) -> None:
    assert all(one.ok for one in house.refresh(key="spent-key,good-key").sports)


def test_an_unknown_sport_is_told_and_the_others_come(house: House) -> None:
    done = house.refresh("underwater_chess", "basketball_nba")
    assert [one.ok for one in done.sports] == [False, True]
    assert "no sport 'underwater_chess'" in (done.sports[0].error or "")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answers are not here")
def test_recorded_answers_give_what_the_docs_say(settings: Settings, redis: Redis) -> None:
    site = Site(upstreams(Options(files=RECORDED)), "Recorded.")
    with running(site) as server:
        house = House(server, settings, redis)
        house.everywhere = True
        done = house.refresh("baseball_mlb", "basketball_nba", "soccer_efl_champ")
    found = {one.sport: one.count for one in done.sports}
    counts = {sport: (count.positive, count.above_two) for sport, count in found.items() if count}
    assert counts == {"baseball_mlb": (39, 10), "basketball_nba": (39, 4), "soccer_efl_champ": (103, 16)}
