"""Scores are read as the upstream writes them."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.odds import scores
from jobs.odds.wire import UnreadableOdds


def _event(**changed: Any) -> dict[str, Any]:
    return {
        "id": "e" * 32,
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": "2026-04-18T19:00:00Z",
        "completed": True,
        "home_team": "Ants",
        "away_team": "Bees",
        "scores": [{"name": "Bees", "score": "101"}, {"name": "Ants", "score": "113"}],
        "last_update": "2026-04-18T22:00:00Z",
    } | changed


def _points(home: object, away: object) -> list[dict[str, object]]:
    return [{"name": "Ants", "score": home}, {"name": "Bees", "score": away}]


def test_points_are_texts_and_teams_stand_in_any_order() -> None:
    read = scores.parse([_event()])
    assert (read.final, read.running, read.faults) == ({"e" * 32: (113.0, 101.0)}, 0, [])


def test_a_game_that_is_not_over_has_no_final_score() -> None:
    read = scores.parse([_event(completed=False), _event(completed=False, scores=None)])
    assert (read.final, read.running, read.faults) == ({}, 2, [])


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (7, "event 1: an object with an id is due"),
        ({"id": None}, "event 1: an object with an id is due"),
        (_event(scores=None), "its scores are no list of objects"),
        (_event(scores=["113"]), "its scores are no list of objects"),
        (_event(scores=[{"name": "Ants", "score": "1"}]), "not those of its two teams"),
        (_event(home_team="Cats"), "not those of its two teams"),
        (_event(away_team="Ants"), "not those of its two teams"),
        (_event(scores=_points("1", "x")), "points are numbers"),
        (_event(scores=_points("1", None)), "points are numbers"),
        (_event(scores=_points("1", "nan")), "points are numbers"),
        (_event(scores=_points("-1", "0")), "points are numbers"),
        (_event(scores=_points(True, "0")), "points are numbers"),
        (_event(scores=[{"name": ["A"], "score": "1"}, {"name": "Bees", "score": "0"}]), "not those of its"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_named(event: object, fault: str) -> None:
    read = scores.parse([event, _event(id="f" * 32)])
    assert list(read.final) == ["f" * 32]
    assert len(read.faults) == 1
    assert fault in read.faults[0]


def test_an_answer_that_is_no_list_is_refused() -> None:
    with pytest.raises(UnreadableOdds, match="Scores are due as a list of events, but dict came"):
        scores.parse({"message": "no"})


def test_so_many_faults_are_named() -> None:
    assert len(scores.parse([None] * 500).faults) == scores.MOST_FAULTS
