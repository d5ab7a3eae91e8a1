"""The page of a league's schedule: what a secretary prints and a parent reads."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from jobs.league import store
from jobs.league.spec import LeagueSpec
from web import auth
from web.console import season

blueprint = Blueprint("console_league", __name__)
GONE = "There is no schedule of that id: the id is wrong, or newer versions have replaced it."


@blueprint.get("/league/<schedule_id>")
@auth.public
def show(schedule_id: str) -> str | tuple[str, int]:
    """A schedule by division and date. Its id cannot be guessed; who holds it may see it."""
    stored = store.get(schedule_id)
    if stored is None:
        return render_template("error.html", status=404, title="Not Found", detail=GONE), 404
    choice = _choice(stored.league)
    found = season.sections(stored.games, choice, [one.name for one in stored.league.divisions])
    return render_template(
        "console/league.html",
        schedule=stored,
        choice=choice,
        sections=found,
        shown=sum(one.count for one in found),
        teams=stored.league.teams_by_division,
        pitches={venue.name: venue.pitches for venue in stored.league.venues},
        spoken=season.spoken,
    )


def _choice(league: LeagueSpec) -> season.Choice:
    """The filters of the address; a name that the league does not have narrows nothing."""
    known = {
        "division": {one.name for one in league.divisions},
        "team": {one.name for one in league.teams},
        "venue": {one.name for one in league.venues},
        "by": {"division", "date"},
    }
    asked = {name: request.args.get(name, "") for name in known}
    return season.Choice(**{name: value for name, value in asked.items() if value in known[name]})
