"""Reading several sports one after the other: what fails in one does not lose the others.

Owns the order, what is said of each sport, and when there is no use in going on. What a call looks like is in
feed.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jobs.odds.chosen import Scope
from jobs.odds.model import Event
from longshore.errors import LongshoreError
from longshore.upstream import Credits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """The answer for one sport.

    Attributes:
        events: its events.
        faults: parts of the answer that could not be read, named.
        credits: what is left; None if the answer did not say.
        source: "live" or "sandbox".
    """

    events: list[Event]
    faults: list[str]
    credits: Credits | None
    source: str


class Feed(Protocol):
    """Where odds come from."""

    def odds(self, sport: str, scope: Scope) -> Read:
        """All events of a sport with their prices.

        Raises:
            LongshoreError: there is no answer, or none that can be read; the text says why.
        """

    def is_hopeless(self, error: LongshoreError) -> bool:
        """Whether the next sport would fail for the same reason."""


@dataclass
class Reading:
    """What all sports have answered.

    Attributes:
        by_sport: answers by sport, in the order in which they were asked.
        failed: why not, for each sport that did not answer.
        hopeless: the failure that holds for all sports, if that was met.
        credits: the newest word on what is left.
        source: "live" or "sandbox"; "" if nothing has answered.
    """

    by_sport: dict[str, Read] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    hopeless: LongshoreError | None = None
    credits: Credits | None = None
    source: str = ""

    @property
    def events(self) -> list[Event]:
        """The events of all sports."""
        return [event for one in self.by_sport.values() for event in one.events]


def read_all(feed: Feed, scope: Scope, report: Callable[[int, int, str], None]) -> Reading:
    """Ask for each sport in turn.

    Args:
        feed: where odds come from.
        scope: what to read.
        report: told how far it is: sports done, sports in all, and what comes next.
    """
    found, sports = Reading(), scope.sports
    for number, sport in enumerate(sports):
        report(number, len(sports), f"Reading {sport}…")
        try:
            answer = feed.odds(sport, scope)
        except LongshoreError as error:
            log.warning("%s: %s", sport, error)
            found.failed[sport] = str(error)
            if feed.is_hopeless(error):
                found.hopeless = error
                found.failed.update(_not_asked(sports[number + 1 :], sport))
                break
        else:
            _take(found, sport, answer)
    report(len(sports), len(sports), "Judging prices…")
    return found


def _take(found: Reading, sport: str, answer: Read) -> None:
    found.by_sport[sport] = answer
    found.credits, found.source = answer.credits or found.credits, answer.source
    log.info("%s: %d events", sport, len(answer.events))
    for fault in answer.faults[:5]:
        log.warning("%s: left out: %s", sport, fault)


def _not_asked(sports: Sequence[str], after: str) -> dict[str, str]:
    return dict.fromkeys(sports, f"not asked, as {after} failed for a reason that holds for all sports")
