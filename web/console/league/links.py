"""Where a schedule's page leads: other choices, files to take along, calendars to subscribe to."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from web.console.league.choice import Choice

FILES = {"show_calendar": "iCalendar", "show_table": "CSV", "show_json": "JSON"}
"""The files that a schedule can be had as, by the API's view of each."""


@dataclass(frozen=True)
class Links:
    """The addresses of one page.

    Attributes:
        schedule_id: the schedule that is shown.
        feed: the id under which all its versions are published.
        choice: what is shown of it.
    """

    schedule_id: str
    feed: str
    choice: Choice

    def page(self, **changes: object) -> str:
        """This page with another choice."""
        query = self.choice.but(**changes).query
        return url_for("console_league.show", schedule_id=self.schedule_id, **query)  # type: ignore[arg-type]

    def day(self, date: object, **changes: object) -> str:
        """The list of a day's games."""
        return self.page(date=date, view="date", **changes)

    def version(self, schedule_id: str) -> str:
        """The same choice in another version."""
        query = self.choice.query
        return url_for("console_league.show", schedule_id=schedule_id, **query)  # type: ignore[arg-type]

    @property
    def files(self) -> list[tuple[str, str]]:
        """The name and address of each file."""
        return [(name, self._to(view, schedule_id=self.schedule_id)) for view, name in FILES.items()]

    @property
    def subscribe(self) -> str:
        """What a calendar program opens, and then asks for again and again."""
        return f"webcal:{self.feed_address.partition(':')[2]}"

    @property
    def feed_address(self) -> str:
        """The same to paste."""
        return self._to("feed_calendar", feed=self.feed, _external=True)

    def _to(self, view: str, **values: object) -> str:
        """A route of the API, narrowed to the games of the choice."""
        return url_for(f"league.{view}", **values, **self.choice.filters)  # type: ignore[arg-type]
