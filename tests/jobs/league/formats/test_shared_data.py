"""Public instances, where they are on this machine: each is read, or refused in words that say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.league.formats import Reading, Upload, read
from tests.jobs.league.formats.files import said

DATA = Path(__file__).parents[5] / "shared" / "data" / "scheduling"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public instances is not here")


@pytest.fixture
def instance() -> Callable[[str], Reading]:
    def load(name: str) -> Reading:
        path = DATA / name
        return read([Upload(path.name, path.read_bytes())])

    return load


@needs_data
def test_clubs_and_their_capacity_come_out_of_a_multi_league_instance(
    instance: Callable[[str], Reading],
) -> None:
    found = instance("multileague/ML_5_10_0_0.xml")
    league = found.league
    assert (len(league.divisions), len(league.teams), league.total_games) == (3, 30, 270)
    assert len(league.venues) == 23
    assert {venue.pitches for venue in league.venues} == {1}
    assert len(league.season.play_dates) == 90
    assert "3 CA3 (SOFT) are not taken" in said(found)


@needs_data
def test_two_holidays_of_english_football_are_two_games_for_each_team(
    instance: Callable[[str], Reading],
) -> None:
    league = instance("multileague/EnglishFootball_2002.xml").league
    assert [division.games_per_team for division in league.divisions] == [2, 2, 2, 2]
    assert league.divisions[0].name == "FA Barclaycard Premiership"
    assert league.total_games == 92


@needs_data
def test_both_shapes_of_the_open_standard_are_read(instance: Callable[[str], Reading]) -> None:
    amateur = instance("oss/amateur-track-sample-01.json").league
    assert (len(amateur.teams), len(amateur.venues), amateur.total_games) == (16, 8, 112)
    assert amateur.timezone == "America/Chicago"
    several = instance("oss/multi-division-track-sample-01.json")
    assert (len(several.league.divisions), several.league.total_games) == (4, 120)
    assert "10 of the kind 'cup' are not taken" in said(several)


@needs_data
@pytest.mark.parametrize("path", sorted((DATA / "itc2021").glob("*.xml")), ids=lambda path: path.stem)
def test_instances_of_itc2021_are_read(path: Path, instance: Callable[[str], Reading]) -> None:
    found = instance(f"itc2021/{path.name}")
    teams = len(found.league.teams)
    assert found.league.total_games == teams * (teams - 1)
    assert len(found.league.season.play_dates) == 2 * (teams - 1)
    assert "not taken" in said(found)
