from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.league.formats import Reading, UnreadableLeague, Upload, read
from jobs.league.formats.safe_xml import MAX_DEPTH, MAX_ELEMENTS
from tests.jobs.league.formats.files import only_fault, refusal, said

CLUBS = (
    '<teamGroup id="0" name="Club North"/><teamGroup id="1" name="Club South"/><teamGroup id="9" name="All"/>'
)
SATURDAY = dt.date(2027, 9, 4)
WEEK = dt.timedelta(weeks=1)


def xml(
    constraints: str = "",
    *,
    slots: int = 12,
    rounds: str = "2",
    groups: str = CLUBS,
    more: str = "",
    mode: str = "",
) -> str:
    """Two leagues of four teams; teams 0 and 4 are of the club North, 1 and 5 of the club South."""
    teams = "".join(
        f'<team id="{number}" league="{number // 4}" name="Team {number}"'
        f' teamGroups="9{f";{number % 4}" if number % 4 < 2 else ""}"/>'
        for number in range(8)
    )
    every = "".join(f'<slot id="{number}" name="Slot {number}"/>' for number in range(slots))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <Instance>
      <MetaData><InstanceName>Made up</InstanceName></MetaData>
      <Structure>
        <Format leagueIds="0;1">
          <numberRoundRobin>{rounds}</numberRoundRobin><gameMode>{mode}</gameMode>
        </Format>
        <AdditionalGames/>
      </Structure>
      <Resources>
        <TeamGroups>{groups}</TeamGroups>
        <Leagues><league id="0" name="First"/><league id="1" name="Second"/></Leagues>
        <Teams>{teams}</Teams>
        <Slots>{every}</Slots>
      </Resources>
      <Constraints><CapacityConstraints>{constraints}</CapacityConstraints></Constraints>{more}
    </Instance>"""


def reading(constraints: str = "", **more: Any) -> Reading:
    return read([Upload("x.xml", xml(constraints, **more).encode())])


def test_leagues_teams_and_clubs_are_taken() -> None:
    found = reading()
    league = found.league
    assert (found.source, league.name) == ("robinx", "Made up")
    assert [(one.name, one.rounds) for one in league.divisions] == [("First", "double"), ("Second", "double")]
    assert [team.division for team in league.teams] == ["First"] * 4 + ["Second"] * 4
    assert [team.club for team in league.teams[:3]] == ["Club North", "Club South", None]
    assert league.teams[0].home_venue == league.teams[4].home_venue == "Club North"
    assert league.teams[2].home_venue == "Team 2"
    assert "made up: a ground for each club" in said(found)


def test_slots_are_dates_once_a_week_from_a_given_date() -> None:
    found = reading()
    assert found.league.season.play_dates == [SATURDAY + week * WEEK for week in range(12)]
    assert "12 slots have no dates: they are once a week from 2027-09-04" in said(found)
    later = read([Upload("x.xml", xml().encode())], first_date=dt.date(2028, 1, 5))
    assert later.league.season.play_days == ["wednesday"]
    form = read([Upload("x.xml", xml().encode())], season={"first_date": "2028-01-05"})
    assert form.league.season == later.league.season


@pytest.mark.parametrize(("slots", "days"), [(57, 1), (58, 2), (90, 2), (115, 3), (399, 7)])
def test_many_slots_share_a_week(slots: int, days: int) -> None:
    season = reading(slots=slots).league.season
    assert (len(season.play_dates), len(season.play_days)) == (slots, days)


def test_more_slots_than_a_season_has_days_are_refused_with_the_limit() -> None:
    assert "at most 400" in only_fault([Upload("x.xml", xml(slots=401).encode())]).message


def test_one_round_and_three_rounds_are_taken() -> None:
    assert reading(rounds="1").league.divisions[0].rounds == "single"
    assert reading(rounds="3").league.divisions[0].games_per_team == 9
    assert "numberRoundRobin" in only_fault([Upload("x.xml", xml(rounds="x").encode())]).message


def test_a_team_that_can_play_neither_at_home_nor_away_has_a_blackout() -> None:
    both = '<CA1 max="0" min="0" mode="HA" slots="3;4" teams="2" type="HARD"/>'
    apart = (
        '<CA1 max="0" min="0" mode="H" slots="3;4;5" teams="2" type="HARD"/>'
        '<CA1 max="0" min="0" mode="A" slots="3;4" teams="2" type="HARD"/>'
    )
    for constraints in (both, apart):
        assert reading(constraints).league.teams[2].blackout_dates == [
            SATURDAY + 3 * WEEK,
            SATURDAY + 4 * WEEK,
        ]


def test_a_ground_is_closed_when_none_of_its_teams_may_play_at_home() -> None:
    one = '<CA1 max="0" min="0" mode="H" slots="3;4" teams="0" type="HARD"/>'
    other = '<CA1 max="0" min="0" mode="H" slots="4;5" teams="4" type="HARD"/>'
    grounds = {venue.name: venue for venue in reading(one + other).league.venues}
    assert grounds["Club North"].closed_dates == [SATURDAY + 4 * WEEK]
    assert "cannot play at home in some slots" in said(reading(one))
    away = reading('<CA1 max="0" min="0" mode="A" slots="3" teams="0" type="HARD"/>')
    assert "CA1 (HARD) of 1 teams that cannot play away" in said(away)


def test_the_games_that_a_club_can_host_at_once_are_its_pitches() -> None:
    limit = '<CA4 max="1" min="0" mode1="H" mode2="EVERY" teamGroups1="0" teamGroups2="9" type="HARD"/>'
    pitches = {venue.name: venue.pitches for venue in reading(limit).league.venues}
    assert (pitches["Club North"], pitches["Club South"], pitches["Team 2"]) == (1, 2, 1)
    soft = reading(limit.replace("HARD", "SOFT"))
    assert soft.league.venues[0].pitches == 2
    assert "1 CA4 (SOFT) is not taken" in said(soft)


def test_a_limit_on_some_slots_only_is_not_taken_for_one_on_all() -> None:
    limit = (
        '<CA4 max="1" min="0" mode1="H" mode2="EVERY" slots="1" teamGroups1="0" teamGroups2="9" type="HARD"/>'
    )
    found = reading(limit)
    assert found.league.venues[0].pitches == 2
    assert "1 CA4 (HARD) is not taken" in said(found)


def test_a_group_that_hosts_is_a_club_whatever_it_is_called() -> None:
    groups = CLUBS.replace("Club North", "Northerners").replace("Club South", "Southerners")
    limit = '<CA4 max="1" min="0" mode1="H" mode2="EVERY" teamGroups1="0" teamGroups2="9" type="HARD"/>'
    teams = reading(limit, groups=groups).league.teams
    assert [team.club for team in teams[:2]] == ["Northerners", None]


def test_teams_that_must_not_play_at_once_share_a_coach() -> None:
    pair = '<CA4 max="1" min="0" mode1="HA" mode2="EVERY" teams1="{}" teamGroups2="9" type="HARD"/>'
    found = reading(pair.format("0;4") + pair.format("2;6") + pair.format("4;3"))
    coaches = [team.coach for team in found.league.teams]
    assert coaches[0] == coaches[4] == coaches[3] is not None
    assert coaches[2] == coaches[6] is not None
    assert coaches[0] != coaches[2]
    assert coaches[1] is None
    assert "3 CA4 (HARD)" in said(found)


def test_a_number_of_games_that_all_teams_of_a_league_play_is_taken() -> None:
    rule = '<CA1 max="2" min="2" mode="HA" slots="0;1" teams="0;1;2;3" type="HARD"/>'
    both = rule + rule.replace("0;1;2;3", "4;5;6;7")
    assert [one.games_per_team for one in reading(both, slots=2, rounds="1").league.divisions] == [2, 2]


def test_leagues_of_one_name_are_told_apart_by_their_group_or_id() -> None:
    content = xml().replace('name="Second"', 'name="First"')
    league = read([Upload("x.xml", content.encode())]).league
    assert [one.name for one in league.divisions] == ["First (0)", "First (1)"]
    teams = "".join(f'<team id="{n}" league="{n // 2}" name="T{n}" teamGroups="{n // 2}"/>' for n in range(4))
    grouped = f"""<Instance><Resources>
      <TeamGroups><teamGroup id="0" name="Premier"/><teamGroup id="1" name="Reserve"/></TeamGroups>
      <Leagues><league id="0" name="League"/><league id="1" name="League"/></Leagues>
      <Teams>{teams}</Teams><Slots><slot id="0"/><slot id="1"/></Slots></Resources></Instance>"""
    league = read([Upload("x.xml", grouped.encode())]).league
    assert [one.name for one in league.divisions] == ["Premier", "Reserve"]


def test_everything_else_is_noted_by_type_number_and_strength() -> None:
    found = reading(
        2 * '<CA3 max="2" type="SOFT"/>' + '<CA2 max="0" teams1="1" type="HARD"/><XY7 type="HARD"/>',
        more="<Data><Distances><distance/></Distances></Data>",
        mode="P",
    )
    notes = said(found)
    for text in (
        *("2 CA3 (SOFT) are not taken", "1 CA2 (HARD) is not taken", "1 XY7 (HARD) is not taken"),
        *("not taken: Distances", "phased game mode (P)"),
    ):
        assert text in notes


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><Instance>&lol2;</Instance>"""


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (BOMB, "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><Instance/>', "document type"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Instance>&e;</Instance>', "document type"),
        ("<a>" * (MAX_DEPTH + 1), "deep"),
        ("<a>" * 200_000, "deep"),
        (f"<a>{'<b/>' * MAX_ELEMENTS}</a>", "elements"),
        ("<a " + " ".join(f'a{number}=""' for number in range(5_000)) + "/>", "attributes"),
        ("<a><b></a>", "line 1"),
        ("<Instance>", "is not XML"),
        ("<Instance>\n&nbsp;</Instance>", "line 2"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "not XML"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "not XML"),
        ("<html><body>hello</body></html>", "<html> is no league"),
        ("<Instance/>", "no slot"),
        (xml().replace('league="1"', 'league="7"'), "'7'"),
        (xml().replace('<team id="1"', '<team id="0"'), "'0'"),
        (xml(slots=3), "play day"),
    ],
)
def test_what_is_no_league_or_could_do_harm_is_refused(content: str, advice: str) -> None:
    error = refusal([Upload("x.xml", content.encode())])
    assert advice in str(error)


def test_xml_in_another_encoding_is_read() -> None:
    content = xml().replace("UTF-8", "UTF-16").encode("utf-16")
    assert read([Upload("x.xml", content)]).league == reading().league


def test_a_league_made_of_an_instance_can_be_changed_by_a_form() -> None:
    found = read([Upload("x.xml", xml().encode())], name="Ours", season={"min_rest_days": 5})
    assert (found.league.name, found.league.season.min_rest_days) == ("Ours", 5)
    with pytest.raises(UnreadableLeague, match="between 1900 and 2999"):
        read([Upload("x.xml", xml().encode())], first_date=dt.date.max)
