"""Games out as iCalendar (RFC 5545), for calendar programs that read a file or subscribe to an address.

Owns what an event says and what keeps it the same event from version to version. The same schedule gives the
same bytes at any time and on any machine, so that a subscriber can be told that nothing has changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone
from icalendar.prop import vDuration, vText

from jobs.league.formats.zones import timezone
from jobs.league.games import Game, in_order
from jobs.league.spec import LeagueSpec, Venue

PRODID = "-//Longshore//League schedules//EN"
REFRESH = dt.timedelta(hours=6)
"""How often a program should look for a newer version."""
DOMAIN = "longshore.invalid"
"""What UIDs end with, as RFC 7986 advises, on a name that nobody can own."""


@dataclass(frozen=True)
class Source:
    """The schedule that a calendar is of.

    Attributes:
        league: its zone, venues and divisions.
        games: all its games, as the meetings of two teams are counted over the whole season.
        feed: where it is published.
        version: counts up for each change.
        created_at: when this version was made, with its zone.
        page: address of its page; empty where there is none.
    """

    league: LeagueSpec
    games: Sequence[Game]
    feed: str
    version: int
    created_at: dt.datetime
    page: str = ""


def calendar(source: Source, shown: Iterable[Game], title: str = "") -> bytes:
    """A calendar of some of a schedule's games.

    Times are local to the league's zone; without a zone they float: 9:00 wherever the reader is.

    Args:
        source: the schedule.
        shown: which of its games.
        title: the calendar's name; the league's by default.
    """
    made = Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    name = vText(title or source.league.name)  # as text, or it is written with its commas as they are
    made.add("name", name)
    made.add("x-wr-calname", name)
    if source.page:
        made.add("url", source.page)
    if source.league.timezone:
        made.add("x-wr-timezone", source.league.timezone)
        if source.games:
            made.add_component(_zone(source.league.timezone, source.games))
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    events = _Events(source)
    for game in in_order(shown):
        made.add_component(events.of(game))
    written: bytes = made.to_ical()
    return written


class _Events:
    """The events of one schedule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._venues = {venue.name: venue for venue in source.league.venues}
        self._zone = ZoneInfo(source.league.timezone) if source.league.timezone else None
        self._uids = dict(_uids(source))

    def of(self, game: Game) -> Event:
        """A game's event."""
        made, source = Event(), self._source
        made.add("uid", self._uids[game])
        made.add("dtstamp", source.created_at.astimezone(dt.UTC).replace(microsecond=0))
        made.add("sequence", source.version)
        made.add("dtstart", self._moment(game, game.start))
        made.add("dtend", self._moment(game, game.end))
        made.add("summary", f"{game.home} v {game.away} ({game.division})")
        venue = self._venues.get(game.venue)
        made.add("location", _place(game, venue))
        if venue and venue.location:
            made.add("geo", (venue.location.latitude, venue.location.longitude))
        made.add("description", _description(game, source))
        made.add("categories", [game.division])
        if source.page:
            made.add("url", source.page)
        return made

    def _moment(self, game: Game, time: str) -> dt.datetime:
        """A time of day on the game's date; 24:00 is the midnight that ends it."""
        hours, minutes = map(int, time.split(":"))
        days, hours = divmod(hours, 24)
        date = game.date + dt.timedelta(days=days)
        return dt.datetime.combine(date, dt.time(hours, minutes), self._zone)


def _uids(source: Source) -> Iterator[tuple[Game, str]]:
    """Each game's UID: of its pairing and of which of their meetings it is, so that a moved game keeps it."""
    met: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for game in in_order(source.games):
        pairing = (game.division, game.home, game.away)
        met[pairing] += 1
        said = "\0".join((source.feed, *pairing, str(met[pairing])))
        yield game, f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@{DOMAIN}"


def _place(game: Game, venue: Venue | None) -> str:
    return f"{game.venue}, pitch {game.pitch}" if venue and venue.pitches > 1 else game.venue


def _description(game: Game, source: Source) -> str:
    where = "at the home team's venue" if game.at_home_venue else "not at the home team's venue"
    return "\n".join(
        (
            f"{game.home} (home) v {game.away} (away)",
            f"Division: {game.division}",
            f"Venue: {game.venue}, pitch {game.pitch}, {where}",
            f"{source.league.name}, version {source.version} of the schedule",
        )
    )


def _zone(name: str, games: Sequence[Game]) -> Timezone:
    """The zone's rules from the year before the first game to the one after the last."""
    years = [game.date.year for game in games]
    return timezone(name, max(min(years) - 1, dt.MINYEAR + 1), min(max(years) + 1, dt.MAXYEAR - 1))
