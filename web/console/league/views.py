"""What a schedule's page shows: everything that its template needs, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from jobs.league import store
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec
from jobs.league.store import StoredSchedule
from web import auth
from web.api.league import guard
from web.console.league import months, season, telling
from web.console.league.choice import VIEWS, Choice
from web.console.league.links import Links


def page(stored: StoredSchedule, choice: Choice, now: dt.datetime) -> dict[str, Any]:
    """The values of the template.

    Args:
        stored: the schedule.
        choice: what is shown of it.
        now: the time.
    """
    league, shown = stored.league, [game for game in stored.games if choice.takes(game)]
    divisions = [one.name for one in league.divisions]
    teller = telling.Teller(league, stored.changes, choice)
    grid = choice.view == "calendar"
    return {
        "schedule": stored,
        "league": league,
        "choice": choice,
        "views": VIEWS,
        "links": Links(stored.id, stored.feed, choice),
        "title": title(choice),
        "about": about(league, choice, shown),
        "coming": coming(shown, today(league, now)) if choice.team else None,
        "shown": len(shown),
        "calendar": months.calendar(league.season, stored.games, shown, divisions) if grid else None,
        "sections": [] if grid else season.sections(shown, choice, divisions),
        "around": _around(stored.games, choice),
        "changes": [one for one in stored.changes if choice.concerns(one)],
        "versions": store.versions(stored.feed),
        "dates": sorted({game.date for game in stored.games}),
        "may_repair": guard({"schedule_id": stored.id}) == "public" or auth.is_admin(),
        "tell": teller.tell,
        "spot": teller.spot,
        "hues": telling.hues(league),
        "spoken": season.spoken,
        "brief": season.brief,
    }


def title(choice: Choice) -> str:
    """What is shown, as a heading."""
    who = choice.team or choice.division
    where = f"{'at ' if who else ''}{choice.venue}" if choice.venue else ""
    when = season.spoken(choice.date) if choice.date else ""
    what = " ".join(one for one in (who, where) if one)
    return ", ".join(one for one in (what, when) if one) or "All games"


def about(league: LeagueSpec, choice: Choice, shown: Sequence[Game]) -> str:
    """A line about a team: its division, its home venue, and how often it plays at home."""
    team = next((one for one in league.teams if one.name == choice.team), None)
    if team is None:
        return ""
    home = sum(game.home == team.name for game in shown)
    said = [team.division, f"home venue {team.home_venue}"]
    return ", ".join([*said, f"{home} at home and {len(shown) - home} away"])


def coming(shown: Iterable[Game], date: dt.date) -> Game | None:
    """The first game from a date on; None when all have been played."""
    return next((game for game in shown if game.date >= date), None)


def today(league: LeagueSpec, now: dt.datetime) -> dt.date:
    """The date where the league plays; in UTC where it does not say."""
    return now.astimezone(ZoneInfo(league.timezone) if league.timezone else dt.UTC).date()


def _around(games: Sequence[Game], choice: Choice) -> dict[str, Any]:
    """The days with games before and after the chosen one."""
    if choice.date is None:
        return {}
    wide = choice.but(date=None)
    dates = sorted({choice.date, *(game.date for game in games if wide.takes(game))})
    before = {later: sooner for sooner, later in pairwise(dates)}
    after = dict(pairwise(dates))
    return {"before": before.get(choice.date), "after": after.get(choice.date)}
