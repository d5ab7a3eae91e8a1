"""GET /api/odds: filters, order, pages, tables, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from jobs.odds import board
from longshore import keys
from tests.support import boards
from tests.support.boards import EPL, NBA, NHL
from web.api.odds import table

pytestmark = pytest.mark.usefixtures("database")
URL = "/api/odds"


def get(client: FlaskClient, url: str = URL, **query: Any) -> dict[str, Any]:
    """What a page says."""
    answer = client.get(url, query_string=query)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def test_before_the_first_refresh_the_list_is_empty_and_says_what_to_do(client: FlaskClient) -> None:
    body = get(client)
    assert body["opportunities"] == []
    assert (body["last_updated"], body["stale"], body["total"], body["source"]) == (None, False, 0, "live")
    assert "POST /api/refresh" in body["message"]
    assert get(client, f"{URL}/arbitrages")["message"] == body["message"]
    table_ = client.get(f"{URL}?format=csv")
    assert table_.data.decode("utf-8-sig").strip() == ",".join(table.COLUMNS)


def test_a_page_says_where_its_odds_come_from_and_how_old_they_are(client: FlaskClient, at: datetime) -> None:
    cover = boards.publish(at, 9, source="sandbox")
    body = get(client)
    assert {name: body[name] for name in ("source", "stale", "stale_sports", "version", "message")} == {
        "source": "sandbox", "stale": False, "stale_sports": [], "version": cover.version, "message": None
    }  # fmt: skip
    assert body["last_updated"] == at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (body["count"], body["total"], body["next_cursor"]) == (9, 9, None)
    evs = [one["ev_percent"] for one in body["opportunities"]]
    assert evs == sorted(evs, reverse=True)


def test_an_opportunity_has_all_that_the_engine_says(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 3)
    one = get(client, sort="commence", limit=1)["opportunities"][0]
    assert set(one) == set(type(boards.opportunity(0, at)).__dataclass_fields__)
    assert one["reference"] == {
        "kind": "sharp", "books": ["pinnacle"], "oldest_price_seconds": 20.0, "opinions": 1
    }  # fmt: skip
    assert set(one["ev_by_method"]) == {"multiplicative", "additive", "power", "shin"}
    assert one["commence_time"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"sport": NBA}, lambda one: one["sport"] == NBA),
        ({"sport": f" {EPL} ,{NHL},"}, lambda one: one["sport"] in (EPL, NHL)),
        ({"sport": NBA.upper()}, lambda one: one["sport"] == NBA),
        ({"market": "totals,h2h"}, lambda one: one["market"] in ("totals", "h2h")),
        ({"book": "fanduel"}, lambda one: one["book"] == "fanduel"),
        ({"min_ev": "6.5"}, lambda one: one["ev_percent"] >= 6.5),
        ({"sport": ""}, lambda one: True),
        ({"sport": "curling"}, lambda one: False),
    ],
)
def test_filters_narrow_the_list(client: FlaskClient, query: dict[str, str], fits: Any, at: datetime) -> None:
    boards.publish(at, 60)
    whole = get(client)["opportunities"]
    body = get(client, **query)
    assert body["opportunities"] == [one for one in whole if fits(one)]
    assert body["total"] == len(body["opportunities"])


def test_a_window_of_starts_narrows_the_list_in_any_zone(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 60)
    begin, end = boards.start(5, at), boards.start(9, at)
    body = get(client, commence_from=begin.isoformat(), commence_to=end.isoformat(), sort="commence")
    assert {one["event_id"] for one in body["opportunities"]} == {boards.event_id(n) for n in (5, 6, 7, 8)}
    local = begin.astimezone(None).isoformat()
    assert get(client, commence_from=local, commence_to=end.isoformat(), sort="commence") == body


def test_all_pages_have_every_row_once(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 230)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        body = get(client, sort="-price", limit=50, **cursor)
        assert body["total"] == 230
        seen += [one["id"] for one in body["opportunities"]]
        if body["next_cursor"] is None:
            break
        cursor = {"cursor": body["next_cursor"]}
    assert len(seen) == len(set(seen)) == 230
    assert seen == [one["id"] for one in get(client, sort="-price", limit=1000)["opportunities"]]


def test_a_page_has_100_rows_unless_it_is_said_how_many(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 230)
    assert get(client)["count"] == 100
    assert get(client, limit=7)["count"] == 7


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=1001", "limit", "less than or equal to 1000"),
        ("limit=x", "limit", "valid integer"),
        ("sort=luck", "sort", "one of ev, commence, price"),
        ("sort=--ev", "sort", "one of ev"),
        ("market=outrights", "market", "'outrights' is no market; markets are h2h, spreads, totals"),
        ("min_ev=much", "min_ev", "valid number"),
        ("min_ev=nan", "min_ev", "finite number"),
        ("min_ev=inf", "min_ev", "finite number"),
        ("commence_from=1700000000", "commence_from", "an instant with its zone is needed"),
        ("commence_to=2030-01-01", "commence_to", "an instant with its zone is needed"),
        ("commence_to=2030-01-01T00:00:00", "commence_to", "timezone"),
        ("format=xml", "format", "'json' or 'csv'"),
        ("cursor=nonsense", "cursor", "next_cursor of the page before"),
        (f"sport={'x' * 1001}", "sport", "at most 1000 characters"),
        ("minev=3", "minev", "Extra inputs are not permitted"),
        ("apiKey=secret", "apiKey", "Extra inputs are not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    client: FlaskClient, at: datetime, query: str, field: str, said: str
) -> None:
    boards.publish(at)
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 422
    body = answer.get_json()
    assert [one["field"] for one in body["errors"]] == [field]
    assert said in body["detail"]


def test_events_that_have_begun_leave_the_list(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at, 12)
    first = client.get(URL)
    pass_time(timedelta(minutes=14, seconds=58))
    assert client.get(URL, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    pass_time(timedelta(minutes=15))
    again = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.get_json()["total"] == 9
    pass_time(timedelta(hours=2))
    assert get(client)["message"] == "All events with opportunities have begun."


@pytest.mark.parametrize(
    ("count", "query", "said"),
    [
        (12, {"min_ev": "99"}, "No opportunity is as asked for."),
        (12, {"sport": "curling"}, f"Nothing was read of curling; sports are {NBA}, {NHL}, {EPL}."),
        (0, {}, "The last refresh found no opportunity."),
    ],
)  # fmt: skip
def test_an_empty_list_says_why(
    client: FlaskClient, at: datetime, count: int, query: dict[str, str], said: str
) -> None:
    boards.publish(at, count)
    assert get(client, **query)["message"] == said


# The table


def rows(data: bytes) -> list[dict[str, str]]:
    """The rows of a table by column."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_table_has_all_rows_with_their_source(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 230, source="sandbox")
    answer = client.get(f"{URL}?format=csv&sport={NBA},{EPL}")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert 'filename="odds.csv"' in answer.headers["Content-Disposition"]
    assert (answer.headers["X-Odds-Source"], answer.headers["X-Odds-Stale"]) == ("sandbox", "false")
    found = rows(answer.data)
    listed = get(client, sport=f"{NBA},{EPL}", limit=1000)["opportunities"]
    assert [one["id"] for one in found] == [one["id"] for one in listed]
    assert {(one["source"], one["stale"]) for one in found} == {("sandbox", "no")}
    assert [float(one["ev_shin"]) for one in found] == [one["ev_by_method"]["shin"] for one in listed]
    assert answer.data.endswith(b"\r\n")


