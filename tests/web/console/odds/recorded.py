"""A record for tests of its page: bets that were listed, closed and settled as the jobs do it."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.odds import closing, record, results
from tests.support.odds import Bet, Offer, analysis, event_id

BOOKS = ("fanduel", "betway")


def bets(events: int, now: datetime, *, clv: float = 2.0) -> None:
    """Record a bet at each of two books on each of some events, an event a day, the last one yesterday.

    Each is listed at 2.10 with an EV of 5 %, and closes with a CLV around `clv`; every other home team wins.
    """
    for number in range(events):
        start = now - timedelta(days=events - number)
        closing_fair = (1 + (clv + (number % 3) - 1) / 100) / 2.1
        offers = [Bet(number, book, start=start) for book in BOOKS]
        early, late = start - timedelta(hours=5), start - timedelta(minutes=10)
        record.note(analysis(early, *(Offer(one, 2.1, 0.5) for one in offers)), "live")
        record.note(analysis(late, *(Offer(one, 2.1, closing_fair) for one in offers)), "live")
    closing.settle(now)
    scores = {event_id(number): (110.0, 100.0 + 20 * (number % 2)) for number in range(events)}
    results.settle(scores, now, source="live")
