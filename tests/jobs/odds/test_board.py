"""The board: published as a whole, read by everyone, with what stays of sports that were not read."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis

from jobs.odds import board, draft, shown
from jobs.odds.model import Opportunity
from jobs.odds.shown import ARBITRAGES, MIDDLES, OPPORTUNITIES
from longshore import keys, snapshots
from longshore.settings import Settings
from longshore.snapshots import in_redis, in_sql
from tests.conftest import install
from tests.support import boards
from tests.support.boards import EPL, NBA, NHL
from tests.support.redis_proxy import RedisProxy

pytestmark = pytest.mark.usefixtures("database", "redis")


def load() -> board.Board:
    """The newest board, which has to be there."""
    board.forget()
    found = board.load()
    assert found is not None
    return found


def test_there_is_no_board_before_the_first_refresh() -> None:
    assert board.load() is None
    assert board.cover() is None
    assert board.ladders(boards.event_id(1)) is None
    assert board.clear() is False


def test_what_was_published_is_read() -> None:
    at = boards.now()
    done = boards.refreshed(at, 9, source="sandbox", plan={"words": "every 5 minutes", "cost": 6})
    cover = board.publish(done)
    found = load()
    assert (found.version, found.at, found.source) == (cover.version, at, "sandbox")
    assert [one.id for one in found.opportunities] == [one.id for one in done.analysis.opportunities]
    assert len(found.arbitrages) == len(found.middles) == 4
    assert (found.counts, found.plan) == (done.analysis.counts, done.plan)
    assert found.credits == "every 5 minutes"
    assert set(found.sports) == {NBA, EPL, NHL}
    assert found.sports[NBA] == board.SportState(NBA, "BASKETBALL_NBA", updated_at=at)
    assert (found.away, found.why, found.failed) == (False, "", {})


def test_an_opportunity_comes_back_as_it_was_to_six_decimals() -> None:
    at = datetime(2030, 5, 9, 12, 0, 0, 123_000, tzinfo=UTC)
    one = boards.opportunity(
        1, at, home_team='Zoë\n"\\', link="https://x.example/?a=1&b=2", fair_probability=1 / 3, point=-3.5
    )
    board.publish(boards.refreshed(at, opportunities=[one]))
    (found,) = load().opportunities
    assert isinstance(found, Opportunity)
    assert found == replace(one, fair_probability=0.333333, fair_price=round(one.fair_price, 6))


def test_lines_of_json_stand_beside_what_they_say() -> None:
    boards.publish(count=9)
    found = load()
    for name in (OPPORTUNITIES, ARBITRAGES, MIDDLES):
        things = getattr(found, name)
        assert len(found.rows[name]) == len(things) > 0
        for one, row in zip(things, found.rows[name], strict=True):
            assert one.id.encode() in row
            assert b"\n" not in row


def test_a_number_that_is_none_is_not_published() -> None:
    before = boards.publish().version
    bad = boards.opportunity(1, boards.now(), ev_percent=float("nan"))
    with pytest.raises(ValueError, match="not JSON compliant"):
        board.publish(boards.refreshed(boards.now(), opportunities=[bad]))
    assert load().version == before


def test_an_events_ladders_are_read_alone() -> None:
    at = boards.now()
    done = boards.refreshed(at, 9)
    board.publish(done)
    head, lines = board.ladders(boards.event_id(1)) or (None, None)
    assert head == board.EventHead(
        boards.event_id(1), EPL, "SOCCER_EPL", boards.start(1, at), "Home 1", "Away 1"
    )
    assert lines == done.analysis.lines[boards.event_id(1)]
    assert board.ladders("0" * 31) is None


def test_redis_is_not_asked_for_events_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    boards.publish()
    load()
    monkeypatch.setattr(in_redis, "read", None)
    assert board.ladders("x" * 100) is None


def test_ladders_that_find_no_room_are_left_out_the_latest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = boards.publish(count=60, books=40).size
    board.clear()
    monkeypatch.setattr(keys, "SNAPSHOT_BYTES", whole - 2_000)
    boards.publish(count=60, books=40)
    found = load()
    there = {one for one in found.events if (board.ladders(one) or ("", None))[1] is not None}
    assert 0 < len(there) < 20 == len(found.events)
    assert max(found.events[one].commence_time for one in there) < min(
        found.events[one].commence_time for one in set(found.events) - there
    )


def test_the_best_are_kept_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(draft.MOST, OPPORTUNITIES, 5)
    cover = boards.publish(count=12)
    found = load()
    assert cover.totals[OPPORTUNITIES] == len(found.opportunities) == 5
    best = sorted((boards.opportunity(n, found.at).ev_percent for n in range(12)), reverse=True)
    assert [one.ev_percent for one in found.opportunities] == best[:5]


def test_the_cover_says_what_is_there_without_a_copy() -> None:
    at = boards.now()
    boards.publish(at, 12, sports=(NBA, EPL), failed={NHL: "a time-out"}, plan={"due_at": "x"})
    cover = board.cover()
    assert cover is not None
    assert cover.totals == {OPPORTUNITIES: 9, ARBITRAGES: 3, MIDDLES: 3, "events": 3}
    assert (cover.updated, cover.failed) == ({NBA: at, EPL: at}, {NHL: "a time-out"})
    assert (cover.plan, cover.redis_away, cover.at) == ({"due_at": "x"}, False, at)


# What stays of sports that were not read


def test_a_sport_that_could_not_be_read_stays_as_it_was() -> None:
    first = boards.now()
    boards.publish(first, 12)
    second = first + timedelta(minutes=5)
    cover = boards.publish(second, 12, sports=(NBA, EPL), failed={NHL: "a time-out"})
    found = load()
    assert found.at == second
    assert found.sports[NHL] == board.SportState(
        NHL, "ICEHOCKEY_NHL", ok=False, error="a time-out", updated_at=first, carried=True
    )
    assert found.failed == cover.failed == {NHL: "a time-out"}
    assert cover.updated == {NBA: second, EPL: second, NHL: first}
    assert {one.sport for one in found.opportunities} == {NBA, EPL, NHL}
    evs = [one.ev_percent for one in found.opportunities]
    assert evs == sorted(evs, reverse=True)
    assert found.counts[NHL].events == 4
    head, lines = board.ladders(boards.event_id(2)) or (None, None)
    assert head is not None
    assert (head.sport, len(lines or ())) == (NHL, 1)


def test_a_sport_that_was_not_asked_for_stays_as_it_was() -> None:
    first = boards.now()
    boards.publish(first, 12, failed={"soccer_x": "no such sport"})
    boards.publish(first + timedelta(minutes=5), 12, sports=(NBA,))
    found = load()
    assert found.sports[EPL] == board.SportState(EPL, "SOCCER_EPL", updated_at=first, carried=True)
    assert found.failed == {}
    assert {one.sport for one in found.opportunities} == {NBA, EPL, NHL}


def test_events_that_have_begun_do_not_stay() -> None:
    first = boards.now()
    boards.publish(first, 12)  # of the four events, the second and the third are of other sports
    boards.publish(boards.start(1, first), 0, sports=(NBA,))
    found = load()
    assert {one.sport for one in found.opportunities} == {NHL}
    assert {one.sport for one in found.events.values()} == {NBA, NHL}


def test_a_sport_does_not_stay_for_ever() -> None:
    long_ago = boards.now() - timedelta(days=3)
    late = [boards.opportunity(1, long_ago, sport=EPL, commence_time=boards.now() + timedelta(days=3))]
    board.publish(boards.refreshed(long_ago, opportunities=late))
    boards.publish(long_ago + board.KEPT, 0, sports=(NBA,))
    assert EPL in load().sports
    boards.publish(long_ago + board.KEPT + timedelta(seconds=1), 0, sports=(NBA,))
    assert set(load().sports) == {NBA}


def test_an_empty_answer_takes_what_was_there_away() -> None:
    boards.publish(boards.now(), 12)
    done = boards.refreshed(boards.now(), 12, sports=(NBA,))
    board.publish(replace(done, sports=[NBA, EPL, NHL]))  # they have answered, with no event
    found = load()
    assert {one.sport for one in found.opportunities} == {NBA}
    assert all(one.ok and not one.carried for one in found.sports.values())


def test_made_up_data_are_never_mixed_with_real_ones() -> None:
    boards.publish(boards.now(), 12, source="sandbox")
    boards.publish(boards.now(), 12, sports=(NBA,))
    assert set(load().sports) == {NBA}


def test_what_was_cleared_does_not_stay() -> None:
    boards.publish(boards.now(), 12)
    assert board.clear() is True
    assert board.load() is None
    boards.publish(boards.now(), 12, sports=(NBA,))
    assert set(load().sports) == {NBA}


def test_a_board_that_cannot_be_read_does_not_stop_the_next(redis: Redis) -> None:
    boards.publish(boards.now(), 12)
    redis.hset(keys.snapshot(board.NAME), OPPORTUNITIES, b"garbage")
    in_sql.clear(board.NAME)
    boards.publish(boards.now(), 12, sports=(NBA,))
    assert set(load().sports) == {NBA}


# Damage and outages


@pytest.mark.parametrize(
    ("part", "raw"),
    [
        (OPPORTUNITIES, b"[]"), (OPPORTUNITIES, b'{"id": 1}'), (OPPORTUNITIES, b"1\n2"),
        (OPPORTUNITIES, b"\n"), (OPPORTUNITIES, b"{},{}"), (MIDDLES, b"null"), ("events", b"{"),
        ("counts", b'{"x": 3}'), ("counts", b""),
    ],
)  # fmt: skip
def test_a_part_of_another_form_is_made_up_for(redis: Redis, part: str, raw: bytes) -> None:
    version = boards.publish().version
    redis.hset(keys.snapshot(board.NAME), part, zlib.compress(raw))
    found = load()
    assert (found.version, found.away) == (version, True)
    assert part in found.why
    assert len(found.opportunities) == 12


@pytest.mark.parametrize(
    ("member", "value"), [("sports", {"a": 1}), ("sports", 3), ("plan", []), ("totals", "x")]
)
def test_a_head_of_another_form_is_no_board(redis: Redis, member: str, value: object) -> None:
    snapshots.publish(
        redis, board.NAME, dict.fromkeys(shown.HELD, b"{}"), at=boards.now(), meta={member: value}
    )
    board.forget()
    assert board.load() is None
    assert board.cover() is None
    assert boards.publish().totals[OPPORTUNITIES] == 12


def test_a_part_that_is_missing_is_made_up_for(redis: Redis) -> None:
    boards.publish()
    redis.hdel(keys.snapshot(board.NAME), "counts")
    assert load().why == "part counts is not there"


def test_while_redis_is_away_the_board_is_published_and_read_all_the_same(
    redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedisProxy(Path(urlsplit(redis_url).path)) as proxy:
        chosen = settings.model_copy(update={"redis_url": proxy.url, "redis_timeout": 0.3})
        for _ in install(chosen, monkeypatch):
            first = boards.publish()
            assert not first.redis_away
            proxy.refuse()
            assert load().away
            second = boards.publish(boards.now() + timedelta(minutes=1), 6)
            assert second.redis_away
            found = load()
            assert (found.version, found.away, len(found.opportunities)) == (second.version, True, 6)
            cover = board.cover()
            assert cover is not None
            assert cover.redis_away
            assert board.ladders(boards.event_id(1)) is not None