def test_a_table_can_be_paged(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 30)
    url, seen = f"{URL}?format=csv&limit=12&sort=book", []
    while url:
        answer = client.get(url)
        seen += [one["id"] for one in rows(answer.data)]
        url = answer.headers.get("Link", "").partition(">")[0][1:]
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_never_becomes_a_formula(client: FlaskClient, at: datetime, start: str) -> None:
    name = f'{start}HYPERLINK("http://x.example","a,b")'
    texts = dict.fromkeys(("home_team", "outcome", "book_title", "book", "best_book", "link"), name)
    hostile = boards.opportunity(1, at, point=-3.5, **texts)
    board.publish(boards.refreshed(at, opportunities=[hostile]))
    (row,) = rows(client.get(f"{URL}?format=csv").data)
    for column in texts:
        assert row[column] == f"'{name}"
    assert row["point"] == "-3.5"  # a number stays one


def test_a_row_of_a_table_has_a_cell_for_each_column(client: FlaskClient, at: datetime) -> None:
    bare = boards.opportunity(1, at, price_updated_at=None, oldest_price_seconds=None, point=None)
    board.publish(boards.refreshed(at, opportunities=[bare]))
    (row,) = rows(client.get(f"{URL}?format=csv").data)
    assert set(row) == set(table.COLUMNS)
    assert (row["price_updated_at"], row["point"], row["link"]) == ("", "", "")


