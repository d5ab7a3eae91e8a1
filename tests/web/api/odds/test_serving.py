"""Pages from memory: ETags, ages, what is stale, and what a reader sees while boards come and Redis goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from jobs.odds import board
from jobs.odds.shown import OPPORTUNITIES
from longshore import keys
from longshore.settings import Settings
from longshore.snapshots import in_sql
from tests.conftest import install
from tests.support import boards
from tests.support.boards import EPL, NBA, NHL
from tests.web.api.odds.conftest import Outage
from web.api.odds import pages
from web.api.odds.pages import Pages, Rendered
from web.api.odds.serving import Serving

pytestmark = pytest.mark.usefixtures("database")
URL = "/api/odds"
EVENT = f"{URL}/events/{boards.event_id(1)}"
PAGES = [URL, f"{URL}?limit=3&sort=book", f"{URL}?format=csv", f"{URL}/arbitrages", f"{URL}/middles", EVENT]


@pytest.mark.parametrize("url", PAGES)
def test_who_has_a_page_is_told_that_it_holds(client: FlaskClient, at: datetime, url: str) -> None:
    boards.publish(at)
    first = client.get(url)
    etag = first.headers["ETag"]
    for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = client.get(url, headers={"If-None-Match": sent})
        assert (again.status_code, again.data) == (304, b""), sent
        assert again.headers["ETag"] == etag
        for name in ("Cache-Control", "Age", "Vary"):
            assert again.headers[name] == first.headers[name]
        assert "Content-Type" not in again.headers
    assert client.get(url, headers={"If-None-Match": '"x"'}).data == first.data


@pytest.mark.parametrize("url", PAGES)
def test_a_process_that_has_not_rendered_the_page_knows_its_etag(
    client: FlaskClient, app: Flask, at: datetime, url: str
) -> None:
    boards.publish(at)
    etag = client.get(url).headers["ETag"]
    app.extensions["odds"].pages = Pages()
    answer = client.get(url, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert not app.extensions["odds"].pages._pages


def test_each_page_has_an_etag_of_its_own_and_a_new_board_another(client: FlaskClient, at: datetime) -> None:
    boards.publish(at)
    first = [client.get(url).headers["ETag"] for url in PAGES]
    boards.publish(at)
    second = [client.get(url).headers["ETag"] for url in PAGES]
    assert len({*first, *second}) == 2 * len(PAGES)


def test_queries_that_mean_the_same_are_one_page(client: FlaskClient, app: Flask, at: datetime) -> None:
    boards.publish(at)
    same = ["", "?", "?sort=-ev", "?limit=100&sort=-ev", "?sport=", "?format=json", "?market=,"]
    assert len({client.get(URL + query).headers["ETag"] for query in same}) == 1
    assert len(app.extensions["odds"].pages._pages) == 1
    two = [f"?sport={EPL},{NBA}", f"?sport={NBA}%2C%20{EPL}&limit=100"]
    assert len({client.get(URL + query).headers["ETag"] for query in two}) == 1


def test_the_same_address_is_answered_without_reading_it_again(
    client: FlaskClient, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards.publish(at)
    first = client.get(f"{URL}?limit=5")
    monkeypatch.setattr("web.api.odds.opportunities._render", None)
    again = client.get(f"{URL}?limit=5")
    assert again.data == first.data
    assert again.headers["Content-Security-Policy"]
    assert int(again.headers["X-RateLimit-Remaining"]) == int(first.headers["X-RateLimit-Remaining"]) - 1


def test_what_was_not_modified_is_not_counted(client: FlaskClient, at: datetime) -> None:
    boards.publish(at)
    first = client.get(URL)
    for _ in range(5):
        client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    left = int(client.get(URL).headers["X-RateLimit-Remaining"])
    assert left == int(first.headers["X-RateLimit-Remaining"]) - 1


@pytest.mark.parametrize("url", PAGES)
def test_head_says_what_get_says(client: FlaskClient, at: datetime, url: str) -> None:
    boards.publish(at)
    head, got = client.head(url), client.get(url)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control", "Age"):
        assert head.headers[name] == got.headers[name]
    assert client.head(url, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304


def test_a_page_may_be_kept_until_the_next_refresh_and_not_for_long(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at)
    found = {}
    for seconds in (0, 100, 290, 299.5, 301):
        pass_time(timedelta(seconds=seconds))
        answer = client.get(URL)
        found[seconds] = (answer.headers["Age"], answer.headers["Cache-Control"])
    assert found == {
        0: ("0", "public, max-age=15"),
        100: ("100", "public, max-age=115"),
        290: ("290", "public, max-age=300"),
        299.5: ("299", "public, max-age=300"),
        301: ("301", "public, max-age=306"),
    }


def test_a_page_may_be_kept_longer_when_the_credits_plan_says_so(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at, plan={"due_at": (at + timedelta(hours=1)).isoformat()})
    pass_time(timedelta(minutes=10))
    assert client.get(URL).headers["Cache-Control"] == "public, max-age=615"
    boards.publish(at, plan={"due_at": "soon"})
    assert client.get(URL).headers["Cache-Control"] == "public, max-age=605"


def test_before_the_first_refresh_nothing_is_kept(client: FlaskClient) -> None:
    answer = client.get(URL)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Age" not in answer.headers
    assert client.get(URL, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    boards.publish()
    assert client.get(URL, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


# Stale


def test_old_odds_are_marked_and_stay(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at, 60)
    first = client.get(URL)
    pass_time(timedelta(minutes=15))
    assert client.get(URL).get_json()["stale"] is False
    pass_time(timedelta(minutes=15, seconds=1))
    answer = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    body = answer.get_json()
    assert (body["stale"], body["stale_sports"], body["total"]) == (True, sorted([NBA, EPL, NHL]), 57)
    assert client.get(f"{URL}?format=csv").headers["X-Odds-Stale"] == "true"
    boards.publish(at + timedelta(minutes=15), 60)
    assert client.get(URL).get_json()["stale"] is False


def test_one_old_sport_among_fresh_ones_is_named(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at, 60)
    later = at + timedelta(minutes=16)
    boards.publish(later, 60, sports=(NBA, EPL), failed={NHL: "a time-out"})
    pass_time(timedelta(minutes=16))
    whole = client.get(URL).get_json()
    assert (whole["stale"], whole["stale_sports"]) == (False, [NHL])
    alone = client.get(f"{URL}?sport={NHL}").get_json()
    assert (alone["stale"], alone["stale_sports"]) == (True, [NHL])
    both = client.get(f"{URL}?sport={NHL},{NBA}").get_json()
    assert (both["stale"], both["stale_sports"]) == (False, [NHL])
    assert client.get(f"{URL}?sport={NBA}").get_json()["stale_sports"] == []


@pytest.mark.parametrize("outage", ["refuse", "hang"])
def test_while_redis_is_away_pages_are_answered_and_marked(house: Outage, at: datetime, outage: str) -> None:
    boards.publish(at)
    fresh = {url: house.client.get(url) for url in PAGES}
    house.begin(outage)
    board.forget()
    for url in PAGES:
        answer = house.client.get(url, headers={"If-None-Match": fresh[url].headers["ETag"]})
        assert answer.status_code == 200, url  # not 304: that it is a kept copy is news
        if answer.is_json:
            body = answer.get_json()
            assert body["stale"] is True
            assert "Redis is away" in body["message"]
        else:
            assert answer.headers["X-Odds-Stale"] == "true"
    assert house.client.get(URL).get_json()["opportunities"] == fresh[URL].get_json()["opportunities"]
    house.back()
    assert house.client.get(URL).data == fresh[URL].data


def test_a_process_that_starts_while_redis_is_away_answers_from_sql(
    at: datetime, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import create_app

    boards.publish(at)
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2})
    for chosen in install(away, monkeypatch):
        client = create_app(chosen).test_client()
        body = client.get(URL).get_json()
        assert (body["total"], body["stale"]) == (12, True)
        assert client.get(EVENT).get_json()["lines"]
        in_sql.clear(board.NAME)
        assert client.get(URL).get_json()["total"] == 12  # its own copy


def test_with_neither_redis_nor_a_copy_the_list_is_empty(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import create_app

    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2})
    for chosen in install(away, monkeypatch):
        answer = create_app(chosen).test_client().get(URL)
        assert (answer.status_code, answer.get_json()["last_updated"]) == (200, None)


@pytest.mark.parametrize(
    ("part", "raw"), [(OPPORTUNITIES, b"garbage"), ("head", b"{}"), ("events", b""), ("counts", b"\x78\x9c")]
)
def test_damage_in_redis_is_served_around(
    client: FlaskClient, redis: Redis, at: datetime, part: str, raw: bytes
) -> None:
    boards.publish(at)
    client.get(URL)
    redis.hset(keys.snapshot(board.NAME), part, raw)
    redis.hset(keys.snapshot(board.NAME), "other", b"")
    board.forget()
    for url in PAGES:
        assert client.get(url).status_code == 200, url
    in_sql.clear(board.NAME)
    board.forget()
    assert client.get(URL).get_json()["total"] == 12


def test_an_events_damaged_prices_are_read_from_sql_or_refused(
    client: FlaskClient, redis: Redis, at: datetime
) -> None:
    boards.publish(at)
    client.get(URL)
    redis.hset(keys.snapshot(board.NAME), f"event:{boards.event_id(1)}", b"garbage")
    assert client.get(EVENT).get_json()["lines"]
    redis.hset(keys.snapshot(board.NAME), f"event:{boards.event_id(2)}", b"garbage")
    with in_sql.session_scope() as session:
        session.get_one(in_sql.StoredSnapshot, board.NAME).body = b"x" * 100_000
    answer = client.get(f"{URL}/events/{boards.event_id(2)}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "damaged" in answer.get_json()["detail"]


def test_a_redis_that_was_emptied_is_served_around(client: FlaskClient, redis: Redis, at: datetime) -> None:
    boards.publish(at)
    redis.flushall()
    board.forget()
    body = client.get(URL).get_json()
    assert (body["total"], body["stale"]) == (12, True)


# Many at once


def test_a_reader_never_sees_a_mix_of_two_boards(
    app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longshore.snapshots.held.LOOK", 0.0)
    over = threading.Event()
    mixed: list[Any] = []
    seen: set[str] = set()

    def read() -> None:
        client = app.test_client()
        while not over.is_set():
            body = client.get(f"{URL}?limit=1000").get_json()
            books = {one["book"] for one in body["opportunities"]}
            if len(books) > 1 or body["total"] != body["count"]:
                mixed.append(books)
            seen.add(body["version"])

    board.publish(_of_book(0, at))
    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 200):
        board.publish(_of_book(number, at))
    over.set()
    for thread in threads:
        thread.join()
    assert mixed == []
    assert len(seen) > 3


def _of_book(number: int, at: datetime) -> board.Refreshed:
    """A board on which all is of one book."""
    many = [boards.opportunity(n, at, book=f"book_{number}") for n in range(5 + number % 7)]
    return boards.refreshed(at, opportunities=many)


# What is kept


def test_pages_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_BYTES", 1_000)
    kept = Pages()
    for number in range(50):
        kept.page("t", ("/", str(number)), str(number), lambda: Rendered(b"x" * 100))
    assert len(kept._pages) == 10
    assert kept.at("t", "/", "49") is not None
    assert kept.at("t", "/", "0") is None
    kept.page("t", ("/", "big"), "big", lambda: Rendered(b"x" * 2_000))
    assert len(kept._pages) == 0
    kept.page("t", ("/", "49"), "49", lambda: Rendered(b"x" * 100))
    assert kept._size == 100


def test_addresses_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_ADDRESSES", 10)
    kept = Pages()
    for number in range(25):
        kept.page("t", ("/", str(number)), "same", lambda: Rendered(b"x"))
    assert len(kept._addresses) <= 10
    kept.page("t", ("/", "x" * (pages.LONGEST_ADDRESS + 1)), "same", lambda: Rendered(b"x"))
    assert kept.at("t", "/", "x" * (pages.LONGEST_ADDRESS + 1)) is None


def test_a_new_edition_takes_the_place_of_all_pages() -> None:
    kept = Pages()
    kept.page("one", ("/", ""), "k", lambda: Rendered(b"1"))
    kept.page("two", ("/", ""), "k", lambda: Rendered(b"2"))
    assert kept.at("one", "/", "") is None
    found = kept.at("two", "/", "")
    assert found is not None
    assert (found.body, kept._size) == (b"2", 1)


def test_an_edition_is_worked_out_once_for_as_long_as_it_holds(
    app: Flask, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at)
    serving: Serving = app.extensions["odds"]
    first = serving.edition()
    assert serving.edition() is first
    pass_time(timedelta(minutes=16))
    assert serving.edition().tag != first.tag
