"""Recorded answers, served as if they were recorded now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.odds.recorded import CannotServe
from tests.sandbox.conftest import NOW, Sandbox

RECORDED = datetime.fromisoformat("2026-04-16T19:00:10Z")
LATER = datetime.fromtimestamp(NOW, RECORDED.tzinfo) - RECORDED
EVENT: dict[str, Any] = {
    "id": "fc16dfbe5b438857b93902fa811dd8f6",
    "sport_key": "basketball_nba",
    "sport_title": "NBA",
    "commence_time": "2026-04-17T23:40:00Z",
    "home_team": "Tall",
    "away_team": "Quick",
    "bookmakers": [
        {
            "key": "pinnacle",
            "title": "Pinnacle",
            "last_update": "2026-04-16T18:59:40Z",
            "markets": [
                {
                    "key": "spreads",
                    "last_update": "2026-04-16T19:00:10Z",
                    "outcomes": [
                        {"name": "Quick", "price": 1.9, "point": 2.5},
                        {"name": "Tall", "price": 2.0, "point": -2.5},
                    ],
                }
            ],
        },
        {
            "key": "unheard_of",
            "title": "Unheard Of",
            "last_update": "2026-04-16T18:40:00Z",
            "markets": [
                {
                    "key": "h2h",
                    "last_update": "2026-04-16T18:40:00Z",
                    "outcomes": [{"name": "Quick", "price": 1.9}, {"name": "Tall", "price": 2}],
                }
            ],
        },
    ],
}


@pytest.fixture
def recorded(tmp_path: Path, make_sandbox: Callable[..., Sandbox]) -> Sandbox:
    (tmp_path / "basketball_nba_2026-04-16T1859Z.json").write_text(json.dumps([EVENT]))
    return make_sandbox(files=tmp_path)


def shifted(value: Any, by: timedelta) -> Any:
    """The same with other times."""
    if isinstance(value, list):
        return [shifted(one, by) for one in value]
    if isinstance(value, dict):
        times = ("commence_time", "last_update")
        return {name: _moved(one, by) if name in times else shifted(one, by) for name, one in value.items()}
    return value


def _moved(text: str, by: timedelta) -> str:
    return (datetime.fromisoformat(text) + by).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_was_recorded_is_served_with_its_times_shifted_to_now(recorded: Sandbox) -> None:
    query = {"regions": "us,eu", "markets": "h2h,spreads,totals"}
    assert recorded.get("/sports/basketball_nba/odds", **query) == shifted([EVENT], LATER)
    recorded.now = NOW + 600
    later = recorded.get("/sports/basketball_nba/odds", **query)
    assert later == shifted([EVENT], LATER + timedelta(seconds=600))


def test_regions_and_markets_choose_from_it_and_unknown_books_are_in_all_regions(recorded: Sandbox) -> None:
    def books(**query: str) -> list[str]:
        (event,) = recorded.get("/sports/basketball_nba/odds", **query)
        return [book["key"] for book in event["bookmakers"]]

    assert books(regions="eu", markets="spreads") == ["pinnacle"]
    assert books(regions="us", markets="h2h,spreads") == ["unheard_of"]
    assert books(regions="us", markets="totals") == []


def test_only_recorded_sports_are_there(recorded: Sandbox) -> None:
    assert [one["key"] for one in recorded.get("/sports")] == ["basketball_nba"]
    assert recorded.refused("/sports/soccer_epl/odds", regions="us") == (404, "UNKNOWN_SPORT")
    (score,) = recorded.get("/sports/basketball_nba/scores", daysFrom=3)
    assert (score["completed"], score["scores"], score["last_update"]) == (False, None, None)


def test_without_a_time_in_the_name_the_latest_update_counts(
    tmp_path: Path, make_sandbox: Callable[..., Sandbox]
) -> None:
    (tmp_path / "some file.json").write_text(json.dumps([EVENT]))
    (event,) = make_sandbox(files=tmp_path).get("/sports/basketball_nba/odds", regions="us,eu")
    assert event["commence_time"] == _moved(EVENT["commence_time"], LATER)


def test_of_several_recordings_the_latest_is_served(
    tmp_path: Path, make_sandbox: Callable[..., Sandbox]
) -> None:
    (tmp_path / "basketball_nba_2026-04-16T1859Z.json").write_text(json.dumps([EVENT]))
    (tmp_path / "basketball_nba_2026-05-16T1859Z.json").write_text(json.dumps([EVENT | {"home_team": "New"}]))
    (event,) = make_sandbox(files=tmp_path).get("/sports/basketball_nba/odds", regions="us")
    assert event["home_team"] == "New"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"is no folder with recorded answers"),
        ("not JSON", r"x\.json is no recorded answer of /odds"),
        ('{"message": "no"}', r"x\.json is no recorded answer of /odds"),
        ('[{"id": 3}]', r"x\.json is no recorded answer of /odds: KeyError: 'sport_key'"),
        ("[]", r"x\.json has events of 0 sports"),
    ],
)
def test_what_cannot_be_served_is_named(
    tmp_path: Path, make_sandbox: Callable[..., Sandbox], text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    with pytest.raises(CannotServe, match=said):
        make_sandbox(files=tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, make_sandbox: Callable[..., Sandbox]) -> None:
    with pytest.raises(CannotServe, match=r"nowhere is no folder"):
        make_sandbox(files=tmp_path / "nowhere")