# Arbitrages, middles, events


def test_arbitrages_and_middles_are_listed_and_paged(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 12)
    for name in ("arbitrages", "middles"):
        whole = get(client, f"{URL}/{name}")
        assert (whole["total"], len(whole[name])) == (4, 4)
        first = get(client, f"{URL}/{name}", limit=3)
        rest = get(client, f"{URL}/{name}", limit=3, cursor=first["next_cursor"])
        assert first[name] + rest[name] == whole[name]
        assert get(client, f"{URL}/{name}", sport=EPL)["total"] == 1
        assert get(client, f"{URL}/{name}", book="betway")["total"] == 0
    assert [one["profit_percent"] for one in get(client, f"{URL}/arbitrages")["arbitrages"]] == [
        1.5,
        1.0,
        0.5,
        0.0,
    ]
    assert get(client, f"{URL}/arbitrages", min_profit=1)["total"] == 2
    assert client.get(f"{URL}/middles?min_ev=1").status_code == 422


def test_an_event_has_its_ladders_with_the_ev_under_each_method(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, 12, source="sandbox")
    body = get(client, f"{URL}/events/{boards.event_id(1)}")
    assert body["event"]["home_team"] == "Home 1"
    assert (body["event"]["started"], body["source"], body["message"]) == (False, "sandbox", None)
    (line,) = body["lines"]
    assert line["fair_price_by_method"]["multiplicative"] == 2.0
    best = line["prices"][0]
    assert (best["price"], best["used"]) == (2.1, True)
    # 5 % by power, with a fair probability of 0.52; the others are as far from it as 0.50, 0.51 and 0.53.
    assert best["ev_by_method"] == {
        "multiplicative": 0.961538, "additive": 2.980769, "power": 5.0, "shin": 7.019231,
    }  # fmt: skip
    assert [one["why_not"] for one in line["prices"]] == [None, None, "stale"]


def test_a_line_without_a_fair_price_shows_its_prices(client: FlaskClient, at: datetime) -> None:
    done = boards.refreshed(at, 3)
    prices = tuple(replace(one, ev_percent=None) for one in boards.line(0).prices)
    bare = boards.line(0, fair_by_method={}, reference=None, prices=prices)
    done.analysis.lines[boards.event_id(0)] = [bare]
    board.publish(done)
    (line,) = get(client, f"{URL}/events/{boards.event_id(0)}")["lines"]
    assert (line["fair_price_by_method"], line["reference"]) == ({}, None)
    assert line["prices"][0]["ev_by_method"] == {}


@pytest.mark.parametrize("event", ["0" * 31, "x", "%00", "..", "event:1", "é", "x" * 250])
def test_an_unknown_event_is_not_found(client: FlaskClient, at: datetime, event: str) -> None:
    assert client.get(f"{URL}/events/{event}").status_code == 404
    boards.publish(at)
    answer = client.get(f"{URL}/events/{event}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_an_event_that_has_begun_says_so(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    boards.publish(at, 12)
    url = f"{URL}/events/{boards.event_id(1)}"
    assert get(client, url)["event"]["started"] is False
    pass_time(timedelta(minutes=30))
    assert get(client, url)["event"]["started"] is True


def test_an_event_whose_prices_found_no_room_says_so(
    client: FlaskClient, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = boards.publish(at, 12).size
    monkeypatch.setattr(keys, "SNAPSHOT_BYTES", size - 200)
    boards.publish(at, 12)
    body = get(client, f"{URL}/events/{boards.event_id(3)}")
    assert body["lines"] == []
    assert "found no room" in body["message"]
